"""Every plug-in's examples hold, and every plug-in has what a form needs."""

from fractions import Fraction
from typing import Any

import pytest

from bashgah.engine import compile_program, decide, explain
from bashgah.engine.rules.measured import AMOUNTS, Amount, Measured
from bashgah.engine.sentences import ladder_sentence, rule_sentence
from bashgah.engine.states import State
from bashgah.engine.tiers.measured import MEASURES, Measure, status_wallet
from bashgah.engine.validation import problems
from bashgah.kit.phrases import say
from tests.engine.cases import LADDER, document, purchase, rule


def amount_examples() -> list[Any]:
    return [
        pytest.param(kind, *case, id=f"{kind.key}-{i}")
        for kind in AMOUNTS
        for i, case in enumerate(kind.EXAMPLES)
    ]


def measure_examples() -> list[Any]:
    return [
        pytest.param(kind, *case, id=f"{kind.key}-{i}")
        for kind in MEASURES
        for i, case in enumerate(kind.EXAMPLES)
    ]


@pytest.mark.parametrize(("kind", "params", "measured", "expected"), amount_examples())
def test_an_amount_gives_what_its_example_says(
    kind: Amount, params: dict[str, Any], measured: Measured, expected: tuple[int, int]
) -> None:
    num, den = kind.units(kind.Params.model_validate(params), measured)
    assert type(num) is int
    assert type(den) is int
    assert Fraction(num, den) == Fraction(*expected)


@pytest.mark.parametrize(("kind", "params", "measured", "expected"), amount_examples())
def test_inline_code_of_an_amount_computes_the_same(
    kind: Amount, params: dict[str, Any], measured: Measured, expected: tuple[int, int]
) -> None:
    code = kind.code(kind.Params.model_validate(params))
    if code is not None:
        source, den = code
        num = eval(source, {"__builtins__": {}}, {"money": measured.money})
        assert Fraction(num, den) == Fraction(*expected)


@pytest.mark.parametrize("kind", list(AMOUNTS), ids=lambda kind: kind.key)
def test_an_amount_has_examples_that_give_something(kind: Amount) -> None:
    assert any(units[0] > 0 for _params, _measured, units in kind.EXAMPLES)


@pytest.mark.parametrize("kind", list(AMOUNTS), ids=lambda kind: kind.key)
def test_every_parameter_has_a_title_for_forms(kind: Amount) -> None:
    assert all(field.title for field in kind.Params.model_fields.values())


@pytest.mark.parametrize(("kind", "fact", "earned", "expected"), measure_examples())
def test_a_measure_adds_what_its_example_says(
    kind: Measure, fact: Any, earned: dict[str, int], expected: int
) -> None:
    assert kind.adds(fact, earned, status_wallet(document())) == expected


def test_what_left_the_shelf_gives_nothing_and_breaks_nothing() -> None:
    gone = rule("gone", {"amount": "lucky_number", "params": {"seven": 7}})
    ladder = {**LADDER, "measure": "moon_phase"}
    program = document(gone, rule(), ladders=[ladder])
    compiled = compile_program(program, number=1)
    assert [credit.rule for credit in decide(compiled, State(), purchase(100_000)).credits] == ["base"]
    reasons = explain(compiled, State(), purchase(100_000)).outcomes[0].reasons
    assert "lucky_number" in say(reasons[0], "fa")
    assert "lucky_number" in rule_sentence(program.rules[0], program, "en")
    assert "moon_phase" in ladder_sentence(program.ladders[0], program, "fa")
    assert {each.at for each in problems(program)} == {"/rules/0/effects/0/amount", "/ladders/0/measure"}


def test_the_shelves_hold_what_the_design_names() -> None:
    assert set(AMOUNTS.keys()) == {
        "fixed",
        "per_step",
        "percent",
        "per_unit",
        "table_by_tier",
        "table_by_bracket",
        "multiplier",
    }
    assert set(MEASURES.keys()) == {"qualifying_points", "spend", "visits", "purchases"}
