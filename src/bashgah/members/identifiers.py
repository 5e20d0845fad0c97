"""Identifiers in one spelling and as digests: mobile, e-mail, national id, card, external id."""

from __future__ import annotations

from uuid import UUID

from bashgah.ground import secrets
from bashgah.kit import card, email, mobile, national_id
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members.types import IdentifierKind

EXTERNAL_LENGTH = 100


def normalised(kind: IdentifierKind, value: str) -> str:
    """Return the one spelling of an identifier, or raise its kind's refusal (``mobile_invalid`` …)."""
    match kind:
        case "mobile":
            return mobile.normalise(value)
        case "email":
            return email.normalise(value)
        case "national_id":
            return national_id.normalise(value)
        case "card":
            digits = card.card_digits(value)
            if digits is None:
                raise Refusal(
                    "card_invalid", Phrase(_("This is not a card number.")), status=422, field="/card"
                )
            return digits
        case "external":
            return clean(value, field="/external_id", limit=EXTERNAL_LENGTH)


def digest(club_id: UUID, kind: IdentifierKind, value: str) -> bytes:
    """Return the digest under which a normalised identifier is kept in a club."""
    return secrets.blind(club_id, kind, value)
