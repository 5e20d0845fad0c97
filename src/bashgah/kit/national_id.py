"""Iranian national ids of persons (کد ملی) and companies (شناسه ملی)."""

from __future__ import annotations

import re

from bashgah.kit.refusals import Refusal
from bashgah.kit.sentence import Phrase
from bashgah.kit.sentence import marked as _
from bashgah.kit.text import ascii_digits

_COMPANY_WEIGHTS = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)


def normalise(text: str) -> str:
    """Return the ten digits of a person's id or the eleven of a company's.

    Leading zeros that a spreadsheet ate are put back; a wrong check digit raises ``national_id_invalid``.
    """
    digits = re.sub(r"[\s\-]", "", ascii_digits(text))
    if re.fullmatch(r"[0-9]{8,9}", digits):
        digits = digits.zfill(10)
    if not check(digits):
        raise Refusal(
            "national_id_invalid",
            Phrase(_("This is not a valid national id.")),
            status=422,
            field="/national_id",
        )
    return digits


def check(digits: str) -> bool:
    """Say whether these ASCII digits are a person's or a company's id with a right check digit."""
    if re.fullmatch(r"[0-9]{10}", digits):
        return _person(digits)
    return bool(re.fullmatch(r"[0-9]{11}", digits)) and _company(digits)


def _person(digits: str) -> bool:
    if len(set(digits)) == 1:
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == (rest if rest < 2 else 11 - rest)


def _company(digits: str) -> bool:
    if len(set(digits)) == 1:
        return False
    shift = int(digits[9]) + 2
    rest = sum((int(d) + shift) * w for d, w in zip(digits, _COMPANY_WEIGHTS, strict=False)) % 11
    return int(digits[10]) == (0 if rest == 10 else rest)
