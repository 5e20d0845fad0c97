"""What a rule gives beside units: how copies of rewards stack, are limited, budgeted, tried and told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bashgah.engine import compile_program, decide
from bashgah.engine.decisions import Decision
from bashgah.engine.document import Program
from bashgah.engine.explaining import explain
from bashgah.engine.facts import Fact, Line
from bashgah.engine.limiting import TIMES, budgets_of
from bashgah.engine.shadowing import shadowed
from bashgah.engine.states import State
from bashgah.engine.validation import problems
from bashgah.engine.windows import EVER
from bashgah.kit.phrases import say

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
CART = Fact(
    "purchase", "purchase", AT, AT, lines=(Line(1, "milk", gross=300), Line(2, "tea", gross=700)), gross=1000
)
POINTS = {"amount": "fixed", "params": {"units": 5}}


def gives(reward: str = "cup", **more: Any) -> dict[str, Any]:
    """An effect that gives a reward."""
    return {"kind": "reward", "reward": reward, **more}


def rule(key: str, *effects: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A rule on purchases."""
    return {"key": key, "name": {"en": key}, "effects": list(effects), **more}


def program(*rules: dict[str, Any]) -> Program:
    """A program with a wallet and three rewards."""
    named = {"kind": "free_product", "price": 10, "params": {"sku": "x", "name": {"en": "x"}}}
    rewards = [
        {
            "key": key,
            "name": {"en": f"a {key}"},
            "cost": 300,
            **named,
            **({"stage": "off"} if key == "old" else {}),
        }
        for key in ("cup", "plate", "old")
    ]
    wallet = {"key": "points", "kind": "points", "name": {"en": "Points"}}
    return Program.model_validate({"wallets": [wallet], "rules": list(rules), "rewards": rewards})


def decided(*rules: dict[str, Any], fact: Fact = CART, budget: int | None = None, **state: Any) -> Decision:
    """What these rules decide; every budget has ``budget`` left, or is whole."""
    compiled = compile_program(program(*rules), number=1)
    whole = budgets_of(compiled, fact)
    left = {slot: most if budget is None else budget for slot, most in whole.items()}
    return decide(compiled, State(budgets=left, **state), fact)


def copies(decision: Decision) -> dict[str, int]:
    """How many copies of which reward by rule."""
    return {f"{grant.rule}:{grant.reward}": grant.count for grant in decision.grants}


