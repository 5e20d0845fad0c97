"""P6: what the rules of a program cost a fact, in microseconds, one core."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

from bashgah.engine import compile_program, decide
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import Standing, State
from bench import program
from bench.stage import Stage

FACTS = 3_000
ROUNDS = 7


def microseconds(rules: int) -> float:
    """Return the median over rounds of the time one decision takes."""
    compiled = compile_program(program.document(rules), number=1)
    at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    state = State(standings={"main": Standing("bronze", at.date())})
    facts = [
        Fact(
            "purchase",
            "purchase",
            at,
            at,
            branch="b1",
            lines=(Line(1, sku="A1", gross=gross),),
            gross=gross,
        )
        for gross in range(1_000_000, 1_000_000 + FACTS)
    ]
    fired = decide(compiled, state, facts[0]).credits
    if len(fired) < 2:
        raise AssertionError("the program of the figures no longer fires")
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for fact in facts:
            decide(compiled, state, fact)
        rounds.append((time.perf_counter() - begun) / FACTS * 1e6)
    return statistics.median(rounds)


def twenty(_stage: Stage) -> float:
    """Twenty rules, two of which fire."""
    return microseconds(20)


def two_hundred(_stage: Stage) -> float:
    """Two hundred rules, twenty of which fire."""
    return microseconds(200)
