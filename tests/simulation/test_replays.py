"""The replay gives what the settlement gave, to the unit, and never writes to the books."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import InternalError
from msgspec.structs import replace

from bashgah.activities.types import CustomIn, Settled, VisitIn
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.lake.services import lake_export, reading
from bashgah.programs.models import Draft
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_save, rule_put
from bashgah.simulation import services
from bashgah.simulation.selectors import backtest_get, backtest_programs
from bashgah.simulation.types import BacktestInfo, Report
from tests.activities.shop import Shop, line, open_shop, per_step, program, rule
from tests.cast import NOW, ketab

pytestmark = pytest.mark.django_db
pytest.importorskip("pyarrow")

DAY = timedelta(days=1)
SINCE, UNTIL = date(2026, 1, 1), date(2027, 1, 1)


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def lively(shop: Shop) -> list[Settled]:
    """Half a year of two members: purchases by lines and by amount, visits, reviews, returns in parts."""
    told: list[Settled] = []
    for week in range(24):
        at = NOW - (24 - week) * 7 * DAY
        for place, member in enumerate((shop.sara, shop.reza)):
            reference = f"{place}-{week}"
            if week % 3:
                lines = (
                    line("A1", 150_000 + 7_000 * week, pieces=3),
                    line("B2", 90_000 + 11_000 * week, pieces=2),
                )
                told.append(shop.tell(shop.purchase(reference, *lines, member=member, at=at), now=at))
            else:
                bought = shop.purchase(reference, member=member, amount=330_000 + 9_000 * week, at=at)
                told.append(shop.tell(bought, now=at))
            if week % 4 == 1 and week % 3:
                part = shop.returns(f"r{reference}", reference, (1, 1000), at=at + DAY)
                told.append(shop.tell(part, now=at + DAY))
            if week % 8 == 5:
                rest = shop.returns(f"rr{reference}", reference, at=at + 2 * DAY)
                told.append(shop.tell(rest, now=at + 2 * DAY))
            if week % 12 == 6:
                half = replace(shop.returns(f"h{reference}", reference, at=at + DAY), amount=1_230_000)
                told.append(shop.tell(half, now=at + DAY))
        visit = VisitIn(
            source="pos", reference=f"v{week}", occurred_at=at, member=shop.ref(shop.sara), branch="102"
        )
        told.append(shop.tell(visit, now=at))
        review = CustomIn(
            source="app",
            reference=f"c{week}",
            occurred_at=at + DAY,
            member=shop.ref(shop.reza),
            type="review",
            attributes={"stars": week % 5},
        )
        told.append(shop.tell(review, now=at + DAY))
    return told


def capped() -> dict[str, Any]:
    """Rules whose answer depends on what the member did before."""
    return {
        "base": {"limits": [{"window": "month", "most": 12}]},
        "rules": [
            rule(
                "loyal",
                "purchase",
                [per_step("points")],
                when={"field": "history.purchases", "op": "gte", "value": 5},
            ),
            rule(
                "third",
                "purchase",
                [{"wallet": "points", "amount": "fixed", "params": {"units": 4}}],
                when={"field": "counter.buys", "op": "gte", "value": 3},
                limits=[{"window": "month", "most": 1, "of": "times"}],
            ),
            rule(
                "golden",
                "purchase",
                [{"wallet": "points", "amount": "fixed", "params": {"units": 9}}],
                when={"field": "member.tier.club", "op": "is", "value": "gold"},
            ),
        ],
        "document": {
            "counters": [
                {
                    "key": "buys",
                    "name": {"fa": "خرید", "en": "Purchases"},
                    "trigger": "purchase",
                    "counts": "times",
                    "window": "month",
                }
            ]
        },
    }


def points(told: list[Settled]) -> int:
    return sum(each.points_of("points") for each in told)


def backtest(
    shop: Shop, *, since: date = SINCE, until: date = UNTIL, workers: int = 0, spark: str = "", **more: Any
) -> Report:
    started = services.backtest_start(
        club=shop.club, since=since, until=until, actor=SYSTEM, now=NOW, queue=False, **more
    )
    done = services.backtest_run(
        club=shop.club, id=started.id, clock=lambda: NOW, workers=workers, spark=spark
    )
    assert done.state == "done", done.problem
    assert done.report is not None
    return done.report


def test_the_program_that_was_in_force_gives_exactly_what_the_books_have() -> None:
    shop = open_shop(**capped())
    told = lively(shop)
    report = backtest(shop, tried=1)
    assert report.live.points == report.tried.points == points(told)
    assert report.facts == len(told)
    assert report.winners == report.losers == 0
    tiers = {member.id: "plain" for member in (shop.sara, shop.reza)}
    for each in told:
        if each.member_id is not None and each.tiers:
            tiers[each.member_id] = each.tiers[0][1]
    standing = {each.tier: each.live for each in report.standings}
    assert standing == {tier: list(tiers.values()).count(tier) for tier in tiers.values()}


def test_a_period_begins_with_tiers_limits_and_sums_as_they_really_stood() -> None:
    shop = open_shop(**capped())
    told = lively(shop)
    since = date(2026, 9, 10)
    later = [each for each in told if each.business_date >= since]
    report = backtest(shop, tried=1, since=since)
    assert 0 < len(later) < len(told)
    assert report.facts == len(later)
    assert report.live.points == points(later)


def test_a_tier_falls_in_the_replay_when_its_purchase_comes_back() -> None:
    shop = open_shop(**{**capped(), "base": {}})
    told = []
    for reference, amount, days in (("small", 400_000, 9), ("big", 12_000_000, 7), ("golden", 300_000, 6)):
        at = NOW - days * DAY
        told.append(shop.tell(shop.purchase(reference, line("A1", amount), at=at), now=at))
    back = NOW - 5 * DAY
    told.append(shop.tell(shop.returns("back", "big", at=back), now=back))
    told.append(shop.buys("plain", 500_000, at=NOW - 3 * DAY))
    assert [dict(each.tiers)["club"] for each in told] == ["plain", "gold", "gold", "plain", "plain"]
    report = backtest(shop, tried=1)
    assert report.live.points == points(told)
    assert {each.tier: each.live for each in report.standings} == {"plain": 2}


def test_a_tier_that_another_purchase_held_falls_in_the_replay_with_that_one() -> None:
    shop = open_shop(**{**capped(), "base": {}})
    told = []
    for reference, days in (("lifts", 9), ("holds", 8)):
        at = NOW - days * DAY
        told.append(shop.tell(shop.purchase(reference, line("A1", 12_000_000), at=at), now=at))
    for reference, days in (("lifts", 7), ("holds", 6)):
        at = NOW - days * DAY
        told.append(shop.tell(shop.returns(f"R-{reference}", reference, at=at), now=at))
    assert [dict(each.tiers)["club"] for each in told] == ["gold", "gold", "gold", "plain"]
    report = backtest(shop, tried=1)
    assert {each.tier: each.live for each in report.standings} == {"plain": 2}


def test_children_without_settings_give_the_same_figures_as_this_process() -> None:
    shop = open_shop(**capped())
    lively(shop)
    draft = draft_get(shop.club)
    rule_put(
        club=shop.club,
        rule=rule("visit", "visit", [{"wallet": "points", "amount": "fixed", "params": {"units": 6}}]),
        revision=draft.revision,
        actor=SYSTEM,
        now=NOW,
    )
    here, there = backtest(shop), backtest(shop, workers=2)
    assert here.seconds >= 0 < there.seconds
    assert [getattr(here, n) for n in ("live", "tried", "months", "rules", "gainers", "samples")] == [
        getattr(there, n) for n in ("live", "tried", "months", "rules", "gainers", "samples")
    ]
    assert here.tried.points - here.live.points == 24
    assert [(each.live, each.tried) for each in here.gainers] == [
        (here.gainers[0].live, here.gainers[0].live + 24)
    ]
    assert (here.winners, here.losers) == (1, 0)
    fact = here.samples[0].facts[0]
    assert (fact.live, fact.tried) == (5, 6)
    assert [(each.rule, each.units) for each in fact.tried_reasons] == [("visit", 6)]


def test_a_backtest_writes_nothing_but_itself() -> None:
    shop = open_shop()
    lively(shop)
    before = rows()
    backtest(shop, tried=1)
    after = rows()
    changed = {table for table in after if after[table] != before.get(table)}
    assert changed == {"simulation_backtest", "ground_audit"}


def test_history_is_read_where_postgresql_refuses_every_write() -> None:
    shop = open_shop()
    lake_export(club=shop.club)
    with pytest.raises(InternalError, match="read-only transaction"), reading():
        connection.cursor().execute("DELETE FROM history_used")


def test_a_stopped_backtest_leaves_no_report() -> None:
    shop = open_shop()
    lively(shop)
    started = services.backtest_start(
        club=shop.club, since=SINCE, until=UNTIL, actor=SYSTEM, now=NOW, tried=1, queue=False
    )
    services.Backtest.objects.filter(id=started.id).update(state="running", stop_asked=True)
    ended = services.backtest_run(club=shop.club, id=started.id, clock=lambda: NOW, workers=0)
    assert (ended.state, ended.report) == ("cancelled", None)


def test_a_backtest_that_fails_says_so_and_leaves_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    started = services.backtest_start(
        club=shop.club, since=SINCE, until=UNTIL, actor=SYSTEM, now=NOW, tried=1, queue=False
    )
    services.Backtest.objects.filter(id=started.id).update(tried_document={"wallets": []})
    ended = services.backtest_run(club=shop.club, id=started.id, clock=lambda: NOW, workers=0)
    assert (ended.state, ended.report) == ("failed", None)
    assert ended.problem


def test_one_that_waits_is_stopped_at_once_and_never_begins() -> None:
    shop = open_shop()
    started = services.backtest_start(
        club=shop.club, since=SINCE, until=UNTIL, actor=SYSTEM, now=NOW, tried=1
    )
    assert started.state == "waiting"
    stopped = services.backtest_stop(club=shop.club, id=started.id, actor=SYSTEM, now=NOW)
    assert stopped.state == "cancelled"
    again: BacktestInfo = services.backtest_run(club=shop.club, id=started.id, clock=lambda: NOW, workers=0)
    assert again.state == "cancelled"


def test_one_whose_job_is_gone_is_closed_with_a_word() -> None:
    shop = open_shop()
    started = services.backtest_start(
        club=shop.club, since=SINCE, until=UNTIL, actor=SYSTEM, now=NOW, tried=1
    )
    assert services.backtests_tidy(now=NOW) == 0
    services.Backtest.objects.filter(id=started.id).update(job_id=10**9)
    assert services.backtests_tidy(now=NOW) == 1
    assert services.backtest_stop(club=shop.club, id=started.id, actor=SYSTEM, now=NOW).state == "failed"


def test_a_sample_is_always_the_same_members() -> None:
    shop = open_shop()
    lively(shop)
    everyone = backtest(shop, tried=1)
    some, again = (backtest(shop, tried=1, permille=500) for _ in range(2))
    assert dataclasses.replace(some, seconds=0) == dataclasses.replace(again, seconds=0)
    assert some.members <= everyone.members == 2


def test_a_new_ladder_shows_whom_it_would_move() -> None:
    shop = open_shop()
    lively(shop)
    draft = draft_get(shop.club)
    document = dict(draft.document)
    ladder = dict(document["ladders"][0])
    ladder["tiers"] = [ladder["tiers"][0], {**ladder["tiers"][1], "threshold": 1}]
    draft_save(
        club=shop.club,
        document={**document, "ladders": [ladder]},
        revision=draft.revision,
        actor=SYSTEM,
        now=NOW,
    )
    report = backtest(shop)
    assert {each.tier: (each.live, each.tried) for each in report.standings}["gold"][1] == 2


def rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        names = [row[0] for row in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM "{name}" t')
            found[name] = cursor.fetchone()
    return found


def test_a_backtest_is_of_its_club_and_thrown_away_once_it_is_over() -> None:
    shop, other = open_shop(), ketab().club
    started = services.backtest_start(
        club=shop.club, since=SINCE, until=UNTIL, actor=SYSTEM, now=NOW, tried=1, queue=False
    )
    for asks in (backtest_get, backtest_programs):
        with pytest.raises(Refusal, match="backtest_not_found"):
            asks(other, started.id)
    with pytest.raises(Refusal, match="backtest_not_found"):
        services.backtest_remove(club=other, id=started.id, actor=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="backtest_open"):
        services.backtest_remove(club=shop.club, id=started.id, actor=SYSTEM, now=NOW)
    services.backtest_stop(club=shop.club, id=started.id, actor=SYSTEM, now=NOW)
    services.backtest_remove(club=shop.club, id=started.id, actor=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="backtest_not_found"):
        backtest_get(shop.club, started.id)


@pytest.mark.corrupts
def test_a_draft_that_cannot_be_read_is_not_replayed() -> None:
    shop = open_shop()
    revision = draft_get(shop.club).revision
    draft_save(club=shop.club, document=program(), revision=revision, actor=SYSTEM, now=NOW)
    Draft.objects.filter(club_id=shop.club.id).update(document={"wallets": "none"})
    with pytest.raises(Refusal, match="draft_unreadable"):
        services.backtest_start(club=shop.club, since=SINCE, until=UNTIL, actor=SYSTEM, now=NOW, queue=False)
