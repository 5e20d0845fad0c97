"""Checks V4 of the figures: half a million real invoice lines with refunds and dirt go in completely.

Run it where the data lies beside the clone: ``PYTHONPATH=src python scripts/check_v4.py``. Without
``DATABASE_URL`` the installation's own PostgreSQL is used. The club ``online-retail`` is made if missing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import mean, median

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail.parquet"
SERVICES = ["POST", "D", "M", "BANK CHARGES", "AMAZONFEE", "DOT", "CRUK", "S", "C2", "B", "PADS", "m"]
MAPPING = {
    "source": "online-retail",
    "currency": "GBP",
    "timezone": "Europe/London",
    "language": "en",
    "columns": {
        "invoice": "InvoiceNo",
        "at": "InvoiceDate",
        "quantity": "Quantity",
        "sku": "StockCode",
        "name": "Description",
        "price": "UnitPrice",
        "customer": "CustomerID",
        "branch": "Country",
    },
    "cancellation_prefix": "C",
    "adjustment_prefix": "A",
    "services": SERVICES,
    "branches": {"create": True},
}


def main(data: Path) -> int:
    """Import, compare with what is known of the file, prove the books; return the exit status."""
    from bashgah.cli import database

    with database.needed():
        if not database.is_migrated():
            database.fail("the database is not migrated: run bashgah migrate first")
        database.set_up()
        return _check(data)


def _check(data: Path) -> int:
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bashgah.imports.mapping import mapping_of
    from bashgah.imports.services import purchases_import
    from bashgah.ledger.verify import verify

    club = _club()
    rejects = Path(tempfile.gettempdir()) / "online-retail-rejected.csv"
    mapping = mapping_of(MAPPING)
    now = clock.now()

    def progress(stage: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{stage} {done:,} / {total:,}   ")

    report = purchases_import(
        data, mapping, club=club, actor=SYSTEM, now=now, progress=progress, rejects=rejects
    )
    people, average, middle = _rfm(club.id)
    sys.stdout.write(
        f"\nlines {report.lines:,} in {report.seconds:.1f} s: {report.lines / report.seconds:,.0f} rows/s\n"
        f"settled {report.settled:,}  anonymous {report.anonymous:,}  matched whole {report.matched_whole:,}"
        f"  matched part {report.matched_part:,}  rejected {report.rejected:,}\n"
        f"rejected by reason {report.rejected_by}\nrejected lines are in {rejects}\n"
        f"purchases {report.purchases:,}  anonymous {report.purchases_anonymous:,}"
        f"  returns {report.returns:,}  repeated {report.repeated:,}  members {report.members:,}"
        f"  products {report.products:,}\n"
        f"RFM: {people:,} customers, mean {average:,.2f}, median {middle:,.2f}\n"
    )
    by = report.rejected_by
    cancelled = (
        report.matched
        + by.get("cancellation_unmatched", 0)
        + by.get("cancellation_too_large", 0)
        + by.get("cancellation_without_customer", 0)
    )
    checks = {
        "541,909 lines": report.lines == 541_909,
        "every line accounted for": report.adds_up,
        "397,884 lines of known customers settled": report.settled == 397_884,
        "9,288 cancellation lines": cancelled == 9_288,
        "383 cancellations without a customer": by.get("cancellation_without_customer") == 383,
        "1,306 cancellations without an earlier purchase": by.get("cancellation_unmatched") == 1_306,
        "about 2,937 match whole": abs(report.matched_whole - 2_937) <= 30,
        "about 4,574 match part": abs(report.matched_part - 4_574) <= 30,
        "4,338 customers": people == 4_338,
        "mean monetary 2,054.27": round(average, 2) == 2_054.27,
        "median monetary 674.49": abs(middle - 674.49) < 0.011,
        "the books are proved": not (findings := verify(club.id)),
    }
    for name, holds in checks.items():
        sys.stdout.write(f"{'ok  ' if holds else 'FAIL'} {name}\n")
    for finding in findings[:20]:
        sys.stdout.write(f"     {finding}\n")
    return 0 if all(checks.values()) else 1


def _club():
    from bashgah.clubs import selectors, services
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bashgah.kit.refusals import Refusal
    from bashgah.kit.text import Texts
    from bashgah.programs.services import program_start

    try:
        club = selectors.club_by_slug("online-retail")
    except Refusal:
        club = services.club_create(
            slug="online-retail",
            name=Texts(en="Online Retail"),
            currency="GBP",
            calendar="gregorian",
            timezone="Europe/London",
            locale="en",
            now=clock.now(),
        )
    program_start(club=club, actor=SYSTEM, now=clock.now())
    return club


def _rfm(club_id) -> tuple[int, float, float]:
    """Customers, mean and median of what each bought (returns not taken off), in pounds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(net) FROM activities_activity WHERE club_id = %s AND kind = 0 GROUP BY member_id",
            [club_id],
        )
        spent = [float(row[0]) / 100 for row in cursor.fetchall()]
    return len(spent), mean(spent), median(spent)


if __name__ == "__main__":
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    sys.exit(main(file) if file.exists() else f"there is no {file}")
