"""A file of balances goes in completely: opened, opened before, or put aside with its reason; once."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.imports import balances
from bashgah.imports.balances import BalanceMapping, balance_mapping_of, balances_import
from bashgah.imports.services import quiet
from bashgah.imports.types import BalancesReport
from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors as ledger
from bashgah.ledger.verify import verify
from bashgah.members.selectors import members_resolve_bulk
from bashgah.members.services import members_enrol_bulk
from bashgah.members.types import NewMember
from bashgah.programs.services import program_start
from tests import cast

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)

HEADER = ["مشتری", "موبایل", "مانده", "کیف", "انقضا", "سند"]
ROWS = [
    ["C-1", "", "۱٬۲۰۰", "", "1405/12/29", "D-1"],
    ["", "09121112233", "300", "", "", "D-2"],
    ["C-1", "", "50000", "اعتبار", "", "D-3"],
    ["C-9", "", "10", "", "", "D-4"],
    ["C-1", "", "12.5", "", "", "D-5"],
    ["C-1", "", "-4", "", "", "D-6"],
    ["C-1", "", "7", "", "1404/01/01", "D-7"],
    ["C-1", "", "7", "", "30 of May", "D-8"],
    ["", "", "7", "", "", "D-9"],
    ["C-1", "", "9", "", "", "D-1"],
]


@pytest.fixture
def club() -> ClubInfo:
    club = cast.naderi().club
    program_start(club=club, actor=SYSTEM, now=NOW)
    people = [NewMember(external_id="C-1"), NewMember(mobile="+989121112233")]
    members_enrol_bulk(club=club, rows=people, channel="import", now=NOW)
    return club


def mapping(**more: object) -> BalanceMapping:
    columns = {
        "amount": "مانده",
        "external": "مشتری",
        "mobile": "موبایل",
        "wallet": "کیف",
        "expires": "انقضا",
        "reference": "سند",
    }
    return balance_mapping_of(
        {
            "source": "old-club",
            "columns": columns,
            "wallets": {"اعتبار": "credit"},
            "money_wallets": ["credit"],
            "unit": "toman",
            "without_expiry": "never",
            **more,
        }
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "balances.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([HEADER, *ROWS])
    return path


def imported(club: ClubInfo, file: Path, rejects: Path | None = None) -> BalancesReport:
    return balances_import(file, mapping(), club=club, actor=SYSTEM, now=NOW, progress=quiet, rejects=rejects)


def test_every_row_is_opened_or_put_aside_with_its_reason(club: ClubInfo, file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    report = imported(club, file, rejects)
    assert (report.lines, report.opened, report.repeated, report.rejected) == (10, 3, 0, 7)
    assert report.adds_up
    assert report.rejected_by == {
        "balance_invalid": 2,
        "date_invalid": 1,
        "customer_invalid": 1,
        "member_not_found": 1,
        "opening_expired": 1,
        "reference_reused": 1,
    }
    assert report.units == 1_200 + 300 + 500_000
    with rejects.open(encoding="utf-8-sig") as told:
        rows = list(csv.reader(told))
    assert [row[0] for row in rows[1:]] == ["5", "6", "7", "8", "9", "10", "11"]
    totals = {total.unit: total.given for total in ledger.program_totals(club)}
    assert totals == {"credit": 500_000, "points": 1_500}
    assert verify() == []


def test_a_lot_ends_with_the_last_day_of_the_file(club: ClubInfo, file: Path) -> None:
    imported(club, file)
    ends = datetime(2027, 3, 20, 20, 30, tzinfo=UTC)  # the midnight that ends 29 Esfand 1405 in Tehran
    member = members_resolve_bulk(club, "external", ["C-1"])["C-1"]
    lots = ledger.lots_open(club, member, "points")
    assert [(lot.remaining, lot.expires_at) for lot in lots] == [(1_200, ends)]


def test_the_same_file_twice_changes_nothing(club: ClubInfo, file: Path) -> None:
    imported(club, file)
    again = imported(club, file)
    assert (again.opened, again.repeated, again.rejected, again.units) == (0, 3, 7, 0)
    assert ledger.outstanding(club)["points"] == (1_500, 0, 0)


def test_stopped_in_the_middle_it_goes_on_where_it_was(
    club: ClubInfo, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balances, "BATCH", 2)

    def stopped(stage: str, done: int, total: int) -> None:
        if stage == "settling" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        balances_import(file, mapping(), club=club, actor=SYSTEM, now=NOW, progress=stopped)
    report = imported(club, file)
    assert (report.opened, report.repeated) == (1, 2)
    assert ledger.outstanding(club)["points"] == (1_500, 0, 0)


def test_a_mapping_that_names_nobody_is_refused() -> None:
    with pytest.raises(Refusal, match="mapping_invalid"):
        balance_mapping_of({"source": "x", "columns": {"amount": "مانده"}})
