"""Stands for an amount that a program names and the shelf no longer holds: it gives nothing and says so."""

from __future__ import annotations

from pydantic import ConfigDict

from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import Amount, Measured, Told
from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Retired


class AnyParams(Part):
    """Whatever parameters the amount once had."""

    model_config = ConfigDict(extra="allow", frozen=True)


class RetiredAmount(Amount):
    """Gives nothing, breaks no page and no settlement."""

    Params = AnyParams
    EXAMPLES = ()

    def __init__(self, key: str) -> None:
        self.name = Retired(key).label

    def units(self, params: AnyParams, measured: Measured) -> Ratio:
        """Give nothing."""
        return 0, 1

    def sentence(self, params: AnyParams, told: Told, base: Phrase) -> Phrase:
        """Say that it is retired."""
        return self.name

    def reasons(self, params: AnyParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say that it is retired."""
        return (self.name,)

    def code(self, params: AnyParams) -> tuple[str, int]:
        """Give nothing inline."""
        return "0", 1
