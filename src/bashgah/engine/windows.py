"""Windows of time in the club's calendar: where a limit's or a measure's window starts, when lots expire."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from bashgah.engine.document import ExpiryTerms, Window
from bashgah.kit.jalali import (
    Calendar,
    add_months,
    anniversary,
    month_bounds,
    to_jalali,
    week_bounds,
    year_bounds,
)

EVER = date.min
_SATURDAY, _MONDAY = 5, 0
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@lru_cache(maxsize=4096)
def window_start(window: Window | str, day: date, calendar: Calendar) -> date:
    """Return the first day of the window that holds ``day``.

    Weeks start on Saturday in the Jalali calendar, on Monday in the Gregorian; ``ever`` starts at 0001-01-01.
    ``last_week`` and the like are the window before.
    """
    if window.startswith("last_"):
        same = window.removeprefix("last_")
        return window_start(same, window_start(same, day, calendar) - timedelta(days=1), calendar)
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
    """Return the last day on which units earned on ``day`` can be used, or None when they never expire.

    Inactivity is not of the lot: see ``inactive_instant``.
    """
    counted = terms.calendar or calendar
    match terms.kind:
        case "age_days":
            return _aged(terms, day + timedelta(days=terms.count), counted)
        case "age_months":
            return _aged(terms, add_months(day, terms.count, counted), counted)
        case "on_date":
            return _dated(terms.last_day, day, counted) if terms.last_day else None
        case "period_end":
            first_after = _period_bounds(terms.period, _periods_later(terms, day, counted), counted)[1]
            return add_months(first_after, terms.grace_months, counted) - timedelta(days=1)
    return None


def _aged(terms: ExpiryTerms, reached: date, calendar: Calendar) -> date:
    if terms.until == "day":
        return reached
    return month_bounds(reached, calendar)[1] - timedelta(days=1)


def _dated(last_day: date, day: date, calendar: Calendar) -> date:
    """Return the fixed day, or its first anniversary that does not lie before ``day``."""
    if day <= last_day:
        return last_day
    found = anniversary(last_day, day, calendar)
    return found if day <= found else anniversary(last_day, year_bounds(day, calendar)[1], calendar)


def _periods_later(terms: ExpiryTerms, day: date, calendar: Calendar) -> date:
    return add_months(day, terms.count * MONTHS[terms.period], calendar)


def _period_bounds(period: str, day: date, calendar: Calendar) -> tuple[date, date]:
    if period == "year":
        return year_bounds(day, calendar)
    first, after = month_bounds(day, calendar)
    if period == "month":
        return first, after
    month = to_jalali(first)[1] if calendar == "jalali" else first.month
    begins = add_months(first, -((month - 1) % MONTHS["quarter"]), calendar)
    return begins, add_months(begins, MONTHS["quarter"], calendar)


@lru_cache(maxsize=4096)
def inactive_instant(
    terms: ExpiryTerms, day: date, zone: tzinfo | None, calendar: Calendar
) -> datetime | None:
    """Return when a wallet's units expire if ``day`` was the member's last activity; None: never so."""
    if not terms.inactive_months:
        return None
    last = add_months(day, terms.inactive_months, terms.calendar or calendar)
    return datetime.combine(last + timedelta(days=1), time(), zone)


@lru_cache(maxsize=4096)
def expiry_instant(terms: ExpiryTerms, day: date, zone: tzinfo | None, calendar: Calendar) -> datetime | None:
    """Return the local midnight that ends the last usable day."""
    last = expiry_day(terms, day, calendar)
    return None if last is None else datetime.combine(last + timedelta(days=1), time(), zone)


def available_instant(pending_days: int, local_at: datetime) -> datetime:
    """Return the local midnight that begins the day on which pending units become usable."""
    return datetime.combine(local_at.date() + timedelta(days=pending_days), time(), local_at.tzinfo)
