"""Reads what people type into fields: digits of any script, grouped numbers, money in the shown unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bashgah.kit.text import ascii_digits
from bashgah.ui.figures import stored_amount

_DROPPED = str.maketrans(
    {"٬": "", ",": "", "،": "", " ": "", "\u200c": "", "\u200e": "", "\u2212": "-", "٫": "."}
)


def decimal_or_none(text: str | None) -> Decimal | None:
    """The number in a field, or None for an empty one. Raises ValueError for anything else."""
    plain = ascii_digits(text or "").translate(_DROPPED).strip()
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 18:
        raise ValueError(text)
    return value


def whole_or_none(text: str | None) -> int | None:
    """A whole number, or None for an empty field. Raises ValueError for fractions and words."""
    value = decimal_or_none(text)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise ValueError(text)
    return int(value)


def money_or_none(text: str | None, club: object) -> int | None:
    """Money typed in the club's shown unit, as the stored integer; ValueError for what is none."""
    value = decimal_or_none(text)
    return None if value is None else stored_amount(value, club)
