"""Mobile numbers: any spelling in, E.164 kept, the familiar form or a masked one out."""

from __future__ import annotations

import re
from decimal import Decimal

import phonenumbers

from bashgah.kit.refusals import Refusal
from bashgah.kit.sentence import Phrase
from bashgah.kit.sentence import marked as _
from bashgah.kit.text import ascii_digits

_MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
_NOISE = re.compile("[\\s\u200c-\u200f\u202a-\u202e\u2066-\u2069().\\-–_/]")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_TRAILING_ZERO = re.compile(r"(\+?[0-9]+)\.0+")
_PLAUSIBLE = re.compile(r"\+?[0-9]{7,15}")


def normalise(text: str, region: str = "IR") -> str:
    """Return the number in E.164; anything that is not a valid mobile number raises ``mobile_invalid``.

    Accepts 0912…, 912…, 98912…, 0098912…, +98912…, any digits and the usual separators, and mends what
    spreadsheets do to numbers (9.123456789E9 and 09123456789.0).
    """
    number = _NOISE.sub("", _unspoil(ascii_digits(text).strip()))
    if not _PLAUSIBLE.fullmatch(number):
        raise _invalid()
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise _invalid() from None
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) not in _MOBILE:
        raise _invalid()
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def looks_mobile(text: str, region: str = "IR") -> bool:
    """Say whether ``normalise`` would accept the text."""
    try:
        normalise(text, region)
    except Refusal:
        return False
    return True


def national(e164: str) -> str:
    """Return the number as people dial it at home: 09123456789 for +989123456789."""
    if e164.startswith("+98"):
        return f"0{e164[3:]}"
    parsed = phonenumbers.parse(e164, None)
    return re.sub(
        r"\D", "", phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL), flags=re.ASCII
    )


def mask(e164: str) -> str:
    """Return the number with its middle hidden: 0912•••6789."""
    number = national(e164)
    return f"{number[:4]}•••{number[-4:]}"


def _unspoil(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        return f"{Decimal(text):f}"
    trailing = _TRAILING_ZERO.fullmatch(text)
    return trailing.group(1) if trailing else text


def _invalid() -> Refusal:
    return Refusal(
        "mobile_invalid",
        Phrase(_("This is not a valid mobile number. Write all its digits, as in 0912 345 6789.")),
        status=422,
        field="/mobile",
    )
