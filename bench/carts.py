"""P13: what quoting a cart costs, in milliseconds, one core."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import Any

from bashgah.engine import compile_program
from bashgah.engine.document import Program
from bashgah.engine.facts import Fact, Line
from bashgah.engine.promotions.quoting import quote
from bashgah.engine.states import State
from bench import program
from bench.stage import Stage

LINES, PROMOTIONS = 20, 50
QUOTES, ROUNDS = 40, 7
DEALS: tuple[dict[str, Any], ...] = (
    {"kind": "percent", "permille": 20},
    {"kind": "amount", "amount": 50_000},
    {"kind": "buy_get", "buy": 2, "get": 1, "permille": 100},
    {"kind": "cheapest_free", "every": 9},
    {"kind": "brackets", "brackets": [{"at_least": 500_000, "permille": 50}]},
)


def quoting(_stage: Stage) -> float:
    """A cart of 20 lines, 50 promotions all of which it gets, 20 rules."""
    rules = program.document().model_dump(mode="json")
    promotions = [_promotion(number) for number in range(PROMOTIONS)]
    document = Program.model_validate(rules | {"promotions": promotions})
    compiled = compile_program(document, number=1)
    at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    lines = tuple(
        Line(no, sku=f"S{no}", category=("food",), quantity=3000, gross=9_000_000 + no)
        for no in range(1, LINES + 1)
    )
    gross = sum(line.gross for line in lines)
    cart = Fact("purchase", "purchase", at, at, branch="b1", lines=lines, gross=gross)
    if len(quote(compiled, State(), cart).given) != PROMOTIONS:
        raise AssertionError("the cart of the figures no longer gets its promotions")
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _each in range(QUOTES):
            quote(compiled, State(), cart)
        rounds.append((time.perf_counter() - begun) / QUOTES * 1e3)
    return statistics.median(rounds)


def _promotion(number: int) -> dict[str, Any]:
    skus = [f"S{(number + step) % LINES + 1}" for step in range(3)]
    return {
        "key": f"p{number}",
        "name": {"fa": f"پیشنهاد {number}", "en": f"Offer {number}"},
        "deal": DEALS[number % len(DEALS)],
        "lines": {"field": "line.sku", "op": "in", "value": skus},
        "when": {"field": "fact.branch", "op": "is", "value": "b1"} if number % 2 else None,
        "minimum_value": 1_000_000,
    }
