"""Coupons that a cart names: what they take off it, or every reason why they cannot be used for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import structs

from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact
from bashgah.engine.promotions.quotes import Parts
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import alias_set
from bashgah.rewards.discounting import DISCOUNT, Goods, asks_for, taken_off
from bashgah.rewards.scoping import scope_names
from bashgah.rewards.services import coupon_named
from bashgah.rewards.types import CouponInfo

_UNKNOWN = ("coupon_not_found", "coupon_code_invalid", "id_invalid")


@dataclass(frozen=True, slots=True)
class CouponOff:
    """What one coupon takes off a cart: its part by line; a cart without lines is one, 0."""

    coupon: CouponInfo
    lines: Parts

    @property
    def amount(self) -> int:
        """All that it takes off."""
        return sum(part for _no, part in self.lines)


@dataclass(frozen=True, slots=True)
class UsableCoupon:
    """A coupon of the member's or of the cart's, and why this cart cannot use it."""

    coupon: CouponInfo
    reasons: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Couponed:
    """A cart ``before`` its coupons, and at the prices they leave.

    ``offs`` are the coupons it gets, ``refused`` those it does not, ``unknown`` names that no coupon has.
    """

    before: Fact
    cart: Fact
    offs: tuple[CouponOff, ...] = ()
    refused: tuple[UsableCoupon, ...] = ()
    unknown: tuple[str, ...] = ()


def cart_couponed(
    *,
    club: ClubInfo,
    cart: Fact,
    names: Sequence[str],
    member_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> Couponed:
    """Take off a cart what its coupons are worth, before promotions are asked, as the till does.

    Nothing is locked or used. Raises ``too_many`` (429) where wrong codes were tried too often.
    """
    if not names:
        return Couponed(cart, cart)
    found: dict[UUID, CouponInfo] = {}
    unknown: list[str] = []
    for name in names:
        try:
            coupon = coupon_named(club=club, name=name, actor=actor, now=now)
        except Refusal as refusal:
            if refusal.code not in _UNKNOWN:
                raise
            unknown.append(name)
        else:
            found[coupon.id] = coupon
    owners = alias_set(club, member_id) if member_id is not None else []
    judged = {id_: _reasons(club, each, cart, owners) for id_, each in found.items()}
    fit = [each for id_, each in found.items() if not judged[id_]]
    numbers = [line.no for line in cart.lines] or [0]
    parts = taken_off([(each.kind, each.value) for each in fit], Goods.of(cart))
    offs = []
    for coupon, taken in zip(fit, parts, strict=True):
        if sum(taken):
            lines = tuple((no, part) for no, part in zip(numbers, taken, strict=True) if part)
            offs.append(CouponOff(coupon, lines))
        else:
            judged[coupon.id] = (Phrase(_("it takes nothing off this cart")),)
    refused = tuple(UsableCoupon(found[id_], reasons) for id_, reasons in judged.items() if reasons)
    return Couponed(cart, _priced(cart, offs), tuple(offs), refused, tuple(unknown))


def unfit(club: ClubInfo, coupon: CouponInfo, cart: Fact) -> tuple[Phrase, ...]:
    """Say why a coupon of the member's that is good today does not fit the cart."""
    if coupon.kind != DISCOUNT:
        return ()
    goods = Goods.of(cart)
    if not goods.amount:
        return (Phrase(_("it takes nothing off this cart")),)
    names = scope_names(club, [coupon.value])
    return asks_for(coupon.kind, coupon.value, goods, club.currency, names)


def coupon_parts(offs: Sequence[CouponOff]) -> dict[int, list[tuple[str, int]]]:
    """Return by line which coupon (``cpn_…``) takes how much off it."""
    found: dict[int, list[tuple[str, int]]] = {}
    for off in offs:
        for no, part in off.lines:
            found.setdefault(no, []).append((public("coupon", off.coupon.id), part))
    return found


def parts_by_line(offs: Sequence[Parts]) -> dict[int, int]:
    """Add up by line what coupons take off."""
    parts: dict[int, int] = {}
    for lines in offs:
        for no, part in lines:
            parts[no] = parts.get(no, 0) + part
    return parts


def _reasons(club: ClubInfo, coupon: CouponInfo, cart: Fact, owners: Sequence[UUID]) -> tuple[Phrase, ...]:
    """Return every reason for which a named coupon cannot be used for this cart."""
    reasons: list[Phrase] = []
    if not owners:
        reasons.append(Phrase(_("it is a member’s: name the member")))
    elif coupon.member_id not in owners:
        reasons.append(Phrase(_("it is another member’s")))
    if coupon.state == "used":
        reasons.append(Phrase(_("it was used before")))
    elif coupon.state == "void":
        reasons.append(Phrase(_("it was cancelled")))
    elif coupon.state == "expired":
        reasons.append(Phrase(_("it was good until {until}"), {"until": coupon.expires_at}))
    if coupon.kind != DISCOUNT:
        reasons.append(Phrase(_("it takes no money off: name it as a payment of the purchase")))
    return (*reasons, *unfit(club, coupon, cart))


def _priced(cart: Fact, offs: Sequence[CouponOff]) -> Fact:
    """Return the cart less what coupons take off, as the purchase that names them."""
    if not offs:
        return cart
    parts = parts_by_line([off.lines for off in offs])
    lines = tuple(
        structs.replace(line, discount=line.discount + parts.get(line.no, 0)) for line in cart.lines
    )
    names = [public("coupon", off.coupon.id) for off in offs]
    return structs.replace(
        cart,
        lines=lines,
        discount=cart.discount + sum(parts.values()),
        coupons=(*cart.coupons, *names),
    )
