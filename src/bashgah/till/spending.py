"""Spending at the till: rewards and coupons for this purchase, and what they take off the invoice.

A reward that needs no yes is only marked until the purchase is recorded, and given in the same transaction.
One that needs the member's yes is begun at once, so that its points are on hold while the cashier asks; with
the yes it becomes a coupon of the member's, which goes on this invoice unless the cashier takes it off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from bashgah.activities.invoices import lines_known
from bashgah.activities.types import LineIn
from bashgah.engine.document import RewardTerms
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.programs.selectors import program_in_force
from bashgah.redemption import selectors as redemptions
from bashgah.redemption.services import redemption_begin
from bashgah.redemption.types import RedemptionInfo
from bashgah.rewards import discounting
from bashgah.rewards import selectors as rewards
from bashgah.rewards.offers import reward_list_for, reward_offer_get
from bashgah.rewards.scoping import scope_names
from bashgah.rewards.types import CouponInfo, RewardOffer
from bashgah.till import agreeing
from bashgah.till.counter import Counter
from bashgah.till.forms import Typed
from bashgah.till.pages import Offer, Side, Taken

CHANNEL = "till"
SHORTCUTS = 9
_SIGNS = {"discount_coupon": "discount", "store_credit": "wallet", "free_product": "gift"}


@dataclass(frozen=True, slots=True)
class AppliedLine:
    """What one coupon or marked reward takes off the invoice, and off each price of it."""

    label: str
    parts: tuple[int, ...]
    coupon: CouponInfo | None = None

    @property
    def amount(self) -> int:
        """All that it takes off."""
        return sum(self.parts)

    @property
    def is_spent(self) -> bool:
        """Say whether its coupon is used up: a discount that takes nothing off stays the member's."""
        return self.coupon is not None and (self.amount > 0 or self.coupon.kind != discounting.DISCOUNT)


@dataclass(frozen=True, slots=True)
class Applied:
    """All that was taken for this purchase, and whether a yes is still awaited."""

    lines: tuple[AppliedLine, ...] = ()
    waits: bool = False

    @property
    def discount(self) -> int:
        """What comes off the invoice."""
        return sum(line.amount for line in self.lines)

    @property
    def coupons(self) -> tuple[str, ...]:
        """The coupons the purchase uses up, as it names them."""
        return tuple(public("coupon", line.coupon.id) for line in self.lines if line.coupon and line.is_spent)

    def part(self, place: int) -> int:
        """What comes off one price of the invoice."""
        return sum(line.parts[place] for line in self.lines)


@dataclass(slots=True)
class _Till:
    """What was read once for one fragment."""

    member: MemberInfo
    coupons: dict[UUID, CouponInfo]
    terms: dict[str, RewardTerms] = field(default_factory=dict)


def offers_of(counter: Counter, member: MemberInfo) -> list[RewardOffer]:
    """What the till can offer this member; nothing before the club has published a program."""
    try:
        own = reward_list_for(counter.club, member.id, channel=CHANNEL, now=counter.now)
        group_id = _may_use(counter, member.id)
        if group_id is None:
            return own
        found = reward_list_for(counter.club, member.id, payer_id=group_id, channel=CHANNEL, now=counter.now)
    except Refusal:
        return []
    shared = {offer.key: offer for offer in found}
    return [_better(offer, shared[offer.key]) for offer in own]


def offer_of(counter: Counter, member_id: UUID, key: str) -> RewardOffer:
    """One reward; from the shared account where the member's own points do not reach and its points do."""
    own = reward_offer_get(counter.club, member_id, key, channel=CHANNEL, now=counter.now)
    group_id = None if own.can_have else _may_use(counter, member_id)
    if group_id is None:
        return own
    return _better(
        own,
        reward_offer_get(counter.club, member_id, key, payer_id=group_id, channel=CHANNEL, now=counter.now),
    )


def reward_begin(
    counter: Counter, member_id: UUID, key: str, reference: tuple[str, str] | None = None
) -> RedemptionInfo:
    """Begin a redemption with the points that reach; pressed twice it is the same one, whoever paid."""
    from_group = offer_of(counter, member_id, key).from_group

    def begin(from_group: bool) -> RedemptionInfo:
        return redemption_begin(
            club=counter.club,
            member_id=member_id,
            reward_key=key,
            from_group=from_group,
            channel=CHANNEL,
            branch=counter.branch.code,
            reference=reference,
            actor=counter.actor,
            now=counter.now,
        )

    try:
        return begin(from_group)
    except Refusal as refusal:
        if refusal.code != "reference_reused":
            raise
        return begin(not from_group)


