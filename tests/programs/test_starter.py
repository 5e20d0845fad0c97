"""The starter program can be published as it stands, in any currency, in both languages."""

import pytest

from bashgah.engine import compile_program, examples
from bashgah.engine.validation import document_read, problems
from bashgah.kit.money import CURRENCIES
from bashgah.kit.phrases import say
from bashgah.kit.text import Texts
from bashgah.programs.starter import starter_program
from bashgah.rewards.shelf import KINDS


@pytest.mark.parametrize("calendar", ["jalali", "gregorian"])
@pytest.mark.parametrize("currency", list(CURRENCIES))
def test_the_starter_has_no_problem_and_all_its_examples_hold(currency: str, calendar: str) -> None:
    program = document_read(starter_program(currency, calendar))
    assert problems(program) == ()
    results = [result for rule in program.rules for result in examples.run(program, rule)]
    assert [result.name.en for result in results if not result.ok] == []
    assert len(results) == 13


def test_every_rule_of_the_starter_is_guarded_by_an_example_that_earns_and_one_that_does_not() -> None:
    program = document_read(starter_program())
    for rule in program.rules:
        assert any(example.expect for example in rule.examples)
        assert any(not example.expect for example in rule.examples)


def test_the_starters_rewards_are_of_kinds_that_exist_with_parameters_that_fit() -> None:
    for terms in document_read(starter_program()).rewards:
        kind = KINDS.find(terms.kind)
        assert kind is not None
        kind.Params.model_validate(terms.params)


def test_everything_people_read_is_in_both_languages() -> None:
    program = document_read(starter_program())
    named = [*program.wallets, *program.rules, *program.ladders, *program.ladders[0].tiers]
    assert all(each.name.fa and each.name.en for each in named)


def test_it_compiles_and_says_what_it_needs() -> None:
    compiled = compile_program(document_read(starter_program()), number=1)
    assert compiled.needs.fields == {"member.birth_month_day"}
    assert compiled.needs.ladders == ("main",)
    assert dict(compiled.needs.limits) == {
        "dairy_weekend.points.day": "day",
        "birthday_month.points.year": "year",
        "visit.points.day": "day",
        "visit.points.month": "month",
    }


def test_the_reasons_of_examples_name_codes_where_their_names_are_known() -> None:
    program = document_read(starter_program())
    rule = next(rule for rule in program.rules if rule.key == "dairy_weekend")
    names = {"categories": {"dairy": Texts("لبنیات", "Dairy")}}
    told = {result.name.en: result.reasons for result in examples.run(program, rule, names)}
    reason = say(told["Friday, below the minimum"][0], "fa")
    assert "لبنیات" in reason
    assert "dairy" not in reason
