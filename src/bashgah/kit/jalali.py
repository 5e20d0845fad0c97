"""The Jalali calendar beside the Gregorian: conversion, reading dates, months, years and weeks."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import jdatetime  # type: ignore[import-untyped]

from bashgah.kit.refusals import Refusal
from bashgah.kit.sentence import Phrase
from bashgah.kit.sentence import marked as _
from bashgah.kit.text import ascii_digits, search_key

Calendar = Literal["jalali", "gregorian"]

MONTHS_FA = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
MONTHS_EN = (
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
)
_MONTH_NUMBERS = {search_key(name): place for place, name in enumerate(MONTHS_FA, 1)}
_MONTH_NUMBERS |= {search_key(name): place for place, name in enumerate(MONTHS_EN, 1)}
_MONTH_NUMBERS[search_key("امرداد")] = 5

_YEAR_FIRST = re.compile(r"([0-9]{4})[/\-.\s]([0-9]{1,2})[/\-.\s]([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/\-.\s]([0-9]{1,2})[/\-.\s]([0-9]{4})")
_RUN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NAMED = re.compile(r"([0-9]{1,2})\s+(\D+?)\s+([0-9]{4})", re.ASCII)
_JALALI_YEARS = range(1200, 1600)
_GREGORIAN_YEARS = range(1800, 2200)


@lru_cache(maxsize=8192)
def to_jalali(day: date) -> tuple[int, int, int]:
    """Return the Jalali year, month and day of a Gregorian date."""
    converted = jdatetime.date.fromgregorian(date=day)
    return converted.year, converted.month, converted.day


def from_jalali(year: int, month: int, day: int) -> date:
    """Return the Gregorian date; a day that does not exist raises ``ValueError`` (30 Esfand of 1404 does)."""
    day_found: date = jdatetime.date(year, month, day).togregorian()
    return day_found


def parse_date(text: str, *, field: str | None = None) -> date:
    """Read a date a person typed, in any digits; what cannot be read raises ``date_invalid``.

    Years 1200–1599 are Jalali, 1800–2199 Gregorian. Accepts 1405/8/30, 1405-08-30, 14050830, «۳۰ آبان ۱۴۰۵»,
    2026-11-21, and day first for Jalali years alone (day and month of 5/4/2026 cannot be told apart).
    """
    found = _numbers(ascii_digits(text).replace("\u200c", " ").strip())
    if found:
        year, month, day = found
        try:
            if year in _JALALI_YEARS:
                return from_jalali(year, month, day)
            if year in _GREGORIAN_YEARS:
                return date(year, month, day)
        except ValueError:
            pass  # a day that does not exist is refused like any other unreadable text
    raise Refusal(
        "date_invalid",
        Phrase(_("This date cannot be read. Write year, month and day, as in 1405/08/30.")),
        status=422,
        field=field,
    )


def month_bounds(day: date, calendar: Calendar) -> tuple[date, date]:
    """Return the first day of the month of ``day`` and the first day after it."""
    if calendar == "gregorian":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    year, month, _day = to_jalali(day)
    return from_jalali(year, month, 1), _jalali_month_start(year, month + 1)


def year_bounds(day: date, calendar: Calendar) -> tuple[date, date]:
    """Return the first day of the year of ``day`` and the first day after it."""
    if calendar == "gregorian":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    year = to_jalali(day)[0]
    return from_jalali(year, 1, 1), from_jalali(year + 1, 1, 1)


def week_bounds(day: date, week_start: int = 5) -> tuple[date, date]:
    """Return the week of ``day``; ``week_start`` counts from Monday = 0, so Saturday is 5."""
    first = day - timedelta(days=(day.weekday() - week_start) % 7)
    return first, first + timedelta(days=7)


@lru_cache(maxsize=8192)
def add_months(day: date, months: int, calendar: Calendar) -> date:
    """Move by whole months; where the month is too short, its last day."""
    year, month, day_of_month = to_jalali(day) if calendar == "jalali" else (day.year, day.month, day.day)
    index = year * 12 + month - 1 + months
    year, month = divmod(index, 12)
    first = from_jalali(year, month + 1, 1) if calendar == "jalali" else date(year, month + 1, 1)
    last = month_bounds(first, calendar)[1] - timedelta(days=1)
    return min(first + timedelta(days=day_of_month - 1), last)


def anniversary(day: date, year_of: date, calendar: Calendar) -> date:
    """Return the day's anniversary in the year of ``year_of``; 30 Esfand becomes the year's last day."""
    years = _year(year_of, calendar) - _year(day, calendar)
    return add_months(day, years * 12, calendar)


def _year(day: date, calendar: Calendar) -> int:
    return to_jalali(day)[0] if calendar == "jalali" else day.year


def _jalali_month_start(year: int, month: int) -> date:
    return from_jalali(year + 1, 1, 1) if month > 12 else from_jalali(year, month, 1)


def _numbers(text: str) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.fullmatch(text) or _RUN.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NAMED.fullmatch(text):
        month = _MONTH_NUMBERS.get(search_key(found[2]))
        return (int(found[3]), month, int(found[1])) if month else None
    if (found := _DAY_FIRST.fullmatch(text)) and int(found[3]) in _JALALI_YEARS:
        return int(found[3]), int(found[2]), int(found[1])
    return None
