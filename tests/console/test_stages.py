"""Stages in the console: who may move, stop, ask, approve and set, and what waits for another person."""

from __future__ import annotations

import pytest

from bashgah.clubs.selectors import club_get
from bashgah.kit import ids
from bashgah.programs import approvals, selectors
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db

ASKING = {
    "backtest_above": "",
    "shadow_above": "",
    "shadow_days": "۷",
    "pilot_above": "",
    "pilot_days": "14",
    "approval_above": "0",
}


def stage_of(console: Console, key: str) -> str:
    program = selectors.draft_get(console.club).program
    assert program is not None
    return next(rule.stage for rule in program.rules if rule.key == key)


def published(console: Console, key: str) -> str:
    program = selectors.version_get(console.club, selectors.version_last(console.club)).program
    return next(rule.stage for rule in program.rules if rule.key == key)


def test_every_page_of_stages_opens_in_both_languages(console: Console) -> None:
    pages = ("rules/visit/stage/", "rules/visit/stage/shadow/", "rules/calendar/", "settings/stages/")
    for page in pages:
        for lang in ("fa", "en"):
            assert console.get(page, lang).status_code == 200
    assert console.get("rules/visit/stage/pilot/").status_code == 404
    assert console.get("rules/nobody/stage/").status_code == 404
    assert console.get("rules/calendar/?month=2026-03-21").status_code == 200
    assert console.get("rules/calendar/?month=x").status_code == 200


def test_only_who_may_publish_stops_a_rule(console: Console) -> None:
    for role in ("analyst", "auditor"):
        assert console.works_as(role).post("rules/visit/stage/stop/").status_code == 403
    assert published(console, "visit") == "live"
    assert console.post("rules/visit/stage/stop/").status_code == 302
    assert (published(console, "visit"), stage_of(console, "visit")) == ("ended", "ended")
    assert console.post("rules/visit/stage/stop/").status_code == 409


def test_only_who_may_edit_moves_a_rule(console: Console) -> None:
    form = {
        "stage": "pilot", "percent": "۲۵",
        "g-0-kind": "any", "g-0-in": "",
        "g-1-kind": "test", "g-1-in": "0", "g-1-field": "member.city", "g-1-op": "is", "g-1-value": "تهران",
        "g-2-kind": "test", "g-2-in": "0", "g-2-field": "member.gender", "g-2-op": "is", "g-2-value": "male",
    }  # fmt: skip
    assert console.works_as("analyst").post("rules/visit/stage/move/", **form).status_code == 403
    assert console.post("rules/visit/stage/move/", **form).status_code == 302
    program = selectors.draft_get(console.club).program
    assert program is not None
    rule = next(rule for rule in program.rules if rule.key == "visit")
    assert rule.stage == "pilot"
    assert rule.pilot is not None
    assert rule.pilot.percent == 25
    assert rule.pilot.when == {
        "any": [
            {"field": "member.city", "op": "is", "value": "تهران"},
            {"field": "member.gender", "op": "is", "value": "male"},
        ]
    }
    page = console.get("rules/visit/stage/", lang="en").content.decode()
    assert "It is in pilot: only for 25 percent of the members of whom it holds that" in page


def test_a_live_rule_shows_no_pilot_before_somebody_asks_for_one(console: Console) -> None:
    live = console.get("rules/visit/stage/").content.decode()
    assert 'id="pilot"' not in live
    assert 'href="/console/rules/visit/stage/?pilot=1#pilot"' in live
    assert 'id="pilot"' in console.get("rules/visit/stage/?pilot=1").content.decode()
    console.post("rules/visit/stage/move/", stage="draft")
    assert 'id="pilot"' in console.get("rules/visit/stage/").content.decode()


def test_a_pilot_in_the_making_says_whom_it_is_for_and_counts_them(console: Console) -> None:
    form = {
        "stage": "pilot", "percent": "50", "g-0-kind": "all", "g-0-in": "",
        "g-1-kind": "test", "g-1-in": "0", "g-1-field": "member.city", "g-1-op": "is", "g-1-value": "تهران",
    }  # fmt: skip
    said = console.post("rules/visit/stage/pilot/preview/?part=said", **form).content.decode()
    assert "۱ از ۲ عضو" in said
    whole = console.post("rules/visit/stage/pilot/preview/", **form, act="g|test|0").content.decode()
    assert 'name="g-2-field"' in whole
    faulty = console.post("rules/visit/stage/move/", **form | {"g-1-op": "between"})
    assert faulty.status_code == 422
    rule = selectors.draft_get(console.club).program.rules  # type: ignore[union-attr]
    assert next(each for each in rule if each.key == "visit").stage == "live"


def test_a_draft_waits_for_another_person_who_approves_it(console: Console) -> None:
    assert console.post("settings/stages/", **ASKING).status_code == 302
    assert club_get(console.club.id).settings.stages.approval_above == 0
    marketer = console.works_as("marketer")
    marketer.post("rules/visit/stage/move/", stage="draft")
    marketer.post("rules/publish/", revision=selectors.draft_get(console.club).revision)
    marketer.post("rules/visit/stage/move/", stage="live")
    revision = selectors.draft_get(console.club).revision
    assert marketer.post("rules/publish/", revision=revision).status_code == 422
    assert console.works_as("analyst").post("rules/approvals/ask/", revision=revision).status_code == 403
    assert marketer.post("rules/approvals/ask/", revision=revision, note="ببینید").status_code == 302
    waiting = approvals.approval_list(console.club)[0]
    address = f"rules/approvals/{ids.public('approval', waiting.id)}/decide/"
    assert marketer.post(address, verdict="approve").status_code == 403
    assert console.works_as("auditor").post(address, verdict="approve").status_code == 403
    assert address not in marketer.get("approvals/").content.decode()
    assert address in console.get("approvals/").content.decode()
    publishing = console.get("rules/publish/").content.decode()
    assert address in publishing
    assert f'id="{ids.public("approval", waiting.id)}-yes"' in publishing
    assert "ببینید" in console.get("approvals/").content.decode()
    assert console.post(address, verdict="approve", note="خوب").status_code == 302
    assert marketer.post("rules/publish/", revision=revision).status_code == 302
    assert published(console, "visit") == "live"


def test_settings_of_stages_refuse_what_cannot_be(console: Console) -> None:
    assert console.works_as("marketer").post("settings/stages/", **ASKING).status_code == 403
    assert console.post("settings/stages/", **{**ASKING, "shadow_days": "0"}).status_code == 422
    assert club_get(console.club.id).settings.stages.approval_above is None


def test_an_earlier_version_comes_back_in_one_click(console: Console) -> None:
    console.post("rules/visit/stage/stop/")
    assert console.works_as("analyst").post("rules/versions/1/return/").status_code == 403
    assert console.post("rules/versions/1/return/").status_code == 302
    assert published(console, "visit") == "live"
