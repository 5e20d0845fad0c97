"""What a cart would cost and earn, every reason why not, and the promise of it for a while.

Nothing is locked: what is quoted is checked again when a purchase takes the quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import psycopg
from msgspec import structs

from bashgah.activities.couponed import Couponed, CouponOff, UsableCoupon, cart_couponed, unfit
from bashgah.activities.drafts import member_named
from bashgah.activities.invoices import cart_fact
from bashgah.activities.payments import payer_missing
from bashgah.activities.promises import earned, promise_write
from bashgah.activities.running import Running, running_read
from bashgah.activities.types import CartIn
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.criteria.saying import Names
from bashgah.engine.facts import Fact
from bashgah.engine.limiting import budgets_of
from bashgah.engine.promotions.counting import mosts
from bashgah.engine.promotions.quotes import Quote
from bashgah.engine.promotions.quoting import quote
from bashgah.engine.promotions.ready import cart_needs
from bashgah.engine.states import Needs, State
from bashgah.ground.batch import cursor
from bashgah.ground.throttle import throttle_return, throttle_take
from bashgah.ground.types import Actor, Limit
from bashgah.ledger.reading import lots_load
from bashgah.ledger.selectors import wallets_get
from bashgah.members.selectors import alias_set, group_purse
from bashgah.programs.budgets import budgets_read
from bashgah.programs.selectors import number_in_force, program_of, versions_in_force
from bashgah.rewards.offers import reward_list_for
from bashgah.rewards.selectors import coupon_list
from bashgah.rewards.types import RewardOffer

# wrong codes only: codes that are known give their tries back
TRIES_OF_ONE = (Limit(count=20, seconds=600), Limit(count=100, seconds=86_400))
TRIES_OF_ALL = (Limit(count=300, seconds=600),)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A cart's quote with all a person asks at the till. Without ``id`` nothing was promised.

    ``coupon_offs`` is what coupons that the cart names took off its prices before promotions were asked;
    ``quote`` begins where they end.
    """

    id: UUID | None
    valid_until: datetime | None
    member_id: UUID | None
    compiled: CompiledProgram
    cart: Fact
    quote: Quote
    earns: tuple[tuple[str, int], ...]
    rewards: tuple[RewardOffer, ...] = ()
    coupons: tuple[UsableCoupon, ...] = ()
    coupon_offs: tuple[CouponOff, ...] = ()

    @property
    def discount(self) -> int:
        """What promotions and coupons take off."""
        return self.quote.discount + sum(off.amount for off in self.coupon_offs)

    @property
    def to_pay(self) -> int:
        """What is left to pay in money: goods, shipping and tax, less what points pay."""
        paid = self.quote.payment.paid if self.quote.payment else 0
        return self.quote.total + self.quote.fact.tax - paid


def cart_evaluate(
    *,
    club: ClubInfo,
    cart: CartIn,
    actor: Actor,
    now: datetime,
    preview_only: bool = False,
    rewards_for: str = "",
    names: Names | None = None,
    set_aside: Mapping[str, int] | None = None,
) -> Evaluated:
    """Say what a cart costs and earns at this instant, and promise it for a while unless ``preview_only``.

    ``set_aside`` are units by wallet that are on hold to pay this very cart, so that they can still pay. With
    the cart's ``pool`` the units are those of the shared account, as far as the member's role and month let.
    ``rewards_for`` is the channel for which rewards and coupons are listed; empty lists none. A cart without
    a member gets what everybody gets. Raises what a purchase would refuse of itself, ``member_not_found``,
    what ``group_purse`` refuses, and ``too_many`` (429) for whom wrong codes were tried too often.
    """
    member_id = member_named(club, cart.member, now) if cart.member is not None else None
    priced = _couponed(club, cart, member_id, actor, now)
    fact = priced.cart
    versions = versions_in_force(club)
    compiled = program_of(club, versions, number_in_force(versions, now))
    tries = _tries(club, cart, member_id, actor, now)
    with cursor() as cur:
        state = _state(cur, club, member_id, compiled, fact, now)
    state = _payer_state(club, member_id, compiled, state, cart, now)
    if set_aside:
        units = state.balances.keys() | set_aside.keys()
        state = structs.replace(
            state, balances={unit: state.balances.get(unit, 0) + set_aside.get(unit, 0) for unit in units}
        )
    found = _quoted(compiled, state, cart, priced, names, member_id)
    known = len(cart.codes) - len(found.unknown)
    for key in tries if known else ():
        throttle_return(key=key, times=known, now=now)
    kept: tuple[UUID | None, datetime | None] = None, None
    if not preview_only:
        kept = promise_write(
            club=club,
            member_id=member_id,
            quote=found,
            coupons=priced.offs,
            program=compiled.number,
            pool=cart.pool,
            now=now,
        )
    if priced.unknown:
        found = structs.replace(found, unknown=(*found.unknown, *priced.unknown))
    listed = member_id is not None and bool(rewards_for)
    return Evaluated(
        *kept,
        member_id,
        compiled,
        priced.before,
        found,
        tuple(earned(found).items()),
        _rewards(club, member_id, compiled, rewards_for, now) if listed else (),
        _coupons(club, member_id if listed else None, priced, now),
        priced.offs,
    )


