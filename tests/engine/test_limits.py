"""Limits of how often, and budgets that all members share: never passed, and it is said."""

from datetime import date
from typing import Any

import pytest

from bashgah.engine import decide
from bashgah.engine.decisions import Decision, Spent, Used
from bashgah.engine.examples import run
from bashgah.engine.sentences import rule_sentence
from bashgah.engine.states import State
from bashgah.kit.phrases import say
from tests.engine.cases import PER_100K, SATURDAY, WALLETS, compiled, document, given, purchase, rule

DAY = SATURDAY.date()


def reasons(decision: Decision) -> list[str]:
    return [say(reason, "en") for outcome in decision.trace for reason in outcome.reasons]


def test_a_rule_gives_so_often_and_no_more() -> None:
    program = compiled(rule(limits=[{"window": "day", "most": 2, "of": "times"}]))
    first = decide(program, State(), purchase(300_000))
    assert first.used == (Used("base.#times.day", DAY, 1),)
    third = decide(program, State(used={("base.#times.day", DAY): 2}), purchase(300_000))
    assert given(third) == 0
    assert third.used == ()
    assert "at most 2 times a day, and today it was already given so often" in reasons(third)


def test_a_rule_that_gives_in_two_wallets_was_given_once() -> None:
    program = compiled(
        rule(
            "base",
            PER_100K,
            {**PER_100K, "wallet": "status"},
            limits=[{"window": "ever", "most": 1, "of": "times"}],
        )
    )
    decision = decide(program, State(), purchase(100_000))
    assert [credit.amount for credit in decision.credits] == [10, 10]
    assert decision.used == (Used("base.#times.ever", date.min, 1),)


BUDGET: dict[str, Any] = {"wallet": "points", "most": 1000, "window": "month"}
MONTH = date(2026, 10, 23)
SLOT = ("base.points.units.month", MONTH, "")


@pytest.mark.parametrize(
    ("at_limit", "left", "units", "note"),
    [
        ("cut", 1000, 30, False),
        ("cut", 30, 30, False),
        ("cut", 7, 7, True),
        ("cut", 0, 0, True),
        ("skip", 30, 30, False),
        ("skip", 29, 0, True),
    ],
)
def test_a_budget_is_cut_or_left(at_limit: str, left: int, units: int, note: bool) -> None:
    program = compiled(rule(budget={**BUDGET, "at_limit": at_limit}))
    decision = decide(program, State(budgets={SLOT: left}), purchase(300_000))
    assert given(decision) == units
    assert decision.spent == ((Spent(SLOT, units),) if units else ())
    assert any("of the budget of 1,000 points" in said for said in reasons(decision)) is note


def test_a_budget_nobody_leased_gives_nothing() -> None:
    assert given(decide(compiled(rule(budget=BUDGET)), State(), purchase(300_000))) == 0


def test_a_budget_in_money_counts_what_units_are_worth() -> None:
    wallets = [{**WALLETS[0], "worth": 400}, *WALLETS[1:]]
    program = compiled(rule(budget={**BUDGET, "of": "money", "most": 10**6}), wallets=wallets)
    slot = ("base.points.money.month", MONTH, "")
    decision = decide(program, State(budgets={slot: 10_100}), purchase(300_000))
    assert given(decision) == 25
    assert decision.spent == (Spent(slot, 10_000),)


def test_each_branch_can_have_its_own_budget() -> None:
    program = compiled(rule(budget={**BUDGET, "per": "branch"}))
    state = State(budgets={("base.points.units.month", MONTH, "vanak"): 15})
    assert given(decide(program, state, purchase(300_000, branch="vanak"))) == 15
    assert given(decide(program, state, purchase(300_000, branch="tajrish"))) == 0


def test_two_effects_of_a_rule_share_its_budget() -> None:
    program = compiled(rule("base", PER_100K, PER_100K, budget=BUDGET))
    decision = decide(program, State(budgets={SLOT: 45}), purchase(300_000))
    assert [credit.amount for credit in decision.credits] == [30, 15]
    assert decision.spent == (Spent(SLOT, 45),)


def test_an_example_has_the_whole_budget_unless_it_says_otherwise() -> None:
    cases = [
        {"name": {}, "fact": {"gross": 3 * 10**6}, "expect": {"points": 30}},
        {"name": {}, "fact": {"gross": 3 * 10**6}, "state": {"budget": 4}, "expect": {"points": 4}},
        {"name": {}, "fact": {"gross": 3 * 10**6}, "state": {"times": {"ever": 3}}, "expect": {}},
    ]
    guarded = rule(budget=BUDGET, limits=[{"window": "ever", "most": 3, "of": "times"}], examples=cases)
    program = document(guarded)
    assert [result.ok for result in run(program, program.rules[0])] == [True, True, True]


def test_the_sentence_says_limit_and_budget() -> None:
    program = document(
        rule(
            budget=BUDGET,
            limits=[{"window": "week", "most": 3, "of": "times"}, {"window": "week", "most": 500}],
        )
    )
    said = rule_sentence(program.rules[0], program, "en")
    assert "For each member at most 3 times a week and 500 points a week." in said
    assert "All members together get at most 1,000 points a month; the last of it is given in part." in said
