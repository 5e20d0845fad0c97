"""A program file says the same to every reader, and is planned and applied to a club."""

from __future__ import annotations

import pytest

from bashgah.clubs.services import club_create
from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program
from bashgah.ground.types import Actor
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.files import file_read, file_text
from bashgah.programs.planning import program_apply, program_plan
from bashgah.programs.starter import starter_program
from tests.cast import NOW

MINA = Actor(kind="staff", id="stf_1", name="مینا رضایی")
TINY = "wallets:\n  - {key: points, kind: points, name: {en: Points}}\n"


@pytest.fixture
def started() -> ClubInfo:
    """A club with the starter program as its first version."""
    club = club_create(slug="files-naderi", name=Texts("نادری", "Naderi"), now=NOW)
    services.program_start(club=club, actor=MINA, now=NOW)
    return club


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "Line 1 cannot be read as YAML."),
        ("- a\n- b\n", "Line 1: a program file begins with the names of its parts."),
        ("wallets: &w []\nrules: *w\n", "Line 2: write it out; a program file has no aliases."),
        ("wallets: []\nrules: []\nwallets: []\n", "Line 3: this name stands here twice."),
        ("1: a\n", "Line 1: the name of a value must be text."),
        ("!!python/object:os.system {}", "Line 1 cannot be read as YAML."),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        file_read(text)
    assert (refused.value.code, refused.value.status) == ("program_file_unreadable", 422)
    assert say(refused.value.phrase, "en") == said


def test_yamls_own_ideas_of_dates_hours_and_booleans_are_not_taken() -> None:
    rule = (
        "rules:\n"
        "  - key: a\n"
        "    name: {en: no}\n"
        "    trigger: custom:review\n"
        "    when: {field: activity.day, op: on, value: 2026-11-21}\n"
        "    effects: [{amount: fixed, params: {units: 1}}]\n"
        "    schedule: {from_hour: 08:30, to_hour: 12:30}\n"
        "activity_types: {review: {day: date}}\n"
    )
    program = file_read(TINY + rule)
    (found,) = program.rules
    assert found.when == {"field": "activity.day", "op": "on", "value": "2026-11-21"}
    assert found.name.en == "no"
    assert (str(found.schedule.from_hour), str(found.schedule.to_hour)) == ("08:30:00", "12:30:00")
    assert file_read(file_text(program)) == program


def test_a_file_leaves_out_what_is_usual_and_comes_back_whole() -> None:
    program = Program.model_validate(starter_program("IRR", "jalali"))
    text = file_text(program, number=7)
    assert text.startswith(
        "# yaml-language-server: $schema=program.schema.json\n# version 7\nschema_version: 1\n"
    )
    assert "stage:" not in text
    assert "name: {fa: امتیاز پایه, en: Base points}" in text
    assert file_read(text) == program


@pytest.mark.django_db
def test_a_plan_says_in_words_what_a_file_changes_and_changes_nothing(started: ClubInfo) -> None:
    text = file_text(selectors.version_get(started, 1).program)
    assert program_plan(started, text, NOW).differences == ()
    plan = program_plan(started, text.replace("units: 10, step", "units: 20, step", 1), NOW)
    (changed,) = plan.differences
    assert say(changed.phrase, "en") == "rule “Base points” changed"
    assert "they get 10 points and 10 qualifying points for every full 100,000 toman" in changed.said("en")[0]
    assert "they get 20 points for every full 100,000 toman" in changed.said("en")[1]
    assert "۲۰ امتیاز" in changed.said("fa")[1]
    assert {failing.rule for failing in plan.failing} == {"base", "birthday_month", "tier_multiplier"}
    assert not plan.can_be_applied
    assert selectors.draft_get(started).revision == 1


@pytest.mark.django_db
def test_applying_a_file_publishes_it_and_applying_it_again_changes_nothing(started: ClubInfo) -> None:
    text = file_text(selectors.version_get(started, 1).program).replace("amount: 500000", "amount: 600000")
    version = program_apply(club=started, text=text, actor=MINA, now=NOW, note="more")
    assert version is not None
    assert (version.number, version.note) == (2, "more")
    assert file_text(version.program) == file_text(file_read(text))
    with pytest.raises(Refusal) as refused:
        program_apply(club=started, text=text, actor=MINA, now=NOW)
    assert refused.value.code == "nothing_changed"
    assert selectors.version_last(started) == 2


@pytest.mark.django_db
def test_a_file_can_become_the_draft_alone(started: ClubInfo) -> None:
    text = file_text(selectors.version_get(started, 1).program).replace("price: 300", "price: 350")
    assert program_apply(club=started, text=text, actor=MINA, now=NOW, publish=False) is None
    draft = selectors.draft_get(started)
    assert (draft.revision, selectors.version_last(started)) == (2, 1)
    assert draft.program is not None
    assert draft.program.rewards[2].price == 350


@pytest.mark.django_db
def test_a_file_that_cannot_be_published_stays_a_draft(started: ClubInfo) -> None:
    text = file_text(selectors.version_get(started, 1).program).replace(
        "units: 10, step", "units: 20, step", 1
    )
    with pytest.raises(Refusal) as refused:
        program_apply(club=started, text=text, actor=MINA, now=NOW)
    assert refused.value.code == "examples_fail"
    assert selectors.version_last(started) == 1
    assert selectors.draft_get(started).revision == 2
