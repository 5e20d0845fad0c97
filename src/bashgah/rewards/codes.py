"""Coupon codes: 85 random bits and a check letter, easy to read out and impossible to guess.

Written ``7KQ2MX-9F4TBN-W8ZC3D`` in Crockford's base32, which has no I, L, O and U; small letters, blanks,
dashes, Persian digits and the look-alikes (o for 0, i and l for 1) are understood.
"""

from __future__ import annotations

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BYTES = 11
_RANDOM_LETTERS = 17
_LENGTH = _RANDOM_LETTERS + 1
_LOOK_ALIKE = str.maketrans("OIL", "011", "- \t‌")


def code_from(random: bytes) -> str:
    """Make a code of 85 bits out of eleven random bytes."""
    if len(random) < RANDOM_BYTES:
        raise ValueError("a code needs eleven random bytes")
    value = int.from_bytes(random[:RANDOM_BYTES], "big") >> (RANDOM_BYTES * 8 - _RANDOM_LETTERS * 5)
    letters = "".join(ALPHABET[value >> (5 * place) & 31] for place in range(_RANDOM_LETTERS - 1, -1, -1))
    return letters + _check_letter(letters)


def code_shown(code: str) -> str:
    """The code in three groups of six, as it is printed."""
    return "-".join(code[start : start + 6] for start in range(0, _LENGTH, 6))


def code_read(text: str) -> str:
    """The code a person typed or scanned, or ``coupon_code_invalid`` (422) when it can't be one.

    The check letter finds every single wrong letter and every swap of neighbours, so a slip of the finger is
    answered at once and never counts as a guess.
    """
    code = ascii_digits(text).strip().upper().translate(_LOOK_ALIKE)
    well_formed = len(code) == _LENGTH and set(code) <= set(ALPHABET)
    if well_formed and _check_letter(code[:-1]) == code[-1]:
        return code
    raise Refusal(
        "coupon_code_invalid",
        Phrase(_("This is not a coupon code. Please check its letters.")),
        status=422,
        field="/code",
    )


def looks_coupon(text: str) -> bool:
    """Say whether the text is well formed as a coupon's code, check letter included."""
    try:
        code_read(text)
    except Refusal:
        return False
    return True


def _check_letter(letters: str) -> str:
    """A check over the field of 32 elements: place i weighs a different power of a generator."""
    total, weight = 0, 2
    for letter in letters:
        total ^= _times(ALPHABET.index(letter), weight)
        weight = _times(weight, 2)
    return ALPHABET[total]


def _times(a: int, b: int) -> int:
    """Multiply in GF(32) modulo x⁵ + x² + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0b100101 if a & 16 else 0)
        b >>= 1
    return product
