"""Windows start where the club's calendar says."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bashgah.engine.document import ExpiryTerms
from bashgah.engine.windows import (
    available_instant,
    expiry_day,
    expiry_instant,
    inactive_instant,
    measure_start,
    weekday,
    window_start,
)
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
        (ExpiryTerms(kind="period_end", period="quarter"), "jalali", date(2026, 12, 21)),
        (ExpiryTerms(kind="period_end", period="quarter"), "gregorian", date(2026, 12, 31)),
        (ExpiryTerms(kind="period_end", period="quarter", count=1), "jalali", date(2027, 3, 20)),
        (ExpiryTerms(kind="period_end", period="year", grace_months=3), "jalali", date(2027, 6, 21)),
        (ExpiryTerms(kind="period_end", period="year", calendar="gregorian"), "jalali", date(2026, 12, 31)),
        (ExpiryTerms(kind="age_days", count=30, until="month_end"), "jalali", date(2026, 12, 21)),
        (ExpiryTerms(kind="age_months", count=12, until="month_end"), "gregorian", date(2027, 11, 30)),
        (ExpiryTerms(kind="on_date", last_day=date(2026, 11, 20)), "jalali", date(2026, 11, 20)),
        (ExpiryTerms(kind="on_date", last_day=date(2026, 11, 19)), "jalali", date(2027, 11, 19)),
        (ExpiryTerms(kind="on_date", last_day=date(2020, 12, 31)), "gregorian", date(2026, 12, 31)),
        (ExpiryTerms(inactive_months=12), "jalali", None),
    ],
)
def test_units_can_be_used_through_their_last_day(
    terms: ExpiryTerms, calendar: str, last: date | None
) -> None:
    assert expiry_day(terms, FRIDAY, calendar) == last


def test_pending_units_open_at_midnight() -> None:
    at = datetime(2026, 11, 20, 23, 59, tzinfo=TEHRAN)
    assert available_instant(7, at) == datetime(2026, 11, 27, tzinfo=TEHRAN)


LEAP = [
    # 1403 and 1408 have 30 days in Esfand, 1404 has 29
    (date(2024, 6, 1), "year", 0, date(2025, 3, 20)),
    (date(2025, 6, 1), "year", 0, date(2026, 3, 20)),
    (date(2029, 6, 1), "year", 0, date(2030, 3, 20)),
    (date(2024, 12, 30), "quarter", 0, date(2025, 3, 20)),
    (date(2024, 12, 30), "year", 1, date(2026, 3, 20)),
]


@pytest.mark.parametrize(("day", "period", "count", "last"), LEAP)
def test_a_jalali_period_ends_with_esfand_in_leap_years_too(
    day: date, period: str, count: int, last: date
) -> None:
    terms = ExpiryTerms.model_validate({"kind": "period_end", "period": period, "count": count})
    assert expiry_day(terms, day, "jalali") == last


def test_a_year_after_the_last_day_of_a_leap_esfand_is_the_last_day_of_esfand() -> None:
    leap_end = date(2025, 3, 20)  # 30 Esfand 1403
    assert expiry_day(ExpiryTerms(kind="age_months", count=12), leap_end, "jalali") == date(2026, 3, 20)
    assert expiry_day(ExpiryTerms(kind="on_date", last_day=leap_end), date(2025, 3, 21), "jalali") == date(
        2026, 3, 20
    )


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Asia/Tehran", datetime(2027, 3, 20, 20, 30, tzinfo=UTC)),
        # London's night between 31 October and 1 November 2026 has long left summer time
        ("Europe/London", datetime(2027, 3, 21, 0, 0, tzinfo=UTC)),
    ],
)
def test_units_expire_at_the_midnight_of_the_clubs_zone(zone: str, instant: datetime) -> None:
    terms = ExpiryTerms(kind="period_end", period="year")
    assert expiry_instant(terms, FRIDAY, ZoneInfo(zone), "jalali") == instant


def test_summer_time_moves_the_instant_and_not_the_day() -> None:
    terms = ExpiryTerms(kind="age_months", count=7)
    found = expiry_instant(terms, date(2026, 11, 20), ZoneInfo("Europe/London"), "gregorian")
    assert found == datetime(2027, 6, 20, 23, 0, tzinfo=UTC)


def test_inactivity_counts_months_from_the_last_active_day() -> None:
    terms = ExpiryTerms(inactive_months=6)
    assert inactive_instant(terms, FRIDAY, TEHRAN, "jalali") == datetime(2027, 5, 20, tzinfo=TEHRAN)
    assert inactive_instant(ExpiryTerms(), FRIDAY, TEHRAN, "jalali") is None
