"""Drafts are saved over what was read, versions never change, and examples guard publishing."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from bashgah.clubs.services import club_create
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_list
from bashgah.ground.types import Actor
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.models import Version

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
MINA = Actor("staff", "stf_mina", "مینا")


@pytest.fixture
def club() -> ClubInfo:
    return club_create(slug="programs-naderi", name=Texts("نادری", "Naderi"), now=NOW)


@pytest.fixture
def started(club: ClubInfo) -> ClubInfo:
    services.program_start(club=club, actor=MINA, now=NOW)
    return club


def draft(club: ClubInfo) -> dict[str, Any]:
    return dict(selectors.draft_get(club).document)


def base_rule(club: ClubInfo, units: int) -> dict[str, Any]:
    rule = dict(draft(club)["rules"][0])
    return {
        **rule,
        "effects": [{**effect, "params": {**effect["params"], "units": units}} for effect in rule["effects"]],
    }


def put(club: ClubInfo, rule: dict[str, Any], revision: int) -> None:
    services.rule_put(club=club, rule=rule, revision=revision, actor=MINA, now=NOW)


def test_a_club_without_a_program_says_so(club: ClubInfo) -> None:
    with pytest.raises(Refusal) as refused:
        selectors.program_in_force(club, NOW)
    assert refused.value.code == "program_missing"
    with pytest.raises(Refusal) as refused:
        selectors.draft_get(club)
    assert (refused.value.code, refused.value.status) == ("draft_missing", 404)


def test_starting_twice_starts_once(started: ClubInfo) -> None:
    again = services.program_start(club=started, actor=MINA, now=NOW + timedelta(days=1))
    assert again.number == 1
    assert [row.number for row in selectors.version_list(started)] == [1]


def test_a_save_over_what_somebody_else_saved_is_refused(started: ClubInfo) -> None:
    read = selectors.draft_get(started)
    services.draft_save(
        club=started,
        document=read.document,
        revision=read.revision,
        actor=Actor("staff", "stf_b", "رضا"),
        now=NOW,
    )
    with pytest.raises(Refusal) as refused:
        services.draft_save(club=started, document=read.document, revision=read.revision, actor=MINA, now=NOW)
    assert (refused.value.code, refused.value.status) == ("draft_moved", 409)
    assert refused.value.extra == {"revision": read.revision + 1}
    assert "رضا" in say(refused.value.phrase, "fa")


def test_a_document_of_another_shape_is_refused_with_a_pointer(started: ClubInfo) -> None:
    broken = draft(started)
    broken["rules"] = [{**broken["rules"][0], "trigger": 7, "wat": 1}]
    with pytest.raises(Refusal) as refused:
        services.draft_save(club=started, document=broken, revision=1, actor=MINA, now=NOW)
    assert (refused.value.code, refused.value.status, refused.value.field) == (
        "program_invalid",
        422,
        "/rules/0/trigger",
    )
    assert {error["at"] for error in refused.value.extra["errors"]} == {"/rules/0/trigger", "/rules/0/wat"}


@pytest.mark.parametrize("bad", ["\x00", "\ud800", 1.5, float("nan"), 10**16])
def test_values_no_database_keeps_are_refused(started: ClubInfo, bad: Any) -> None:
    broken = draft(started)
    broken["rules"][0]["when"] = {"field": "member.city", "op": "is", "value": bad}
    with pytest.raises(Refusal) as refused:
        services.draft_save(club=started, document=broken, revision=1, actor=MINA, now=NOW)
    assert (refused.value.status, refused.value.field) == (422, "/rules/0/when/value")


def test_a_document_nested_without_end_is_refused(started: ClubInfo) -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"not": deep}
    with pytest.raises(Refusal) as refused:
        put(started, {**base_rule(started, 10), "when": deep}, revision=1)
    assert (refused.value.code, refused.value.status) == ("program_invalid", 422)


def test_a_document_too_large_to_be_handled_is_refused(started: ClubInfo) -> None:
    broken = draft(started)
    text = "خ" * 190
    listed = {"field": "member.city", "op": "in", "value": [f"{text}{i}" for i in range(1000)]}
    broken["rules"] = [
        {**broken["rules"][0], "key": f"r{i}", "when": listed, "examples": []} for i in range(3)
    ]
    with pytest.raises(Refusal) as refused:
        services.draft_save(club=started, document=broken, revision=1, actor=MINA, now=NOW)
    assert (refused.value.code, refused.value.status) == ("program_too_large", 422)


def test_publishing_makes_the_next_version_and_moves_the_base(started: ClubInfo) -> None:
    document = draft(started)
    document["rules"] = [{**rule, "examples": []} for rule in document["rules"]]
    services.draft_save(club=started, document=document, revision=1, actor=MINA, now=NOW)
    put(started, base_rule(started, 20), revision=2)
    version = services.draft_publish(club=started, revision=3, note="دو برابر", actor=MINA, now=NOW)
    assert (version.number, version.note, version.published_by) == (2, "دو برابر", "مینا")
    assert selectors.draft_get(started).base_number == 2
    assert selectors.version_get(started, 1).program.rules[0].effects[0].params["units"] == 10
    assert version.program.rules[0].effects[0].params["units"] == 20


def test_publishing_is_refused_while_an_example_fails_and_every_failing_one_is_listed(
    started: ClubInfo,
) -> None:
    put(started, base_rule(started, 20), revision=1)
    with pytest.raises(Refusal) as refused:
        services.draft_publish(club=started, revision=2, actor=MINA, now=NOW)
    assert (refused.value.code, refused.value.status) == ("examples_fail", 409)
    failing = [(each["rule"], each["got"], each["expected"]) for each in refused.value.extra["examples"]]
    assert failing == [
        ("base", {"points": 240, "status": 240}, {"points": 120, "status": 120}),
        ("base", {"points": 40, "status": 40}, {"points": 20, "status": 20}),
        ("tier_multiplier", {"points": 120}, {"points": 60}),
        ("birthday_month", {"points": 240}, {"points": 120}),
    ]
    assert selectors.version_last(started) == 1


def test_publishing_is_refused_while_something_is_wrong(started: ClubInfo) -> None:
    put(started, {**base_rule(started, 10), "trigger": "custom:dance"}, revision=1)
    assert selectors.draft_get(started).problems[0].at == "/rules/0/trigger"
    with pytest.raises(Refusal) as refused:
        services.draft_publish(club=started, revision=2, actor=MINA, now=NOW)
    assert (refused.value.code, refused.value.field) == ("program_invalid", "/rules/0/trigger")


def test_publishing_another_revision_than_the_one_read_is_refused(started: ClubInfo) -> None:
    with pytest.raises(Refusal) as refused:
        services.draft_publish(club=started, revision=7, actor=MINA, now=NOW)
    assert refused.value.code == "draft_moved"


def test_publishing_the_same_again_is_refused(started: ClubInfo) -> None:
    with pytest.raises(Refusal) as refused:
        services.draft_publish(club=started, revision=1, actor=MINA, now=NOW)
    assert refused.value.code == "nothing_changed"


def test_publishing_leaves_an_audit_row_and_news(started: ClubInfo) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, details->>'number' FROM ground_audit WHERE club_id = %s AND action LIKE %s",
            [started.id, "program%"],
        )
        assert cursor.fetchall() == [("program.published", "1")]
        cursor.execute(
            "SELECT kind, payload::jsonb->>'number' FROM ground_news WHERE club_id = %s", [started.id]
        )
        assert ("program.published", "1") in cursor.fetchall()


def test_a_version_holds_from_its_moment(started: ClubInfo) -> None:
    put(started, {**base_rule(started, 20), "examples": []}, revision=1)
    tomorrow = NOW + timedelta(days=1)
    put(started, {**draft(started)["rules"][1], "stage": "off"}, revision=2)
    put(started, {**draft(started)["rules"][4], "priority": 11}, revision=3)
    document = draft(started)
    document["rules"] = [{**rule, "examples": []} for rule in document["rules"]]
    services.draft_save(club=started, document=document, revision=4, actor=MINA, now=NOW)
    services.draft_publish(club=started, revision=5, effective_from=tomorrow, actor=MINA, now=NOW)
    assert selectors.program_in_force(started, NOW).number == 1
    assert selectors.program_in_force(started, tomorrow - timedelta(microseconds=1)).number == 1
    assert selectors.program_in_force(started, tomorrow).number == 2
    assert selectors.program_in_force(started, NOW - timedelta(days=900)).number == 1
    known = selectors.versions_in_force(started)
    moments = (NOW - timedelta(days=900), NOW, tomorrow, tomorrow + timedelta(days=9))
    assert [selectors.number_in_force(known, at) for at in moments] == [1, 1, 2, 2]


def test_a_version_cannot_hold_from_the_past(started: ClubInfo) -> None:
    put(started, {**draft(started)["rules"][4], "priority": 11}, revision=1)
    with pytest.raises(Refusal) as refused:
        services.draft_publish(
            club=started, revision=2, effective_from=NOW - timedelta(seconds=1), actor=MINA, now=NOW
        )
    assert refused.value.code == "effective_in_the_past"


def test_the_app_cannot_change_or_remove_a_version(started: ClubInfo) -> None:
    for statement in (
        "UPDATE programs_version SET note = 'x'",
        "DELETE FROM programs_version",
        "TRUNCATE programs_version",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Version.objects.filter(club_id=started.id).count() == 1


def test_going_back_makes_the_earlier_version_the_draft(started: ClubInfo) -> None:
    put(started, {**draft(started)["rules"][4], "priority": 11}, revision=1)
    services.draft_publish(club=started, revision=2, actor=MINA, now=NOW)
    back = services.draft_reset_to(club=started, number=1, revision=2, actor=MINA, now=NOW)
    assert (back.revision, back.base_number) == (3, 2)
    assert back.program == selectors.version_get(started, 1).program
    assert services.draft_publish(club=started, revision=3, actor=MINA, now=NOW).number == 3


def test_versions_are_compared_in_words(started: ClubInfo) -> None:
    services.rule_remove(club=started, key="visit", revision=1, actor=MINA, now=NOW)
    put(started, {**draft(started)["rules"][2], "priority": 90}, revision=2)
    put(started, {**draft(started)["rules"][2], "key": "dairy2", "examples": []}, revision=3)
    services.draft_publish(club=started, revision=4, actor=MINA, now=NOW)
    compared = selectors.versions_compare(started, 1, 2)
    found = [(each.kind, say(each.phrase, "fa")) for each in compared]
    assert ("changed", "قانون «آخر هفتهٔ لبنیات» تغییر کرد") in found
    before, now = next(each for each in compared if each.kind == "changed").said("fa")
    assert now == f"{before} اولویت آن ۹۰ است؛ عدد کوچک‌تر زودتر بررسی می‌شود."
    assert ("added", "قانون «آخر هفتهٔ لبنیات» افزوده شد") in found
    assert ("removed", "قانون «سر زدن به فروشگاه» حذف شد") in found


def test_removing_what_is_not_there_is_refused(started: ClubInfo) -> None:
    with pytest.raises(Refusal) as refused:
        services.rule_remove(club=started, key="nope", revision=1, actor=MINA, now=NOW)
    assert (refused.value.code, refused.value.status) == ("part_not_found", 404)


def test_rules_are_listed_with_their_examples(started: ClubInfo) -> None:
    put(started, base_rule(started, 20), revision=1)
    rules = selectors.rules_list(started)
    assert [(info.rule.key, info.examples_ok, len(info.examples)) for info in rules] == [
        ("base", 1, 3),
        ("tier_multiplier", 1, 2),
        ("dairy_weekend", 4, 4),
        ("birthday_month", 1, 2),
        ("visit", 2, 2),
    ]


def test_another_clubs_program_is_never_seen(started: ClubInfo) -> None:
    other = club_create(slug="programs-ketab", name=Texts("کتاب", "Ketab"), currency="GBP", now=NOW)
    services.program_start(club=other, actor=MINA, now=NOW)
    assert selectors.program_in_force(other, NOW).document.currency == "GBP"
    assert selectors.program_in_force(started, NOW).document.currency == "IRR"


def test_a_program_of_another_currency_is_not_published(club: ClubInfo) -> None:
    from bashgah.programs.starter import starter_program

    opened = services.draft_open(club=club, document=starter_program("GBP"), actor=MINA, now=NOW)
    with pytest.raises(Refusal) as refused:
        services.draft_publish(club=club, revision=opened.revision, actor=MINA, now=NOW)
    assert (refused.value.code, refused.value.field) == ("program_invalid", "/currency")


def test_a_version_rolled_back_never_decides_for_the_one_that_got_its_number(started: ClubInfo) -> None:
    def called() -> str:
        return selectors.program_by_number(started, 2).document.rules[0].name.en

    def publish(name: str) -> None:
        rule = {**draft(started)["rules"][0], "name": {"fa": name, "en": name}}
        put(started, rule, selectors.draft_get(started).revision)
        revision, now = selectors.draft_get(started).revision, datetime.now(UTC)
        services.draft_publish(club=started, revision=revision, actor=MINA, now=now)

    with suppress(ZeroDivisionError), transaction.atomic():
        publish("taken back")
        assert called() == "taken back"
        raise ZeroDivisionError
    publish("kept")
    assert called() == "kept"


def test_saving_the_draft_is_written_down(started: ClubInfo) -> None:
    read = selectors.draft_get(started)
    services.draft_save(club=started, document=read.document, revision=read.revision, actor=MINA, now=NOW)
    row = audit_list(club_id=started.id, action="program.draft_saved")[0]
    assert (row.actor.name, row.target) == (MINA.name, "program/draft")
    assert row.details["revision"] == read.revision + 1


def test_what_is_probably_not_meant_is_named_with_its_rule(started: ClubInfo) -> None:
    never = {
        **base_rule(started, 10),
        "key": "never",
        "name": {"fa": "هرگز", "en": "Never"},
        "when": {"all": [{"field": "purchase.net", "op": op, "value": 5} for op in ("gt", "lt")]},
        "examples": [],
    }
    put(started, never, revision=1)
    ((name, phrase),) = selectors.draft_notices(started, NOW.date())
    assert name.en == "Never"
    assert say(phrase, "fa").endswith("هیچ‌گاه اعمال نمی‌شود.")
