"""Points turned into store credit: money in the member's credit wallet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from bashgah.engine.criteria.saying import Names
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.rewards.shelf import KINDS, KindExample, Parameters
from bashgah.rewards.types import Context, CreditEffect, Effect


class Params(Parameters):
    """The credited amount in the club's currency, and the wallet it goes to."""

    amount: int = Field(gt=0, le=10**15)
    wallet: str = Field(default="credit", pattern=r"^[a-z][a-z0-9_]{0,39}$")


class StoreCredit:
    """Credits the credit wallet at once."""

    key = "store_credit"
    label = Phrase(_("Store credit"))
    Params = Params
    EXAMPLES = (
        KindExample({"amount": 2_000_000}, (CreditEffect("credit", 2_000_000),)),
        KindExample({"amount": 500, "wallet": "gift"}, (CreditEffect("gift", 500),)),
    )

    def issue(self, params: Params, context: Context) -> tuple[Effect, ...]:
        """One credit of the whole amount."""
        return (CreditEffect(params.wallet, params.amount),)

    def gives(self, value: Mapping[str, Any], currency: str, names: Names | None = None) -> Phrase:
        """Say the amount."""
        return Phrase(_("{amount} store credit"), {"amount": Money(value.get("amount", 0), currency)})


KINDS.add(StoreCredit())
