"""Rewards that rules give: issued once after the settlement, set aside where that cannot be, taken back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import RewardTerms
from bashgah.ground import audit, ids
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members.services import members_lock
from bashgah.members.types import LockedMember
from bashgah.programs import selectors as programs
from bashgah.redemption import acts, selectors
from bashgah.redemption.acts import Randomness
from bashgah.redemption.models import Grant, Redemption
from bashgah.redemption.types import GrantBack, GrantInfo
from bashgah.rewards import services as rewards
from bashgah.rewards.shelf import KINDS

ISSUABLE = ("due", "aside")
HELD = (*ISSUABLE, "issued")
"""States of a copy that the member has or is to get."""


def grant_issue(
    *,
    club: ClubInfo,
    member_id: UUID,
    grant_id: UUID,
    actor: Actor = SYSTEM,
    now: datetime,
    random: Randomness = secrets.token_bytes,
) -> GrantInfo:
    """Issue one copy of a reward that a rule gave, exactly once, to whoever the member is by now.

    What cannot be issued (none left in stock, the member was blocked) is set aside with the reason, for staff
    to try again; nothing else of it is written. Issued or taken back before: the same answer again.
    Refuses ``grant_not_found`` (404).
    """
    with transaction.atomic():
        owner = members.member_root(club, member_id)
        locked = members_lock(club, sorted({member_id, owner}))
        if owner in locked and (survivor := locked[owner].merged_into) is not None:  # merged since we looked
            owner = survivor
            locked |= members_lock(club, [owner])
        row = Grant.objects.filter(club_id=club.id, member_id=member_id, id=grant_id).first()
        if row is None or owner not in locked:
            raise selectors.grant_missing()
        if row.state not in ISSUABLE:
            return selectors.grant_info(club, row)
        try:
            with transaction.atomic():
                _may_have(locked[owner])
                issued = _issued(club, locked[owner], row, actor=actor, now=now, random=random)
        except Refusal as refusal:
            row.state, row.reason = "aside", refusal.code
        else:
            row.state, row.reason, row.redemption_id, row.closed_at = "issued", "", issued.id, now
        row.save(update_fields=["state", "reason", "redemption_id", "closed_at"])
        return selectors.grant_info(club, row)


def grants_issue(*, club: ClubInfo, member_id: UUID, grant_ids: Sequence[UUID], now: datetime) -> None:
    """Issue what one fact gave."""
    for grant_id in grant_ids:
        grant_issue(club=club, member_id=member_id, grant_id=grant_id, now=now)


def grant_retry(*, club: ClubInfo, grant_id: UUID, actor: Actor, now: datetime) -> GrantInfo:
    """Try again to issue a reward that was set aside; refuses ``grant_not_found`` (404).

    What still stands against it is the answer's reason. Issued or taken back before: the same answer again.
    """
    row = selectors.grant_row(club, grant_id)
    if row.state not in ISSUABLE:
        return selectors.grant_info(club, row)
    found = grant_issue(club=club, member_id=row.member_id, grant_id=row.id, actor=actor, now=now)
    audit.audit_post(
        club_id=club.id,
        actor=actor,
        action="grant.retried",
        target=public("grant", row.id),
        details={"reward": row.reward, "state": found.state, "reason": found.reason},
        now=now,
    )
    return found


def grants_take_back(
    *,
    club: ClubInfo,
    member_id: UUID,
    activity_id: UUID,
    books: Collection[UUID],
    actor: Actor,
    now: datetime,
) -> list[GrantBack]:
    """Take back what rules gave for a purchase of which nothing is left; the caller holds the member's lock.

    What was not issued yet is withdrawn, an unused coupon is void, and whoever calls takes back the credit of
    ``entry_id``, out of the ``books`` at hand. A used coupon stays, and so does what the rule lets stay, and
    credit that is in nobody's book of these: it went to whom the member was merged into, and the two have
    parted since.
    """
    taken = []
    rows = Grant.objects.filter(member_id=member_id, activity_id=activity_id).order_by("id")
    for row in rows.filter(state__in=HELD):
        if row.stays:
            taken.append(GrantBack(row.rule, row.reward, is_gone=False, is_anew=row.is_anew))
        else:
            taken.append(grant_taken_back(club, row, books, "returned", actor=actor, now=now))
    return taken


def grant_taken_back(
    club: ClubInfo, row: Grant, books: Collection[UUID], reason: str, *, actor: Actor, now: datetime
) -> GrantBack:
    """Withdraw one copy or call off what was issued; a used one stays. The caller holds the member's lock."""
    gone, entry = True, None
    if row.state == "issued":
        gone, entry = _undone(club, row, books, reason, actor, now)
    if gone:
        row.state, row.closed_at = "taken_back" if row.redemption_id else "withdrawn", now
        row.save(update_fields=["state", "closed_at"])
    return GrantBack(row.rule, row.reward, gone, entry, row.redemption_id, row.is_anew)


