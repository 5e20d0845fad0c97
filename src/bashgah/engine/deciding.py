"""Decides a fact: pure, total, deterministic."""

from __future__ import annotations

from bashgah.engine.decisions import Decision
from bashgah.engine.earning import earned
from bashgah.engine.facts import Fact
from bashgah.engine.program import CompiledProgram
from bashgah.engine.resolving import decided
from bashgah.engine.states import State


def decide(compiled: CompiledProgram, state: State, fact: Fact) -> Decision:
    """Return everything that follows from a purchase, a visit or a custom activity.

    A return is not decided by rules: it takes back recorded credits by ``engine.returns.share``. A fact that
    no rule is about gives an empty decision that still counts in the ladders' measures.
    """
    return decided(compiled, state, fact, earned(compiled, state, fact))
