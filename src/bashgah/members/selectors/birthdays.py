"""Birth dates by month or day of the club's calendar, as a condition that one index can answer.

The index knows a date's month and day of the Gregorian year (``MMDD``). Most of these lie in one Jalali month
in every year; the few at its edges lie in it in some years only, and are named date by date.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from bashgah.kit.jalali import Calendar, from_jalali

MMDD = "(EXTRACT(MONTH FROM m.birth_date) * 100 + EXTRACT(DAY FROM m.birth_date))"
"""As the index spells it."""
YEARS = range(1280, 1461)
LONGEST_MONTH = 31


def birth_month(calendar: Calendar, month: int) -> tuple[str, list[Any]]:
    """Return the condition that a member was born in this month (1–12) of the calendar."""
    if calendar == "gregorian":
        return f"m.birth_date IS NOT NULL AND {MMDD} BETWEEN %s AND %s", [
            month * 100 + 1,
            month * 100 + LONGEST_MONTH,
        ]
    always, sometimes = _days_of(month)
    edges = sorted({_mmdd(day) for day in sometimes})
    # the first part is what the index finds, the second leaves out edges of other years
    return (
        f"{MMDD} = ANY(%s::numeric[]) AND ({MMDD} = ANY(%s::numeric[]) OR m.birth_date = ANY(%s))",
        [[*always, *edges], list(always), list(sometimes)],
    )


def birth_day(day: date) -> tuple[str, list[Any]]:
    """Return the condition that a member was born on this very day."""
    return f"{MMDD} = %s AND m.birth_date = %s", [_mmdd(day), day]


@lru_cache(maxsize=12)
def _days_of(month: int) -> tuple[tuple[int, ...], tuple[date, ...]]:
    """Return the days of the Gregorian year always in this Jalali month, and the single dates besides."""
    seen: dict[int, list[date]] = {}
    for year in YEARS:
        day = from_jalali(year, month, 1)
        until = from_jalali(year + 1, 1, 1) if month == 12 else from_jalali(year, month + 1, 1)
        while day < until:
            seen.setdefault(_mmdd(day), []).append(day)
            day += timedelta(days=1)
    always = tuple(sorted(mmdd for mmdd, days in seen.items() if len(days) == len(YEARS)))
    sometimes = tuple(sorted(day for mmdd, days in seen.items() if len(days) < len(YEARS) for day in days))
    return always, sometimes


def _mmdd(day: date) -> int:
    return day.month * 100 + day.day