def program_quote(
    *,
    club: ClubInfo,
    compiled: CompiledProgram,
    cart: CartIn,
    actor: Actor,
    now: datetime,
    names: Names | None = None,
) -> tuple[Couponed, Quote]:
    """Quote a cart by a program that nobody published, as if nothing of it had been used; for trials.

    The member, where the cart names one, is the real one, and so are the coupons.
    """
    member_id = member_named(club, cart.member, now) if cart.member is not None else None
    priced = _couponed(club, cart, member_id, actor, now)
    with cursor() as cur:
        state = _state(cur, club, member_id, compiled, priced.cart, now)
    state = _payer_state(club, member_id, compiled, state, cart, now)
    return priced, _quoted(compiled, state, cart, priced, names, member_id)


def _couponed(club: ClubInfo, cart: CartIn, member_id: UUID | None, actor: Actor, now: datetime) -> Couponed:
    fact = cart_fact(club, cart, now)
    return cart_couponed(club=club, cart=fact, names=cart.coupons, member_id=member_id, actor=actor, now=now)


def _quoted(  # noqa: PLR0917 whose cart, by which program
    compiled: CompiledProgram,
    state: State,
    cart: CartIn,
    priced: Couponed,
    names: Names | None,
    member_id: UUID | None,
) -> Quote:
    """Quote a cart after its coupons, whose names are no codes of promotions."""
    nameless = member_id is None
    found = quote(compiled, state, priced.cart, pay=cart.pay or None, names=names, nameless=nameless)
    if not priced.offs:
        return found
    unknown = tuple(code for code in priced.before.coupons if code in found.unknown)
    return structs.replace(found, unknown=unknown)


def _tries(club: ClubInfo, cart: CartIn, member_id: UUID | None, actor: Actor, now: datetime) -> list[str]:
    """Count each code as a try: of whoever asks, and of the member or of carts without one."""
    if not cart.codes:
        return []
    keys: list[tuple[str, tuple[Limit, ...]]] = [
        (f"cart.codes:{club.id}:{actor.kind}:{actor.id}", TRIES_OF_ALL)
    ]
    if member_id is not None:
        keys.append((f"cart.codes:{club.id}:{member_id}", TRIES_OF_ONE))
    else:
        keys.append((f"cart.codes:{club.id}:nobody:{actor.id}", TRIES_OF_ONE))
    for key, limits in keys:
        throttle_take(key=key, limits=limits, times=len(cart.codes), now=now)
    return [key for key, _limits in keys]


def _state(  # noqa: PLR0917 whose cart, by which program, when
    cur: psycopg.Cursor[tuple[object, ...]],
    club: ClubInfo,
    member_id: UUID | None,
    compiled: CompiledProgram,
    fact: Fact,
    now: datetime,
) -> State:
    shared = mosts(compiled.document, fact.coupons) | budgets_of(compiled, fact)
    spent = budgets_read(cur, club.id, shared) if shared else {}
    budgets = {slot: max(0, most - spent[slot]) for slot, most in shared.items()}
    if member_id is None:
        return State(budgets=budgets)
    needs = needs_of(compiled)
    running = running_read(cur, club, [member_id], needs, {fact.local_at.date()})[member_id]
    return structs.replace(
        running.cart_state(compiled, fact, needs),
        balances=_balances(cur, running, now),
        budgets=budgets,
    )


def _payer_state(  # noqa: PLR0917 whose cart, by which program, when
    club: ClubInfo,
    member_id: UUID | None,
    compiled: CompiledProgram,
    state: State,
    cart: CartIn,
    now: datetime,
) -> State:
    """Let the shared account pay where the cart says so: what of its wallet the member may spend."""
    terms = compiled.document.pay_with_points
    if not cart.pool or terms is None:
        return state
    if member_id is None:
        raise payer_missing()
    may = group_purse(club, member_id, terms.wallet, now)
    available = wallets_get(club, may.group_id, now).get(terms.wallet)
    units = available.available if available else 0
    if may.left is not None:
        units = min(units, may.left)
    return structs.replace(state, balances={**state.balances, terms.wallet: units})


def _balances(cur: psycopg.Cursor[tuple[object, ...]], running: Running, now: datetime) -> dict[str, int]:
    """Return what can be spent of each wallet; what is due by now is taken off, as a settlement would."""
    if running.points.is_due(now):
        lots_load(cur, [running.points])
        running.pass_time(now)
    return {unit: wallet.available for unit, wallet in running.points.wallets.items()}


@lru_cache(maxsize=64)
def needs_of(compiled: CompiledProgram) -> Needs:
    """Return what quoting by a program reads; programs are told apart by identity."""
    return cart_needs(compiled.promotions, compiled.needs)


def _rewards(
    club: ClubInfo, member_id: UUID | None, compiled: CompiledProgram, channel: str, now: datetime
) -> tuple[RewardOffer, ...]:
    if member_id is None or not compiled.document.rewards:
        return ()
    return tuple(reward_list_for(club, member_id, channel=channel, now=now))


def _coupons(
    club: ClubInfo, member_id: UUID | None, priced: Couponed, now: datetime
) -> tuple[UsableCoupon, ...]:
    """Return the member's coupons, and those the cart names in vain, with the reasons."""
    if member_id is None:
        return priced.refused
    refused = {each.coupon.id for each in priced.refused}
    return priced.refused + tuple(
        UsableCoupon(each, unfit(club, each, priced.before))
        for each in coupon_list(club, alias_set(club, member_id), now=now)
        if each.state == "issued" and each.id not in refused
    )
