"""So many units for every step of money: "10 points per 100,000 toman"."""

from __future__ import annotations

from pydantic import Field

from bashgah.engine import words
from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured, Told
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class PerStepParams(Part):
    """Parameters of an amount per step; money in the currency's smallest unit."""

    units: int = Field(gt=0, le=10**9, title=_("Units"))
    step: int = Field(gt=0, le=10**15, title=_("For every"), json_schema_extra={"kind": "money"})
    whole_steps: bool = Field(default=True, title=_("Full steps only"))


class PerStep(Amount):
    """Gives units per step; a begun step counts only where ``whole_steps`` is off."""

    key = "per_step"
    label = Phrase(_("For every step of the amount"))
    Params = PerStepParams
    EXAMPLES = (
        ({"units": 10, "step": 1_000_000}, Measured(money=12_800_000), (120, 1)),
        ({"units": 10, "step": 1_000_000}, Measured(money=999_999), (0, 1)),
        ({"units": 10, "step": 1_000_000}, Measured(money=1_000_000), (10, 1)),
        ({"units": 10, "step": 1_000_000, "whole_steps": False}, Measured(money=1_500_000), (15, 1)),
    )

    def units(self, params: PerStepParams, measured: Measured) -> Ratio:
        """Count the steps."""
        if params.whole_steps:
            return measured.money // params.step * params.units, 1
        return measured.money * params.units, params.step

    def looks_at(self, params: PerStepParams) -> str:
        """Depend on the money."""
        return "money"

    def sentence(self, params: PerStepParams, told: Told, base: Phrase) -> Phrase:
        """Say units, step and what counts."""
        whole = _("they get {units} for every full {step} of {base}")
        part = _("they get {units} for every {step} of {base}, a begun step counted in part")
        return Phrase(
            whole if params.whole_steps else part,
            {
                "units": words.units(params.units, told.wallet, told.program),
                "step": Money(params.step, told.program.currency),
                "base": base,
            },
        )

    def reasons(self, params: PerStepParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say the steps counted and the money left over."""
        step = Money(params.step, told.program.currency)
        each = words.units(params.units, told.wallet, told.program)
        if not params.whole_steps:
            said = {"units": each, "step": step, "money": Money(measured.money, told.program.currency)}
            return (Phrase(_("{units} for every {step}, on {money}"), said),)
        steps, rest = divmod(measured.money, params.step)
        counted = Phrase(
            _("{steps} times {step}, {units} each"), {"steps": steps, "step": step, "units": each}
        )
        if not rest:
            return (counted,)
        left = Money(rest, told.program.currency)
        return counted, Phrase(_("the remaining {left} does not reach {step}"), {"left": left, "step": step})

    def code(self, params: PerStepParams) -> tuple[str, int]:
        """Count the steps inline."""
        if params.whole_steps:
            return f"money // {params.step:d} * {params.units:d}", 1
        return f"money * {params.units:d}", params.step


AMOUNTS.add(PerStep())
