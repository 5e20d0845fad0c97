"""Units by the member's tier, fixed or for every step of money."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bashgah.engine import words
from bashgah.engine.document import Key, Ladder
from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured, Told
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class TableByTierParams(Part):
    """Parameters: units of each tier of a ladder; with a step, per step of money."""

    ladder: Key = Field(title=_("Ladder"))
    units: dict[Key, Annotated[int, Field(ge=0, le=10**12)]] = Field(min_length=1, title=_("Units by tier"))
    step: int = Field(default=0, ge=0, le=10**15, title=_("For every"), json_schema_extra={"kind": "money"})


class TableByTier(Amount):
    """Gives what the table says for the tier in force; a tier that is not in the table gets nothing."""

    key = "table_by_tier"
    label = Phrase(_("By tier"))
    Params = TableByTierParams
    EXAMPLES = (
        ({"ladder": "main", "units": {"gold": 30}}, Measured(tiers={"main": "gold"}), (30, 1)),
        ({"ladder": "main", "units": {"gold": 30}}, Measured(tiers={"main": "silver"}), (0, 1)),
        ({"ladder": "main", "units": {"gold": 30}}, Measured(), (0, 1)),
        (
            {"ladder": "main", "units": {"gold": 30}, "step": 1_000_000},
            Measured(money=2_999_999, tiers={"main": "gold"}),
            (60, 1),
        ),
    )

    def units(self, params: TableByTierParams, measured: Measured) -> Ratio:
        """Look the tier up."""
        each = params.units.get(measured.tiers.get(params.ladder, ""), 0)
        return each * (measured.money // params.step if params.step else 1), 1

    def problems(self, params: TableByTierParams, told: Told) -> tuple[tuple[str, Phrase], ...]:
        """Refuse ladders and tiers the program does not have."""
        ladder = words.ladder_find(told.program, params.ladder)
        if ladder is None:
            return (
                ("ladder", Phrase(_("There is no ladder called “{ladder}”."), {"ladder": params.ladder})),
            )
        known = {tier.key for tier in ladder.tiers}
        return tuple(
            ("units", Phrase(_("There is no tier called “{tier}” on this ladder."), {"tier": tier}))
            for tier in params.units
            if tier not in known
        )

    def ladders(self, params: TableByTierParams) -> tuple[str, ...]:
        """Read the table's ladder."""
        return (params.ladder,)

    def looks_at(self, params: TableByTierParams) -> str:
        """Depend on the money."""
        return "money" if params.step else ""

    def sentence(self, params: TableByTierParams, told: Told, base: Phrase) -> Phrase:
        """Say every row of the table."""
        ladder = words.ladder_find(told.program, params.ladder)
        rows = [
            Phrase(
                _("{tier}: {units}"),
                {
                    "tier": words.tier_name(ladder, tier) if ladder else tier,
                    "units": words.units(units, told.wallet, told.program),
                },
            )
            for tier, units in self._rows(params, ladder)
        ]
        named: dict[str, object] = {
            "rows": rows,
            "ladder": words.texts(ladder.name, params.ladder) if ladder else params.ladder,
        }
        if not params.step:
            return Phrase(_("they get by their tier in {ladder} ({rows})"), named)
        named |= {"step": Money(params.step, told.program.currency), "base": base}
        return Phrase(
            _("they get for every full {step} of {base}, by their tier in {ladder} ({rows})"), named
        )

    def reasons(self, params: TableByTierParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say the tier and its units."""
        ladder = words.ladder_find(told.program, params.ladder)
        key = measured.tiers.get(params.ladder, "")
        said = {
            "tier": words.tier_name(ladder, key) if ladder else key,
            "units": words.units(params.units.get(key, 0), told.wallet, told.program),
        }
        first = Phrase(_("the tier {tier} gets {units}"), said)
        if not params.step:
            return (first,)
        step = Money(params.step, told.program.currency)
        return first, Phrase(
            _("{steps} times {step}"), {"steps": measured.money // params.step, "step": step}
        )

    def _rows(self, params: TableByTierParams, ladder: Ladder | None) -> list[tuple[str, int]]:
        """Return the table in the ladder's order."""
        order = {tier.key: i for i, tier in enumerate(ladder.tiers)} if ladder else {}
        return sorted(params.units.items(), key=lambda row: order.get(row[0], 0))


AMOUNTS.add(TableByTier())
