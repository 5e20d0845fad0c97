"""Decides a fact: pure, total, deterministic."""

from __future__ import annotations

from bashgah.engine.decisions import Decision
from bashgah.engine.facts import Fact
from bashgah.engine.generating import earner_for
from bashgah.engine.program import CompiledProgram, trigger_of
from bashgah.engine.resolving import decided
from bashgah.engine.states import State


def decide(compiled: CompiledProgram, state: State, fact: Fact) -> Decision:
    """Return everything that follows from a purchase, a visit or a custom activity.

    A return is not decided by rules: it takes back recorded credits by ``engine.returns.share``. A fact that
    no rule is about gives an empty decision that still counts in the ladders' measures.
    """
    trigger = trigger_of(fact.kind, fact.type)
    earn = compiled.earners.get(trigger)
    if earn is None:
        # made when first needed; two threads may make it twice, which changes nothing
        earn = compiled.earners[trigger] = earner_for(compiled, trigger)
    return decided(compiled, state, fact, trigger, earn(fact, state))