GROUP = {"group": "gifts", "mode": "best_of"}
ROWS: list[tuple[str, list[dict[str, Any]], dict[str, Any], dict[str, int], int]] = [
    ("one copy", [rule("a", gives())], {}, {"a:cup": 1}, 0),
    ("several copies", [rule("a", gives(count=3))], {}, {"a:cup": 3}, 0),
    ("beside points", [rule("a", POINTS, gives())], {}, {"a:cup": 1}, 5),
    ("two rewards of one rule", [rule("a", gives(), gives("plate"))], {}, {"a:cup": 1, "a:plate": 1}, 0),
    ("two rules add", [rule("a", gives()), rule("b", gives())], {}, {"a:cup": 1, "b:cup": 1}, 0),
    (
        "best of a group, by copies of one reward",
        [rule("a", gives(), stacking=GROUP), rule("b", gives(count=2), stacking=GROUP)],
        {},
        {"b:cup": 2},
        0,
    ),
    (
        "different rewards cannot be compared",
        [rule("a", gives(), stacking=GROUP), rule("b", gives("plate", count=2), stacking=GROUP)],
        {},
        {"a:cup": 1, "b:plate": 2},
        0,
    ),
    (
        "exclusive stands alone, points too",
        [
            rule("a", POINTS, stacking=GROUP),
            rule("b", gives(), stacking={"group": "gifts", "mode": "exclusive"}),
        ],
        {},
        {"b:cup": 1},
        0,
    ),
    (
        "nothing after the last",
        [rule("a", gives(), stacking={"group": "gifts", "mode": "last"}), rule("b", gives(), stacking=GROUP)],
        {},
        {"a:cup": 1},
        0,
    ),
    (
        "a cap of copies leaves the rest",
        [rule("a", gives(count=3), limits=[{"window": "ever", "most": 4}])],
        {"used": {("a.reward:cup.ever", EVER): 2}},
        {"a:cup": 2},
        0,
    ),
    (
        "once is once",
        [rule("a", POINTS, gives(), limits=[{"window": "ever", "most": 1, "of": "times"}])],
        {"used": {(f"a.{TIMES}.ever", EVER): 1}},
        {},
        0,
    ),
    (
        "a budget gives its last in part",
        [rule("a", gives(count=3), budget={"reward": "cup", "most": 9})],
        {"budget": 2},
        {"a:cup": 2},
        0,
    ),
    (
        "or nothing that does not fit whole",
        [rule("a", gives(count=3), budget={"reward": "cup", "most": 9, "at_limit": "skip"})],
        {"budget": 2},
        {},
        0,
    ),
    (
        "a budget of money holds so many costs",
        [rule("a", gives(count=3), budget={"reward": "cup", "of": "money", "most": 900})],
        {"budget": 899},
        {"a:cup": 2},
        0,
    ),
    (
        "a budget of a reward leaves points alone",
        [rule("a", POINTS, gives(), budget={"reward": "cup", "most": 1})],
        {"budget": 0},
        {},
        5,
    ),
    (
        "only where its lines are",
        [rule("a", gives(lines={"field": "line.sku", "op": "is", "value": "bread"}))],
        {},
        {},
        0,
    ),
    (
        "a multiplier makes no more of it",
        [rule("a", POINTS, gives()), rule("m", {"amount": "multiplier", "params": {"permille": 3000}})],
        {},
        {"a:cup": 1},
        15,
    ),
    ("a draft gives nothing", [rule("a", gives(), stage="draft")], {}, {}, 0),
    ("a shadow gives nothing", [rule("a", gives(), stage="shadow")], {}, {}, 0),
]


@pytest.mark.parametrize(("said", "rules", "state", "expected", "points"), ROWS, ids=[row[0] for row in ROWS])
def test_what_reward_effects_mean(
    said: str, rules: list[dict[str, Any]], state: dict[str, Any], expected: dict[str, int], points: int
) -> None:
    decision = decided(*rules, **state)
    assert copies(decision) == expected
    assert sum(credit.amount for credit in decision.credits) == points


def test_the_explanation_says_what_was_given_and_adds_up() -> None:
    compiled = compile_program(program(rule("a", POINTS, gives(count=2))), number=1)
    told = explain(compiled, State(), CART)
    assert dict(told.totals) == {"points": 5, "reward:cup": 2}
    said = [say(reason, "en") for reason in told.outcomes[0].reasons]
    assert "gives the reward 2 × “a cup”" in said


def test_a_shadow_says_how_many_it_would_have_given() -> None:
    compiled = compile_program(program(rule("a", gives(count=2), stage="shadow")), number=1)
    found = shadowed(compiled, State(), CART, decide(compiled, State(), CART))
    assert found is not None
    assert [(credit.rule, credit.wallet, credit.amount) for credit in found.credits] == [
        ("a", "reward:cup", 2)
    ]


@pytest.mark.parametrize(
    ("broken", "at"),
    [
        (rule("a", gives("none")), "/rules/0/effects/0/reward"),
        (rule("a", gives("old")), "/rules/0/effects/0/reward"),
        (rule("a", gives(), gives()), "/rules/0/effects/1/reward"),
        (rule("a", gives(), budget={"reward": "plate", "most": 1}), "/rules/0/budget/reward"),
    ],
)
def test_a_reward_that_cannot_be_given_is_a_fault(broken: dict[str, Any], at: str) -> None:
    assert at in {problem.at for problem in problems(program(broken))}