def side(
    counter: Counter,
    member: MemberInfo,
    typed: Typed | None = None,
    *,
    offers: list[RewardOffer] | None = None,
    error: str = "",
    yes: agreeing.Asked | None = None,
) -> Side:
    """The second column: the yes, what was taken, what can be had, and every reason why not."""
    club = counter.club
    till = _read(counter, member)
    marked = set(typed.rewards) if typed else set()
    on_invoice = set(typed.coupons) if typed else set()
    known = offers_of(counter, member) if offers is None else offers
    shown = [_offer(counter, offer, till, typed) for offer in known if offer.key not in marked]
    shown += [
        _coupon_offer(counter, coupon, typed)
        for coupon in till.coupons.values()
        if coupon.state == "issued" and coupon.id not in on_invoice
    ]
    wallet = wallets_get(club, member.id, counter.now).get("points")
    open_ones = _open(counter, typed)
    return Side(
        yes=tuple(agreeing.yes_card(counter, member, each, yes) for each in open_ones if each.awaits_yes),
        taken=_taken(counter, till, typed, open_ones),
        usable=_numbered([offer for offer in shown if not offer.reasons]),
        others=tuple(offer for offer in shown if offer.reasons),
        balance=wallet.available if wallet else 0,
        has_member=True,
        error=error,
    )


def applied_of(counter: Counter, typed: Typed, issued: Sequence[RedemptionInfo] = ()) -> Applied:
    """What the taken rewards and coupons come to for the amount typed; never more than all of it."""
    if typed.member_id is None:
        return Applied()
    till = _read(counter, members.member_get(counter.club, typed.member_id))
    coupons = [till.coupons[id] for id in typed.coupons if id in till.coupons]
    terms = [till.terms[key] for key in typed.rewards if key in till.terms]
    given = {each.reward: each.coupon for each in issued}
    labels = [coupon.name for coupon in coupons] + [
        rewards.reward_name(counter.club, each.key) for each in terms
    ]
    worths = [(each.kind, each.value) for each in coupons] + [(each.kind, each.params) for each in terms]
    parts = discounting.taken_off(worths, _goods(counter, typed, [value for _kind, value in worths]))
    spent = [*coupons, *(given.get(each.key) for each in terms)]
    lines = tuple(
        AppliedLine(label.say(counter.lang), taken, coupon)
        for label, taken, coupon in zip(labels, parts, spent, strict=True)
    )
    return Applied(lines, waits=any(each.awaits_yes for each in _open(counter, typed)))


def rewards_begin(counter: Counter, typed: Typed) -> list[RedemptionInfo]:
    """Give the marked rewards, each under a reference of this invoice: a second press gives nothing more."""
    if typed.member_id is None:
        return []
    given = []
    for key in typed.rewards:
        redemption = reward_begin(counter, typed.member_id, key, (counter.source, f"{typed.invoice}/{key}"))
        if redemption.awaits_yes:
            raise Refusal(
                "yes_missing",
                Phrase(
                    _("“{reward}” needs the member’s yes. Take it again and ask."),
                    {"reward": redemption.name},
                ),
            )
        given.append(redemption)
    return given


def _may_use(counter: Counter, member_id: UUID) -> UUID | None:
    """The shared account whose points a member may use, if they are in one."""
    mine = members.belonging_get(counter.club, member_id)
    return mine.group_id if mine is not None and mine.may_spend else None


def _better(own: RewardOffer, shared: RewardOffer) -> RewardOffer:
    return shared if shared.can_have and not own.can_have else own


def _read(counter: Counter, member: MemberInfo) -> _Till:
    club = counter.club
    found = rewards.coupon_list(club, members.alias_set(club, member.id), now=counter.now)
    return _Till(
        member,
        {coupon.id: coupon for coupon in found},
        {terms.key: terms for terms in program_in_force(club, counter.now).document.rewards},
    )


def _open(counter: Counter, typed: Typed | None) -> list[RedemptionInfo]:
    """What is on hold for this purchase: what waits for the member's yes, and points that pay the bill."""
    if typed is None or typed.member_id is None:
        return []
    found = [redemptions.redemption_get(counter.club, id, now=counter.now) for id in typed.redemptions]
    return [
        each
        for each in found
        if each.member_id == typed.member_id
        and each.branch == counter.branch.code
        and (each.awaits_yes or (each.is_payment and each.state == "open"))
    ]


