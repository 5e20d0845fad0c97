"""Consents: given and withdrawn in the same way, each one a new row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.outbox import news_post
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members import selectors
from bashgah.members.models import Consent
from bashgah.members.services.standing import member_lock
from bashgah.members.types import ConsentGiven

CHANNELS = ("sms", "email", "push", "call", "post", "app")
PURPOSES = ("service", "marketing", "profiling")


def consent_record(
    *, club: ClubInfo, id: UUID, consents: Sequence[ConsentGiven], source: str, now: datetime
) -> None:
    """Record what the member said yes or no to; repeating the latest word adds no row.

    The member is locked, so that two answers at once follow one another. Raises ``member_not_found`` (404)
    and ``consent_invalid`` (422).
    """
    with transaction.atomic():
        member_lock(club, id)
        current = selectors.consents(club, id)
        fresh = [consent for consent in consents_checked(consents) if not _repeats(current, consent)]
        Consent.objects.bulk_create(consent_rows(club, id, fresh, source, now))
        for consent in fresh:
            news_post(
                club_id=club.id,
                kind="consent.given" if consent.granted else "consent.withdrawn",
                member_id=id,
                payload={"channel": consent.channel, "purpose": consent.purpose},
                now=now,
            )


def consents_checked(consents: Sequence[ConsentGiven]) -> list[ConsentGiven]:
    """Return the consents, or raise ``consent_invalid`` for an unknown channel or purpose."""
    for consent in consents:
        if consent.channel not in CHANNELS or consent.purpose not in PURPOSES:
            raise Refusal(
                "consent_invalid",
                Phrase(_("There is no such channel or purpose of messages.")),
                status=422,
                field="/consents",
            )
    return list(consents)


def consent_rows(
    club: ClubInfo, member_id: UUID, consents: Sequence[ConsentGiven], source: str, now: datetime
) -> list[Consent]:
    """Make the rows of these consents."""
    return [
        Consent(
            member_id=member_id,
            id=ids.fresh(),
            club_id=club.id,
            channel=consent.channel,
            purpose=consent.purpose,
            granted=consent.granted,
            text_version=clean(consent.text_version, field="/consents", limit=40),
            source=clean(source, field="/consents", limit=40),
            proof=dict(consent.proof),
            at=now,
        )
        for consent in consents
    ]


def _repeats(current: dict, consent: ConsentGiven) -> bool:
    latest = current.get((consent.channel, consent.purpose))
    if latest is None:
        return False
    return latest.granted == consent.granted and latest.text_version == consent.text_version
