"""What a purchase is paid with: taken in the settlement's own transaction, given back when goods return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from msgspec import structs

from bashgah.activities import pooling
from bashgah.activities.payments import (
    COUPON,
    REDEMPTION,
    UNITS,
    Payment,
    coupon_uses,
    held,
    redeemed,
    unclear,
)
from bashgah.activities.running import Running
from bashgah.activities.types import GivenBack, PaymentIn, PurchaseIn
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, returns
from bashgah.engine.exact import apportion
from bashgah.engine.facts import Fact
from bashgah.ground import ids as kept_ids
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.reading import spendings_of
from bashgah.ledger.refusals import points_short
from bashgah.ledger.spending import give_back
from bashgah.ledger.states import Origin, Spending
from bashgah.ledger.types import Account, Cause, HoldInfo
from bashgah.members.services import members_lock
from bashgah.members.types import LockedGroup
from bashgah.redemption.acts import redemption_undo
from bashgah.redemption.bills import payment_captured
from bashgah.redemption.selectors import redemption_payers
from bashgah.rewards.selectors import coupon_get
from bashgah.rewards.services import coupon_reopen, coupon_set_aside, coupon_spend

if TYPE_CHECKING:
    from bashgah.activities.returning import Purchase


@dataclass(slots=True)
class Paid:
    """One thing a purchase was paid with, as it stands: returns of one batch see one another in it."""

    no: int
    kind: int
    unit: str
    amount: int
    returned: int
    ref_id: UUID
    owner_id: UUID
    posting_id: UUID | None
    spending: Spending | None = None
    holder_id: UUID | None = None
    is_touched: bool = False


def payments_checked(  # noqa: PLR0917 what a payment is judged by
    cur: psycopg.Cursor[Any],
    club: ClubInfo,
    member: Running,
    intake: PurchaseIn,
    compiled: CompiledProgram,
    actor: Actor,
    now: datetime,
    group: LockedGroup | None = None,
) -> list[Payment]:
    """Find everything a purchase names as its payment, or refuse the purchase; nothing is taken yet.

    Refuses ``payment_unclear`` (422), ``points_short``, ``hold_closed``, ``redemption_unfit``,
    ``redemption_spent``, ``redemption_closed``, ``yes_missing`` (409) and what a coupon refuses. Coupons stay
    locked until the transaction ends.
    """
    found: list[Payment] = []
    asked: dict[tuple[str, bool], int] = {}
    for place, named in enumerate(intake.paid_with):
        at = f"/paid_with/{place}"
        if sum(map(bool, (named.wallet, named.hold, named.coupon, named.redemption))) != 1:
            raise unclear(at)
        if bool(named.wallet) != bool(named.amount) or (named.pool and not named.wallet):
            raise unclear(at)
        if named.wallet:
            found.append(_units(member, named, compiled, asked, at))
            if named.pool:
                total = asked[named.wallet, True]
                pooling.may_pay(club, group, member.member_id, named.wallet, total, now)
        elif named.hold:
            found.append(held(cur, member, named.hold, at))
        elif named.coupon:
            coupon = coupon_set_aside(club=club, name=named.coupon, actor=actor, now=now)
            found.append(Payment(COUPON, "", 1, coupon.member_id, coupon.id, coupon=coupon))
        else:
            found.append(redeemed(cur, club, member, named.redemption, at, intake, group, actor, now))
    names = [payment.ref_id for payment in found if payment.ref_id is not None]
    names += [each.coupon.id for each in found if each.kind == REDEMPTION and each.coupon is not None]
    if len(set(names)) != len(names):
        raise unclear("/paid_with")
    return found


def payments_take(
    club: ClubInfo,
    member: Running,
    payments: Sequence[Payment],
    *,
    intake: PurchaseIn,
    origin: Origin,
    actor: Actor,
    now: datetime,
) -> list[tuple[Any, ...]]:
    """Take what ``payments_checked`` found; return the rows that remember it."""
    rows = []
    for no, payment in enumerate(payments, start=1):
        posting_id, ref_id = payment.posting_id, payment.ref_id
        if payment.hold is not None:
            _hold_pays(member, payment, payment.hold, origin)
            if payment.closes is not None:
                payment_captured(club=club, redemption_id=payment.closes, actor=actor, now=now)
        elif payment.kind == UNITS and member.pool is not None and payment.owner_id == member.pool.member_id:
            posting_id = _pool_pays(club, member, member.pool, payment, origin)
            ref_id = posting_id
        elif payment.kind == UNITS:
            posting_id = member.points.debit(
                origin, unit=payment.unit, amount=payment.amount, to=Account.REDEEMED
            )
            ref_id = posting_id
        elif payment.coupon is not None:
            coupon_spend(
                club=club,
                coupon=payment.coupon,
                branch=intake.branch,
                reference=coupon_uses(intake.source, intake.reference)[0],
                actor=actor,
                now=now,
            )
        if payment.payer_id is not None:
            member.shared.append(
                pooling.touched_row(club.id, member.member_id, origin.id, payment.payer_id, None)
            )
        rows.append(
            (
                payment.amount,
                0,
                no,
                payment.kind,
                member.member_id,
                club.id,
                origin.id,
                ref_id,
                payment.owner_id,
                posting_id,
                payment.unit,
            )
        )
    return rows


def _hold_pays(member: Running, payment: Payment, hold: HoldInfo, origin: Origin) -> None:
    """Capture what was set aside, in the book that it was set aside in."""
    if member.pool is not None and payment.payer_id == member.pool.member_id:
        member.pool.points.hold_capture(_of_pool(member, origin), hold)
    else:
        member.points.hold_capture(origin, hold)


def _of_pool(member: Running, origin: Origin) -> Origin:
    """The shared account's own entry of what a member spends of it."""
    return structs.replace(origin, id=kept_ids.fresh(), cause=Cause.POOL, cause_id=member.member_id)


