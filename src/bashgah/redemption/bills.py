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
    channel: Channel,
    branch: str = "",
    actor: Actor,
    now: datetime,
) -> RedemptionInfo:
    """Set units aside that shall pay ``pays`` of a bill, until the purchase captures them.

    Where the club asks for the member's yes, ``awaits_yes`` is true and one of the ways of
    ``redemption_confirm`` must follow; without a purchase everything goes back after ten minutes. Refuses
    ``points_short`` (409), a member who is blocked, left or merged, and a group, whose people spend for it.
    """
    with transaction.atomic():
        locked = acts.member_lock(club, members.member_root(club, member_id))
        acts.is_person(locked)
        acts.may_spend(locked)
        row_id = ids.fresh()
        hold = ledger.hold_open(
            club=club,
            locked=locked,
            unit=unit,
            amount=amount,
            expires_at=now + acts.OPEN_FOR + acts.HOLD_LONGER,
            purpose=acts.PURPOSE,
            actor=actor,
            cause_id=row_id,
            now=now,
        )
        row = Redemption.objects.create(
            member_id=locked.id,
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


def payment_captured(
    *, club: ClubInfo, member_id: UUID, redemption_id: UUID, actor: Actor, now: datetime
) -> None:
    """Write down that a purchase captured the points, in its own transaction and under its lock."""
    row = Redemption.objects.get(club_id=club.id, member_id=member_id, id=redemption_id)
    row.state, row.closed_at = "captured", now
    row.save(update_fields=["state", "closed_at"])
    acts.write_down(club, row, actor, "redemption.captured", now)
