"""What coupons take off a purchase, to the unit, and what they still ask for: the same at every door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from bashgah.engine.criteria.saying import Names
from bashgah.engine.exact import apportion
from bashgah.engine.facts import Fact, Line
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.rewards.scoping import LINES, goods_meant, scope_said

DISCOUNT = "discount_coupon"

Worth = tuple[str, Mapping[str, Any]]
"""What a coupon is worth: its kind and the kind's own words."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What is bought at the shop's own prices: its lines, or (without lines) its amount alone."""

    prices: tuple[int, ...]
    lines: tuple[Line, ...] = ()

    @classmethod
    def of(cls, fact: Fact) -> Goods:
        """Take over a purchase before any coupon."""
        if not fact.lines:
            return cls((fact.net,))
        return cls(tuple(line.net for line in fact.lines), fact.lines)

    @property
    def amount(self) -> int:
        """The price of all of it."""
        return sum(self.prices)


def taken_off(worths: Sequence[Worth], goods: Goods) -> list[tuple[int, ...]]:
    """Return what each coupon takes off each price, in the order in which they are named.

    Every coupon is judged by the whole purchase before any of them: by all the goods it is for. None takes
    more than those before it left of these. Its parts follow what is left of each price, add up to it
    exactly, leave no price below zero, and lie on no goods that it is not for.
    """
    left = list(goods.prices)
    found = []
    for kind, value in worths:
        meant = goods_meant(value, goods.lines, len(left))
        open_ = [price if is_meant else 0 for price, is_meant in zip(left, meant, strict=True)]
        off = min(_takes_off(kind, value, sum(compress(goods.prices, meant))), sum(open_))
        parts = apportion(off, open_)
        left = [price - part for price, part in zip(left, parts, strict=True)]
        found.append(tuple(parts))
    return found


def taken_from(worths: Sequence[Worth], goods: Goods, left: Sequence[int]) -> list[int]:
    """Return what each coupon took off a purchase of whose ``goods`` only what is ``left`` is known.

    Other discounts of the shop may have come off before them: they are the highest prices, up to those of
    the goods, of which the coupons leave this. Together they never took more than is missing.
    """
    before = goods.prices
    while True:
        parts = taken_off(worths, Goods(before, goods.lines))
        lower = tuple(
            min(price, rest + sum(offs)) for price, rest, *offs in zip(before, left, *parts, strict=True)
        )
        if lower == before:
            return _at_most([sum(each) for each in parts], sum(before) - sum(left))
        before = lower


def _at_most(offs: Sequence[int], most: int) -> list[int]:
    found = []
    for off in offs:
        found.append(min(off, most))
        most -= found[-1]
    return found


def asks_for(
    kind: str, value: Mapping[str, Any], goods: Goods, currency: str, names: Names | None = None
) -> tuple[Phrase, ...]:
    """What is missing of the purchase before the coupon counts; before there is an amount nothing is."""
    if kind != DISCOUNT or not goods.amount:
        return ()
    said = scope_said(value, currency, names)
    if said is not None and not goods.lines:
        return (Phrase(_("it is only for {goods}: the lines of the invoice are needed"), {"goods": said}),)
    amount = sum(compress(goods.prices, goods_meant(value, goods.lines, len(goods.prices))))
    if said is not None and not amount:
        return (Phrase(_("it is only for {goods}, and none is in this purchase"), {"goods": said}),)
    missing = value.get("minimum_order", 0) - amount
    if missing <= 0:
        return ()
    told: dict[str, Any] = {"missing": Money(missing, currency)}
    if said is None:
        return (Phrase(_("needs {missing} more on this purchase"), told),)
    return (Phrase(_("needs {missing} more of {goods}"), told | {"goods": said}),)


def is_scoped(value: Mapping[str, Any]) -> bool:
    """Say whether a coupon is for some goods only."""
    return value.get(LINES) is not None


def _takes_off(kind: str, value: Mapping[str, Any], amount: int) -> int:
    """How much the coupon takes off goods of this amount: never more than all of it.

    A percentage is rounded down to the smallest unit of money. A coupon for a product or an unknown kind
    takes nothing off: something is handed over.
    """
    if kind != DISCOUNT or amount < value.get("minimum_order", 0):
        return 0
    off = value.get("amount", 0) or amount * value.get("percent", 0) // 100
    if value.get("most"):
        off = min(off, value["most"])
    return min(int(off), amount)
