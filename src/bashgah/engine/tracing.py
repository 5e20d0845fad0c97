"""Tells what fired and why, only when somebody asks."""

from __future__ import annotations

from bashgah.engine.decisions import RuleOutcome
from bashgah.engine.earning import Earned, tiers_of
from bashgah.engine.program import CompiledProgram
from bashgah.engine.rules.measured import Measured
from bashgah.engine.states import State
from bashgah.kit.phrases import Phrase


class Telling:
    """What a decision's trace is told from: the hits, and the state they were found in."""

    __slots__ = ("_compiled", "_found", "_state")

    def __init__(self, compiled: CompiledProgram, state: State, found: tuple[Earned, ...]) -> None:
        self._compiled, self._state, self._found = compiled, state, found

    def outcomes(self) -> tuple[RuleOutcome, ...]:
        """Return each rule that fired, in order, with its units and reasons."""
        tiers, multipliers = tiers_of(self._compiled, self._state)
        outcomes: dict[str, tuple[dict[str, int], list[Phrase]]] = {}
        for each in self._found:
            amounts, reasons = outcomes.setdefault(each.effect.rule.key, ({}, []))
            wallet = each.effect.wallet.key
            amounts[wallet] = amounts.get(wallet, 0) + each.units
            measured = Measured(each.money, each.quantity, tiers, multipliers)
            told = each.effect.amount.reasons(each.effect.params, each.effect.told, measured)
            reasons += [reason for reason in (*told, *each.notes) if reason not in reasons]
        return tuple(
            RuleOutcome(key, True, tuple(amounts.items()), tuple(reasons))
            for key, (amounts, reasons) in outcomes.items()
        )
