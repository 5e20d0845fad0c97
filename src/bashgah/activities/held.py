"""A held fact as it is kept: sealed, since it names its member as it was told, by mobile or card."""

from __future__ import annotations

import hashlib
from uuid import UUID

import msgspec

from bashgah.activities.types import Intake
from bashgah.ground import secrets

TABLE, COLUMN = "activities_review", "body"
PLAIN = b"{"
"""How bodies begin that were kept before they were sealed."""

_decoder = msgspec.json.Decoder(Intake)


def held_pack(club_id: UUID, intake: Intake) -> bytes:
    """Seal a fact for the row of its reference; told again, the row's body is sealed anew."""
    text = msgspec.json.encode(intake).decode()
    return secrets.encrypt(club_id, TABLE, COLUMN, _place(intake.source, intake.reference), text)


def held_unpack(club_id: UUID, source: str, reference: str, body: bytes) -> Intake:
    """Open what ``held_pack`` sealed."""
    if body.startswith(PLAIN):
        return _decoder.decode(body)
    return _decoder.decode(secrets.decrypt(club_id, TABLE, COLUMN, _place(source, reference), body))


def _place(source: str, reference: str) -> UUID:
    """Name the row by its reference: its id is not known where a waiting row is told again."""
    return UUID(bytes=hashlib.sha256(f"{source}\x00{reference}".encode()).digest()[:16])
