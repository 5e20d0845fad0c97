"""What coupons took off recorded purchases: each by its name, to the unit, as their carts said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import structs

from bashgah.activities.couponed import parts_by_line
from bashgah.activities.payments import COUPON, Payment
from bashgah.activities.promises import Parts, coupons_promised, promised_amounts
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact
from bashgah.ground.batch import cursor
from bashgah.kit.text import Texts
from bashgah.rewards.discounting import Goods, Worth, is_scoped, taken_from
from bashgah.rewards.selectors import coupons_worth
from bashgah.rewards.types import CouponLine

Known = tuple[str, Texts, Worth]
"""A coupon's reward, its name and what it is worth."""


def coupons_told(
    club: ClubInfo, member_ids: Sequence[UUID], facts: Mapping[UUID, Fact]
) -> dict[UUID, tuple[CouponLine, ...]]:
    """Return by purchase what its coupons took off; those without any are not there.

    A quote promised the parts of its own coupons; otherwise they follow from what the coupons are worth and
    what was left. None took more than the purchase's discounts beside promotions, whoever told them.
    """
    open_ = {id_: fact for id_, fact in facts.items() if other_discount(fact)}
    used = _used(club, member_ids, open_)
    if not used:
        return {}
    every = [each for found in used.values() for each in found]
    known = coupons_worth(club, [owner for owner, _id in every], [id_ for _owner, id_ in every])
    promised = coupons_promised(club, list(used))
    told = {}
    for id_, found in used.items():
        coupons = {coupon: known[coupon] for _owner, coupon in found if coupon in known}
        lines = _lines(coupons, promised.get(id_, {}), open_[id_])
        told[id_] = tuple(line for line in lines if line.amount)
    return {id_: found for id_, found in told.items() if found}


def coupons_taken(
    payments: Iterable[Payment], promise: Sequence[tuple[str, Parts]], fact: Fact
) -> tuple[CouponLine, ...]:
    """Return the coupons that a purchase uses up as it settles; ``promise`` is its quote's part of them."""
    coupons: dict[UUID, Known] = {}
    for each in payments:
        if each.kind == COUPON and each.coupon is not None:
            coupon = each.coupon
            coupons[coupon.id] = coupon.reward, coupon.name, (coupon.kind, coupon.value)
    return _lines(coupons, promised_amounts(promise), fact) if coupons else ()


def _lines(coupons: Mapping[UUID, Known], promised: Mapping[UUID, int], fact: Fact) -> tuple[CouponLine, ...]:
    amounts = promised or _followed(coupons, fact)
    return tuple(
        CouponLine(coupon, reward, name, amounts.get(coupon, 0))
        for coupon, (reward, name, _worth) in coupons.items()
    )


def other_discount(fact: Fact) -> int:
    """Return what came off the goods of a purchase and was no promotion's."""
    return fact.discount - sum(each.amount - each.shipping for each in fact.promotions)


def _followed(coupons: Mapping[UUID, Known], fact: Fact) -> dict[UUID, int]:
    if not other_discount(fact):
        return {}
    worths = [worth for _reward, _name, worth in coupons.values()]
    goods, left = Goods((fact.gross,)), [fact.gross - other_discount(fact)]
    if fact.lines and any(is_scoped(value) for _kind, value in worths):
        by_promotions = parts_by_line([each.lines for each in fact.promotions])
        # as they were before any discount, which is the till's own price
        lines = tuple(structs.replace(line, discount=0) for line in fact.lines)
        goods = Goods(tuple(line.gross for line in lines), lines)
        left = [line.net + by_promotions.get(line.no, 0) for line in fact.lines]
    return dict(zip(coupons, taken_from(worths, goods, left), strict=True))


def _used(
    club: ClubInfo, member_ids: Sequence[UUID], ids: Iterable[UUID]
) -> dict[UUID, list[tuple[UUID, UUID]]]:
    """Return by purchase whose coupons it used up, and which."""
    wanted = list(ids)
    if not wanted:
        return {}
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT purchase_id, owner_id, ref_id FROM activities_spent
            WHERE club_id = %s AND member_id = ANY(%s) AND purchase_id = ANY(%s) AND kind = %s
            ORDER BY purchase_id, no
            """,
            [club.id, list(member_ids), wanted, COUPON],
        ).fetchall()
    found: dict[UUID, list[tuple[UUID, UUID]]] = {}
    for purchase_id, *coupon in rows:
        found.setdefault(purchase_id, []).append(tuple(coupon))
    return found
