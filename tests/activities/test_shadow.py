"""A rule in shadow: what it would have given is written, taken back by returns, and never a point."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from bashgah.activities.services import settle
from bashgah.activities.trials import (
    DRAWN,
    ShadowReport,
    pilot_report,
    shadow_cost,
    shadow_report,
    shadows_clear,
)
from bashgah.activities.whys import activity_why
from bashgah.engine.piloting import assigned
from bashgah.ground.types import SYSTEM
from bashgah.kit.phrases import say
from bashgah.programs.selectors import draft_get, program_by_number, version_get
from bashgah.programs.services import draft_publish, draft_save
from bashgah.programs.staging import days_in
from tests.activities.shop import Shop, line, open_shop, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.astimezone(ZoneInfo("Asia/Tehran")).date()
TEN = {"wallet": "points", "amount": "fixed", "params": {"units": 10}}
PER_STEP = {"wallet": "points", "amount": "per_step", "params": {"units": 3, "step": 1_000_000}}


def shop_with(*rules: dict[str, Any]) -> Shop:
    return open_shop(rules=list(rules))


def trial(*effects: dict[str, Any], **more: Any) -> dict[str, Any]:
    return rule("trial", "purchase", list(effects) or [TEN], stage="shadow", **more)


def would() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind, rule, unit, amount, branch, tier FROM activities_shadow
            ORDER BY activity_id, kind, rule
            """
        )
        return cursor.fetchall()


def test_a_shadow_credits_nothing_and_writes_what_it_would_have_given() -> None:
    shop = shop_with(trial())
    outcome = shop.buys("P-1", 500_000)
    assert [(credit.rule, credit.wallet, credit.amount) for credit in outcome.credits] == [
        ("base", "points", 5),
        ("base", "status", 5),
    ]
    assert would() == [(0, "trial", "points", 10, "101", "plain")]


def test_a_program_without_shadow_writes_nothing() -> None:
    shop = shop_with(rule("other", "purchase", [TEN]), rule("later", "purchase", [TEN], stage="draft"))
    shop.buys("P-1", 500_000)
    assert would() == []


def test_a_repeated_fact_is_written_once() -> None:
    shop = shop_with(trial())
    shop.buys("P-1", 500_000)
    assert shop.buys("P-1", 500_000).repeated
    assert len(would()) == 1


def test_the_shadows_limit_is_its_own_and_holds_from_fact_to_fact() -> None:
    shop = shop_with(trial(limits=[{"window": "day", "most": 25}]))
    settle([shop.purchase(f"P-{n}", amount=100_000) for n in range(4)], club=shop.club, actor=SYSTEM, now=NOW)
    assert [row[3] for row in would()] == [10, 10, 5]
    shop.buys("P-9", 100_000)
    assert [row[3] for row in would()] == [10, 10, 5]
    shop.buys("P-10", 100_000, at=NOW - timedelta(days=1))
    assert sum(row[3] for row in would()) == 35


def test_the_shadows_budget_is_its_own_and_shared_by_members() -> None:
    shop = shop_with(trial(budget={"most": 25}))
    facts = [shop.purchase(f"P-{n}", amount=100_000, member=m) for n, m in enumerate((shop.sara, shop.reza))]
    settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
    shop.buys("P-9", 100_000, member=shop.reza)
    assert [row[3] for row in would()] == [10, 10, 5]
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, spent FROM programs_budget")
        assert cursor.fetchall() == [("?trial.points.units.ever", 25)]


def test_a_return_takes_its_share_back_to_the_last_unit() -> None:
    shop = shop_with(trial(PER_STEP))
    shop.tell(shop.purchase("P-1", line("A", 300_000), line("B", 100_000)))
    assert would()[0][3] == 12
    shop.tell(shop.returns("R-1", "P-1", (1, 1000)))
    assert [row[3] for row in would()] == [12, -9]
    shop.tell(shop.returns("R-2", "P-1", (2, 1000)))
    assert [row[3] for row in would()] == [12, -9, -3]


