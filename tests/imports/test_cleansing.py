"""Cells come in every spelling; each is understood or refused with its reason, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bashgah.imports.cleansing import Unfit, buyer, code_of, instant_of, mobile_of, name_of, number_of

TEHRAN = ZoneInfo("Asia/Tehran")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (12, "12"),
        (2.55, "2.55"),
        ("12,500,000", "12500000"),
        ("۱۲٬۵۰۰٬۰۰۰", "12500000"),
        ("۱۲،۵۰۰،۰۰۰", "12500000"),
        ("1 250 000", "1250000"),
        ("۲٫۵", "2.5"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("٤٥", "45"),
    ],
)
def test_numbers(cell: object, number: str) -> None:
    assert number_of(cell) == Decimal(number)


@pytest.mark.parametrize("cell", [None, "", "  ", "twelve", "1.2.3", float("nan"), float("inf"), True, "NaN"])
def test_what_is_no_number(cell: object) -> None:
    with pytest.raises(Unfit, match="number_invalid"):
        number_of(cell)


NOON = datetime(2024, 8, 2, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        (datetime(2024, 8, 2, 12, 0), NOON),  # noqa: DTZ001 - as cells have them
        (datetime(2024, 8, 2, 8, 30, tzinfo=UTC), NOON),
        (date(2024, 8, 2), NOON),
        ("2024-08-02 12:00", NOON),
        ("2024-08-02T12:00:00+03:30", NOON),
        ("1403/05/12", NOON),
        ("۱۴۰۳/۰۵/۱۲", NOON),
        ("۱۴۰۳/۵/۱۲ ۱۲:۰۰", NOON),
        ("1403.5.12, 12:00:00", NOON),
        ("1403-05-12 12:00 PM", NOON),
        ("1403-05-12 00:30", datetime(2024, 8, 1, 21, 0, tzinfo=UTC)),
        ("1403-05-12 12:30 AM", datetime(2024, 8, 1, 21, 0, tzinfo=UTC)),
    ],
)
def test_dates_in_both_calendars(cell: object, instant: datetime) -> None:
    assert instant_of(cell, TEHRAN, "") == instant


def test_a_format_of_the_files_own() -> None:
    assert instant_of("12/1/2010 8:26", ZoneInfo("Europe/London"), "%m/%d/%Y %H:%M") == datetime(
        2010, 12, 1, 8, 26, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "cell",
    ["", None, "yesterday", "1403/13/01", "2024-02-30", 45506, "1403/05/12 25:00", "0001-01-01", "9" * 30],
)
def test_what_is_no_date(cell: object) -> None:
    with pytest.raises(Unfit, match="date_invalid"):
        instant_of(cell, TEHRAN, "")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (9123456789, "+989123456789"),
        (9123456789.0, "+989123456789"),
        ("0912 345 6789", "+989123456789"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "+989123456789"),
        ("+98 912 345 6789", "+989123456789"),
    ],
)
def test_mobiles_that_lost_their_zero(cell: object, number: str) -> None:
    assert mobile_of(cell) == number


@pytest.mark.parametrize(
    ("cell", "code"), [("9.12E+09", "digits_lost"), ("12345", "mobile_invalid"), ("ندارد", "mobile_invalid")]
)
def test_mobiles_that_cannot_be_mended(cell: object, code: str) -> None:
    with pytest.raises(Unfit, match=code):
        mobile_of(cell)


@pytest.mark.parametrize(
    ("cell", "code"),
    [(17850, "17850"), (17850.0, "17850"), ("85123A", "85123A"), (" ۱۲۳ ", "123"), ("كد-1", "کد-1")],
)
def test_codes_stay_as_the_shop_writes_them(cell: object, code: str) -> None:
    assert code_of(cell, "sku_invalid") == code


@pytest.mark.parametrize("cell", [None, "", float("nan"), "x" * 61])
def test_what_is_no_code(cell: object) -> None:
    with pytest.raises(Unfit, match="sku_invalid"):
        code_of(cell, "sku_invalid")


def test_characters_that_cannot_be_shown_are_refused() -> None:
    for cell in ("a\x00b", "a\ud800b"):
        with pytest.raises(Unfit, match="text_invalid"):
            name_of(cell)


def test_nobody_is_named_where_number_and_mobile_are_missing() -> None:
    assert buyer(None, "", "سارا", "محمدی", "") is None
    assert buyer(float("nan"), None, None, None, None) is None
    assert buyer(12, "09123456789", "سارا", "محمدي", "").last_name == "محمدی"
