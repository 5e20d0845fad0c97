"""What must hold of any program, any member and any fact."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashgah.engine import CompiledProgram, compile_program, decide, explain
from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.document import Program
from bashgah.engine.earning import Earned, earned
from bashgah.engine.facts import Fact
from bashgah.engine.generating import check_for, earner_for
from bashgah.engine.program import trigger_of
from bashgah.engine.sentences import rule_sentence
from bashgah.engine.states import State
from bashgah.engine.validation import problems
from bashgah.kit.phrases import phrase_from_json, phrase_to_json, say
from tests.laws.programs import documents, facts, states

LAW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def ready(document: dict[str, Any]) -> CompiledProgram:
    program = Program.model_validate(document)
    assert problems(program) == ()
    return compile_program(program, number=1)


def plain(hits: list[Earned]) -> list[tuple[Any, ...]]:
    return [
        (hit.place, hit.effect.rule.key, Fraction(hit.num, hit.den), hit.weights, hit.money, hit.quantity)
        for hit in hits
    ]


@pytest.mark.prove
@settings(LAW, max_examples=500)
@given(documents(most=12), st.lists(st.tuples(facts(), states()), min_size=1, max_size=4))
def test_generated_code_means_what_the_interpreter_means_at_length(
    document: dict[str, Any], cases: list[tuple[Fact, State]]
) -> None:
    test_generated_code_means_what_the_interpreter_means.hypothesis.inner_test(document, cases)


@LAW
@given(documents(), st.lists(st.tuples(facts(), states()), min_size=1, max_size=4))
def test_generated_code_means_what_the_interpreter_means(
    document: dict[str, Any], cases: list[tuple[Fact, State]]
) -> None:
    compiled = ready(document)
    for fact, state in cases:
        trigger = trigger_of(fact.kind, fact.type)
        meant = plain(earned(compiled, state, fact))
        assert plain(earner_for(compiled, trigger)(fact, state)) == meant
        assert plain(earner_for(compiled, trigger, at_least=1)(fact, state)) == meant


@LAW
@given(documents(), facts(), states())
def test_a_compiled_criterion_means_what_its_tree_means(
    document: dict[str, Any], fact: Fact, state: State
) -> None:
    compiled = ready(document)
    for found in compiled.rules_for(trigger_of(fact.kind, fact.type)):
        if found.when is not None:
            scene = Scene(fact, state, compiled.document.calendar)
            assert check_for(found.when, compiled.document.calendar)(fact, state) is holds(found.when, scene)


@LAW
@given(documents(), facts(), states())
def test_explaining_equals_deciding(document: dict[str, Any], fact: Fact, state: State) -> None:
    compiled = ready(document)
    decision = decide(compiled, state, fact)
    explanation = explain(compiled, state, fact)
    assert dict(explanation.totals) == {
        wallet: units
        for wallet in ("points", "status", "credit")
        if (units := sum(credit.amount for credit in decision.credits if credit.wallet == wallet))
    }
    assert [outcome for outcome in explanation.outcomes if outcome.fired] == sorted(
        decision.trace, key=lambda outcome: [each.rule for each in explanation.outcomes].index(outcome.rule)
    )
    assert explanation.tier_moves == decision.tier_moves
    for outcome in explanation.outcomes:
        assert outcome.reasons, "nothing is left without a reason"
        for reason in outcome.reasons:
            assert say(reason, "fa")
            assert say(phrase_from_json(phrase_to_json(reason)), "en") == say(reason, "en")


@LAW
@given(documents(), facts(), states())
def test_deciding_twice_decides_the_same(document: dict[str, Any], fact: Fact, state: State) -> None:
    assert decide(ready(document), state, fact) == decide(ready(document), state, fact)


@LAW
@given(documents(), facts(), states())
def test_credits_are_whole_positive_and_lie_on_the_lines_of_the_purchase(
    document: dict[str, Any], fact: Fact, state: State
) -> None:
    numbers = {line.no for line in fact.lines}
    for credit in decide(ready(document), state, fact).credits:
        assert type(credit.amount) is int
        assert credit.amount > 0
        assert {no for no, _part in credit.base} <= numbers
        assert all(part >= 0 for _no, part in credit.base)
        assert bool(credit.base) is bool(fact.lines)
        assert not credit.base or sum(part for _no, part in credit.base) == credit.amount


@LAW
@given(documents(), facts(), states())
def test_no_member_gets_more_than_a_cap(document: dict[str, Any], fact: Fact, state: State) -> None:
    compiled = ready(document)
    decision = decide(compiled, state, fact)
    for rule in compiled.document.rules:
        for limit in rule.limits:
            if limit.of == "times":
                continue
            for wallet in compiled.wallets:
                given_here = sum(
                    credit.amount
                    for credit in decision.credits
                    if (credit.rule, credit.wallet) == (rule.key, wallet)
                )
                assert given_here <= limit.most
                counted = [
                    used.amount
                    for used in decision.used
                    if used.limit == f"{rule.key}.{wallet}.{limit.window}"
                ]
                assert sum(counted) == given_here


@LAW
@given(documents(), facts(), states())
def test_no_budget_gives_more_than_was_left(document: dict[str, Any], fact: Fact, state: State) -> None:
    decision = decide(ready(document), state, fact)
    for spent in decision.spent:
        assert 0 < spent.amount <= state.budgets.get(spent.slot)


@LAW
@given(documents(), facts(), states())
def test_rounding_down_never_creates_units(document: dict[str, Any], fact: Fact, state: State) -> None:
    """What is given of a wallet is never above its exact sum, and less than one unit below it."""
    wallets = [{**wallet, "rounding": "down"} for wallet in document["wallets"]]
    simple = [
        {**rule, "limits": [], "budget": None, "stacking": {"group": "", "mode": "add"}}
        for rule in document["rules"]
    ]
    compiled = ready({**document, "wallets": wallets, "rules": simple})
    decision = decide(compiled, state, fact)
    exact: dict[str, Fraction] = dict.fromkeys(compiled.wallets, Fraction(0))
    hits = earned(compiled, state, fact)
    bases = [hit for hit in hits if not hit.effect.amount.multiplies]
    for hit in hits:
        exact[hit.effect.wallet.key] += (
            multiplied(hit, bases, fact) if hit.effect.amount.multiplies else Fraction(hit.num, hit.den)
        )
    for wallet, amount in exact.items():
        total = sum(credit.amount for credit in decision.credits if credit.wallet == wallet)
        assert total == amount.numerator // amount.denominator


def multiplied(hit: Earned, bases: list[Earned], fact: Fact) -> Fraction:
    """The multiplier's part of each base, written again in plain fractions."""
    lines = {no for no, _weight in hit.weights}
    whole = Fraction(0)
    for base in bases:
        if base.effect.wallet.key != hit.effect.wallet.key:
            continue
        part = Fraction(1)
        if fact.lines and not {no for no, _weight in base.weights} <= lines:
            weighed = sum(weight for _no, weight in base.weights)
            kept = sum(weight for no, weight in base.weights if no in lines)
            part = Fraction(kept, weighed) if weighed else Fraction(0)
        whole += Fraction(base.num, base.den) * part
    return whole * Fraction(hit.num, hit.den)


@LAW
@given(documents())
def test_every_rule_can_be_said_in_both_languages(document: dict[str, Any]) -> None:
    program = Program.model_validate(document)
    for rule in program.rules:
        for lang in ("fa", "en"):
            said = rule_sentence(rule, program, lang)
            assert said
            assert "{" not in said
