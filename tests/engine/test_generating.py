"""Generated code: no word of a person in it, nothing but known shapes, rules found by what they ask for."""

import re
from typing import Any

import pytest

from bashgah.engine import decide
from bashgah.engine.facts import Line
from bashgah.engine.generating.safety import Unsafe, checked
from bashgah.engine.generating.source import Module
from bashgah.engine.states import State
from tests.engine.cases import PER_100K, TOMAN, basket, compiled, given, purchase, rule

EVIL = "__import__('os').system('x')\"\\\n{0}"


def source_of(*rules: dict[str, Any], at_least: int = 4) -> str:
    program = compiled(*rules)
    return Module(program, program.rules_for("purchase"), at_least).source


def test_no_text_of_a_person_ever_stands_in_generated_source() -> None:
    def everywhere(text: str) -> dict[str, Any]:
        return rule(
            "evil",
            {**PER_100K, "lines": {"field": "line.sku", "op": "in", "value": [text, "b"]}},
            when={
                "all": [
                    {"field": "fact.branch", "op": "is", "value": text},
                    {"field": "member.city", "op": "in", "value": [text]},
                    {"field": "member.tags", "op": "has_any", "value": [text, "c"]},
                    {"field": f"member.attributes.{text}", "op": "is", "value": text},
                    {
                        "lines": {
                            "where": {"field": "line.category", "op": "under", "value": text},
                            "measure": "any",
                        }
                    },
                ]
            },
            stacking={"group": "g", "mode": "add"},
        )

    for at_least in (1, 4):
        source = source_of(everywhere(EVIL), at_least=at_least)
        assert "import" not in source
        assert source == source_of(everywhere("harmless"), at_least=at_least)
        assert not re.search("[\"']", source)


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "earn = 'text'",
        "earn = fact.__class__",
        "earn = [x for x in fact.lines]",
        "earn = lambda: 1",
        "while True: earn = 1",
        "earn = __import__(K1)",
        "earn = 1.5",
        "earn = fact.lines.clear",
        "def earn(__builtins__): return 1",
        "earn = f'{fact}'",
        "del fact",
        "raise K1",
        "global earn",
    ],
)
def test_anything_we_do_not_write_is_refused(source: str) -> None:
    with pytest.raises(Unsafe):
        checked(source, {})


def test_a_constant_with_a_name_of_another_kind_is_refused() -> None:
    with pytest.raises(Unsafe):
        checked("earn = 1", {"__builtins__": {}})


def test_generated_code_cannot_reach_the_builtins() -> None:
    program = compiled(rule())
    parts, _count = Module(program, program.rules_for("purchase")).functions()
    assert parts["rest"].__globals__["__builtins__"] == {}


def test_yes_and_one_stay_two_values_in_generated_code() -> None:
    def asks(key: str, *values: Any) -> dict[str, Any]:
        when = {"field": "member.attributes.x", "op": "in", "value": list(values)}
        return rule(key, {"amount": "fixed", "params": {"units": 1}}, when=when)

    program = compiled(asks("one", 1, "a"), asks("yes", True, "a"))
    for value, fired in ((1, "one"), (True, "yes")):
        state = State(values={"member.attributes.x": value})
        assert [credit.rule for credit in decide(program, state, purchase(1)).credits] == [fired]


def test_rules_of_other_branches_are_not_even_asked() -> None:
    rules = [
        rule(f"r{i}", when={"field": "fact.branch", "op": "is", "value": f"b{i}"}, priority=i)
        for i in range(10)
    ]
    program = compiled(rule("all", priority=5), *rules)
    module = Module(program, program.rules_for("purchase"))
    assert [each.key for each in module.apart.rest] == ["all"]
    assert len(module.apart.by_fact["branch"]) == 10
    found = decide(program, State(), purchase(100_000, branch="b7"))
    assert [credit.rule for credit in found.credits] == ["all", "r7"]
    found = decide(program, State(), purchase(100_000, branch="b3"))
    assert [credit.rule for credit in found.credits] == ["r3", "all"]


def test_rules_about_other_products_are_not_even_asked() -> None:
    rules = [
        rule(
            f"r{i}",
            {**PER_100K, "lines": {"field": "line.category", "op": "under_any", "value": [f"c{i}", f"d{i}"]}},
            priority=i,
        )
        for i in range(10)
    ]
    program = compiled(rule("all", priority=5), *rules)
    module = Module(program, program.rules_for("purchase"))
    assert [each.key for each in module.apart.rest] == ["all"]
    lines = [
        Line(1, category=("c7", "d7", "c1"), gross=100_000 * TOMAN),
        Line(2, category=("c1",), gross=100_000 * TOMAN),
    ]
    found = decide(program, State(), basket(*lines))
    assert [(credit.rule, credit.amount) for credit in found.credits] == [("r1", 20), ("all", 20), ("r7", 10)]


def test_two_hundred_rules_are_one_module_and_decide_alike() -> None:
    rules = [
        rule(f"r{i}", when={"field": "purchase.gross", "op": "gte", "value": i * 1000 * TOMAN})
        for i in range(200)
    ]
    assert given(decide(compiled(*rules), State(), purchase(100_000))) == 101 * 10


@pytest.mark.parametrize(
    ("op", "value", "fires"),
    [
        ("lte", 0, True),
        ("lt", 1, True),
        ("eq", 0, True),
        ("ne", 5, True),
        ("gte", 0, True),
        ("gt", -1, True),
        ("between", [0, 3], True),
        ("gt", 0, False),
        ("gte", 1, False),
        ("eq", 1, False),
        ("between", [1, 3], False),
    ],
)
def test_a_rule_that_holds_without_such_lines_is_asked_all_the_same(op: str, value: Any, fires: bool) -> None:
    rules = [
        rule(
            f"r{i}",
            when={
                "lines": {
                    "where": {"field": "line.category", "op": "under", "value": f"c{i}"},
                    "measure": "count",
                    "op": op,
                    "value": value,
                }
            },
        )
        for i in range(6)
    ]
    fact = basket(Line(1, category=("other",), gross=100_000 * TOMAN))
    assert given(decide(compiled(*rules), State(), fact)) == (60 if fires else 0)
