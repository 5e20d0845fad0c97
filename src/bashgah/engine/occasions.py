"""Days that schedules name: Nowruz, Yalda, Ramadan and others, in three calendars, correctable by year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from bashgah.engine.document import BothTexts, DaySpan, Occasion, Program
from bashgah.kit.jalali import to_jalali
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

_LUNAR_EPOCH = 227_015
"""The ordinal of 1 Muharram of the year 1."""


def _ready(key: str, fa: str, en: str, calendar: str, days: str) -> tuple[str, Occasion]:
    begins, _dash, ends = days.partition("…")
    name = BothTexts(fa=fa, en=en)
    terms = {"key": key, "name": name, "calendar": calendar, "begins": begins, "ends": ends or begins}
    return key, Occasion.model_validate(terms)


READY: dict[str, Occasion] = dict(
    [
        _ready("nowruz", "نوروز", "Nowruz", "jalali", "01-01…01-13"),
        _ready("nowruz_holidays", "تعطیلات عید نوروز", "Nowruz holidays", "jalali", "01-01…01-04"),
        _ready("nature_day", "روز طبیعت", "Nature Day", "jalali", "01-13"),
        _ready("yalda", "شب یلدا", "Yalda night", "jalali", "09-30"),
        _ready("nowruz_shopping", "خرید شب عید", "Shopping before Nowruz", "jalali", "12-15…12-30"),
        _ready("school_start", "بازگشایی مدرسه‌ها", "Start of school", "jalali", "06-15…07-07"),
        _ready("ramadan", "ماه رمضان", "Ramadan", "lunar", "09-01…09-30"),
        _ready("fitr", "عید فطر", "Eid al-Fitr", "lunar", "10-01…10-02"),
        _ready("qurban", "عید قربان", "Eid al-Adha", "lunar", "12-10"),
        _ready("ghadir", "عید غدیر", "Eid al-Ghadir", "lunar", "12-18"),
        _ready("tasua_ashura", "تاسوعا و عاشورا", "Tasua and Ashura", "lunar", "01-09…01-10"),
        _ready("arbaeen", "اربعین", "Arbaeen", "lunar", "02-20"),
        _ready("mothers_day", "روز مادر", "Mother's Day", "lunar", "06-20"),
        _ready("fathers_day", "روز پدر", "Father's Day", "lunar", "07-13"),
        _ready("christmas", "کریسمس", "Christmas", "gregorian", "12-24…12-26"),
        _ready("new_year", "سال نو میلادی", "New Year", "gregorian", "12-31…01-01"),
    ]
)
"""Occasions every program may name; one of the program's own with the same key replaces it.

Lunar days are counted by the tabular calendar, which may differ by a day or two from what is announced:
``Occasion.years`` corrects single years.
"""


def occasion_find(program: Program, key: str) -> Occasion | None:
    """Return the program's own occasion of that key, else the ready one, else None."""
    return next((each for each in program.occasions if each.key == key), None) or READY.get(key)


def occasions_named(program: Program, keys: tuple[str, ...], at: str) -> tuple[Occasion, ...]:
    """Return the occasions of these keys; one that nobody knows raises ``Refusal`` with a pointer."""
    found = []
    for i, key in enumerate(keys):
        occasion = occasion_find(program, key)
        if occasion is None:
            raise Refusal(
                "program_invalid",
                Phrase(_("There is no occasion called “{key}”."), {"key": key}),
                status=422,
                field=f"{at}/{i}",
            )
        found.append(occasion)
    return tuple(found)


def occasions_of(program: Program) -> dict[str, Occasion]:
    """Return every occasion a schedule may name, the program's own before the ready ones."""
    return READY | {each.key: each for each in program.occasions}


def to_lunar(day: date) -> tuple[int, int, int]:
    """Return year, month and day of the tabular Islamic calendar (civil epoch, 30-year cycle)."""
    passed = day.toordinal() - _LUNAR_EPOCH
    year = (30 * passed + 10_646) // 10_631
    of_year = passed - ((year - 1) * 354 + (3 + 11 * year) // 30)
    month = min(2 * of_year // 59 + 1, 12)
    return year, month, of_year - (59 * (month - 1) + 1) // 2 + 1


def falls_on(occasion: Occasion, day: date) -> bool:
    """Say whether the day belongs to the occasion; of a corrected year only what was corrected counts."""
    year, month_day = _place(occasion.calendar, day)
    begins, ends = occasion.begins, occasion.ends
    for near in (year - 1, year, year + 1):
        span = occasion.years.get(str(near))
        if span is not None and span.first <= day <= span.last:
            return True
    if begins <= ends:
        return begins <= month_day <= ends and str(year) not in occasion.years
    if month_day >= begins:
        return str(year) not in occasion.years
    return month_day <= ends and str(year - 1) not in occasion.years


def span_near(occasion: Occasion, day: date, within: int = 400) -> DaySpan | None:
    """Return the occasion's days that hold ``day`` or come next after it, or None within so many days."""
    first = day
    while falls_on(occasion, first) and first > day - timedelta(days=within):
        first -= timedelta(days=1)
    first += timedelta(days=first != day)
    while not falls_on(occasion, first):
        first += timedelta(days=1)
        if first > day + timedelta(days=within):
            return None
    last = first
    while falls_on(occasion, last + timedelta(days=1)) and last < first + timedelta(days=within):
        last += timedelta(days=1)
    return DaySpan(first=first, last=last)


@lru_cache(maxsize=8192)
def _place(calendar: str, day: date) -> tuple[int, str]:
    if calendar == "gregorian":
        year, month, of_month = day.year, day.month, day.day
    else:
        year, month, of_month = to_jalali(day) if calendar == "jalali" else to_lunar(day)
    return year, f"{month:02d}-{of_month:02d}"
