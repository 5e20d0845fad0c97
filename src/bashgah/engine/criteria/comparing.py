"""What each comparison means: the one place where the meaning of a criterion's test is written.

Total: a value that is missing or of another type fails every test, except the tests that deny something
(``is_not``, ``not_in``, ``ne``, ``has_none``, ``under_none``), which are true of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bashgah.kit.jalali import Calendar, to_jalali


def number(value: Any) -> Any:
    """Return the value when it is a number that can be ordered (a boolean is none), else None."""
    if type(value) is int:
        return value
    if isinstance(value, float | Decimal) and value == value:  # noqa: PLR0124 NaN is not equal to itself
        return value
    return None


def day_text(value: Any) -> str | None:
    """Return a date as ISO text, whose order is the order of days."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value[:10] if isinstance(value, str) and len(value) >= 10 else None


def members(value: Any) -> Any:
    """Return the value when it is a collection of codes, else an empty one."""
    return value if isinstance(value, tuple | list | set | frozenset) else ()


def same(value: Any, other: Any) -> bool:
    """Equality without Python's habit of taking True for 1."""
    return bool(value == other) and (type(value) is bool) is (type(other) is bool)


def within(value: Any, items: tuple[Any, ...]) -> bool:
    """Membership under ``same``."""
    return any(same(value, item) for item in items)


Comparison = Callable[[Any, Any], bool]


def _ordered(compare: Callable[[Any, Any], bool]) -> Comparison:
    def check(value: Any, other: Any) -> bool:
        found = number(value)
        return found is not None and compare(found, other)

    return check


NUMBERS: dict[str, Comparison] = {
    "gte": _ordered(lambda value, other: value >= other),
    "lte": _ordered(lambda value, other: value <= other),
    "gt": _ordered(lambda value, other: value > other),
    "lt": _ordered(lambda value, other: value < other),
    "eq": _ordered(lambda value, other: value == other),
    "ne": lambda value, other: number(value) is None or value != other,
    "between": _ordered(lambda value, other: other[0] <= value <= other[1]),
    "every": lambda value, other: type(value) is int and value > 0 and value % other == 0,
}

CODES: dict[str, Comparison] = {
    "is": same,
    "is_not": lambda value, other: not same(value, other),
    "in": within,
    "not_in": lambda value, other: not within(value, other),
}

SETS: dict[str, Comparison] = {
    "has": lambda value, other: other in members(value),
    "has_any": lambda value, other: any(each in members(value) for each in other),
    "has_all": lambda value, other: all(each in members(value) for each in other),
    "has_none": lambda value, other: not any(each in members(value) for each in other),
}

PATHS: dict[str, Comparison] = {
    "under": SETS["has"],
    "under_any": SETS["has_any"],
    "under_none": SETS["has_none"],
}


def _dated(compare: Callable[[str, Any], bool]) -> Comparison:
    def check(value: Any, other: Any) -> bool:
        found = day_text(value)
        return found is not None and compare(found, other)

    return check


DATES: dict[str, Comparison] = {
    "on": _dated(lambda value, other: value == other),
    "before": _dated(lambda value, other: value < other),
    "on_or_after": _dated(lambda value, other: value >= other),
    "between": _dated(lambda value, other: other[0] <= value <= other[1]),
}

BY_TYPE: dict[str, dict[str, Comparison]] = {
    "text": CODES,
    "boolean": CODES,
    "weekday": CODES,
    "tier": CODES,
    "value": CODES | NUMBERS,
    "number": NUMBERS,
    "money": NUMBERS,
    "quantity": NUMBERS,
    "set": SETS,
    "path": PATHS,
    "date": DATES,
}


def birthday(value: Any, op: str, days: int, today: date, calendar: Calendar) -> bool:
    """Judge a birthday kept as month × 100 + day of the club's calendar (30 Aban is 830).

    ``this_month`` and ``today`` look at the fact's day; ``within_days`` allows so many days before or after
    it, over the turn of the year too. 30 Esfand counts as the year's last day.
    """
    if type(value) is not int or not 101 <= value <= 1231:
        return False
    month, day = divmod(value, 100)
    now_month, now_day = to_jalali(today)[1:] if calendar == "jalali" else (today.month, today.day)
    if op == "this_month":
        return month == now_month
    apart = abs(_day_of_year(month, day, calendar) - _day_of_year(now_month, now_day, calendar))
    return min(apart, 365 - apart) <= (0 if op == "today" else days)


def _day_of_year(month: int, day: int, calendar: Calendar) -> int:
    """Return the day's number in a year without a leap day; the leap day counts as the day before it."""
    if calendar == "jalali":
        return min((month - 1) * 31 - max(0, month - 7) + day, 365)
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
    return before[min(month, 12) - 1] + (min(day, 28) if month == 2 else day)


def tier_at_least(tier: Any, wanted: str, order: tuple[str, ...]) -> bool:
    """Judge whether a tier is the wanted one or higher on its ladder."""
    return tier in order and order.index(tier) >= order.index(wanted)
