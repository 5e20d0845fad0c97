"""Tags and filters that say one value: a sign, a number, money, a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bashgah.kit import formats
from bashgah.ui import figures, icons
from bashgah.ui.framing import current_lang

register = template.Library()


# --- signs


@register.simple_tag
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """`{% icon "gift" %}`; hidden from readers unless it has a label."""
    return icons.icon_svg(name, cls, label)


@register.simple_tag
def mark() -> SafeString:
    """The star of Bashgah."""
    return icons.mark_svg()


@register.simple_tag
def star(cls: str = "") -> SafeString:
    """The large star of empty states."""
    return icons.star_svg(cls)


@register.simple_tag
def tier(name: str, tone: str = "") -> SafeString:
    """A tier: emblem and name, never the emblem alone."""
    cls = f"t-{tone}" if tone else ""
    return format_html('<span class="b-tier {}">{}{}</span>', cls, icons.tier_svg(tone), name)


@register.simple_tag
def tag(text: str, tone: str = "", *, dot: bool = False, sign: str = "") -> SafeString:
    """A state in one or two words; tones good, warn, bad, info, brand, points or none."""
    classes = " ".join(
        part for part in ("b-tag", "has-dot" if dot else "", f"is-{tone}" if tone else "") if part
    )
    return format_html('<span class="{}">{}{}</span>', classes, icons.icon_svg(sign) if sign else "", text)


# --- numbers, money, time


@register.filter
def number(value: Any) -> str:
    """Digits and separators of the language; a dash for a missing value."""
    return "–" if value is None or value == "" else figures.plain(value)


@register.filter
def signed(value: int) -> SafeString:
    """A signed number that keeps its sign on the left in both scripts."""
    return figures.ltr(formats.signed(value, current_lang()))


@register.filter
def points(value: int | None) -> str:
    """«۲٬۴۸۰ امتیاز»."""
    return "–" if value is None else formats.points(value, current_lang())


@register.filter
def percent(share: float | None) -> str:
    """A share of one as a percentage."""
    if share is None:
        return "–"
    return formats.percent(figures.Decimal(str(share)) * 100, current_lang())


@register.filter
def phone(e164: str | None) -> SafeString | str:
    """A telephone number in national form, left to right."""
    return figures.ltr(formats.phone(e164, current_lang())) if e164 else "–"


@register.filter
def ltr(text: str | None) -> SafeString | str:
    """Codes, cards and addresses, left to right whatever surrounds them."""
    return figures.ltr(text) if text else "–"


@register.filter
def card(number_: str | None) -> SafeString | str:
    """A card number in fours."""
    if not number_:
        return "–"
    return figures.ltr(formats.card(str(number_), current_lang()))


@register.simple_tag
def money(amount: int | None, club: object) -> str:
    """Money in full: «۱۲٬۵۰۰٬۰۰۰ تومان»."""
    return "–" if amount is None else figures.money_words(amount, club)


@register.simple_tag
def money_short(amount: int | None, club: object) -> SafeString | str:
    """Money scaled: «۶۸٫۴ میلیارد تومان», the unit smaller."""
    if amount is None:
        return "–"
    value, unit = figures.money_parts(amount, club)
    return format_html("{} <small>{}</small>", value, unit)


@register.simple_tag
def money_in(amount: int | None, club: object) -> str:
    """The number alone in the unit of the club, for inputs and columns whose heading names the unit."""
    if amount is None:
        return "–"
    return figures.plain(figures.trimmed(figures.shown_amount(amount, club), 2))


@register.simple_tag
def money_change(amount: int, club: object) -> SafeString:
    """A signed amount in the unit of the club: «+۵۰٬۰۰۰»."""
    shown = figures.trimmed(figures.shown_amount(amount, club), 2)
    return figures.ltr(formats.signed(shown, current_lang()))


@register.simple_tag
def money_unit(club: object) -> str:
    """«تومان»."""
    return figures.money_unit(club)


@register.simple_tag
def day(value: date | datetime | None, club: object, style: str = "long") -> str:
    """A date in the club's calendar: `long` «شنبه ۳۰ آبان ۱۴۰۵», `short` «۱۴۰۵/۰۸/۳۰»."""
    return figures.day_words(value, club, style)


@register.simple_tag
def clock(value: datetime | None, club: object) -> str:
    """The time of day in the club's zone."""
    return figures.time_words(value, club)


@register.simple_tag
def moment(value: datetime | None, club: object, style: str = "long") -> str:
    """A date with its time of day, with the comma of the language."""
    return "–" if value is None else figures.moment_words(value, club, style)


@register.filter
def listed(parts: Iterable[str]) -> str:
    """Short pieces in one line, with the comma of the language."""
    return figures.listed(*parts)


@register.simple_tag
def since(value: datetime | None, now: datetime) -> str:
    """«۳ روز پیش»."""
    return "–" if value is None else formats.ago(value, now, current_lang())
