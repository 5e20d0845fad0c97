"""What a promotion takes off, in seven ways."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from bashgah.engine.parts import Part


class PercentOff(Part):
    """A part of the price of the chosen lines, in thousandths."""

    kind: Literal["percent"]
    permille: int = Field(ge=1, le=1000)


class AmountOff(Part):
    """An amount off: once for the order, or for every line or piece of the chosen lines."""

    kind: Literal["amount"]
    amount: int = Field(gt=0, le=10**15)
    per: Literal["order", "line", "piece"] = "order"


class FixedPrice(Part):
    """A price for every piece (or kilogram) of the chosen lines; what is cheaper already stays."""

    kind: Literal["fixed_price"]
    price: int = Field(ge=0, le=10**15)


class BuyGet(Part):
    """For every ``buy`` pieces of the chosen lines ``get`` pieces free (or cheaper by ``permille``).

    The pieces given are of the chosen lines, or of ``of`` when it says which; the cheapest are given.
    """

    kind: Literal["buy_get"]
    buy: int = Field(ge=1, le=1000)
    get: int = Field(ge=1, le=1000)
    of: dict[str, Any] | None = None
    permille: int = Field(default=1000, ge=1, le=1000)
    times: int = Field(default=0, ge=0, le=1000, description="at most so often in one cart; 0 without end")


class CheapestFree(Part):
    """Of every ``every`` pieces of the chosen lines the ``free`` cheapest are free."""

    kind: Literal["cheapest_free"]
    every: int = Field(ge=2, le=1000)
    free: int = Field(default=1, ge=1, le=999)


class OffBracket(Part):
    """From this value (or quantity in thousandths) on, so many thousandths or an amount off."""

    at_least: int = Field(ge=0, le=10**15)
    permille: int = Field(default=0, ge=0, le=1000)
    amount: int = Field(default=0, ge=0, le=10**15)


class BracketsOff(Part):
    """What the highest bracket reached says, by the value or the quantity of the chosen lines."""

    kind: Literal["brackets"]
    by: Literal["value", "quantity"] = "value"
    brackets: tuple[OffBracket, ...] = Field(min_length=1, max_length=20)


class FreeShipping(Part):
    """Nothing to pay for shipping, up to ``up_to`` where it is not 0."""

    kind: Literal["free_shipping"]
    up_to: int = Field(default=0, ge=0, le=10**15)