def test_two_returns_of_one_batch_see_one_another() -> None:
    shop = shop_with(trial(PER_STEP))
    shop.tell(shop.purchase("P-1", line("A", 300_000), line("B", 100_000)))
    settle(
        [shop.returns("R-1", "P-1", (1, 1000)), shop.returns("R-2", "P-1", (2, 1000))],
        club=shop.club,
        actor=SYSTEM,
        now=NOW,
    )
    assert sum(row[3] for row in would()) == 0


def test_a_return_frees_the_shadows_limit() -> None:
    shop = shop_with(trial(limits=[{"window": "day", "most": 10}]))
    shop.tell(shop.purchase("P-1", line("A", 300_000)))
    shop.tell(shop.returns("R-1", "P-1", (1, 1000)))
    shop.buys("P-2", 100_000)
    assert [row[3] for row in would()] == [10, -10, 10]


def test_a_return_gives_back_to_the_shadows_budget() -> None:
    shop = shop_with(trial(PER_STEP, budget={"most": 15}))
    shop.tell(shop.purchase("P-1", line("A", 300_000), line("B", 100_000)))
    shop.tell(shop.returns("R-1", "P-1", (1, 1000)))
    shop.buys("P-2", 400_000)
    assert [row[3] for row in would()] == [12, -9, 12]


def test_what_another_rule_would_lose_is_written_beside() -> None:
    group = {"group": "g", "mode": "best_of"}
    small = rule("small", "purchase", [{**TEN, "params": {"units": 4}}], stacking=group)
    shop = shop_with(small, trial(stacking=group))
    shop.tell(shop.purchase("P-1", line("A", 300_000)))
    assert [row[:4] for row in would()] == [(0, "trial", "points", 10), (1, "small", "points", -4)]
    shop.tell(shop.returns("R-1", "P-1", (1, 1000)))
    assert [row[:4] for row in would()][2:] == [(0, "trial", "points", -10), (1, "small", "points", 4)]


def test_why_tells_what_the_shadow_would_have_given_for_ever() -> None:
    shop = shop_with(trial(limits=[{"window": "day", "most": 15}]))
    shop.buys("P-1", 100_000)
    second = shop.buys("P-2", 100_000)
    found = activity_why(shop.club, shop.sara.id, second.activity_id)
    outcome = next(each for each in found.outcomes if each.rule == "trial")
    assert say(outcome.reasons[0], "fa") == "در اجرای پنهان: ۵ امتیاز می‌داد"


def test_a_pilot_credits_only_those_drawn_and_why_says_it() -> None:
    shop = shop_with(rule("p", "purchase", [TEN], stage="pilot", pilot={"percent": 50}))
    for n, member in enumerate((shop.sara, shop.reza)):
        outcome = shop.buys(f"P-{n}", 100_000, member=member)
        given = [credit.amount for credit in outcome.credits if credit.rule == "p"]
        assert given == ([10] if assigned("p", member.id.hex, 50) else [])
        told = activity_why(shop.club, member.id, outcome.activity_id)
        assert dict(told.totals)["points"] == 1 + sum(given)


def report(shop: Shop) -> ShadowReport:
    return shadow_report(shop.club, "trial", since=None, until=TODAY)


def test_the_report_counts_facts_members_and_units_by_day_tier_and_branch() -> None:
    shop = shop_with(trial(PER_STEP))
    shop.tell(shop.purchase("P-1", line("A", 300_000), line("B", 100_000)))
    shop.buys("P-2", 200_000, member=shop.reza)
    shop.buys("P-3", 100_000, at=NOW - timedelta(days=1))
    shop.tell(shop.returns("R-1", "P-1", (1, 1000)))
    found = report(shop)
    assert (found.facts, found.members, found.units, found.length) == (3, 2, (("points", 12),), 2)
    assert [(each.key, each.units) for each in found.days] == [
        (str(TODAY - timedelta(days=1)), (("points", 3),)),
        (str(TODAY), (("points", 9),)),
    ]
    assert [(each.key, each.facts) for each in found.tiers] == [("plain", 3)]
    assert [(each.key, each.members) for each in found.branches] == [("101", 2)]
    assert found.live == (("points", 4), ("status", 4))


