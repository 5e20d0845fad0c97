"""Numbers as pages show them: scaled money, changes, values that keep their direction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from bashgah.kit import formats
from bashgah.kit.money import CURRENCIES
from bashgah.kit.text import persian_digits
from bashgah.ui.framing import current_lang
from bashgah.ui.types import Delta

SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


def _scale_word(name: str) -> str:
    return {
        "trillion": gettext("trillion"),
        "billion": gettext("billion"),
        "million": gettext("million"),
    }[name]


def money_unit(club: object) -> str:
    """The name of what money is shown in: toman for clubs that divide the rial by ten."""
    currency = str(getattr(club, "currency", "IRR"))
    if currency != "IRR":
        return currency
    if getattr(club, "money_display", "toman") == "toman":
        return pgettext("currency", "toman")
    return pgettext("currency", "rial")


def shown_amount(amount: int, club: object) -> Decimal:
    """An amount in the unit it is shown in: rial to toman, pence to pounds."""
    currency = str(getattr(club, "currency", "IRR"))
    if currency == "IRR":
        return Decimal(amount) / (10 if getattr(club, "money_display", "toman") == "toman" else 1)
    return Decimal(amount) / (10 ** CURRENCIES[currency].exponent)


def stored_amount(value: Decimal, club: object) -> int:
    """The other way: what was typed in the shown unit, as the integer that is stored."""
    currency = str(getattr(club, "currency", "IRR"))
    if currency == "IRR":
        return int(value * (10 if getattr(club, "money_display", "toman") == "toman" else 1))
    return int(value * (10 ** CURRENCIES[currency].exponent))


def trimmed(value: Decimal, places: int) -> Decimal:
    """Rounded to so many places, without zeros at the end."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return whole if rounded == whole else Decimal(f"{rounded:f}".rstrip("0"))


def plain(value: int | Decimal | float) -> str:
    """A number in the digits of the language in force."""
    if isinstance(value, float):
        value = Decimal(str(value))
    return formats.number(value, current_lang())


def digits(text: str) -> str:
    """A masked number or another text whose digits are those of the language in force."""
    return persian_digits(text) if current_lang() == "fa" else text


def money_parts(amount: int, club: object) -> tuple[str, str]:
    """«۶۸٫۴» and «میلیارد تومان»: a figure with three digits at most and its scaled unit."""
    shown, unit = shown_amount(amount, club), money_unit(club)
    for size, name in SCALES:
        if abs(shown) >= size:
            return plain(trimmed(shown / size, 1)), f"{_scale_word(name)} {unit}"
    return plain(trimmed(shown, 0)), unit


def money_words(amount: int, club: object) -> str:
    """Money in full, with its unit."""
    return formats.money(
        amount,
        getattr(club, "currency", "IRR"),
        current_lang(),
        getattr(club, "money_display", "toman"),
    )


def day_words(value: date | datetime | None, club: object, style: str = "long") -> str:
    """A date in the club's calendar and zone; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(zone_of(club)).date()
    return formats.date(value, current_lang(), getattr(club, "calendar", "jalali"), style)


def time_words(value: datetime | None, club: object) -> str:
    """The time of day in the club's zone."""
    return "–" if value is None else formats.time(value, current_lang(), zone_of(club).key)


def listed(*parts: str) -> str:
    """Short pieces in one line, with the comma of the language in force; empty ones are left out."""
    return ("، " if current_lang() == "fa" else ", ").join(part for part in parts if part)


def moment_words(value: datetime, club: object, style: str = "long") -> str:
    """A date with its time of day."""
    return listed(day_words(value, club, style), time_words(value, club))


def counted_words(at: datetime, now: datetime, club: object) -> str:
    """When a page's figures were counted; nothing where that was within the last minute."""
    if abs(now - at) < timedelta(minutes=1):
        return ""
    return gettext("Counted at %(time)s.") % {"time": time_words(at, club)}


def zone_of(club: object) -> ZoneInfo:
    """The zone pages of this club speak."""
    return ZoneInfo(str(getattr(club, "timezone", "") or "Asia/Tehran"))


def ltr(text: str) -> SafeString:
    """Phones, cards, codes and signed numbers keep their direction in a Persian line."""
    return format_html('<bdi class="n" dir="ltr">{}</bdi>', text)


def change(
    now: int | float | Decimal | None,
    before: int | float | Decimal | None,
    *,
    against: str,
    points: bool = False,
    up_is_good: bool = True,
) -> Delta | None:
    """The change of a figure. With `points` both are shares and the difference is said in units of
    percent."""
    if now is None or before is None or (not points and not before):
        return None
    if points:
        difference = round((Decimal(str(now)) - Decimal(str(before))) * 100, 1)
        text = gettext("%(n)s points") % {"n": plain(trimmed(abs(difference), 1))}
    else:
        difference = round((Decimal(str(now)) / Decimal(str(before)) - 1) * 100, 1)
        text = formats.percent(abs(difference), current_lang())
    if difference == 0:
        return Delta(gettext("no change"), "same", None, against)
    up = difference > 0
    return Delta(text, "up" if up else "down", up == up_is_good, against)


def isolated(text: str) -> str:
    """Keep a signed figure left to right inside any text, where a template cannot put it into a ``<bdi>``."""
    return f"\u2066{text}\u2069"
