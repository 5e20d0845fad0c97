"""Windows of time in the club's calendar: where a limit's or a measure's window starts, when lots expire."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from bashgah.engine.document import ExpiryTerms, Window
from bashgah.kit.jalali import Calendar, add_months, month_bounds, week_bounds, year_bounds

EVER = date.min
_SATURDAY, _MONDAY = 5, 0


@lru_cache(maxsize=4096)
def window_start(window: Window | str, day: date, calendar: Calendar) -> date:
    """Return the first day of the window that holds ``day``.

    Weeks start on Saturday in the Jalali calendar, on Monday in the Gregorian; ``ever`` starts at 0001-01-01.
    """
    match window:
        case "day":
            return day
        case "week":
            return week_bounds(day, _SATURDAY if calendar == "jalali" else _MONDAY)[0]
        case "month":
            return month_bounds(day, calendar)[0]
        case "year":
            return year_bounds(day, calendar)[0]
        case "ever":
            return EVER
    raise ValueError(f"no window is called {window!r}")


@lru_cache(maxsize=4096)
def measure_start(window: str, day: date, calendar: Calendar) -> date:
    """Return the first day that still counts on ``day`` for a ladder's window.

    ``rolling_12m`` counts the day itself and the twelve months before it, so the same date a year ago is out.
    """
    match window:
        case "rolling_12m":
            return add_months(day, -12, calendar) + timedelta(days=1)
        case "calendar_year":
            return year_bounds(day, calendar)[0]
        case "lifetime":
            return EVER
    raise ValueError(f"no measure window is called {window!r}")


def weekday(day: date) -> int:
    """Return the day's number in a week that starts on Saturday (Saturday 0 … Friday 6)."""
    return (day.weekday() + 2) % 7


@lru_cache(maxsize=4096)
def expiry_day(terms: ExpiryTerms, day: date, calendar: Calendar) -> date | None:
    """Return the last day on which units earned on ``day`` can be used, or None when they never expire."""
    match terms.kind:
        case "age_days":
            return day + timedelta(days=terms.count)
        case "age_months":
            return add_months(day, terms.count, calendar)
        case "period_end":
            months = terms.count * (12 if terms.period == "year" else 1)
            bounds = year_bounds if terms.period == "year" else month_bounds
            return bounds(add_months(day, months, calendar), calendar)[1] - timedelta(days=1)
    return None


@lru_cache(maxsize=4096)
def expiry_instant(terms: ExpiryTerms, day: date, zone: tzinfo | None, calendar: Calendar) -> datetime | None:
    """Return the local midnight that ends the last usable day."""
    last = expiry_day(terms, day, calendar)
    return None if last is None else datetime.combine(last + timedelta(days=1), time(), zone)


def available_instant(pending_days: int, local_at: datetime) -> datetime:
    """Return the local midnight that begins the day on which pending units become usable."""
    return datetime.combine(local_at.date() + timedelta(days=pending_days), time(), local_at.tzinfo)
