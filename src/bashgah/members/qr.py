"""The rotating QR of the portal's card: a member and a minute, signed; a photo of it is soon worthless."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from uuid import UUID

from bashgah.ground import secrets
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

PREFIX = "BQ1-"
WINDOW_SECONDS = 60

_PURPOSE = "member qr"
_SIGNATURE_LENGTH = 12
_LENGTH = 16 + 4 + _SIGNATURE_LENGTH


def token(club_id: UUID, member_id: UUID, now: datetime) -> str:
    """Return the token of this minute, in letters a QR code packs tightly."""
    message = member_id.bytes + _window(now).to_bytes(4, "big")
    signed = message + secrets.signature(club_id, _PURPOSE, message, length=_SIGNATURE_LENGTH)
    return PREFIX + base64.b32encode(signed).decode().rstrip("=")


def is_token(text: str) -> bool:
    """Say whether a scanned text claims to be such a token."""
    return text.strip().upper().startswith(PREFIX)


def member_of(club_id: UUID, text: str, now: datetime) -> UUID:
    """Return whose token it is.

    A token of this minute or the one before is good, so the screen may turn while the cashier scans. A
    forged or foreign one raises ``qr_invalid``, an older one ``qr_expired``.
    """
    body = text.strip().upper().removeprefix(PREFIX)
    try:
        signed = base64.b32decode(body + "=" * (-len(body) % 8))
    except (binascii.Error, ValueError):
        raise _invalid() from None
    message, signature = signed[:-_SIGNATURE_LENGTH], signed[-_SIGNATURE_LENGTH:]
    if len(signed) != _LENGTH or not secrets.signature_matches(club_id, _PURPOSE, message, signature):
        raise _invalid()
    if _window(now) - int.from_bytes(message[16:], "big") not in (0, 1):
        raise Refusal(
            "qr_expired",
            Phrase(_("This QR code is no longer valid. Ask for the one on screen now.")),
            status=422,
        )
    return UUID(bytes=message[:16])


def _window(now: datetime) -> int:
    return int(now.timestamp()) // WINDOW_SECONDS


def _invalid() -> Refusal:
    return Refusal("qr_invalid", Phrase(_("This QR code does not belong to this club.")), status=422)
