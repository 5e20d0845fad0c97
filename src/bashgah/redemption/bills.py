"""Points that pay a bill: set aside, agreed to by the member, and captured by the purchase they pay.

Such a payment stands among the redemptions, so that the member's yes, its tries and its time limit are the
same; it names no reward, and only a purchase finishes it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import services as ledger
from bashgah.members import selectors as members
from bashgah.members.selectors import month_of, not_in_group
from bashgah.members.services import group_allowed, group_lock, group_spent
from bashgah.members.types import LockedMember
from bashgah.programs.selectors import program_in_force
from bashgah.redemption import acts, agreement, selectors
from bashgah.redemption.models import Redemption
from bashgah.redemption.types import BILL, Channel, RedemptionInfo


def payment_begin(
    *,
    club: ClubInfo,
    member_id: UUID,
    unit: str,
    amount: int,
    pays: int,
    from_group: bool = False,
    channel: Channel,
    branch: str = "",
    actor: Actor,
    now: datetime,
) -> RedemptionInfo:
    """Set units aside that shall pay ``pays`` of a bill, until the purchase captures them.

    Where the club asks for the member's yes, ``awaits_yes`` is true and one of the ways of
    ``redemption_confirm`` must follow; without a purchase everything goes back after ten minutes. Refuses
    ``points_short`` (409), a member who is blocked, left or merged, and a group, whose people spend for it.
    With ``from_group`` the units are those of the shared account that the member is in, as far as their role
    and the month's limit let them (``not_in_group``, ``group_blocked``, ``group_role_spends_not``,
    ``group_limit_reached``); they count against the month from now on.
    """
    with transaction.atomic():
        locked = acts.member_lock(club, members.member_root(club, member_id))
        acts.is_person(locked)
        acts.stands_for(club, locked, member_id)
        acts.may_spend(locked)
        payer = _payer(club, locked, unit, amount, now) if from_group else None
        row_id = ids.fresh()
        hold = ledger.hold_open(
            club=club,
            locked=payer or locked,
            unit=unit,
            amount=amount,
            expires_at=now + acts.OPEN_FOR + acts.HOLD_LONGER,
            purpose=acts.PURPOSE,
            actor=actor,
            cause_id=row_id,
            now=now,
        )
        if payer is not None:
            group_spent(club=club, group_id=payer.id, member_id=locked.id, unit=unit, amount=amount, at=now)
        row = Redemption.objects.create(
            member_id=locked.id,
            payer_id=payer.id if payer else None,
            id=row_id,
            club_id=club.id,
            hold_id=hold.id,
            price=amount,
            unit=unit,
            reward="",
            kind=BILL,
            params={"pays": pays},
            program=program_in_force(club, now).number,
            state="open",
            needs_yes=acts.needs_yes(club, locked, amount, actor),
            channel=channel,
            branch=branch,
            actor_kind=actor.kind,
            actor_id=actor.id,
            begun_at=now,
            expires_at=now + acts.OPEN_FOR,
        )
        return selectors.redemption_info(club, row, now)


def _payer(club: ClubInfo, locked: LockedMember, unit: str, amount: int, now: datetime) -> LockedMember:
    """Lock the shared account that pays for a member, or refuse."""
    if locked.group_id is None:
        raise not_in_group()
    group = group_lock(club, locked.group_id)
    group_allowed(club, group, locked.id, unit, amount, now)
    return group.member


def payment_ready(row: Redemption, member_id: UUID, branch: str, now: datetime) -> None:
    """Refuse what no purchase of this member in this branch can be paid with (any more).

    ``redemption_elsewhere`` (403), ``redemption_unfit``, ``redemption_closed``, ``yes_missing`` (409). The
    member must be locked.
    """
    agreement.check_place(row.branch, branch)
    if row.member_id != member_id:
        raise Refusal("redemption_unfit", Phrase(_("These points were set aside by another member.")))
    agreement.check_open(row, now)
    if row.needs_yes and not row.yes_by:
        raise Refusal("yes_missing", Phrase(_("The member has not agreed yet.")))


def payment_captured(*, club: ClubInfo, redemption_id: UUID, actor: Actor, now: datetime) -> None:
    """Write down that a purchase captured the points, in its own transaction and under its lock.

    Points of a shared account count against the month of their purchase from now on.
    """
    row = selectors.redemption_row(club, redemption_id)
    if row.payer_id is not None and month_of(club, row.begun_at) != month_of(club, now):
        spent = {"club": club, "group_id": row.payer_id, "member_id": row.member_id, "unit": row.unit}
        group_spent(**spent, amount=-row.price, at=row.begun_at)
        group_spent(**spent, amount=row.price, at=now)
    row.state, row.closed_at = "captured", now
    row.save(update_fields=["state", "closed_at"])
    acts.write_down(club, row, actor, "redemption.captured", now)
