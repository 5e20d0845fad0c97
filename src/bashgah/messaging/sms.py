"""How many parts an SMS takes: what the gateway bills by."""

from __future__ import annotations

GSM_ALONE, GSM_SPLIT = 160, 153
UCS2_ALONE, UCS2_SPLIT = 70, 67

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("\f^{}\\[~]|€")


def sms_parts(text: str) -> int:
    """How many parts the text is sent in; an empty text takes none.

    One letter outside the GSM alphabet (any Persian one) makes all of it UCS-2: 70 letters alone, 67 a part.
    """
    if not text:
        return 0
    if set(text) <= _GSM | _GSM_DOUBLE:
        units, alone, split = sum(2 if letter in _GSM_DOUBLE else 1 for letter in text), GSM_ALONE, GSM_SPLIT
    else:
        units, alone, split = len(text.encode("utf-16-le")) // 2, UCS2_ALONE, UCS2_SPLIT
    return 1 if units <= alone else -(-units // split)