def _pool_pays(club: ClubInfo, member: Running, pool: Running, payment: Payment, origin: Origin) -> UUID:
    """Take units out of the shared account, under an entry of its own that names the member."""
    pooling.spent_count(
        club, pool.member_id, member.member_id, payment.unit, payment.amount, origin.recorded_at
    )
    member.shared.append(pooling.touched_row(club.id, member.member_id, origin.id, pool.member_id, None))
    return pool.points.debit(
        _of_pool(member, origin), unit=payment.unit, amount=payment.amount, to=Account.REDEEMED
    )


def paid_read(
    cur: psycopg.Cursor[Any], member_ids: Sequence[UUID], purchase_ids: Sequence[UUID]
) -> dict[UUID, list[Paid]]:
    """Read what purchases were paid with, and what of it went back; the members must be locked."""
    found: dict[UUID, list[Paid]] = {}
    rows = cur.execute(
        """
        SELECT member_id, purchase_id, no, kind, unit, amount, returned, ref_id, owner_id, posting_id
        FROM activities_spent WHERE member_id = ANY(%s) AND purchase_id = ANY(%s) ORDER BY no
        """,
        [list(member_ids), list(purchase_ids)],
    ).fetchall()
    payers = redemption_payers([row[7] for row in rows if row[3] == REDEMPTION])
    for member_id, purchase_id, *columns in rows:
        paid = Paid(*columns)
        paid.holder_id = payers.get(paid.ref_id, member_id) if paid.kind == REDEMPTION else paid.owner_id
        if paid.posting_id is not None:
            paid.spending = spendings_of(cur, paid.holder_id, [paid.posting_id])[paid.posting_id]
        found.setdefault(purchase_id, []).append(paid)
    return found


def gave_back(
    running: Running,
    compiled: CompiledProgram,
    purchase: Purchase,
    origin: Origin,
    *,
    club: ClubInfo,
    actor: Actor,
    pools: Mapping[UUID, Running],
) -> tuple[tuple[GivenBack, ...], tuple[UUID, ...]]:
    """Give back what the returned part was paid with; return the units, and the coupons usable again.

    Units go to the lots they came from, those of a shared account to its own (``pools``), also when the buyer
    has left it or it was closed. Each line carries its part of them: by its ``paid_by_points``, else
    by its net amount. Coupons and redemptions go back with the whole purchase only.
    """
    if not purchase.paid:
        return (), ()
    base = weights(purchase.fact)
    given: dict[str, int] = {}
    coupons: list[UUID] = []
    for paid in purchase.paid:
        if paid.kind == UNITS:
            parts = zip((no for no, _w in base), apportion(paid.amount, [w for _n, w in base]), strict=True)
            amount = returns.share(paid.amount, tuple(parts), purchase.shares, paid.returned)
        else:
            amount = paid.amount - paid.returned if purchase.is_gone else 0
        if not amount:
            continue
        if paid.kind == COUPON:
            if not _coupon_back(club, compiled, paid, origin.recorded_at):
                continue
            coupons.append(paid.ref_id)
        elif paid.kind == REDEMPTION and not _redemption_back(
            club, purchase, paid, actor, origin.recorded_at
        ):
            continue
        if paid.spending is not None:
            until = grace(compiled, paid.unit, origin)
            if paid.holder_id in (None, purchase.member_id):
                give_back(running.points, origin, paid.spending, amount, grace_until=until)
                given[paid.unit] = given.get(paid.unit, 0) + amount
            else:
                _pool_gets_back(club, pools[paid.holder_id], purchase, paid, amount, origin, until)
        paid.returned += amount
        paid.is_touched = True
    return tuple(GivenBack(unit, amount) for unit, amount in given.items()), tuple(coupons)