def _taken(
    counter: Counter, till: _Till, typed: Typed | None, open_ones: Sequence[RedemptionInfo]
) -> tuple[Taken, ...]:
    if typed is None:
        return ()
    coupons = [till.coupons[id] for id in typed.coupons if id in till.coupons]
    terms = [till.terms[key] for key in typed.rewards if key in till.terms]
    return (
        *(_taken_open(counter, each) for each in open_ones),
        *(_taken_coupon(counter, each) for each in coupons),
        *(_taken_marked(counter, each) for each in terms),
    )


def _taken_open(counter: Counter, redemption: RedemptionInfo) -> Taken:
    return Taken(
        field="redemption",
        id=public("redemption", redemption.id),
        name=redemption.name.say(counter.lang),
        note=_held_note(redemption) % {"points": counter.units(redemption.price, redemption.unit)},
        sign=_SIGNS.get(redemption.kind, "gift"),
        state=gettext("Waiting") if redemption.awaits_yes else gettext("Agreed"),
    )


def _held_note(redemption: RedemptionInfo) -> str:
    if redemption.awaits_yes:
        return gettext("%(points)s on hold until the member says yes")
    return gettext("%(points)s on hold until the purchase is recorded")


def _taken_coupon(counter: Counter, coupon: CouponInfo) -> Taken:
    return Taken(
        field="coupon",
        id=public("coupon", coupon.id),
        name=coupon.name.say(counter.lang),
        note=counter.say(coupon.gives),
        sign=_SIGNS.get(coupon.kind, "gift"),
        state=_where(coupon.kind),
    )


def _taken_marked(counter: Counter, terms: RewardTerms) -> Taken:
    return Taken(
        field="marked",
        id=terms.key,
        name=rewards.reward_name(counter.club, terms.key).say(counter.lang),
        note=gettext("%(points)s are used when the purchase is recorded")
        % {"points": counter.units(terms.price, terms.wallet)},
        sign=_SIGNS.get(terms.kind, "gift"),
        state=_where(terms.kind),
    )


def _where(kind: str) -> str:
    return gettext("On the invoice") if kind == discounting.DISCOUNT else gettext("Taken")


def _offer(counter: Counter, offer: RewardOffer, till: _Till, typed: Typed | None) -> Offer:
    terms = till.terms.get(offer.key)
    asked = _asked(counter, offer.kind, terms.params if terms else {}, typed)
    return Offer(
        key=offer.key,
        name=offer.name.say(counter.lang),
        note=_note(counter, offer),
        price=counter.units(offer.price, offer.unit) if offer.price else gettext("Free"),
        sign=_SIGNS.get(offer.kind, "gift"),
        reasons=tuple(counter.say(reason) for reason in (*offer.reasons, *asked)),
    )


def _asked(counter: Counter, kind: str, value: Mapping[str, Any], typed: Typed | None) -> tuple[Phrase, ...]:
    """What the bill as typed still lacks for a discount."""
    if typed is None:
        return ()
    goods, names = _goods(counter, typed, [value]), scope_names(counter.club, [value])
    return discounting.asks_for(kind, value, goods, counter.club.currency, names)


def _goods(counter: Counter, typed: Typed, values: Sequence[Mapping[str, Any]]) -> discounting.Goods:
    """The bill at the shop's prices; its lines are looked up only where a discount is for some goods."""
    scoped = typed.mode == "lines" and any(discounting.is_scoped(value) for value in values)
    told = tuple(
        LineIn(sku=line.sku, name=line.name, quantity=line.quantity, gross=line.gross) for line in typed.lines
    )
    return discounting.Goods(tuple(typed.prices), lines_known(counter.club, told) if scoped else ())


def _note(counter: Counter, offer: RewardOffer) -> str:
    gives = counter.say(offer.gives)
    return " · ".join([gives, gettext("from the shared account")]) if offer.from_group else gives


def _coupon_offer(counter: Counter, coupon: CouponInfo, typed: Typed | None) -> Offer:
    asked = _asked(counter, coupon.kind, coupon.value, typed)
    return Offer(
        key=public("coupon", coupon.id),
        name=coupon.name.say(counter.lang),
        note=counter.say(coupon.gives),
        price=gettext("Member’s coupon"),
        sign="ticket",
        reasons=tuple(counter.say(reason) for reason in asked),
        is_coupon=True,
    )


def _numbered(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The first nine get the keys Alt 1 to Alt 9."""
    return tuple(
        replace(offer, shortcut=place) if place <= SHORTCUTS else offer
        for place, offer in enumerate(offers, start=1)
    )
