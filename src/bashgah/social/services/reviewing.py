"""What members write of their purchases: once for each, looked at first where the club wants it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bashgah.activities.selectors import activity_get
from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids, secrets
from bashgah.ground.throttle import throttle_take
from bashgah.ground.types import Actor, Limit
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members.selectors import alias_set, member_root
from bashgah.social import selectors
from bashgah.social.models import Proof
from bashgah.social.services.deciding import accepted
from bashgah.social.services.showing import member_locked
from bashgah.social.types import ProofInfo

TEXT_MOST = 2000
REVIEW_TRIES = 3
LIMITS = (Limit(10, 3600), Limit(30, 86_400))


def review_send(
    *,
    club: ClubInfo,
    member_id: UUID,
    purchase_id: UUID,
    stars: int,
    text: str = "",
    actor: Actor,
    now: datetime,
) -> ProofInfo:
    """Take a member's review of a purchase of theirs; by the club's setting it waits or counts at once.

    Refuses ``reviews_off`` (409), ``purchase_not_found`` (404) for what is none of theirs, ``review_sent``
    (409) for a second one, ``tries_used`` (409) after several were refused, ``review_invalid`` (422), and too
    many at once (429).
    """
    if club.settings.reviews == "off":
        raise Refusal("reviews_off", Phrase(_("The club takes no reviews at present.")))
    member_id = member_root(club, member_id)
    purchase = activity_get(club, purchase_id)
    if purchase.kind != "purchase" or purchase.member_id not in alias_set(club, member_id):
        raise Refusal("purchase_not_found", Phrase(_("There is no such purchase.")), status=404)
    if not 1 <= stars <= 5:
        raise Refusal("review_invalid", Phrase(_("Give one to five stars.")), status=422, field="/stars")
    text = clean(text, field="/text", limit=TEXT_MOST, lines=True)
    throttle_take(key=f"social:review:{member_id}", limits=LIMITS, now=now)
    with transaction.atomic():
        member_locked(club, member_id)
        _may_review(club, member_id, purchase_id)
        id_ = ids.fresh()
        row = Proof(
            id=id_,
            member_id=member_id,
            club_id=club.id,
            purchase_id=purchase_id,
            kind="review",
            state="waiting",
            stars=stars,
            words=secrets.encrypt(club.id, *selectors.SEALED, id_, text) if text else None,
            sent_at=now,
        )
        if club.settings.reviews == "at_once":
            accepted(club, row, None, decided_by="", actor=actor, now=now)
        row.save(force_insert=True)
    return selectors.proof_info(club, row)


def _may_review(club: ClubInfo, member_id: UUID, purchase_id: UUID) -> None:
    """Judge under the member's lock: two of one moment become one."""
    states = [each.state for each in selectors.review_of(club, member_id, purchase_id)]
    if {"waiting", "accepted"} & set(states):
        raise Refusal("review_sent", Phrase(_("You wrote of this purchase already.")))
    if states.count("refused") >= REVIEW_TRIES:
        raise Refusal("tries_used", Phrase(_("You tried this as often as it can be tried.")))
