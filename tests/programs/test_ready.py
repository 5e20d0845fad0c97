"""Ready rules are rules: valid in any club's currency, guarded by examples, said in both languages."""

from __future__ import annotations

import pytest

from bashgah.clubs.services import club_create
from bashgah.engine import examples
from bashgah.engine.activities import READY_TYPES
from bashgah.engine.document import Program
from bashgah.engine.sentences import rule_sentence
from bashgah.engine.validation import problems
from bashgah.ground.types import SYSTEM
from bashgah.kit.jalali import Calendar
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.ready import ready_rules, rule_from_ready
from bashgah.programs.starter import starter_program
from tests.cast import NOW


@pytest.mark.parametrize(("currency", "calendar"), [("IRR", "jalali"), ("GBP", "gregorian")])
def test_every_ready_rule_holds_by_itself(currency: str, calendar: Calendar) -> None:
    base = starter_program(currency, calendar)
    found = ready_rules(Program.model_validate(base))
    assert len(found) == 25
    for ready in found:
        rule = {**ready.rule, "stage": "live"}
        program = Program.model_validate({**base, "rules": [rule], "counters": list(ready.counters)})
        assert problems(program) == ()
        results = examples.run(program, program.rules[0])
        assert len(results) == 2
        assert [(ready.key, each.name.en, each.got) for each in results if not each.ok] == []
        for lang in ("fa", "en"):
            assert "{" not in rule_sentence(program.rules[0], program, lang)


def test_every_ready_activity_has_a_ready_rule() -> None:
    found = ready_rules(Program.model_validate(starter_program()))
    triggers = {str(ready.rule["trigger"]).removeprefix("custom:") for ready in found}
    assert set(READY_TYPES) <= triggers


@pytest.mark.django_db
def test_a_ready_rule_comes_into_the_draft_as_a_draft_with_its_counters() -> None:
    club = club_create(slug="ready-naderi", name=Texts("نادری", "Naderi"), now=NOW)
    services.program_start(club=club, actor=SYSTEM, now=NOW)
    first = rule_from_ready(club=club, key="every_fifth_purchase", revision=1, actor=SYSTEM, now=NOW)
    again = rule_from_ready(
        club=club, key="every_fifth_purchase", revision=first.revision, actor=SYSTEM, now=NOW
    )
    assert again.problems == ()
    assert again.program is not None
    assert [(rule.key, rule.stage) for rule in again.program.rules[-2:]] == [
        ("every_fifth_purchase", "draft"),
        ("every_fifth_purchase_2", "draft"),
    ]
    assert [counter.key for counter in again.program.counters] == ["month_purchases"]
    assert [result.ok for info in selectors.rules_list(club)[-2:] for result in info.examples] == [True] * 4
    with pytest.raises(Refusal) as refused:
        rule_from_ready(club=club, key="luck", revision=again.revision, actor=SYSTEM, now=NOW)
    assert refused.value.code == "part_not_found"
