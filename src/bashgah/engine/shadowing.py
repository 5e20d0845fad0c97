"""What rules in shadow would have given: decided like live ones beside them, counted and limited apart."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bashgah.engine.deciding import decide
from bashgah.engine.decisions import Credit, Decision, Spent, Used
from bashgah.engine.facts import Fact
from bashgah.engine.program import CompiledProgram
from bashgah.engine.states import State

_APART = "?"


class Shadowed(msgspec.Struct, frozen=True):
    """What would have been given more: ``credits`` of rules in shadow, and what others would give otherwise.

    Rewards are counted by copies, as credits in units of their own.
    ``differences`` are (rule, wallet, units more or less) of rules that count: a multiplier has more to
    multiply, a group has another winner. ``used`` and ``spent`` count against the shadow's own limits.
    """

    credits: tuple[Credit, ...]
    differences: tuple[tuple[str, str, int], ...]
    used: tuple[Used, ...]
    spent: tuple[Spent, ...]


def shadowed(compiled: CompiledProgram, state: State, fact: Fact, decision: Decision) -> Shadowed | None:
    """Return what the rules in shadow would have added to a decision; None where they change nothing.

    The program is decided again as if they were live, all of them together, from the same state.
    """
    if compiled.shadow is None:
        return None
    would = decide(compiled.shadow, state, fact)
    trial = {rule.key for rule in compiled.document.rules if rule.stage == "shadow"}
    given = _sums(decision.given)
    others = _sums(credit for credit in would.given if credit.rule not in trial)
    changed = tuple(
        (*key, units)
        for key in dict.fromkeys((*given, *others))
        if (units := others.get(key, 0) - given.get(key, 0))
    )
    credits_ = tuple(credit for credit in would.given if credit.rule in trial)
    if not credits_ and not changed:
        return None
    return Shadowed(
        credits_,
        changed,
        tuple(used for used in would.used if used.limit.startswith(_APART)),
        tuple(spent for spent in would.spent if spent.slot[0].startswith(_APART)),
    )


def _sums(credits_: Iterable[Credit]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for credit in credits_:
        key = credit.rule, credit.wallet
        sums[key] = sums.get(key, 0) + credit.amount
    return sums
