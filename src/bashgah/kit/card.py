"""Card numbers: sixteen digits with a check digit, so that no amount is taken for a card."""

from __future__ import annotations

import re

from bashgah.kit.text import ascii_digits

LENGTH = 16
# Prime to ten, hence a permutation: neighbours in the sequence differ in many digits.
_STRIDE = 61_803_398_87


def card_number(seq: int, prefix: str) -> str:
    """Return the card number of the seq-th card under a prefix; distinct for distinct ``seq``.

    Raises ``ValueError`` where the prefix leaves no room for the number.
    """
    room = LENGTH - 1 - len(prefix)
    if room < 6 or not re.fullmatch(r"[0-9]+", prefix) or not 0 <= seq < 10**room:
        raise ValueError(f"card {seq} does not fit under the prefix {prefix!r}")
    body = f"{prefix}{seq * _STRIDE % 10**room:0{room}d}"
    return body + str(_check_digit(body))


def card_digits(text: str) -> str | None:
    """Return the sixteen ASCII digits if the text is a card number in any digits and spacing, else None."""
    digits = re.sub("[\\s\u200e\u200f\\-]", "", ascii_digits(text))
    if not re.fullmatch(r"[0-9]{16}", digits) or len(set(digits)) == 1:
        return None
    return digits if int(digits[-1]) == _check_digit(digits[:-1]) else None


def is_card(text: str) -> bool:
    """Say whether the text has a card's length and a right check digit (Luhn)."""
    return card_digits(text) is not None


def _check_digit(body: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
