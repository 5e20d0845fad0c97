"""Points turned into rewards: hold, the member's yes, issue and capture, or release.

Every step is one transaction under the member's lock: the hold, the claim on stock and the redemption's row
stand or fall together, so a kill between two steps leaves either an open redemption, which its time limit
releases, or a finished one.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase, phrase_to_json
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members import selectors as members
from bashgah.members.services import group_allowed, group_lock
from bashgah.members.types import LockedGroup, LockedMember
from bashgah.redemption import acts, agreement, selectors
from bashgah.redemption.acts import Randomness
from bashgah.redemption.agreement import redemption_code_send
from bashgah.redemption.models import Redemption, Reference
from bashgah.redemption.types import BILL, Channel, RedemptionInfo, ReleaseReason, Way
from bashgah.rewards import offers
from bashgah.rewards.types import RewardOffer

__all__ = [
    "redemption_begin",
    "redemption_cancel",
    "redemption_capture",
    "redemption_code_send",
    "redemption_confirm",
    "redemption_release",
    "redemptions_due_release",
]


def redemption_begin(
    *,
    club: ClubInfo,
    member_id: UUID,
    reward_key: str,
    from_group: bool = False,
    channel: Channel,
    branch: str = "",
    reference: tuple[str, str] | None = None,
    actor: Actor,
    now: datetime,
    random: Randomness = secrets.token_bytes,
) -> RedemptionInfo:
    """Set the points aside for a reward; capture at once where nobody has to agree any more.

    ``reference`` is (source, reference): the same again gets the same redemption, with another wish it
    refuses with ``reference_reused`` (409). Refuses with ``reward_unavailable`` (409) and *all* reasons when
    the member can't have it. The member's yes is needed by the club's policy unless the member asks by
    themselves; then ``awaits_yes`` is true and one of the ways of ``redemption_confirm`` must follow within
    ten minutes. With ``from_group`` the points are those of the household or company the member is in, where
    their role and the month's limit allow it (``not_in_group``, ``group_role_spends_not``,
    ``group_limit_reached``); a group itself redeems nothing (``group_spends_by_person``, 409).
    """
    asked_id, member_id = member_id, members.member_root(club, member_id)
    body = _body(member_id, reward_key, from_group=from_group)
    with transaction.atomic():
        locked = acts.member_lock(club, member_id)
        group = _group_of(club, locked) if from_group else None
        repeated = _repeated(club, reference, body, now)
        if repeated is not None:
            return repeated
        acts.stands_for(club, locked, asked_id)
        acts.is_person(locked)
        payer = group.member if group else None
        offer = offers.reward_offer_get(
            club, member_id, reward_key, payer_id=payer.id if payer else None, channel=channel, now=now
        )
        if not offer.can_have:
            raise _unavailable(offer)
        if group is not None:
            group_allowed(club, group, member_id, offer.unit, offer.price, now)
        row = acts.opened(
            club, locked, offer, payer=payer, channel=channel, branch=branch, actor=actor, now=now
        )
        if reference is not None:
            _bind(club, reference, row, body)
        if not row.needs_yes:
            acts.capture(club, locked, row, actor=actor, now=now, random=random)
        return selectors.redemption_info(club, row, now, with_code=True)


def redemption_confirm(
    *,
    club: ClubInfo,
    redemption_id: UUID,
    way: Way,
    proof: str = "",
    request_id: UUID | None = None,
    at: str | None = None,
    actor: Actor,
    now: datetime,
    random: Randomness = secrets.token_bytes,
) -> RedemptionInfo:
    """Take the member's yes and finish the redemption.

    ``code``: ``proof`` is the one-time code of ``request_id``; tries are counted and survive the refusal.
    ``qr``: ``proof`` is the portal's rotating QR as scanned; another member's is refused with
    ``yes_of_another`` (403). ``app``: the member says yes in the portal, so the actor must be the member.
    A captured redemption answers the same again. One that pays a bill stays open, agreed, for its purchase.
    A counter names its branch (``at``): what was begun in another one is refused with
    ``redemption_elsewhere`` (403).
    """
    row = selectors.redemption_row(club, redemption_id)
    agreement.check_place(row.branch, at)
    if row.state == "captured":
        return selectors.redemption_info(club, row, now, with_code=True, repeated=True)
    agreement.check_open(row, now)
    agreement.yes_check(club, row, way, proof, request_id, actor=actor, now=now)
    with transaction.atomic():
        locked = acts.member_lock(club, row.member_id)
        row = _again(row)
        if row.state == "captured":
            return selectors.redemption_info(club, row, now, with_code=True, repeated=True)
        agreement.check_open(row, now)
        acts.may_spend(locked)
        row.yes_by = way
        if row.kind == BILL:
            row.save(update_fields=["yes_by"])
            acts.write_down(club, row, actor, "redemption.agreed", now)
            return selectors.redemption_info(club, row, now)
        acts.capture(club, locked, row, actor=actor, now=now, random=random)
        return selectors.redemption_info(club, row, now, with_code=True)


def redemption_capture(
    *,
    club: ClubInfo,
    redemption_id: UUID,
    actor: Actor,
    now: datetime,
    random: Randomness = secrets.token_bytes,
) -> RedemptionInfo:
    """Finish an open redemption that needs no yes; where one is missing it refuses with ``yes_missing``."""
    with transaction.atomic():
        row = selectors.redemption_row(club, redemption_id)
        locked = acts.member_lock(club, row.member_id)
        row = _again(row)
        if row.state == "captured":
            return selectors.redemption_info(club, row, now, with_code=True, repeated=True)
        agreement.check_open(row, now)
        if row.kind == BILL:
            raise agreement.of_purchase()
        acts.may_spend(locked)
        if row.needs_yes and not row.yes_by:
            raise Refusal("yes_missing", Phrase(_("The member has not agreed yet.")))
        acts.capture(club, locked, row, actor=actor, now=now, random=random)
        return selectors.redemption_info(club, row, now, with_code=True)


def redemption_release(
    *,
    club: ClubInfo,
    redemption_id: UUID,
    reason: ReleaseReason = "cancelled",
    at: str | None = None,
    actor: Actor,
    now: datetime,
) -> RedemptionInfo:
    """Give everything back: points to exactly their lots, the reward to its stock and the member's limits.

    Released before: the same answer again. Captured before: ``redemption_closed`` (409). Begun in another
    branch than the counter ``at`` which asks is: ``redemption_elsewhere`` (403).
    """
    with transaction.atomic():
        row = selectors.redemption_row(club, redemption_id)
        agreement.check_place(row.branch, at)
        locked = acts.member_lock(club, row.member_id)
        row = _again(row)
        if row.state == "released":
            return selectors.redemption_info(club, row, now, repeated=True)
        if row.state in ("captured", "cancelled"):
            raise agreement.closed()
        acts.release(club, locked, row, reason=reason, actor=actor, now=now)
        return selectors.redemption_info(club, row, now)


def redemption_cancel(
    *,
    club: ClubInfo,
    redemption_id: UUID,
    reason: str,
    at: str | None = None,
    actor: Actor,
    now: datetime,
) -> RedemptionInfo:
    """Call off a captured redemption, with a reason: everything goes back to where it was.

    Points go to exactly their lots (a lot that has expired since keeps its old day, or the wallet's days of
    grace), the coupon is void, credit it gave is taken back, the reward is in stock and counts against no
    limit. Cancelled before: the same answer again. Refuses ``redemption_open`` and ``redemption_closed``
    (409) for what was never captured, ``coupon_used``, ``credit_spent`` (409), ``reason_missing`` (422), and
    ``redemption_elsewhere`` (403) at a counter of another branch than ``at``.
    """
    said = clean(reason, field="/reason", limit=500)
    if not said:
        raise Refusal("reason_missing", Phrase(_("Say why.")), status=422, field="/reason")
    with transaction.atomic():
        row = selectors.redemption_row(club, redemption_id)
        agreement.check_place(row.branch, at)
        locked = acts.member_lock(club, row.member_id)
        row = _again(row)
        if row.state == "cancelled":
            return selectors.redemption_info(club, row, now, repeated=True)
        if row.state == "open":
            raise Refusal(
                "redemption_open", Phrase(_("This redemption is not finished; release it instead."))
            )
        if row.state == "released":
            raise agreement.closed()
        if row.kind == BILL:
            raise agreement.of_purchase()
        acts.cancel(club, locked, row, reason=said, actor=actor, now=now)
        return selectors.redemption_info(club, _again(row), now)


def redemptions_due_release(*, now: datetime, limit: int = 500) -> int:
    """Release open redemptions past their time, each in a transaction of its own; return how many."""
    due = list(
        Redemption.objects.filter(state="open", expires_at__lte=now)
        .order_by("expires_at")
        .values_list("club_id", "member_id", "id")[:limit]
    )
    released = 0
    for club_id, member_id, redemption_id in due:
        club = clubs.club_get(club_id)
        with transaction.atomic():
            locked = acts.member_lock(club, member_id)
            row = Redemption.objects.get(member_id=member_id, id=redemption_id)
            if row.state != "open":
                continue
            acts.release(club, locked, row, reason="timed_out", actor=Actor(kind="system"), now=now)
            released += 1
    return released


def _group_of(club: ClubInfo, locked: LockedMember) -> LockedGroup:
    """Lock the group the member is in."""
    if locked.group_id is None:
        raise Refusal("not_in_group", Phrase(_("This member is not in the shared account.")))
    return group_lock(club, locked.group_id)


def _again(row: Redemption) -> Redemption:
    """The row as it is now that the member is locked."""
    return Redemption.objects.get(member_id=row.member_id, id=row.id)


def _repeated(
    club: ClubInfo, reference: tuple[str, str] | None, body: bytes, now: datetime
) -> RedemptionInfo | None:
    if reference is None:
        return None
    found = Reference.objects.filter(club_id=club.id, source=reference[0], reference=reference[1]).first()
    if found is None:
        return None
    if bytes(found.body) != body:
        raise _reused()
    row = Redemption.objects.get(member_id=found.member_id, id=found.redemption_id)
    return selectors.redemption_info(club, row, now, with_code=True, repeated=True)


def _bind(club: ClubInfo, reference: tuple[str, str], row: Redemption, body: bytes) -> None:
    """Give the reference to this redemption; somebody else's may have taken it a moment ago."""
    try:
        with transaction.atomic():
            Reference.objects.create(
                club_id=club.id,
                source=reference[0],
                reference=reference[1],
                member_id=row.member_id,
                redemption_id=row.id,
                body=body,
            )
    except IntegrityError:
        raise _reused() from None


def _reused() -> Refusal:
    return Refusal(
        "reference_reused",
        Phrase(_("This reference was already used for another redemption.")),
        field="/reference",
    )


def _unavailable(offer: RewardOffer) -> Refusal:
    return Refusal(
        "reward_unavailable",
        Phrase(
            _("“{reward}” can't be had now: {reasons}."),
            {"reward": offer.name, "reasons": list(offer.reasons)},
        ),
        extra={"missing": offer.missing, "reasons": [phrase_to_json(each) for each in offer.reasons]},
    )


def _body(member_id: UUID, reward_key: str, *, from_group: bool) -> bytes:
    asked = [str(member_id), reward_key, *(["group"] if from_group else [])]
    return hashlib.sha256(json.dumps(asked).encode()).digest()
