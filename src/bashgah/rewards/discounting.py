"""What coupons take off a purchase, to the unit, and what they still ask for: the same at every door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bashgah.engine.exact import apportion
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

DISCOUNT = "discount_coupon"

Worth = tuple[str, Mapping[str, Any]]
"""What a coupon is worth: its kind and the kind's own words."""


def taken_off(worths: Sequence[Worth], prices: Sequence[int]) -> list[tuple[int, ...]]:
    """Return what each coupon takes off each price, in the order in which they are named.

    Every coupon is judged by the whole purchase before any of them, and none takes more than those before it
    left. Its parts follow what is left of each price, add up to it exactly, and leave no price below zero.
    """
    amount, left = sum(prices), list(prices)
    found = []
    for kind, value in worths:
        off = min(_takes_off(kind, value, amount), sum(left))
        parts = apportion(off, left)
        left = [price - part for price, part in zip(left, parts, strict=True)]
        found.append(tuple(parts))
    return found


def taken_from(worths: Sequence[Worth], *, price: int, left: int) -> list[int]:
    """Return what each coupon took off a purchase of which ``left`` is known, and the price at most.

    Other discounts of the shop may have come off before them: it is the highest price, up to ``price``, of
    which the coupons leave ``left``. Together they never took more than is missing.
    """
    before = price
    while True:
        offs = [sum(parts) for parts in taken_off(worths, (before,))]
        lower = left + sum(offs)
        if lower >= before:
            return _at_most(offs, before - left)
        before = lower


def _at_most(offs: Sequence[int], most: int) -> list[int]:
    found = []
    for off in offs:
        found.append(min(off, most))
        most -= found[-1]
    return found


def asks_for(kind: str, value: Mapping[str, Any], amount: int, currency: str) -> tuple[Phrase, ...]:
    """What is missing of the purchase before the coupon counts; before there is an amount nothing is."""
    if kind != DISCOUNT or amount == 0:
        return ()
    missing = value.get("minimum_order", 0) - amount
    if missing <= 0:
        return ()
    return (Phrase(_("needs {missing} more on this purchase"), {"missing": Money(missing, currency)}),)


def _takes_off(kind: str, value: Mapping[str, Any], amount: int) -> int:
    """How much the coupon takes off a purchase of this amount: never more than all of it.

    A percentage is rounded down to the smallest unit of money. A coupon for a product or an unknown kind
    takes nothing off: something is handed over.
    """
    if kind != DISCOUNT or amount < value.get("minimum_order", 0):
        return 0
    off = value.get("amount", 0) or amount * value.get("percent", 0) // 100
    if value.get("most"):
        off = min(off, value["most"])
    return min(int(off), amount)
