"""How rules of one group join."""

from typing import Any

from bashgah.engine import decide
from bashgah.engine.decisions import Decision
from bashgah.engine.facts import Line
from bashgah.engine.states import State
from bashgah.kit.phrases import say
from tests.engine.cases import PER_100K, TOMAN, basket, compiled, given, purchase, rule


def group(mode: str, name: str = "occasions") -> dict[str, Any]:
    return {"stacking": {"group": name, "mode": mode}}


def fixed(units: int, wallet: str = "points") -> dict[str, Any]:
    return {"amount": "fixed", "params": {"units": units}, "wallet": wallet}


def times(permille: int) -> dict[str, Any]:
    return {"amount": "multiplier", "params": {"permille": permille}}


def outcome(decision: Decision) -> dict[str, int]:
    return {credit.rule: credit.amount for credit in decision.credits}


def test_rules_of_a_group_add_up_by_default() -> None:
    program = compiled(rule("a", fixed(5), **group("add")), rule("b", fixed(7), **group("add")))
    assert outcome(decide(program, State(), purchase(1))) == {"a": 5, "b": 7}


def test_only_the_best_of_a_group_is_given_and_the_others_say_so() -> None:
    program = compiled(
        rule("a", fixed(5), **group("best_of")), rule("b", fixed(7), **group("best_of")), rule("c", fixed(1))
    )
    decision = decide(program, State(), purchase(1))
    assert outcome(decision) == {"b": 7, "c": 1}
    lost = decision.trace[0]
    assert (lost.rule, lost.amounts) == ("a", (("points", 0),))
    assert say(lost.reasons[-1], "fa") == "در گروه «occasions» فقط «قانون b» داده می‌شود"


def test_a_tie_goes_to_the_rule_decided_first() -> None:
    program = compiled(
        rule("late", fixed(5), priority=9, **group("best_of")),
        rule("early", fixed(5), priority=1, **group("best_of")),
    )
    assert outcome(decide(program, State(), purchase(1))) == {"early": 5}


def test_adding_rules_of_a_group_stay_beside_its_best() -> None:
    program = compiled(
        rule("a", fixed(5), **group("best_of")),
        rule("b", fixed(7), **group("best_of")),
        rule("c", fixed(1), **group("add")),
    )
    assert outcome(decide(program, State(), purchase(1))) == {"b": 7, "c": 1}


def test_each_wallet_has_its_own_best() -> None:
    program = compiled(
        rule("a", fixed(5), fixed(9, "credit"), **group("best_of")),
        rule("b", fixed(7), fixed(3, "credit"), **group("best_of")),
    )
    credits = [(c.rule, c.wallet, c.amount) for c in decide(program, State(), purchase(1)).credits]
    assert credits == [("a", "credit", 9), ("b", "points", 7)]


def test_an_exclusive_rule_that_fires_stands_alone_in_its_group() -> None:
    program = compiled(
        rule("a", fixed(50), **group("add")),
        rule("x", fixed(7), **group("exclusive")),
        rule("b", fixed(70), **group("best_of")),
        rule("other", fixed(1)),
    )
    assert outcome(decide(program, State(), purchase(1))) == {"x": 7, "other": 1}


def test_an_exclusive_rule_that_does_not_fire_excludes_nothing() -> None:
    never = {"when": {"field": "fact.branch", "op": "is", "value": "nowhere"}}
    program = compiled(
        rule("a", fixed(5), **group("add")), rule("x", fixed(7), **group("exclusive"), **never)
    )
    assert outcome(decide(program, State(), purchase(1))) == {"a": 5}


def test_an_exclusive_rule_that_gives_nothing_excludes_nothing() -> None:
    program = compiled(rule("a", fixed(5), **group("add")), rule("x", PER_100K, **group("exclusive")))
    assert outcome(decide(program, State(), purchase(99_999))) == {"a": 5}


def test_of_two_exclusive_rules_the_first_by_priority_stands() -> None:
    program = compiled(
        rule("b", fixed(9), priority=2, **group("exclusive")),
        rule("a", fixed(1), priority=1, **group("exclusive")),
    )
    assert outcome(decide(program, State(), purchase(1))) == {"a": 1}


def test_a_multiplier_is_compared_by_what_it_adds_to_rules_outside_its_group() -> None:
    rules = (rule("base"), rule("yalda", times(3000), **group("best_of")))
    small = rule("bonus", fixed(150), **group("best_of"))
    large = rule("bonus", fixed(250), **group("best_of"))
    assert outcome(decide(compiled(*rules, small), State(), purchase(1_000_000))) == {
        "base": 100,
        "yalda": 200,
    }
    assert outcome(decide(compiled(*rules, large), State(), purchase(1_000_000))) == {
        "base": 100,
        "bonus": 250,
    }


def test_a_multiplier_does_not_multiply_what_left() -> None:
    program = compiled(
        rule("a", fixed(5), **group("best_of")),
        rule("b", fixed(7), **group("best_of")),
        rule("double", times(2000)),
    )
    assert outcome(decide(program, State(), purchase(1))) == {"b": 7, "double": 7}


def test_a_multiplier_of_named_rules_leaves_the_others_alone() -> None:
    named = {"amount": "multiplier", "params": {"permille": 2000, "rules": ["a"]}}
    program = compiled(rule("a", fixed(5)), rule("b", fixed(7)), rule("double", named))
    assert outcome(decide(program, State(), purchase(1))) == {"a": 5, "b": 7, "double": 5}


def test_a_multiplier_of_several_bases_lies_on_lines_as_they_do() -> None:
    def on(sku: str) -> dict[str, Any]:
        return {**PER_100K, "lines": {"field": "line.sku", "op": "is", "value": sku}}

    program = compiled(rule("a", on("A")), rule("b", on("B")), rule("double", times(2000)))
    fact = basket(Line(1, sku="A", gross=100_000 * TOMAN), Line(2, sku="B", gross=300_000 * TOMAN))
    credit = decide(program, State(), fact).credits[-1]
    assert (credit.rule, credit.amount, credit.base) == ("double", 40, ((1, 10), (2, 30)))


def test_a_capped_base_is_multiplied_before_its_cap() -> None:
    program = compiled(
        rule("a", fixed(100), limits=[{"window": "day", "most": 30}]), rule("double", times(2000))
    )
    assert outcome(decide(program, State(), purchase(1))) == {"a": 30, "double": 100}


def test_after_the_last_rule_of_a_group_nothing_later_is_given() -> None:
    def grouped(key: str, mode: str, priority: int, **more: Any) -> dict[str, Any]:
        units = {"amount": "fixed", "params": {"units": priority}}
        return rule(key, units, priority=priority, stacking={"group": "g", "mode": mode}, **more)

    never = {"field": "fact.branch", "op": "is", "value": "elsewhere"}
    found = compiled(
        grouped("first", "add", 1),
        grouped("ends", "last", 20),
        grouped("late", "add", 300),
        rule("apart", priority=400),
    )
    assert [(c.rule, c.amount) for c in decide(found, State(), purchase(100_000)).credits] == [
        ("first", 1),
        ("ends", 20),
        ("apart", 10),
    ]
    open_ = compiled(
        grouped("first", "add", 1), grouped("ends", "last", 20, when=never), grouped("late", "add", 300)
    )
    assert given(decide(open_, State(), purchase(100_000))) == 301
