"""The Jalali calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashgah.kit import jalali
from bashgah.kit.refusals import Refusal


@pytest.mark.parametrize(
    ("day", "parts"),
    [
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2026, 3, 20), (1404, 12, 29)),
        (date(2026, 3, 21), (1405, 1, 1)),
        (date(2026, 11, 21), (1405, 8, 30)),
    ],
)
def test_a_day_is_the_same_day_in_both_calendars(day, parts):
    assert jalali.to_jalali(day) == parts
    assert jalali.from_jalali(*parts) == day


@pytest.mark.parametrize(
    "typed",
    [
        "۱۴۰۵/۰۸/۳۰",
        "1405-8-30",
        "1405/8/30",
        "14050830",
        "30/8/1405",
        "۳۰ آبان ۱۴۰۵",
        "30 Aban 1405",
        "2026-11-21",
        "2026/11/21",
    ],
)
def test_a_date_is_read_as_it_is_written(typed):
    assert jalali.parse_date(typed) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1404/12/30",
        "1405/13/1",
        "5/4/2026",
        "1405",
        "0000-00-00",
        "1405/0/1",
        "۳۰ نامعلوم ۱۴۰۵",
        "\x00",
        "1700-01-01",
    ],
)
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(Refusal) as refused:
        jalali.parse_date(typed, field="/birth_date")
    assert (refused.value.code, refused.value.field) == ("date_invalid", "/birth_date")


def test_months_and_years_are_half_open_in_either_calendar():
    day = date(2026, 11, 21)
    assert jalali.month_bounds(day, "jalali") == (date(2026, 10, 23), date(2026, 11, 22))
    assert jalali.month_bounds(day, "gregorian") == (date(2026, 11, 1), date(2026, 12, 1))
    assert jalali.year_bounds(day, "jalali") == (date(2026, 3, 21), date(2027, 3, 21))
    assert jalali.year_bounds(day, "gregorian") == (date(2026, 1, 1), date(2027, 1, 1))
    assert jalali.month_bounds(date(2025, 3, 20), "jalali") == (date(2025, 2, 19), date(2025, 3, 21))


def test_a_week_starts_on_the_clubs_day():
    assert jalali.week_bounds(date(2026, 11, 21)) == (date(2026, 11, 21), date(2026, 11, 28))
    assert jalali.week_bounds(date(2026, 11, 20)) == (date(2026, 11, 14), date(2026, 11, 21))
    assert jalali.week_bounds(date(2026, 11, 21), week_start=0) == (date(2026, 11, 16), date(2026, 11, 23))


def test_a_month_later_is_the_same_day_or_the_months_last():
    assert jalali.add_months(date(2026, 9, 22), 1, "jalali") == date(2026, 10, 22)
    assert jalali.add_months(date(2026, 1, 31), 1, "gregorian") == date(2026, 2, 28)
    assert jalali.add_months(date(2026, 3, 31), -1, "gregorian") == date(2026, 2, 28)
    assert jalali.add_months(date(2025, 3, 20), 12, "jalali") == date(2026, 3, 20)


def test_a_birthday_of_30_esfand_is_kept_on_the_last_day_of_a_common_year():
    assert jalali.anniversary(date(2025, 3, 20), date(2026, 3, 1), "jalali") == date(2026, 3, 20)
    assert jalali.anniversary(date(1990, 5, 1), date(2026, 11, 21), "gregorian") == date(2026, 5, 1)


@given(st.dates(date(1921, 3, 21), date(2099, 12, 31)))
def test_every_day_lies_in_its_month_and_comes_back(day):
    first, after = jalali.month_bounds(day, "jalali")
    assert first <= day < after
    assert 29 <= (after - first).days <= 31
    assert jalali.from_jalali(*jalali.to_jalali(day)) == day
