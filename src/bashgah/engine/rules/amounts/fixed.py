"""A fixed number of units, whatever the purchase was worth."""

from __future__ import annotations

from pydantic import Field

from bashgah.engine import words
from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured, Told
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class FixedParams(Part):
    """Parameters of a fixed amount."""

    units: int = Field(gt=0, le=10**12, title=_("Units"))


class Fixed(Amount):
    """Gives the same units each time the rule fires."""

    key = "fixed"
    label = Phrase(_("Fixed amount"))
    Params = FixedParams
    EXAMPLES = (
        ({"units": 50}, Measured(), (50, 1)),
        ({"units": 50}, Measured(money=10**9), (50, 1)),
    )

    def units(self, params: FixedParams, measured: Measured) -> Ratio:
        """Return the units."""
        return params.units, 1

    def sentence(self, params: FixedParams, told: Told, base: Phrase) -> Phrase:
        """Say the units."""
        return Phrase(_("they get {units}"), {"units": words.units(params.units, told.wallet, told.program)})

    def reasons(self, params: FixedParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say the units."""
        return (words.units(params.units, told.wallet, told.program),)

    def code(self, params: FixedParams) -> tuple[str, int]:
        """Give the units inline."""
        return f"{params.units:d}", 1


AMOUNTS.add(Fixed())
