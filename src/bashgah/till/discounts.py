"""What a coupon takes off an invoice, and what it still asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

DISCOUNT = "discount_coupon"


def takes_off(kind: str, value: Mapping[str, Any], amount: int) -> int:
    """How much the coupon takes off a purchase of this amount: never more than all of it.

    A percentage is rounded down to the smallest unit of money. A coupon for a product or an unknown kind
    takes nothing off: the cashier hands something over.
    """
    if kind != DISCOUNT or amount < value.get("minimum_order", 0):
        return 0
    off = value.get("amount", 0) or amount * value.get("percent", 0) // 100
    if value.get("most"):
        off = min(off, value["most"])
    return min(int(off), amount)


def asks_for(kind: str, value: Mapping[str, Any], amount: int, currency: str) -> tuple[Phrase, ...]:
    """What is missing of the purchase before the coupon counts; before an amount is typed nothing is."""
    if kind != DISCOUNT or amount == 0:
        return ()
    missing = value.get("minimum_order", 0) - amount
    if missing <= 0:
        return ()
    return (Phrase(_("needs {missing} more on this purchase"), {"missing": Money(missing, currency)}),)
