"""Numbers, money and dates as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bashgah.kit import formats

NOW = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "fa", "en"),
    [
        (0, "۰", "0"),
        (12500, "۱۲٬۵۰۰", "12,500"),
        (Decimal("12.50"), "۱۲٫۵", "12.5"),
        (1.25, "۱٫۲۵", "1.25"),
        (-1234, "\u200e−۱٬۲۳۴", "−1,234"),
    ],
)
def test_a_number(value, fa, en):
    assert formats.number(value, "fa") == fa
    assert formats.number(value, "en") == en


def test_decimals_round_half_away_from_zero_and_never_leave_a_bare_minus():
    assert formats.number(Decimal("2.345"), "en", 2) == "2.35"
    assert formats.number(Decimal("-0.001"), "en", 2) == "0.00"


@pytest.mark.parametrize(
    ("value", "fa", "en"), [(120, "+۱۲۰", "+120"), (-120, "−۱۲۰", "−120"), (0, "۰", "0")]
)
def test_a_change_carries_its_sign_on_the_left(value, fa, en):
    assert formats.signed(value, "fa") == fa
    assert formats.signed(value, "en") == en


@pytest.mark.parametrize(
    ("amount", "currency", "display", "fa", "en"),
    [
        (125_000_000, "IRR", "toman", "۱۲٬۵۰۰٬۰۰۰ تومان", "12,500,000 toman"),
        (125_000_000, "IRR", "rial", "۱۲۵٬۰۰۰٬۰۰۰ ریال", "125,000,000 rial"),
        (12_345, "IRR", "toman", "۱٬۲۳۴٫۵ تومان", "1,234.5 toman"),
        (1250, "GBP", "toman", "۱۲٫۵۰ پوند", "£12.50"),
        (-1250, "GBP", "toman", "\u200e−۱۲٫۵۰ پوند", "−£12.50"),
        (1250, "AED", "toman", "۱۲٫۵۰ درهم امارات", "12.50 AED"),
    ],
)
def test_money(amount, currency, display, fa, en):
    assert formats.money(amount, currency, "fa", display) == fa
    assert formats.money(amount, currency, "en", display) == en


def test_points_carry_their_unit():
    assert formats.points(2480, "fa") == "۲٬۴۸۰ امتیاز"
    assert formats.points(1, "en") == "1 point"
    assert formats.points(2480, "en") == "2,480 points"
    assert formats.points(5, "fa", "status") == "۵ امتیاز سطح"
    assert formats.points(5, "en", "stamps") == "5"


def test_a_percentage_is_unsigned_and_keeps_its_side():
    assert formats.percent(12, "fa") == "\u061c۱۲٪"
    assert formats.percent(Decimal("12.55"), "fa") == "\u061c۱۲٫۶٪"
    assert formats.percent(12.5, "en") == "12.5%"
    assert formats.percent(Decimal("12.345"), "en", 2) == "12.35%"


def test_a_date_in_every_style():
    day = date(2026, 11, 21)
    assert formats.date(day, "fa") == "شنبه ۳۰ آبان ۱۴۰۵"
    assert formats.date(day, "en") == "Saturday 21 November 2026"
    assert formats.date(day, "fa", "gregorian") == "شنبه ۲۱ نوامبر ۲۰۲۶"
    assert formats.date(day, "en", "jalali") == "Saturday 30 Aban 1405"
    assert formats.date(day, "fa", style="medium") == "۳۰ آبان ۱۴۰۵"
    assert formats.date(day, "fa", style="short") == "۱۴۰۵/۰۸/۳۰"
    assert formats.date(day, "en", style="short") == "2026-11-21"
    assert formats.date(day, "fa", style="day") == "۳۰ آبان"
    assert formats.date(day, "fa", style="month") == "آبان ۱۴۰۵"


def test_a_moment_is_told_in_the_branchs_zone():
    assert formats.datetime_(NOW, "fa") == "شنبه ۳۰ آبان ۱۴۰۵، ۱۷:۴۲"
    assert formats.datetime_(NOW, "en") == "Saturday 21 November 2026, 17:42"
    assert formats.time(NOW, "en", "Europe/London") == "14:12"


@pytest.mark.parametrize(
    ("gap", "fa", "en"),
    [
        (timedelta(seconds=20), "همین الان", "just now"),
        (timedelta(minutes=1), "۱ دقیقه پیش", "1 minute ago"),
        (timedelta(hours=3), "۳ ساعت پیش", "3 hours ago"),
        (timedelta(days=2), "۲ روز پیش", "2 days ago"),
        (timedelta(days=40), "۲۰ مهر ۱۴۰۵", "12 October 2026"),
        (-timedelta(minutes=5), "۵ دقیقه دیگر", "in 5 minutes"),
    ],
)
def test_how_long_ago(gap, fa, en):
    assert formats.ago(NOW - gap, NOW, "fa") == fa
    assert formats.ago(NOW - gap, NOW, "en") == en


def test_an_amount_in_words():
    assert formats.words(1_280_000, "fa") == "یک میلیون و دویست و هشتاد هزار"
    assert formats.words(21, "en") == "twenty-one"


def test_phones_cards_and_quantities():
    assert formats.phone("+989123456789", "fa") == "۰۹۱۲ ۳۴۵ ۶۷۸۹"
    assert formats.phone("+989123456789", "en") == "0912 345 6789"
    assert formats.card("6280061803398875", "en") == "6280 0618 0339 8875"
    assert formats.quantity(1500, "fa") == "۱٫۵"
