"""Numbers, money, dates and phones as people read them, in Persian and English.

Signed numbers, phones and codes are made for ``<bdi class="n" dir="ltr">``; all else stands in running text.
"""

from __future__ import annotations

import datetime as dt
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from num2words import num2words

from bashgah.kit import mobile
from bashgah.kit.jalali import MONTHS_EN, MONTHS_FA, Calendar, to_jalali
from bashgah.kit.money import CURRENCIES
from bashgah.kit.text import persian_digits

DateStyle = Literal["long", "medium", "short", "day", "month"]

MINUS = "\u2212"
_LRM = "\u200e"
_ALM = "\u061c"
_WEEKDAYS_FA = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنج‌شنبه", "جمعه", "شنبه", "یکشنبه")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GREGORIAN_FA = (
    "ژانویه",
    "فوریه",
    "مارس",
    "آوریل",
    "مه",
    "ژوئن",
    "ژوئیه",
    "اوت",
    "سپتامبر",
    "اکتبر",
    "نوامبر",
    "دسامبر",
)
_GREGORIAN_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_PERSIAN_MARKS = str.maketrans({",": "٬", ".": "٫"})
_PERSIAN_WHOLE = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")
_TEHRAN = "Asia/Tehran"


def number(value: int | float | Decimal, lang: str, decimals: int | None = None) -> str:
    """Write a number with grouped digits: «۱۲٬۵۰۰» / "12,500".

    ``decimals`` rounds and keeps that many places; without it trailing zeros vanish. A negative one carries
    U+2212 on its left, also inside right-to-left text.
    """
    if decimals is None and type(value) is int:  # nearly all that is said, and six times as fast
        digits = f"{abs(value):,}" if lang == "en" else f"{abs(value):,}".translate(_PERSIAN_WHOLE)
        return digits if value >= 0 else f"{_LRM if lang == 'fa' else ''}{MINUS}{digits}"
    digits = _digits(_decimal(value), lang, decimals)
    if not _is_negative(value, decimals):
        return digits
    return f"{_LRM}{MINUS}{digits}" if lang == "fa" else f"{MINUS}{digits}"


def signed(value: int | float | Decimal, lang: str) -> str:
    """Write a change with its sign on the left, for a left-to-right ``<bdi>``: «+۱۲۰», «−۱۲۰», «۰»."""
    digits = _digits(_decimal(value), lang, None)
    if value == 0:
        return digits
    return f"{MINUS if value < 0 else '+'}{digits}"


# names that say no more than the unit does; these are inflected, a club's own are not
USUAL_NAMES = frozenset(
    {"امتیاز", "امتیاز سطح", "Points", "points", "Qualifying points", "qualifying points"}
)


@lru_cache(maxsize=8192)
def points(amount: int, lang: str, unit: str = "points", name: str = "") -> str:
    """Write an amount of points with its unit: «۱۲۰ امتیاز» / "120 points", or the club's ``name`` for it."""
    if name and name not in USUAL_NAMES:
        return f"{number(amount, lang)} {name}"
    if lang == "fa":
        name = {"points": " امتیاز", "status": " امتیاز سطح"}.get(unit, "")
        return f"{number(amount, lang)}{name}"
    name = {"points": "point", "status": "qualifying point"}.get(unit, "")
    plural = "s" if name and abs(amount) != 1 else ""
    return f"{number(amount, lang)} {name}{plural}".rstrip()


@lru_cache(maxsize=8192)
def money(amount: int, currency: str, lang: str, display: str = "toman") -> str:
    """Write an amount of smallest units: «۱۲٬۵۰۰٬۰۰۰ تومان» / "12,500,000 toman", «۱۲٫۵۰ پوند» / "£12.50".

    Rials are shown in toman unless ``display`` is "rial"; an odd rial shows as a decimal of the toman.
    """
    if currency == "IRR":
        toman = display != "rial"
        unit = ("تومان" if toman else "ریال") if lang == "fa" else ("toman" if toman else "rial")
        shown = amount if not toman else Decimal(amount) / 10 if amount % 10 else amount // 10
        return f"{number(shown, lang)} {unit}"
    known = CURRENCIES[currency]
    written = number(Decimal(amount).scaleb(-known.exponent), lang, known.exponent)
    if lang == "en" and known.symbol:
        return written.replace(MINUS, MINUS + known.symbol) if amount < 0 else known.symbol + written
    return f"{written} {known.display.say(lang)}"


def percent(value: int | float | Decimal, lang: str, decimals: int | None = None) -> str:
    """Write a percentage given in hundredths (12.5 is 12.5 %): «۱۲٫۵٪» / "12.5%".

    The Persian form opens with U+061C, without which ٪ changes sides after a letter.
    """
    shown = (
        _decimal(value) if decimals is not None else _decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP)
    )
    if lang == "en":
        return f"{number(shown, lang, decimals)}%"
    return f"{_ALM}{number(shown, lang, decimals)}٪"


def words(value: int, lang: str) -> str:
    """Spell a whole number out: «یک میلیون و دویست و هشتاد هزار»."""
    return str(num2words(value, lang="fa" if lang == "fa" else "en"))


