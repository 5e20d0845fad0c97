"""A coupon that takes a percentage or an amount off one purchase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from bashgah.engine.criteria.saying import Names
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.rewards.scoping import scope_said
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
    lines: dict[str, Any] | None = Field(
        default=None,
        description="a condition on lines: the goods it is for, on which the least order is counted too",
        json_schema_extra={"kind": "lines"},
    )

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
        KindExample(
            {"percent": 15, "lines": {"field": "line.category", "op": "under", "value": "dairy"}},
            (
                CouponEffect(
                    "discount_coupon",
                    {"percent": 15, "lines": {"field": "line.category", "op": "under", "value": "dairy"}},
                    30,
                ),
            ),
        ),
    )

    def issue(self, params: Params, context: Context) -> tuple[Effect, ...]:
        """One coupon that carries the discount and its conditions."""
        value = params.model_dump(exclude={"valid_days"}, exclude_defaults=True)
        return (CouponEffect(self.key, value, params.valid_days),)

    def gives(self, value: Mapping[str, Any], currency: str, names: Names | None = None) -> Phrase:
        """Say the discount, its ceiling, the goods it is for and the least order of them."""
        off, goods = self._off(value, currency), scope_said(value, currency, names)
        least = Money(value.get("minimum_order", 0), currency)
        told = {"discount": off, "least": least} | ({"goods": goods} if goods else {})
        if not least.amount:
            return Phrase(_("{discount} on {goods}"), told) if goods else off
        if not goods:
            return Phrase(_("{discount} on purchases from {least}"), told)
        return Phrase(_("{discount} on {goods}, from {least} of them"), told)

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
