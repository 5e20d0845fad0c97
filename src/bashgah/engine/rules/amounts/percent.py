"""A part of the money, in thousandths: "2.5 percent back"."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from bashgah.engine import words
from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured, Told
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class PercentParams(Part):
    """Parameters of a percentage; ``permille`` 25 is 2.5 percent."""

    permille: int = Field(gt=0, le=1000, title=_("Percent"), json_schema_extra={"kind": "permille"})


class Percent(Amount):
    """Gives thousandths of the eligible money, in the wallet's own unit."""

    key = "percent"
    label = Phrase(_("Percent of the amount"))
    Params = PercentParams
    EXAMPLES = (
        ({"permille": 25}, Measured(money=1_000_000), (25_000, 1)),
        ({"permille": 25}, Measured(money=39), (975, 1000)),
        ({"permille": 1000}, Measured(money=0), (0, 1)),
    )

    def units(self, params: PercentParams, measured: Measured) -> Ratio:
        """Take the part, exactly."""
        return measured.money * params.permille, 1000

    def looks_at(self, params: PercentParams) -> str:
        """Depend on the money."""
        return "money"

    def sentence(self, params: PercentParams, told: Told, base: Phrase) -> Phrase:
        """Say the percentage, what counts, and the unit it is given in."""
        return Phrase(
            _("they get {percent} percent of {base} as {wallet}"),
            {
                "percent": Decimal(params.permille) / 10,
                "base": base,
                "wallet": words.wallet_name(told.wallet),
            },
        )

    def reasons(self, params: PercentParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say the percentage and the money."""
        money = Money(measured.money, told.program.currency)
        percent = Decimal(params.permille) / 10
        return (Phrase(_("{percent} percent of {money}"), {"percent": percent, "money": money}),)

    def code(self, params: PercentParams) -> tuple[str, int]:
        """Take the part inline."""
        return f"money * {params.permille:d}", 1000


AMOUNTS.add(Percent())
