"""A file goes in completely: settled, anonymous, matched or rejected with its reason; twice is once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bashgah.activities import services as activities
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.history import selectors as history
from bashgah.imports.mapping import PurchaseMapping, mapping_of, mapping_read
from bashgah.imports.services import purchases_import
from bashgah.imports.types import ImportReport
from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors as ledger
from bashgah.ledger.verify import verify
from bashgah.members import selectors as members
from bashgah.products import selectors as products
from bashgah.programs.services import program_start
from tests import cast

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)

MAPPING = """
source: shop
currency: IRR
unit: toman
cancellation_prefix: C
adjustment_prefix: A
services: [POST]
branches: {map: {ونک: "101"}, otherwise: "102"}
columns:
  invoice: شماره فاکتور
  at: تاریخ
  sku: کد کالا
  name: شرح
  quantity: تعداد
  price: فی
  customer: مشتری
  mobile: موبایل
  first_name: نام
  branch: شعبه
"""
HEADER = ["شماره فاکتور", "تاریخ", "کد کالا", "شرح", "تعداد", "فی", "مشتری", "موبایل", "نام", "شعبه"]
ROWS = [
    ["1001", "۱۴۰۵/۰۱/۱۵ ۱۰:۳۰", "TEA", "چای", "۲", "۵۰٬۰۰۰", "C-1", "9121112233", "مینو", "ونک"],
    ["1001", "1405/01/15 10:30", "CUP", "فنجان", "6", "100,000", "C-1", "9121112233", "مینو", "ونک"],
    ["1001", "1405/01/15 10:30", "CUP", "فنجان", "6", "100,000", "C-1", "9121112233", "مینو", "ونک"],
    ["1002", "1405/01/16 11:00", "TEA", "چای", "10", "50000", "", "", "", "ونک"],
    ["1003", "1405/02/01", "CUP", "فنجان", "1", "100000", "C-2", "", "", "تجریش"],
    ["1003", "1405/02/01", "POST", "ارسال", "1", "30000", "C-2", "", "", "تجریش"],
    ["C1004", "1405/02/10", "CUP", "فنجان", "-6", "100000", "C-1", "", "", "ونک"],
    ["C1005", "1405/02/11", "CUP", "فنجان", "-4", "100000", "C-1", "", "", "ونک"],
    ["C1006", "1405/02/12", "TEA", "چای", "-1", "50000", "C-2", "", "", "ونک"],
    ["C1007", "1405/02/12", "TEA", "چای", "-1", "50000", "", "", "", "ونک"],
    ["C1008", "1405/02/13", "CUP", "فنجان", "-5", "100000", "C-1", "", "", "ونک"],
    ["A1", "1405/02/13", "B", "تعدیل", "1", "-5000", "", "", "", ""],
    ["1009", "1405/02/14", "TEA", "چای", "-3", "0", "", "", "", ""],
    ["1010", "1405/02/14", "TEA", "هدیه", "3", "0", "C-1", "", "", ""],
    ["1011", "1405/13/14", "TEA", "چای", "3", "50000", "C-1", "", "", ""],
    ["1012", "1405/02/14", "TEA", "چای", "3", "50000", "C-9", "12", "", ""],
    ["1001", "1405/01/15 10:30", "TEA", "چای", "1", "50000", "C-2", "", "", "ونک"],
    ["=1+1", "1405/02/15", "=cmd()", "x", "-1", "5", "", "", "", ""],
]
REJECTED = {
    "cancellation_unmatched": 1,
    "cancellation_without_customer": 1,
    "cancellation_too_large": 1,
    "adjustment": 1,
    "quantity_not_positive": 2,
    "free_line": 1,
    "date_invalid": 1,
    "mobile_invalid": 1,
    "two_customers": 1,
}


@pytest.fixture
def club() -> Iterator[ClubInfo]:
    made = cast.naderi().club
    program_start(club=made, actor=SYSTEM, now=cast.LONG_AGO)
    yield made
    assert verify() == []


@pytest.fixture
def mapping(tmp_path: Path) -> PurchaseMapping:
    path = tmp_path / "map.yaml"
    path.write_text(MAPPING, "utf-8")
    return mapping_read(path)


def written(path: Path, *, encoding: str = "utf-8-sig", delimiter: str = ",", above: int = 0) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for _ in range(above):
            writer.writerow(["گزارش فروش", "", "", "", "", "", "", "", "", ""])
        writer.writerows([HEADER, *ROWS])
    return path


def run(path: Path, mapping: PurchaseMapping, club: ClubInfo, rejects: Path | None = None) -> ImportReport:
    return purchases_import(path, mapping, club=club, actor=SYSTEM, now=NOW, rejects=rejects)


def sums(club: ClubInfo, external: str) -> tuple[int, int]:
    member = members.member_resolve(club, "external", external)
    assert member is not None
    found = history.sums_get(club, member)
    return found.purchases, found.spend


def test_every_line_is_accounted_for(club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path) -> None:
    rejects = tmp_path / "out" / "rejected.csv"
    report = run(written(tmp_path / "sales.csv"), mapping, club, rejects)
    assert report.adds_up
    assert (report.lines, report.settled, report.anonymous) == (18, 5, 1)
    assert (report.matched_whole, report.matched_part, report.rejected) == (1, 1, 10)
    assert report.rejected_by == REJECTED
    assert (report.purchases, report.purchases_anonymous, report.returns) == (2, 1, 2)
    assert (report.members, report.members_new, report.repeated) == (2, 2, 0)
    with rejects.open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["ردیف فایل", "فاکتور", "کد کالا", "کد", "دلیل"]
    assert rows[1][:2] == ["10", "C1006"]
    assert rows[-1][1:3] == ["'=1+1", "'=cmd()"]
    assert len(rows) == 11


def test_what_was_bought_and_taken_back_counts(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path
) -> None:
    run(written(tmp_path / "sales.csv"), mapping, club)
    assert sums(club, "C-1") == (1, 3_000_000)
    assert sums(club, "C-2") == (1, 1_300_000)
    minoo = members.member_resolve(club, "mobile", "09121112233")
    assert minoo == members.member_resolve(club, "external", "C-1")
    assert members.member_get(club, minoo).first_name == "مینو"
    assert ledger.wallets_get(club, minoo, NOW)["points"].available == 30
    facts = products.products_facts(club, ["POST", "CUP"])
    assert (facts["POST"].is_service, facts["CUP"].is_service) == (True, False)
    assert facts["CUP"].name.fa == "فنجان"


def test_the_same_file_twice_changes_nothing(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path
) -> None:
    path = written(tmp_path / "sales.csv")
    first = run(path, mapping, club)
    before = sums(club, "C-1"), ledger.program_totals(club), members.members_count(club)
    second = run(path, mapping, club)
    assert (sums(club, "C-1"), ledger.program_totals(club), members.members_count(club)) == before
    assert (second.members_new, second.repeated) == (0, 5)
    assert (second.settled, second.matched, second.rejected_by) == (first.settled, first.matched, REJECTED)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_import_that_was_killed_goes_on_where_it_was(
    club: ClubInfo,
    mapping: PurchaseMapping,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
) -> None:
    from bashgah.imports import services

    monkeypatch.setattr(services, "BATCH", 1)
    path, told = written(tmp_path / "sales.csv"), [0]
    real = activities.settle

    def dies(*given, **named):
        told[0] += 1
        if told[0] > after:
            raise KeyboardInterrupt
        return real(*given, **named)

    with monkeypatch.context() as broken:
        broken.setattr(services.activities, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            run(path, mapping, club)
    report = run(path, mapping, club)
    assert (report.adds_up, report.repeated, report.rejected_by) == (True, after, REJECTED)
    assert sums(club, "C-1") == (1, 3_000_000)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "above"),
    [("utf-8", ";", 0), ("cp1256", ",", 0), ("utf-8-sig", "\t", 3), ("utf-8", "|", 1)],
)
def test_encodings_delimiters_and_titles_above_the_header(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path, encoding: str, delimiter: str, above: int
) -> None:
    def spelled(cells: list[str]) -> list[str]:
        return [cell.replace("ی", "ي") for cell in cells] if encoding == "cp1256" else cells

    path = tmp_path / "sales.csv"
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([["گزارش فروش"] + [""] * 9] * above)
        plain = [
            [cell.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٬", "0123456789,")) for cell in row] for row in ROWS
        ]
        writer.writerows(spelled(row) for row in [HEADER, *plain])
    if encoding == "cp1256":
        document = mapping.model_dump()
        document["columns"] = {key: name.replace("ی", "ي") for key, name in document["columns"].items()}
        mapping = mapping_of(document)
    report = run(path, mapping, club)
    assert (report.lines, report.settled, report.matched, report.rejected_by) == (18, 5, 2, REJECTED)
    minoo = members.member_resolve(club, "external", "C-1")
    assert members.member_get(club, minoo).first_name == "مینو"


def test_a_spreadsheet_with_numbers_and_real_dates(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.append(["گزارش فروش بهار"])
    page.append(HEADER)
    at = datetime(2026, 4, 4, 10, 30)  # noqa: DTZ001 - cells have no zone
    page.append([1001, at, "TEA", "چای", 2, 50000, 17850, 9121112233, "مینو", "ونک"])
    page.append([1001, at, "CUP", "فنجان", 1.5, 100000.5, 17850, 9121112233, "مینو", "ونک"])
    page.append([None] * 10)
    page.append(["C1002", at + timedelta(days=1), "TEA", "چای", -2, 50000, 17850, None, None, "ونک"])
    book.save(tmp_path / "sales.xlsx")
    report = run(tmp_path / "sales.xlsx", mapping, club)
    assert (report.lines, report.settled, report.matched_whole, report.rejected) == (3, 2, 1, 0)
    assert sums(club, "17850") == (1, 1_500_008)


def test_a_parquet_file(club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow
    import pyarrow.parquet

    columns = {name: [row[place] for row in ROWS] for place, name in enumerate(HEADER)}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "sales.parquet")
    report = run(tmp_path / "sales.parquet", mapping, club)
    assert (report.lines, report.settled, report.rejected_by) == (18, 5, REJECTED)


def test_a_parquet_column_of_lists_is_refused(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow
    import pyarrow.parquet

    columns = {name: [["x", "y"]] for name in HEADER}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "sales.parquet")
    with pytest.raises(Refusal, match="column_nested"):
        run(tmp_path / "sales.parquet", mapping, club)


def test_an_invoice_with_very_many_lines_is_told_in_parts(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path
) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(2500):
            writer.writerow(["1", "1405/01/15", f"S{number}", "x", "1", "1000", "C-1", "", "", "ونک"])
        writer.writerow(["C2", "1405/01/16", "S2400", "x", "-1", "1000", "C-1", "", "", "ونک"])
    report = run(path, mapping, club)
    assert (report.settled, report.purchases, report.matched_whole) == (2500, 3, 1)
    assert sums(club, "C-1") == (3, 24_990_000)


def test_an_unknown_branch_rejects_its_purchases_only(club: ClubInfo, tmp_path: Path) -> None:
    document = {**mapping_of_text(), "branches": {"map": {"ونک": "101"}, "otherwise": "999"}}
    report = run(written(tmp_path / "sales.csv"), mapping_of(document), club)
    assert report.adds_up
    assert report.rejected_by["branch_not_found"] == 2
    assert report.settled == 3


def test_two_branches_new_to_the_club_are_never_taken_for_one(club: ClubInfo, tmp_path: Path) -> None:
    """Their letters weigh the same when merely added up."""
    rows = [
        ["1", "1405/01/15", "TEA", "چای", "1", "50000", "C-1", "", "", "بب"],
        ["2", "1405/01/15", "TEA", "چای", "1", "50000", "C-1", "", "", "تا"],
    ]
    path = tmp_path / "sales.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    before = {branch.code for branch in clubs.branch_list(club)}
    run(path, mapping_of({**mapping_of_text(), "branches": {"create": True}}), club)
    opened = {branch.name.fa for branch in clubs.branch_list(club) if branch.code not in before}
    assert opened == {"بب", "تا"}


def mapping_of_text() -> dict:
    import yaml

    return yaml.safe_load(MAPPING)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"currency": "XYZ"}, "/currency"),
        ({"timezone": "Mars/Base"}, "/timezone"),
        ({"colour": "red"}, "/colour"),
        ({"source": "my shop"}, "/source"),
        ({"columns": {"invoice": "a", "at": "b", "quantity": "c", "sku": "d"}}, "/columns"),
        ({"unit": "dozen"}, "/unit"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_where_it_is_wrong(change: dict, place: str) -> None:
    with pytest.raises(Refusal) as refused:
        mapping_of({**mapping_of_text(), **change})
    assert (refused.value.code, refused.value.field) == ("mapping_invalid", place)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("sales.pdf", b"x", "file_kind_unknown"),
        ("sales.csv", "نام,تاریخ\nالف,ب".encode(), "column_missing"),
        ("sales.csv", b"", "column_missing"),
        ("sales.xlsx", b"not a zip", "file_unreadable"),
        ("sales.parquet", b"not parquet", "file_unreadable"),
        ("sales.csv", None, "file_missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_before_anything_is_written(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        run(path, mapping, club)
    assert (refused.value.code, refused.value.status) == (code, 422)
    assert members.members_count(club) == 2


def test_a_zip_bomb_is_refused(club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    with pytest.raises(Refusal, match="file_unreadable"):
        run(path, mapping, club)


def test_a_file_in_another_currency_is_refused(club: ClubInfo, tmp_path: Path) -> None:
    document = {**mapping_of_text(), "currency": "GBP", "unit": "whole"}
    with pytest.raises(Refusal, match="currency_differs"):
        run(written(tmp_path / "sales.csv"), mapping_of(document), club)


def test_a_later_file_takes_goods_back_from_an_earlier_one(
    club: ClubInfo, mapping: PurchaseMapping, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    head, *rows = [HEADER, *ROWS]
    bought = [row for row in rows if row[0] == "1001" and row[6] == "C-1"]
    for path, part in (
        (first, bought),
        (second, [["C2001", "1405/03/01", "CUP", "", "-8", "1", "C-1", "", "", ""]]),
    ):
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([head, *part])
    run(first, mapping, club)
    for _ in range(2):
        report = run(second, mapping, club)
        assert (report.returns, report.rejected_by, report.matched_part) == (1, {}, 1)
    assert report.repeated == 1
