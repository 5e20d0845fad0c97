"""How busy each day is: the rhythm of the week, Nowruz, Yalda, the weeks before school."""

from __future__ import annotations

from datetime import date

from bashgah.kit.jalali import to_jalali

# Monday first: people shop before the weekend, least on its last day
WEEKDAY = (90, 92, 100, 142, 118, 96, 88)


def busyness(day: date) -> float:
    """The day's weight among days, 1 on an ordinary one."""
    _year, month, of_month = to_jalali(day)
    return WEEKDAY[day.weekday()] / 100 * _season(month, of_month)


def _season(month: int, day: int) -> float:
    if month == 12 and day >= 10:
        return 1.5 + min(day - 10, 17) * 0.07
    if month == 1 and day <= 13:
        return 0.55 if day <= 4 else 0.75
    if month == 9 and day >= 24:
        return 2.2 if day >= 28 else 1.6
    if month == 6 and day >= 20:
        return 1.25
    if month in (4, 5):
        return 0.92
    return 1.0
