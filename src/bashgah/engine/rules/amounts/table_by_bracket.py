"""Units by how large the amount is: brackets, the one that holds the amount counts."""

from __future__ import annotations

from pydantic import Field

from bashgah.engine import words
from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured, Told
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class Bracket(Part):
    """From this amount on, these units."""

    at_least: int = Field(ge=0, le=10**15, title=_("From"), json_schema_extra={"kind": "money"})
    units: int = Field(ge=0, le=10**12, title=_("Units"))


class TableByBracketParams(Part):
    """Parameters: brackets, lowest first; with a step, units are per step of the whole amount."""

    brackets: tuple[Bracket, ...] = Field(min_length=1, max_length=50, title=_("Brackets"))
    step: int = Field(default=0, ge=0, le=10**15, title=_("For every"), json_schema_extra={"kind": "money"})


class TableByBracket(Amount):
    """Gives what the highest bracket reached says; below the first there is nothing."""

    key = "table_by_bracket"
    label = Phrase(_("By brackets of the amount"))
    Params = TableByBracketParams
    EXAMPLES = (
        (
            {"brackets": [{"at_least": 100, "units": 5}, {"at_least": 200, "units": 20}]},
            Measured(money=199),
            (5, 1),
        ),
        (
            {"brackets": [{"at_least": 100, "units": 5}, {"at_least": 200, "units": 20}]},
            Measured(money=200),
            (20, 1),
        ),
        ({"brackets": [{"at_least": 100, "units": 5}]}, Measured(money=99), (0, 1)),
        ({"brackets": [{"at_least": 100, "units": 5}], "step": 50}, Measured(money=149), (10, 1)),
    )

    def units(self, params: TableByBracketParams, measured: Measured) -> Ratio:
        """Find the bracket."""
        reached = self._reached(params, measured.money)
        each = reached.units if reached else 0
        return each * (measured.money // params.step if params.step else 1), 1

    def problems(self, params: TableByBracketParams, told: Told) -> tuple[tuple[str, Phrase], ...]:
        """Brackets must rise."""
        starts = [bracket.at_least for bracket in params.brackets]
        if starts != sorted(set(starts)):
            return (("brackets", Phrase(_("Each bracket must start above the one before it."))),)
        return ()

    def looks_at(self, params: TableByBracketParams) -> str:
        """Depend on the money."""
        return "money"

    def sentence(self, params: TableByBracketParams, told: Told, base: Phrase) -> Phrase:
        """Say every bracket."""
        rows = [
            Phrase(
                _("from {amount}: {units}"),
                {
                    "amount": Money(bracket.at_least, told.program.currency),
                    "units": words.units(bracket.units, told.wallet, told.program),
                },
            )
            for bracket in params.brackets
        ]
        if not params.step:
            return Phrase(_("they get by {base} ({rows})"), {"base": base, "rows": rows})
        step = Money(params.step, told.program.currency)
        return Phrase(
            _("they get for every full {step}, by {base} ({rows})"),
            {"step": step, "base": base, "rows": rows},
        )

    def reasons(self, params: TableByBracketParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say the bracket reached."""
        money = Money(measured.money, told.program.currency)
        reached = self._reached(params, measured.money)
        if reached is None:
            first = Money(params.brackets[0].at_least, told.program.currency)
            return (Phrase(_("{money} does not reach {first}"), {"money": money, "first": first}),)
        said = {
            "money": money,
            "amount": Money(reached.at_least, told.program.currency),
            "units": words.units(reached.units, told.wallet, told.program),
        }
        bracket = Phrase(_("{money} is in the bracket from {amount}: {units}"), said)
        if not params.step:
            return (bracket,)
        step = Money(params.step, told.program.currency)
        return bracket, Phrase(
            _("{steps} times {step}"), {"steps": measured.money // params.step, "step": step}
        )

    def _reached(self, params: TableByBracketParams, money: int) -> Bracket | None:
        found = None
        for bracket in params.brackets:
            if bracket.at_least <= money:
                found = bracket
        return found


AMOUNTS.add(TableByBracket())
