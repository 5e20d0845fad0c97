"""A multiple of what other rules give: a fixed factor, or each tier's own."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from bashgah.engine import words
from bashgah.engine.document import Key
from bashgah.engine.exact import Ratio
from bashgah.engine.ladders import multiplier_permille
from bashgah.engine.parts import Part
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured, Told
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class MultiplierParams(Part):
    """Parameters: ``permille`` 1500 is one and a half times; or the multiplier benefit of a ladder's tiers.

    ``rules`` names the rules whose units are multiplied; none means every rule that gives units of its own
    in the same wallet.
    """

    permille: int | None = Field(
        default=None, gt=1000, le=100_000, title=_("Multiplier"), json_schema_extra={"kind": "permille"}
    )
    ladder: Key | None = Field(default=None, title=_("By the tiers of"))
    rules: tuple[Key, ...] = Field(default=(), max_length=200, title=_("Rules multiplied"))


class Multiplier(Amount):
    """Adds the part above one of the base units of other rules; multipliers never multiply one another."""

    key = "multiplier"
    label = Phrase(_("Multiplier"))
    Params = MultiplierParams
    multiplies = True
    EXAMPLES = (
        ({"permille": 3000}, Measured(), (2000, 1000)),
        ({"permille": 1500}, Measured(money=10**9), (500, 1000)),
        ({"ladder": "main"}, Measured(multipliers={"main": 2000}), (1000, 1000)),
        ({"ladder": "main"}, Measured(), (0, 1000)),
    )

    def units(self, params: MultiplierParams, measured: Measured) -> Ratio:
        """Return the part above one."""
        return max(self._permille(params, measured) - 1000, 0), 1000

    def problems(self, params: MultiplierParams, told: Told) -> tuple[tuple[str, Phrase], ...]:
        """Exactly one of factor and ladder; known rules that give units of their own."""
        found: list[tuple[str, Phrase]] = []
        if (params.permille is None) is (params.ladder is None):
            found.append(("permille", Phrase(_("Give either a multiplier or a ladder."))))
        if params.ladder is not None and words.ladder_find(told.program, params.ladder) is None:
            found.append(
                ("ladder", Phrase(_("There is no ladder called “{ladder}”."), {"ladder": params.ladder}))
            )
        rules = {rule.key: rule for rule in told.program.rules}
        for key in params.rules:
            if key not in rules:
                found.append(("rules", Phrase(_("There is no rule called “{rule}”."), {"rule": key})))
            elif all(effect.amount == self.key for effect in rules[key].effects):
                found.append(("rules", Phrase(_("“{rule}” is itself a multiplier."), {"rule": key})))
        return tuple(found)

    def ladders(self, params: MultiplierParams) -> tuple[str, ...]:
        """Read the ladder of the factors."""
        return (params.ladder,) if params.ladder else ()

    def sentence(self, params: MultiplierParams, told: Told, base: Phrase) -> Phrase:
        """Say the factor, or every tier's, and the rules it multiplies."""
        names = {rule.key: words.texts(rule.name, rule.key) for rule in told.program.rules}
        if params.rules:
            of = Phrase(
                _("the {wallet} of {rules}"), {"rules": [names.get(key, key) for key in params.rules]}
            )
        else:
            of = Phrase(_("the {wallet} of the other rules"))
        of.params["wallet"] = words.wallet_name(told.wallet)
        if params.ladder is None:
            factor = Decimal(params.permille or 1000) / 1000
            return Phrase(_("{of} become {factor} times"), {"of": of, "factor": factor})
        ladder = words.ladder_find(told.program, params.ladder)
        rows = [
            Phrase(
                _("{tier} {factor}"),
                {"tier": words.texts(tier.name, tier.key), "factor": Decimal(permille) / 1000},
            )
            for tier in (ladder.tiers if ladder else ())
            if (permille := multiplier_permille(tier)) != 1000
        ]
        name = words.texts(ladder.name, ladder.key) if ladder else params.ladder
        said = {"of": of, "ladder": name, "rows": rows or [Phrase(_("none yet"))]}
        return Phrase(_("{of} are multiplied by the multiplier of the tier in {ladder} ({rows})"), said)

    def reasons(self, params: MultiplierParams, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Say the factor, and whose it is."""
        if params.ladder is None:
            factor = Decimal(params.permille or 1000) / 1000
            return (Phrase(_("{factor} times"), {"factor": factor}),)
        ladder = words.ladder_find(told.program, params.ladder)
        key = measured.tiers.get(params.ladder, "")
        factor = Decimal(self._permille(params, measured)) / 1000
        tier = words.tier_name(ladder, key) if ladder else key
        return (Phrase(_("multiplier of the tier {tier}: {factor} times"), {"tier": tier, "factor": factor}),)

    def _permille(self, params: MultiplierParams, measured: Measured) -> int:
        if params.ladder is None:
            return params.permille or 1000
        return measured.multipliers.get(params.ladder, 1000)


AMOUNTS.add(Multiplier())
