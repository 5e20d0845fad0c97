"""What one payment of a purchase is: units, a hold, a coupon, a redemption; found usable or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from bashgah.activities import pooling
from bashgah.activities.running import Running
from bashgah.activities.types import PurchaseIn
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.reading import hold_read
from bashgah.ledger.spending import is_closing
from bashgah.ledger.types import HoldInfo, HoldState
from bashgah.members.selectors import month_of, not_in_group
from bashgah.members.types import LockedGroup
from bashgah.redemption.agreement import closed
from bashgah.redemption.bills import payment_ready
from bashgah.redemption.models import Redemption
from bashgah.redemption.selectors import redemption_row
from bashgah.redemption.types import BILL
from bashgah.rewards.selectors import coupon_get
from bashgah.rewards.services import coupon_set_aside
from bashgah.rewards.types import CouponInfo

UNITS, COUPON, REDEMPTION = 1, 2, 3
OWN_HOLDS = "redemption"
"""Purpose of the holds that a redemption captures itself."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One thing that was found usable; ``take`` cannot refuse it any more.

    ``closes`` is the redemption that set the units aside for this bill.
    """

    kind: int
    unit: str
    amount: int
    owner_id: UUID
    ref_id: UUID | None = None
    posting_id: UUID | None = None
    hold: HoldInfo | None = None
    coupon: CouponInfo | None = None
    """The coupon that is used up: the one named, or the one the redemption gave."""
    payer_id: UUID | None = None
    closes: UUID | None = None


def held(cur: psycopg.Cursor[Any], member: Running, name: str, at: str) -> Payment:
    found = hold_read(cur, member.member_id, ids.parse("hold", name))
    if found is None or found[0].purpose == OWN_HOLDS:
        raise Refusal("hold_not_found", Phrase(_("There is no such hold.")), status=404, field=f"{at}/hold")
    hold, posting_id = found
    if hold.state is not HoldState.OPEN or is_closing(member.points, hold.id):
        raise Refusal("hold_closed", Phrase(_("This hold was closed before.")), field=f"{at}/hold")
    return Payment(UNITS, hold.unit, hold.amount, member.member_id, hold.id, posting_id, hold)


def redeemed(  # noqa: PLR0917 what a redemption is judged by
    cur: psycopg.Cursor[Any],
    club: ClubInfo,
    member: Running,
    name: str,
    at: str,
    intake: PurchaseIn,
    group: LockedGroup | None,
    actor: Actor,
    now: datetime,
) -> Payment:
    row = redemption_row(club, ids.parse("redemption", name))
    if row.kind == BILL:
        payment_ready(row, member.member_id, intake.branch, now)
        owner, units = member, (row.unit, row.price)
        if row.payer_id is not None:
            owner = _pool_of(club, member, group, row.payer_id, units, row.begun_at, now)
        found = hold_read(cur, owner.member_id, row.hold_id) if row.hold_id else None
        if found is None or found[0].state is not HoldState.OPEN or is_closing(owner.points, found[0].id):
            raise closed()
        hold, held_by = found
        return Payment(
            UNITS, hold.unit, hold.amount, owner.member_id, hold.id, held_by, hold,
            payer_id=row.payer_id, closes=row.id,
        )  # fmt: skip
    if row.member_id != member.member_id or row.state != "captured" or row.credited:
        raise Refusal(
            "redemption_unfit",
            Phrase(_("A purchase cannot be paid with this redemption.")),
            field=f"{at}/redemption",
        )
    taken = cur.execute(
        "SELECT 1 FROM activities_spent WHERE member_id = %s AND ref_id = %s AND kind = %s",
        [member.member_id, row.id, REDEMPTION],
    ).fetchone()
    if taken:
        raise _spent(at)
    coupon = _coupon_of(club, row, intake, at, actor, now) if row.coupon_id else None
    if row.hold_id is None:
        return Payment(REDEMPTION, "", 1, member.member_id, row.id, coupon=coupon)
    hold = hold_read(cur, row.payer_id or member.member_id, row.hold_id)
    posting_id = hold[1] if hold else None
    return Payment(
        REDEMPTION,
        row.unit,
        row.price,
        member.member_id,
        row.id,
        posting_id,
        coupon=coupon,
        payer_id=row.payer_id,
    )


def _coupon_of(  # noqa: PLR0917 one redemption and the purchase it pays
    club: ClubInfo, row: Redemption, intake: PurchaseIn, at: str, actor: Actor, now: datetime
) -> CouponInfo | None:
    """Lock the coupon that a redemption gave, to be used up with it: it is the same reward by another name.

    None where this very purchase used it before, by its code at the till.
    """
    assert row.coupon_id is not None  # noqa: S101 - the caller looked
    try:
        return coupon_set_aside(club=club, name=ids.public("coupon", row.coupon_id), actor=actor, now=now)
    except Refusal as refusal:
        if refusal.code != "coupon_used":
            raise
    used = coupon_get(club, row.member_id, row.coupon_id, now=now)
    if used.used_reference not in coupon_uses(intake.source, intake.reference):
        raise _spent(at)
    return None


def coupon_uses(source: str, reference: str) -> tuple[str, str]:
    """Return what a coupon says of the purchase that used it up: as we write it, and as tills do."""
    return f"{source}:{reference}"[:160], reference


def _spent(at: str) -> Refusal:
    return Refusal(
        "redemption_spent",
        Phrase(_("Another purchase was paid with this redemption already.")),
        field=f"{at}/redemption",
    )


def _pool_of(  # noqa: PLR0917 whose units, set aside when
    club: ClubInfo,
    member: Running,
    group: LockedGroup | None,
    payer_id: UUID,
    units: tuple[str, int],
    begun_at: datetime,
    now: datetime,
) -> Running:
    """Return the shared account that set units aside, if the member may still spend them.

    They count against the month in which they were set aside; a purchase of the next asks that one too.
    """
    if member.pool is None or member.pool.member_id != payer_id:
        raise not_in_group()
    unit, amount = units
    is_new = month_of(club, begun_at) != month_of(club, now)
    pooling.may_pay(club, group, member.member_id, unit, amount if is_new else 0, now)
    return member.pool


def unclear(at: str) -> Refusal:
    return Refusal(
        "payment_unclear",
        Phrase(
            _("Name one thing a payment, once: a wallet with an amount, a hold, a coupon or a redemption.")
        ),
        status=422,
        field=at,
    )


def payer_missing() -> Refusal:
    """Return the refusal of payments for a purchase that names nobody."""
    return Refusal(
        "payer_missing",
        Phrase(_("Only a member's purchase can be paid with points, credit or coupons; name the member.")),
        status=422,
        field="/member",
    )
