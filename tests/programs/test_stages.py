"""What a club asks of a rule before it counts, who says yes, and stopping without asking."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bashgah.clubs.services import club_create, settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_list
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import approvals, selectors, services, staging
from bashgah.programs.ahead import rule_ahead
from bashgah.programs.files import file_text
from bashgah.programs.planning import program_apply, program_plan
from tests.cast import NOW

pytestmark = pytest.mark.django_db

MINA = Actor("staff", "stf_mina", "مینا")
PARHAM = Actor("staff", "stf_parham", "پرهام")
NEGAR = Actor("staff", "stf_negar", "نگار")
GIFT: dict[str, Any] = {
    "key": "gift",
    "name": {"fa": "هدیه", "en": "Gift"},
    "trigger": "visit",
    "effects": [{"amount": "fixed", "params": {"units": 5}}],
}
MONEY = {"budget": {"of": "units", "most": 1_000, "window": "month"}}


@pytest.fixture
def club() -> ClubInfo:
    club = club_create(slug="stages-naderi", name=Texts("نادری", "Naderi"), now=NOW)
    services.program_start(club=club, actor=MINA, now=NOW)
    return club


def asking(club: ClubInfo, **terms: Any) -> ClubInfo:
    return settings_set(club=club, changes={"stages": terms}, now=NOW)


def put(club: ClubInfo, *, actor: Actor = PARHAM, **more: Any) -> int:
    revision = selectors.draft_get(club).revision
    saved = services.rule_put(club=club, rule={**GIFT, **more}, revision=revision, actor=actor, now=NOW)
    return saved.revision


def publish(club: ClubInfo, *, now: datetime = NOW, actor: Actor = PARHAM) -> int:
    revision = selectors.draft_get(club).revision
    return services.draft_publish(club=club, revision=revision, actor=actor, now=now).number


def refused(club: ClubInfo, *, now: datetime = NOW) -> list[tuple[str, str, int, int]]:
    with pytest.raises(Refusal) as refusal:
        publish(club, now=now)
    assert refusal.value.code == "stages_missing"
    return [
        (each["rule"], each["needs"], each["days"], each["passed"]) for each in refusal.value.extra["missing"]
    ]


def ask(club: ClubInfo, actor: Actor = PARHAM) -> Any:
    revision = selectors.draft_get(club).revision
    return approvals.approval_ask(club=club, revision=revision, actor=actor, now=NOW, note="نگاه کنید")


def decide(club: ClubInfo, request: Any, actor: Actor, *, approve: bool = True) -> Any:
    return approvals.approval_decide(
        club=club, approval_id=request.id, approve=approve, actor=actor, now=NOW, note="خوب است"
    )


def test_a_club_that_asks_for_nothing_publishes_after_the_examples(club: ClubInfo) -> None:
    put(club)
    assert publish(club) == 2


def test_everything_that_is_missing_is_said_at_once(club: ClubInfo) -> None:
    club = asking(club, backtest_above=0, shadow_above=0, shadow_days=7, pilot_above=0, approval_above=0)
    put(club)
    assert refused(club) == [
        ("gift", "backtest", 0, 0),
        ("gift", "shadow", 7, 0),
        ("gift", "pilot", 14, 0),
        ("", "approval", 0, 0),
    ]


def test_a_rule_of_known_small_cost_is_not_asked(club: ClubInfo) -> None:
    club = asking(club, shadow_above=300_000)
    put(club, **MONEY)
    (step,) = selectors.draft_readiness(club, NOW).steps  # type: ignore[union-attr]
    worth = selectors.draft_get(club).program.wallets[0].worth  # type: ignore[union-attr]
    assert step.cost is not None
    assert (step.cost.amount, step.cost.source) == (1_000 * worth, "budget")
    assert bool(step.needs) == (1_000 * worth > 300_000)


def test_a_rule_of_which_nobody_knows_the_cost_is_asked(club: ClubInfo) -> None:
    club = asking(club, shadow_above=10**12)
    put(club)
    assert refused(club) == [("gift", "shadow", 7, 0)]


def test_days_in_shadow_count_only_for_the_terms_that_were_tried(club: ClubInfo) -> None:
    club = asking(club, shadow_above=0, shadow_days=7)
    put(club, stage="shadow")
    publish(club)
    put(club, stage="live")
    assert refused(club, now=NOW + timedelta(days=6, hours=23)) == [("gift", "shadow", 7, 6)]
    week = NOW + timedelta(days=7)
    put(club, stage="live", effects=[{"amount": "fixed", "params": {"units": 6}}])
    assert refused(club, now=week) == [("gift", "shadow", 7, 0)]
    put(club, stage="live")
    assert publish(club, now=week) == 3


def test_a_pilot_comes_before_everybody(club: ClubInfo) -> None:
    club = asking(club, pilot_above=0, pilot_days=2)
    put(club, stage="pilot", pilot={"percent": 10})
    publish(club)
    put(club, stage="live")
    assert refused(club, now=NOW + timedelta(days=1)) == [("gift", "pilot", 2, 1)]
    assert publish(club, now=NOW + timedelta(days=2)) == 3


def test_a_change_of_a_live_rule_needs_a_second_person_instead_of_a_shadow(club: ClubInfo) -> None:
    put(club)
    publish(club)
    club = asking(club, shadow_above=0)
    put(club, effects=[{"amount": "fixed", "params": {"units": 500}}])
    assert refused(club) == [("", "approval", 0, 0)]


def test_other_rules_and_steps_back_ask_for_nothing(club: ClubInfo) -> None:
    put(club)
    publish(club)
    club = asking(club, backtest_above=0, shadow_above=0, pilot_above=0, approval_above=0)
    put(club, stage="pilot", pilot={"percent": 50})
    assert publish(club) == 3
    put(club, stage="ended")
    assert publish(club) == 4


def test_wallets_and_tiers_need_a_second_person_where_the_club_says_so(club: ClubInfo) -> None:
    club = asking(club, approve_rest=True)
    draft = selectors.draft_get(club)
    wallet = {**draft.document["wallets"][0], "worth": 99}
    services.wallet_put(club=club, wallet=wallet, revision=draft.revision, actor=PARHAM, now=NOW)
    assert refused(club) == [("", "approval", 0, 0)]


def test_a_second_person_approves_and_the_author_publishes(club: ClubInfo) -> None:
    club = asking(club, approval_above=0)
    put(club)
    request = ask(club)
    assert decide(club, request, MINA).state == "approved"
    assert publish(club) == 2
    actions = [entry.action for entry in audit_list(club_id=club.id)]
    assert "program.approval_asked" in actions
    assert "program.approval_approved" in actions


def test_nobody_approves_what_they_wrote_or_asked_for(club: ClubInfo) -> None:
    club = asking(club, approval_above=0)
    put(club, actor=MINA)
    put(club, actor=PARHAM, priority=90)
    request = ask(club, NEGAR)
    for author in (MINA, PARHAM, NEGAR, SYSTEM):
        with pytest.raises(Refusal) as refusal:
            decide(club, request, author)
        assert (refusal.value.code, refusal.value.status) == ("approval_own", 403)
    assert refused(club) == [("", "approval", 0, 0)]


def test_who_changed_the_draft_and_changed_it_back_wrote_it_too(club: ClubInfo) -> None:
    club = asking(club, approval_above=0)
    put(club)
    request = ask(club)
    put(club, actor=MINA, priority=90)
    put(club, actor=MINA)
    with pytest.raises(Refusal, match="approval_own"):
        decide(club, request, MINA)
    assert decide(club, request, NEGAR).state == "approved"


def test_a_declined_draft_is_not_published(club: ClubInfo) -> None:
    club = asking(club, approval_above=0)
    put(club)
    decided = decide(club, ask(club), MINA, approve=False)
    assert (decided.state, decided.decision_note) == ("declined", "خوب است")
    assert refused(club) == [("", "approval", 0, 0)]


def test_a_changed_draft_needs_approval_anew(club: ClubInfo) -> None:
    club = asking(club, approval_above=0)
    put(club)
    decide(club, ask(club), MINA)
    put(club, priority=10)
    assert refused(club) == [("", "approval", 0, 0)]
    request = ask(club)
    put(club, priority=20)
    assert not approvals.approval_list(club)[0].is_current
    with pytest.raises(Refusal) as refusal:
        decide(club, request, MINA)
    assert refusal.value.code == "approval_stale"


def test_an_approval_is_of_what_it_follows_too(club: ClubInfo) -> None:
    club = asking(club, approval_above=0)
    put(club)
    decide(club, ask(club), MINA)
    services.rule_stop(club=club, key="birthday_month", actor=MINA, now=NOW)
    assert ("", "approval", 0, 0) in refused(club)


def test_a_request_is_decided_once_and_taken_back_by_who_asked(club: ClubInfo) -> None:
    club = asking(club, approval_above=0)
    put(club)
    request = ask(club)
    with pytest.raises(Refusal):
        approvals.approval_withdraw(club=club, approval_id=request.id, actor=MINA, now=NOW)
    approvals.approval_withdraw(club=club, approval_id=request.id, actor=PARHAM, now=NOW)
    with pytest.raises(Refusal) as refusal:
        decide(club, request, MINA)
    assert refusal.value.code == "approval_closed"


def test_a_draft_that_needs_no_approval_asks_for_none(club: ClubInfo) -> None:
    put(club)
    with pytest.raises(Refusal) as refusal:
        ask(club)
    assert refusal.value.code == "approval_not_needed"


def test_a_file_is_held_to_the_same_stages(club: ClubInfo) -> None:
    put(club, stage="shadow")
    publish(club)
    text = file_text(selectors.version_get(club, 2).program).replace("stage: shadow", "stage: live")
    club = asking(club, shadow_above=0)
    plan = program_plan(club, text, NOW)
    assert [(rule, need.kind) for rule, need in plan.missing] == [("gift", "shadow")]
    assert not plan.can_be_applied
    with pytest.raises(Refusal) as refusal:
        program_apply(club=club, text=text, actor=SYSTEM, now=NOW)
    assert refusal.value.code == "stages_missing"


def test_stopping_a_rule_is_at_once_and_leaves_the_drafts_other_work(club: ClubInfo) -> None:
    club = asking(club, approval_above=10**12)
    put(club)
    decide(club, ask(club), MINA)
    publish(club)
    put(club, key="later", actor=PARHAM)
    version = services.rule_stop(club=club, key="gift", actor=PARHAM, now=NOW, note="اشتباه")
    assert {rule.key: rule.stage for rule in version.program.rules}["gift"] == "ended"
    draft = selectors.draft_get(club).program
    assert draft is not None
    assert {rule.key: rule.stage for rule in draft.rules} | {"gift": "ended", "later": "live"} == {
        rule.key: rule.stage for rule in draft.rules
    }
    with pytest.raises(Refusal) as refusal:
        services.rule_stop(club=club, key="gift", actor=PARHAM, now=NOW)
    assert refusal.value.code == "rule_not_running"


def test_an_earlier_version_comes_back_at_once(club: ClubInfo) -> None:
    put(club)
    publish(club)
    club = asking(club, approval_above=0)
    version = services.version_return(club=club, number=1, actor=MINA, now=NOW)
    assert version.number == 3
    assert version.program == selectors.version_get(club, 1).program
    assert selectors.draft_get(club).program == version.program


def test_since_when_a_rule_stands_in_its_stage(club: ClubInfo) -> None:
    put(club, stage="shadow")
    publish(club)
    later = NOW + timedelta(days=3)
    rule = next(each for each in selectors.version_get(club, 2).program.rules if each.key == "gift")
    assert staging.stage_since(club, rule, later) == NOW
    assert staging.days_in(club, rule, "shadow", later) == 3


def test_the_next_stage_is_the_one_the_club_still_asks_for(club: ClubInfo) -> None:
    put(club, stage="draft")
    assert rule_ahead(club, "gift", NOW).forward == "live"
    club = asking(club, shadow_above=0, shadow_days=1, pilot_above=0, pilot_days=1)
    assert rule_ahead(club, "gift", NOW).forward == "shadow"
    put(club, stage="live")
    assert rule_ahead(club, "gift", NOW).forward == "shadow"
    put(club, stage="shadow")
    publish(club)
    assert rule_ahead(club, "gift", NOW).forward is None
    day = NOW + timedelta(days=1)
    assert rule_ahead(club, "gift", day).forward == "pilot"
    put(club, stage="pilot", pilot={"percent": 5})
    publish(club, now=day)
    found = rule_ahead(club, "gift", day + timedelta(days=1))
    assert (found.forward, found.published, set(found.passed)) == ("live", "pilot", {"shadow", "pilot"})