def test_a_shadow_that_is_over_is_forgotten_with_its_limits() -> None:
    shop = shop_with(trial(limits=[{"window": "day", "most": 25}], budget={"most": 100}))
    shop.buys("P-1", 100_000)
    draft = draft_get(shop.club)
    rules = [
        {**each, "stage": "ended"} if each["key"] == "trial" else each for each in draft.document["rules"]
    ]
    draft_save(
        club=shop.club,
        document={**draft.document, "rules": rules},
        revision=draft.revision,
        actor=SYSTEM,
        now=NOW,
    )
    draft_publish(club=shop.club, revision=draft.revision + 1, actor=SYSTEM, now=NOW)
    shadows_clear(shop.club, version_get(shop.club, 2).program)
    assert would() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM programs_budget")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT sum(used) FROM history_used WHERE limit_key LIKE '?%'")
        assert cursor.fetchone() == (0,)


def test_the_cost_of_a_shadow_is_what_its_units_pay_in_a_month() -> None:
    shop = open_shop(rules=[trial(PER_STEP)], points={"worth": 50})
    program = version_get(shop.club, 1).program
    tried = next(each for each in program.rules if each.key == "trial")
    shop.buys("P-1", 400_000)
    days = days_in(shop.club, tried, "shadow", NOW)
    assert days > 0
    assert shadow_cost(shop.club, program, tried, NOW) == 12 * 50 * 30 // days


@pytest.mark.parametrize("percent", [30, 50, 70])
def test_the_report_of_a_pilot_draws_as_the_engine_does(percent: int) -> None:
    shop = shop_with(rule("p", "purchase", [TEN], stage="pilot", pilot={"percent": percent}))
    for n, member in enumerate((shop.sara, shop.reza)):
        shop.buys(f"P-{n}", 100_000, member=member)
    inside = [m for m in (shop.sara, shop.reza) if assigned("p", m.id.hex, percent)]
    compiled = program_by_number(shop.club, 1)
    found = pilot_report(shop.club, compiled, "p", since=TODAY, until=TODAY)
    assert found is not None
    assert found.assigned.buyers == len(inside)
    assert found.assigned.spend == 1_000_000 * len(inside)
    assert dict(found.assigned.units).get("points", 0) == 11 * len(inside)
    assert dict(found.others.units).get("points", 0) == 2 - len(inside)
    assert found.others.buyers == 2 - len(inside)


def test_the_draw_of_sql_is_the_draw_of_the_engine() -> None:
    ids = [UUID(int=n * 7919 * 2**60 + n) for n in range(300)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT member_id, {DRAWN} FROM unnest(%(ids)s::uuid[]) k(member_id)", {"ids": ids, "rule": "p:"}
        )
        drawn = dict(cursor.fetchall())
    assert all(assigned("p", id_.hex, 37) == (drawn[id_] < 3_700) for id_ in ids)


def test_a_pilot_of_a_group_is_reported_by_who_was_in_it() -> None:
    gold = {"field": "member.tier.club", "op": "is", "value": "gold"}
    shop = shop_with(rule("p", "purchase", [TEN], stage="pilot", pilot={"when": gold}))
    shop.buys("P-1", 100_000)
    shop.buys("P-2", 20_000_000, member=shop.reza)
    shop.buys("P-3", 100_000, member=shop.reza)
    found = pilot_report(shop.club, program_by_number(shop.club, 1), "p", since=TODAY, until=TODAY)
    assert found is not None
    assert (found.assigned.buyers, found.assigned.purchases) == (1, 2)
    assert (found.others.buyers, found.others.purchases) == (1, 1)
