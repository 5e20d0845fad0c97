"""Windows start where the club's calendar says."""

from datetime import date, datetime

import pytest

from bashgah.engine.document import ExpiryTerms
from bashgah.engine.windows import available_instant, expiry_day, measure_start, weekday, window_start
from tests.engine.cases import TEHRAN

FRIDAY = date(2026, 11, 20)  # 29 Aban 1405


@pytest.mark.parametrize(
    ("window", "calendar", "start"),
    [
        ("day", "jalali", date(2026, 11, 20)),
        ("week", "jalali", date(2026, 11, 14)),
        ("week", "gregorian", date(2026, 11, 16)),
        ("month", "jalali", date(2026, 10, 23)),
        ("month", "gregorian", date(2026, 11, 1)),
        ("year", "jalali", date(2026, 3, 21)),
        ("year", "gregorian", date(2026, 1, 1)),
        ("ever", "jalali", date(1, 1, 1)),
    ],
)
def test_a_window_starts_on_its_first_day(window: str, calendar: str, start: date) -> None:
    assert window_start(window, FRIDAY, calendar) == start


def test_an_unknown_window_is_an_error() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        window_start("fortnight", FRIDAY, "jalali")


def test_a_rolling_year_leaves_the_same_day_a_year_ago_out() -> None:
    assert measure_start("rolling_12m", FRIDAY, "jalali") == date(2025, 11, 21)  # 30 Aban 1404
    assert measure_start("rolling_12m", date(2027, 2, 28), "gregorian") == date(2026, 3, 1)


def test_calendar_year_and_lifetime_windows() -> None:
    assert measure_start("calendar_year", FRIDAY, "jalali") == date(2026, 3, 21)
    assert measure_start("lifetime", FRIDAY, "jalali") == date(1, 1, 1)


def test_the_week_counts_from_saturday() -> None:
    assert [weekday(date(2026, 11, day)) for day in range(21, 28)] == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("terms", "calendar", "last"),
    [
        (ExpiryTerms(), "jalali", None),
        (ExpiryTerms(kind="age_days", count=30), "jalali", date(2026, 12, 20)),
        (ExpiryTerms(kind="age_months", count=12), "jalali", date(2027, 11, 20)),
        (ExpiryTerms(kind="age_months", count=3), "gregorian", date(2027, 2, 20)),
        (ExpiryTerms(kind="period_end", period="year"), "jalali", date(2027, 3, 20)),
        (ExpiryTerms(kind="period_end", period="year", count=1), "jalali", date(2028, 3, 19)),
        (ExpiryTerms(kind="period_end", period="month"), "jalali", date(2026, 11, 21)),
        (ExpiryTerms(kind="period_end", period="month"), "gregorian", date(2026, 11, 30)),
    ],
)
def test_units_can_be_used_through_their_last_day(
    terms: ExpiryTerms, calendar: str, last: date | None
) -> None:
    assert expiry_day(terms, FRIDAY, calendar) == last


def test_pending_units_open_at_midnight() -> None:
    at = datetime(2026, 11, 20, 23, 59, tzinfo=TEHRAN)
    assert available_instant(7, at) == datetime(2026, 11, 27, tzinfo=TEHRAN)