def _pool_gets_back(  # noqa: PLR0917 one payment, its part, its time
    club: ClubInfo,
    pool: Running,
    purchase: Purchase,
    paid: Paid,
    amount: int,
    origin: Origin,
    until: datetime | None,
) -> None:
    """Give units back to the shared account's own lots; they count against nobody's month any more."""
    assert paid.spending is not None  # noqa: S101 - the caller looked
    entry = structs.replace(origin, id=kept_ids.fresh(), cause=Cause.POOL, cause_id=purchase.member_id)
    give_back(pool.points, entry, paid.spending, amount, grace_until=until)
    if paid.kind == UNITS:
        pooling.spent_count(
            club, pool.member_id, purchase.member_id, paid.unit, -amount, purchase.recorded_at
        )


def _coupon_back(club: ClubInfo, compiled: CompiledProgram, paid: Paid, now: datetime) -> bool:
    """Make the coupon usable again where its reward's terms say so."""
    coupon = coupon_get(club, paid.owner_id, paid.ref_id, now=now)
    reward = compiled.rewards.get(coupon.reward)
    if reward is not None and not reward.terms.reusable_after_return:
        return False
    return coupon_reopen(club=club, member_id=paid.owner_id, coupon_id=paid.ref_id, now=now)


def _redemption_back(club: ClubInfo, purchase: Purchase, paid: Paid, actor: Actor, now: datetime) -> bool:
    """Cancel the redemption; its points go back with this return's entry.

    False where its coupon was used elsewhere; the purchase itself used it up.
    """
    locked = members_lock(club, [paid.owner_id])[paid.owner_id]
    with cursor() as cur:
        told = cur.execute(
            "SELECT source, reference FROM activities_activity WHERE member_id = %s AND id = %s",
            [purchase.member_id, purchase.id],
        ).fetchone()
    return redemption_undo(
        club=club,
        locked=locked,
        redemption_id=paid.ref_id,
        reason="returned",
        used_for=coupon_uses(*told) if told else (),
        actor=actor,
        now=now,
    )


def grace(compiled: CompiledProgram, unit: str, origin: Origin) -> datetime | None:
    """Return until when units that come back to an expired lot are good; None keeps the old expiry."""
    wallet = compiled.wallets.get(unit)
    if wallet is None or not wallet.return_grace_days:
        return None
    return origin.recorded_at + timedelta(days=wallet.return_grace_days)


def weights(fact: Fact) -> tuple[tuple[int, int], ...]:
    """Return how much of what was paid lies on each line; a purchase by amount alone is one line, 0."""
    if not fact.lines:
        return ((0, 1),)
    if any(line.paid_by_points for line in fact.lines):
        return tuple((line.no, line.paid_by_points) for line in fact.lines)
    return tuple((line.no, max(0, line.net)) for line in fact.lines)


def paid_rows(club_id: UUID, purchase: Purchase) -> list[tuple[Any, ...]]:
    """Return the rows of payments that changed."""
    return [
        (
            paid.amount,
            paid.returned,
            paid.no,
            paid.kind,
            purchase.member_id,
            club_id,
            purchase.id,
            paid.ref_id,
            paid.owner_id,
            paid.posting_id,
            paid.unit,
        )
        for paid in purchase.paid
        if paid.is_touched
    ]


def _units(
    member: Running,
    named: PaymentIn,
    compiled: CompiledProgram,
    asked: dict[tuple[str, bool], int],
    at: str,
) -> Payment:
    wallet = compiled.wallets.get(named.wallet)
    if wallet is None or wallet.kind == "status":
        raise Refusal(
            "wallet_not_found", Phrase(_("There is no such wallet.")), status=422, field=f"{at}/wallet"
        )
    owner = member.pool if named.pool else member
    if owner is None:
        raise Refusal("not_in_group", Phrase(_("This member is not in the shared account.")), field=at)
    purse = owner.points.wallets.get(named.wallet)
    available = purse.available if purse else 0
    key = (named.wallet, named.pool)
    asked[key] = asked.get(key, 0) + named.amount
    if asked[key] > available:
        raise points_short(named.wallet, available, asked[key], field=at)
    return Payment(UNITS, named.wallet, named.amount, owner.member_id)
