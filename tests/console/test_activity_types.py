"""Activity types in the console: declared by form, asked by rules at once, kept while they are named."""

from __future__ import annotations

from typing import Any

import pytest

from bashgah.programs import selectors
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def types_of(console: Console) -> dict[str, dict[str, str]]:
    program = selectors.draft_get(console.club).program
    assert program is not None
    return {key: dict(fields) for key, fields in program.activity_types.items()}


def wash(**more: Any) -> dict[str, Any]:
    """A car wash with a colour and a number of stars, as the form posts it."""
    return {
        "key": "car_wash",
        "field_key": ["color", "stars", ""],
        "field_type": ["text", "number", "text"],
        **more,
    }


def rule_on_wash(console: Console) -> None:
    answer = console.post(
        "rules/new/",
        **{
            "name_fa": "کارواش",
            "name_en": "Washing",
            "trigger": "custom:car_wash",
            "stage": "draft",
            "w-0-kind": "all",
            "w-0-in": "",
            "w-1-kind": "test",
            "w-1-in": "0",
            "w-1-field": "activity.stars",
            "w-1-op": "gte",
            "w-1-value": "4",
            "effect-0-wallet": "points",
            "effect-0-amount": "fixed",
            "effect-0-p-units": "10",
        },
    )
    assert answer.status_code == 302, answer.content.decode()


def test_a_type_is_declared_and_rules_ask_its_fields_at_once(console: Console) -> None:
    assert console.post("rules/activities/new/", **wash()).status_code == 302
    assert types_of(console) == {"car_wash": {"color": "text", "stars": "number"}}
    form = console.post("rules/preview/?part=form", trigger="custom:car_wash", act="w|start|")
    assert 'value="activity.color"' in form.content.decode()
    rule_on_wash(console)
    page = console.get("rules/activities/").content.decode()
    assert "کارواش" in page
    assert "stars</bdi> (عدد)" in page
    changes = [change.phrase.msgid for change in selectors.draft_changes(console.club)]
    assert "activity type “{name}” added" in changes


def test_fields_are_changed_by_their_rows(console: Console) -> None:
    console.post("rules/activities/new/", **wash())
    changed = {"field_key": ["stars", "when"], "field_type": ["number", "date"]}
    assert console.post("rules/activities/car_wash/", **changed).status_code == 302
    assert types_of(console) == {"car_wash": {"stars": "number", "when": "date"}}
    page = console.get("rules/activities/car_wash/", "en")
    assert page.status_code == 200
    assert 'value="stars"' in page.content.decode()


def test_faults_stand_beside_their_row_and_nothing_is_saved(console: Console) -> None:
    answer = console.post(
        "rules/activities/new/",
        **wash(key="شستن", field_key=["Color", "a", "a"], field_type=["text", "number", "number"]),
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count("حروف کوچک لاتین") == 2
    assert page.count("فیلد دیگری با این کلید هست.") == 1
    assert types_of(console) == {}


def test_a_key_that_is_declared_is_not_declared_again(console: Console) -> None:
    console.post("rules/activities/new/", **wash())
    answer = console.post("rules/activities/new/", **wash(field_key=["x"], field_type=["text"]))
    assert answer.status_code == 422
    assert types_of(console) == {"car_wash": {"color": "text", "stars": "number"}}


def test_more_rows_come_without_saving(console: Console) -> None:
    page = console.post("rules/activities/new/", **wash(act="more"))
    assert page.status_code == 200
    assert page.content.decode().count('name="field_key"') == 6
    assert types_of(console) == {}


def test_a_type_a_rule_names_stays_and_so_do_the_fields_it_asks(console: Console) -> None:
    console.post("rules/activities/new/", **wash())
    rule_on_wash(console)
    refused = console.post("rules/activities/car_wash/remove/")
    assert refused.status_code == 409
    assert "قانون «کارواش»" in refused.content.decode()
    broken = console.post("rules/activities/car_wash/", field_key=["color"], field_type=["text"])
    assert broken.status_code == 422
    assert "با این تغییر «کارواش» نادرست می‌شود" in broken.content.decode()
    other = console.post("rules/activities/car_wash/", field_key=["stars"], field_type=["text"])
    assert other.status_code == 422
    assert types_of(console) == {"car_wash": {"color": "text", "stars": "number"}}


def test_a_type_nobody_names_is_taken_out(console: Console) -> None:
    console.post("rules/activities/new/", **wash())
    assert console.post("rules/activities/car_wash/remove/").status_code == 302
    assert types_of(console) == {}
    assert console.get("rules/activities/car_wash/").status_code == 404


def test_a_draft_somebody_saved_in_between_is_not_written_over(console: Console) -> None:
    before = selectors.draft_get(console.club).revision
    console.post("rules/activities/new/", **wash())
    late = console.post("rules/activities/new/", **wash(key="class", revision=str(before)))
    assert late.status_code == 422
    assert list(types_of(console)) == ["car_wash"]


def test_a_ready_type_lends_its_fields_to_one_of_the_clubs_own(console: Console) -> None:
    page = console.get("rules/activities/new/?from=review").content.decode()
    assert 'value="review"' in page
    assert 'value="stars"' in page


def test_who_may_read_sees_the_types_and_changes_none(console: Console) -> None:
    analyst = console.works_as("analyst")
    assert analyst.get("rules/activities/").status_code == 200
    assert analyst.post("rules/activities/new/", **wash()).status_code == 403
    assert types_of(console) == {}
