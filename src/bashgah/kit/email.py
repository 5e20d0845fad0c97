"""E-mail addresses in one spelling."""

from __future__ import annotations

import re
import unicodedata

from bashgah.kit.refusals import Refusal
from bashgah.kit.sentence import Phrase
from bashgah.kit.sentence import marked as _

_SHAPE = re.compile(
    r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[^\s@.<>,;:\"()\[\]\\_]{1,63}\.)+[^\s@.<>,;:\"()\[\]\\0-9]{2,63}"
)
_LENGTH = 254


def normalise(text: str) -> str:
    """Return the address in lower case and compatibility form; a wrong shape raises ``email_invalid``."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    if (
        len(address) > _LENGTH
        or not _SHAPE.fullmatch(address)
        or not address.isprintable()
        or ".." in address
    ):
        raise Refusal(
            "email_invalid", Phrase(_("This is not a valid e-mail address.")), status=422, field="/email"
        )
    return address


def mask(address: str) -> str:
    """Return the address with most of its name hidden: s•••@example.com."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"
