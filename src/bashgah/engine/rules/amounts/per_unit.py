"""So many units for each piece or kilo of the chosen lines."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from bashgah.engine import words
from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured, Told
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class PerUnitParams(Part):
    """Parameters of an amount per piece; ``per`` is in thousandths, 1000 being one piece or kilo."""

    units: int = Field(gt=0, le=10**9, title=_("Units"))
    per: int = Field(
        default=1000, gt=0, le=10**12, title=_("For every"), json_schema_extra={"kind": "quantity"}
    )
    whole: bool = Field(default=True, title=_("Full pieces only"))


class PerUnit(Amount):
    """Gives units per quantity of the eligible lines; weighed goods count in part where ``whole`` is off."""

    key = "per_unit"
    label = Phrase(_("For each piece"))
    Params = PerUnitParams
    needs_lines = True
    EXAMPLES = (
        ({"units": 5}, Measured(quantity=3000), (15, 1)),
        ({"units": 5}, Measured(quantity=2999), (10, 1)),
        ({"units": 5, "whole": False}, Measured(quantity=1500), (7500, 1000)),
        ({"units": 5, "per": 3000}, Measured(quantity=2999), (0, 1)),
    )

    def units(self, params: PerUnitParams, measured: Measured) -> Ratio:
        """Count the pieces."""
        if params.whole:
            return measured.quantity // params.per * params.units, 1
        return measured.quantity * params.units, params.per

    def looks_at(self, params: PerUnitParams) -> str:
        """Depend on the quantity."""
        return "quantity"

    def sentence(self, params: PerUnitParams, told: Told, base: Phrase) -> Phrase:
        """Say units, quantity and what counts."""
        whole = _("they get {units} for every full {quantity} pieces or kilos")
        part = _("they get {units} for every {quantity} pieces or kilos, parts counted too")
        return Phrase(
            whole if params.whole else part,
            {
                "units": words.units(params.units, told.wallet, told.program),
                "quantity": Decimal(params.per).scaleb(-3),
            },
        )

    def reasons(self, params: PerUnitParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say the quantity counted."""
        said = {
            "quantity": Decimal(measured.quantity).scaleb(-3),
            "units": words.units(params.units, told.wallet, told.program),
            "per": Decimal(params.per).scaleb(-3),
        }
        return (Phrase(_("{quantity} pieces or kilos bought, {units} for every {per}"), said),)


AMOUNTS.add(PerUnit())