@lru_cache(maxsize=4096)
def date(day: dt.date, lang: str, calendar: Calendar | None = None, style: DateStyle = "long") -> str:
    """Write a date: long «شنبه ۳۰ آبان ۱۴۰۵», medium without weekday, short ۱۴۰۵/۰۸/۳۰, day, month.

    Without a calendar Persian is Jalali and English Gregorian. A ``datetime`` has no day before its zone
    is known: use ``datetime_``.
    """
    jalali = (calendar or ("jalali" if lang == "fa" else "gregorian")) == "jalali"
    year, month, day_of_month = to_jalali(day) if jalali else (day.year, day.month, day.day)
    if style == "short":
        mark = "/" if lang == "fa" else "-"
        return _plain(f"{year:04d}{mark}{month:02d}{mark}{day_of_month:02d}", lang)
    name = _month_names(lang, jalali)[month - 1]
    if style == "month":
        return f"{name} {_plain(str(year), lang)}"
    short = f"{_plain(str(day_of_month), lang)} {name}"
    if style == "day":
        return short
    weekday = (_WEEKDAYS_FA if lang == "fa" else _WEEKDAYS_EN)[day.weekday()]
    full = f"{short} {_plain(str(year), lang)}"
    return full if style == "medium" else f"{weekday} {full}"


def time(at: datetime, lang: str, zone: str = _TEHRAN) -> str:
    """Write the time of day in a zone: «۱۷:۴۲»."""
    return _plain(f"{at.astimezone(ZoneInfo(zone)):%H:%M}", lang)


def datetime_(
    at: datetime, lang: str, calendar: Calendar | None = None, zone: str = _TEHRAN, style: DateStyle = "long"
) -> str:
    """Write a moment in a zone: «شنبه ۳۰ آبان ۱۴۰۵، ۱۷:۴۲» / "Saturday 21 November 2026, 17:42"."""
    day = date(at.astimezone(ZoneInfo(zone)).date(), lang, calendar, style)
    return f"{day}{'،' if lang == 'fa' else ','} {time(at, lang, zone)}"


def ago(at: datetime, now: datetime, lang: str, calendar: Calendar | None = None, zone: str = _TEHRAN) -> str:
    """Write how long ago a moment was: «۵ دقیقه پیش»; past a month (or ahead by more) its date."""
    gap = now - at
    if abs(gap) >= timedelta(days=30):
        return date(at.astimezone(ZoneInfo(zone)).date(), lang, calendar, "medium")
    seconds = int(abs(gap).total_seconds())
    if seconds < 60:
        return "همین الان" if lang == "fa" else "just now"
    for size, fa, en in ((86400, "روز", "day"), (3600, "ساعت", "hour"), (60, "دقیقه", "minute")):
        if seconds >= size:
            return _span(seconds // size, fa, en, lang, ahead=gap < timedelta())
    raise AssertionError("a minute or more is a number of minutes, hours or days")


def phone(e164: str, lang: str) -> str:
    """Write a number as it is dialled, in groups, for a left-to-right ``<bdi>``: «۰۹۱۲ ۳۴۵ ۶۷۸۹»."""
    digits = mobile.national(e164)
    if len(digits) == 11:
        digits = f"{digits[:4]} {digits[4:7]} {digits[7:]}"
    return _plain(digits, lang)


def card(digits: str, lang: str) -> str:
    """Write a card number in fours, for a left-to-right ``<bdi>``."""
    return _plain(" ".join(digits[place : place + 4] for place in range(0, len(digits), 4)), lang)


def quantity(thousandths: int, lang: str) -> str:
    """Write a quantity kept in thousandths: 1500 is «۱٫۵»."""
    return number(Decimal(thousandths).scaleb(-3), lang)


def month_names(lang: str, calendar: Calendar) -> tuple[str, ...]:
    """Return the names of the year's twelve months."""
    return _month_names(lang, calendar == "jalali")


def _month_names(lang: str, jalali: bool) -> tuple[str, ...]:
    if lang == "fa":
        return MONTHS_FA if jalali else _GREGORIAN_FA
    return MONTHS_EN if jalali else _GREGORIAN_EN


def _span(count: int, fa: str, en: str, lang: str, *, ahead: bool) -> str:
    if lang == "fa":
        return f"{number(count, lang)} {fa} {'دیگر' if ahead else 'پیش'}"
    unit = en if count == 1 else f"{en}s"
    return f"in {count} {unit}" if ahead else f"{count} {unit} ago"


def _decimal(value: int | float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _is_negative(value: int | float | Decimal, decimals: int | None) -> bool:
    return _rounded(_decimal(value), decimals) < 0


def _rounded(value: Decimal, decimals: int | None) -> Decimal:
    return value if decimals is None else value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _digits(value: Decimal, lang: str, decimals: int | None) -> str:
    written = f"{abs(_rounded(value, decimals)):,f}"
    if decimals is None and "." in written:
        written = written.rstrip("0").rstrip(".")
    return persian_digits(written.translate(_PERSIAN_MARKS)) if lang == "fa" else written


def _plain(text: str, lang: str) -> str:
    return persian_digits(text) if lang == "fa" else text
