"""A coupon for a product that costs nothing at the till."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator

from bashgah.engine.criteria.saying import Names
from bashgah.engine.document import BothTexts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts
from bashgah.rewards.shelf import KINDS, KindExample, Parameters
from bashgah.rewards.types import Context, CouponEffect, Effect


class Params(Parameters):
    """The product as the shops know it and as members read it, and how many of it."""

    sku: str = Field(min_length=1, max_length=64)
    name: BothTexts
    quantity: int = Field(default=1, ge=1, le=100)
    valid_days: int = Field(default=30, ge=0, le=3660)

    @model_validator(mode="after")
    def _it_has_a_name(self) -> Params:
        if not (self.name.fa or self.name.en):
            raise ValueError("name the product in at least one language")
        return self


class FreeProduct:
    """Issues a coupon; the till hands the product over."""

    key = "free_product"
    label = Phrase(_("Free product"))
    Params = Params
    EXAMPLES = (
        KindExample(
            {"sku": "TEA-500", "name": {"fa": "چای ۵۰۰ گرمی", "en": "Tea 500 g"}, "valid_days": 14},
            (
                CouponEffect(
                    "free_product",
                    {"sku": "TEA-500", "name": {"fa": "چای ۵۰۰ گرمی", "en": "Tea 500 g"}, "quantity": 1},
                    14,
                ),
            ),
        ),
        KindExample(
            {"sku": "CUP", "name": {"en": "Cup"}, "quantity": 6, "valid_days": 0},
            (
                CouponEffect(
                    "free_product", {"sku": "CUP", "name": {"fa": "", "en": "Cup"}, "quantity": 6}, 0
                ),
            ),
        ),
    )

    def issue(self, params: Params, context: Context) -> tuple[Effect, ...]:
        """One coupon that names the product."""
        return (CouponEffect(self.key, params.model_dump(exclude={"valid_days"}), params.valid_days),)

    def gives(self, value: Mapping[str, Any], currency: str, names: Names | None = None) -> Phrase:
        """Say the product and how many."""
        named = value.get("name", {})
        name = Texts(named.get("fa", ""), named.get("en", ""))
        if value.get("quantity", 1) == 1:
            return Phrase(_("{name}, free"), {"name": name})
        return Phrase(_("{quantity} × {name}, free"), {"quantity": value["quantity"], "name": name})


KINDS.add(FreeProduct())
