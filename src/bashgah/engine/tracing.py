"""Tells what fired and why, only when somebody asks."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from bashgah.engine.decisions import RuleOutcome
from bashgah.engine.earning import Earned, tiers_of
from bashgah.engine.program import CompiledProgram, ReadyEffect
from bashgah.engine.rules.measured import Measured
from bashgah.engine.states import State
from bashgah.engine.words import units
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class Telling(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a decision's trace is told from: the hits, and the state they were found in."""

    compiled: CompiledProgram
    state: State
    found: list[Earned]

    def outcomes(self) -> tuple[RuleOutcome, ...]:
        """Return each rule that fired, in order, with its units and reasons."""
        tiers: dict[str, str] = {}
        multipliers: dict[str, int] = {}
        if any(each.effect.amount.ladders(each.effect.params) for each in self.found):
            tiers, multipliers = tiers_of(self.compiled, self.state)
        outcomes: dict[str, tuple[dict[str, int], list[Phrase]]] = {}
        for each in self.found:
            amounts, reasons = outcomes.setdefault(each.effect.rule_key, ({}, []))
            wallet = each.effect.wallet_key
            amounts[wallet] = amounts.get(wallet, 0) + each.units
            told: tuple[Phrase, ...]
            if each.effect.is_reward:
                given = units(each.units, each.effect.wallet, self.compiled.document)
                told = (Phrase(_("gives the reward {reward}"), {"reward": given}),) if each.units else ()
            elif each.effect.amount.ladders(each.effect.params):
                measured = Measured(each.money, each.quantity, tiers, multipliers)
                told = each.effect.amount.reasons(each.effect.params, each.effect.told, measured)
            else:
                told = _reasons(each.effect, each.money, each.quantity)
            reasons += [reason for reason in (*told, *each.notes) if reason not in reasons]
        return tuple(
            RuleOutcome(key, True, tuple(amounts.items()), tuple(reasons))
            for key, (amounts, reasons) in outcomes.items()
        )


@lru_cache(maxsize=4096)
def _reasons(effect: ReadyEffect, money: int, quantity: int) -> tuple[Phrase, ...]:
    """Return the reasons of an amount that looks at no tier; many purchases come to the same."""
    return effect.amount.reasons(effect.params, effect.told, Measured(money, quantity))