def _undone(  # noqa: PLR0917 one copy, out of whose books, why
    club: ClubInfo, row: Grant, books: Collection[UUID], reason: str, actor: Actor, now: datetime
) -> tuple[bool, tuple[UUID, UUID] | None]:
    """Call off what was issued; return whether it could be, and whose entry credited what it gave."""
    issued = Redemption.objects.get(club_id=club.id, id=row.redemption_id)
    if issued.state == "cancelled":
        return True, None
    if issued.entry_id is not None and issued.member_id not in books:
        return False, None
    locked = members_lock(club, [issued.member_id])[issued.member_id]
    gone = acts.redemption_undo(
        club=club, locked=locked, redemption_id=issued.id, reason=reason, actor=actor, now=now
    )
    entry = (issued.member_id, issued.entry_id) if gone and issued.entry_id is not None else None
    return gone, entry


def _issued(
    club: ClubInfo, locked: LockedMember, row: Grant, *, actor: Actor, now: datetime, random: Randomness
) -> Redemption:
    """Carry out what the reward's kind says, as a redemption without a price, by the terms of the promise."""
    ready = programs.program_by_number(club, row.program).rewards.get(row.reward)
    if ready is None:
        raise Refusal("reward_not_found", Phrase(_("There is no such reward.")), status=404)
    terms, redemption_id = ready.terms, ids.fresh()
    rewards.claim_take(
        club=club, locked=locked, reward=row.reward, claim_id=redemption_id, is_gift=True, now=now
    )
    made = Redemption.objects.create(
        member_id=locked.id,
        id=redemption_id,
        club_id=club.id,
        price=0,
        unit=terms.wallet,
        reward=row.reward,
        kind=terms.kind,
        params=_params(terms, row.valid_days),
        program=row.program,
        state="open",
        needs_yes=False,
        channel="rule",
        actor_kind=actor.kind,
        actor_id=actor.id,
        begun_at=now,
        expires_at=now + acts.OPEN_FOR,
    )
    acts.capture(club, locked, made, actor=actor, now=now, random=random)
    return made


def _params(terms: RewardTerms, valid_days: int | None) -> dict[str, object]:
    """Return the reward's settings; its coupon is good as long as the rule says, where it says so."""
    kind, params = KINDS.find(terms.kind), dict(terms.params)
    if valid_days is not None and kind is not None and "valid_days" in kind.Params.model_fields:
        params["valid_days"] = valid_days
    return params


def _may_have(locked: LockedMember) -> None:
    if locked.kind == "group":
        raise Refusal("group_spends_by_person", Phrase(_("One of its members spends for a shared account.")))
    if locked.status == "blocked":
        raise Refusal("member_blocked", Phrase(_("This member is blocked.")))
    if locked.status == "left":
        raise Refusal("member_left", Phrase(_("This member has left the club.")))
