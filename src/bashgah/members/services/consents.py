"""Consents: given and withdrawn in the same way, each one a new row; joined and parted with memberships."""

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
from bashgah.members.types import ConsentGiven, ConsentInfo

CHANNELS = ("sms", "email", "push", "call", "post", "app")
PURPOSES = ("service", "marketing", "profiling")
MERGE = "merge"
"""The source of words that came by a merge or by its undo."""


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
        _tell(club, id, fresh, now)


def consents_join(
    *, club: ClubInfo, survivor_id: UUID, merged_id: UUID, merge_id: UUID, now: datetime
) -> None:
    """Give the survivor of a merge the stricter of both words on each channel and purpose; both are locked.

    A no of either is a no. Where both say the same, the newer one counts, since its proof does. Who never
    spoke of a channel takes the other's word, whatever it is: both are one person. What the survivor takes
    over is a row of its own that names the word it repeats.
    """
    own, other = selectors.consents(club, survivor_id), selectors.consents(club, merged_id)
    taken = []
    for key, theirs in other.items():
        mine = own.get(key)
        if mine is None or _is_stricter(theirs, mine):
            proof = {
                **theirs.proof,
                "merge": str(merge_id),
                "word": str(theirs.id),
                "at": theirs.at.isoformat(),
            }
            taken.append(ConsentGiven(*key, theirs.granted, theirs.text_version, proof))
    Consent.objects.bulk_create(consent_rows(club, survivor_id, taken, MERGE, now))
    changed = [one for one in taken if (mine := own.get((one.channel, one.purpose))) is None
               or mine.granted != one.granted]  # fmt: skip
    _tell(club, survivor_id, changed, now)


def consents_part(
    *,
    club: ClubInfo,
    survivor_id: UUID,
    merged_id: UUID,
    merge_id: UUID,
    made_at: datetime,
    now: datetime,
) -> None:
    """Let words that came by a merge count no more; both are locked.

    What the person withdrew while they were one is withdrawn for both: nobody can tell as which of the two
    they said it. What they allowed meanwhile stays with the survivor.
    """
    before = {id_: selectors.consents(club, id_) for id_ in (survivor_id, merged_id)}
    rows = Consent.objects.filter(member_id=survivor_id, source=MERGE, proof__merge=str(merge_id))
    rows.update(void_at=now)
    since = [
        word
        for word in before[survivor_id].values()
        if word.source != MERGE and word.at >= made_at and not word.granted
    ]
    kept = [
        ConsentGiven(
            word.channel, word.purpose, False, word.text_version, {**word.proof, "word": str(word.id)}
        )
        for word in since
        if (theirs := before[merged_id].get((word.channel, word.purpose))) is None or theirs.granted
    ]
    Consent.objects.bulk_create(consent_rows(club, merged_id, kept, MERGE, now))
    _tell(club, merged_id, kept, now)
    after = selectors.consents(club, survivor_id)
    again = [
        ConsentGiven(*key, word.granted, word.text_version, word.proof)
        for key, word in after.items()
        if before[survivor_id][key].granted != word.granted
    ]
    _tell(club, survivor_id, again, now)


def _is_stricter(theirs: ConsentInfo, mine: ConsentInfo) -> bool:
    """Whether the merged member's word counts rather than the survivor's."""
    if theirs.granted != mine.granted:
        return not theirs.granted
    return theirs.at > mine.at


def _tell(club: ClubInfo, id: UUID, consents: Sequence[ConsentGiven], now: datetime) -> None:
    for consent in consents:
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
    if latest is None or latest.source == MERGE:
        return False
    return latest.granted == consent.granted and latest.text_version == consent.text_version
