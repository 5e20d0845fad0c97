"""A coupon that takes a percentage or an amount off one purchase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.rewards.shelf import KINDS, KindExample, Parameters
from bashgah.rewards.types import Context, CouponEffect, Effect

Amount = Annotated[int, Field(ge=0, le=10**15)]


class Params(Parameters):
    """Percent or amount (one of them), a ceiling for the percentage, and the conditions of use."""

    percent: int = Field(default=0, ge=0, le=100)
    amount: Amount = 0
    most: Amount = Field(default=0, description="the most a percentage may take off; 0 is without a ceiling")
    minimum_order: Amount = 0
    valid_days: int = Field(default=30, ge=0, le=3660)

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Params:
        if bool(self.percent) == bool(self.amount):
            raise ValueError("give either a percentage or an amount")
        return self


class DiscountCoupon:
    """Issues a coupon; the till subtracts what it says."""

    key = "discount_coupon"
    label = Phrase(_("Discount coupon"))
    Params = Params
    EXAMPLES = (
        KindExample(
            {"percent": 20, "most": 5_000_000, "valid_days": 30},
            (CouponEffect("discount_coupon", {"percent": 20, "most": 5_000_000}, 30),),
        ),
        KindExample(
            {"amount": 1_000_000, "minimum_order": 10_000_000, "valid_days": 0},
            (CouponEffect("discount_coupon", {"amount": 1_000_000, "minimum_order": 10_000_000}, 0),),
        ),
    )

    def issue(self, params: Params, context: Context) -> tuple[Effect, ...]:
        """One coupon that carries the discount and its conditions."""
        value = params.model_dump(exclude={"valid_days"}, exclude_defaults=True)
        return (CouponEffect(self.key, value, params.valid_days),)

    def gives(self, value: Mapping[str, Any], currency: str) -> Phrase:
        """Say the discount, its ceiling and the least order."""
        off = self._off(value, currency)
        if not value.get("minimum_order"):
            return off
        least = Money(value["minimum_order"], currency)
        return Phrase(_("{discount} on purchases from {least}"), {"discount": off, "least": least})

    @staticmethod
    def _off(value: Mapping[str, Any], currency: str) -> Phrase:
        if value.get("amount"):
            return Phrase(_("{amount} off"), {"amount": Money(value["amount"], currency)})
        # xgettext: no-python-format  # noqa: ERA001
        off = Phrase(_("{percent}% off"), {"percent": value.get("percent", 0)})
        if not value.get("most"):
            return off
        return Phrase(
            _("{discount}, at most {most}"), {"discount": off, "most": Money(value["most"], currency)}
        )


KINDS.add(DiscountCoupon())
