"""Rewards in a backtest: how many of which, by rule, day, branch and segment, with their cost."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bashgah.activities.types import Settled
from bashgah.ground.types import SYSTEM
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import rule_put
from bashgah.simulation.types import Group, Report, RewardFigures, RuleFigures, Segment, Span
from tests.activities.shop import Shop, line
from tests.activities.test_granting import TEN, gives, shop_of
from tests.cast import NOW
from tests.simulation.test_replays import backtest

pytestmark = pytest.mark.django_db
pytest.importorskip("pyarrow")
DAY = timedelta(days=1)
ONCE = {"limits": [{"window": "ever", "most": 1, "of": "times"}]}
TEA = {"kind": "reward", "reward": "tea", "count": 2}


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def tried(shop: Shop, *rules: dict[str, Any]) -> Report:
    """Replay version 1 against a draft that has these rules too."""
    for rule in rules:
        revision = draft_get(shop.club).revision
        rule_put(club=shop.club, rule=rule, revision=revision, actor=SYSTEM, now=NOW)
    return backtest(shop)


def bought(shop: Shop) -> list[Settled]:
    """Sara buys thrice (in October, and twice in November), Reza once; Sara's last comes back whole."""
    told = []
    for reference, days, member in (
        ("S-1", 40, shop.sara), ("S-2", 12, shop.sara), ("S-3", 11, shop.sara), ("R-1", 5, shop.reza),
    ):  # fmt: skip
        at = NOW - days * DAY
        told.append(shop.tell(shop.purchase(reference, line("a", 250_000), member=member, at=at), now=at))
    back = NOW - 3 * DAY
    told.append(shop.tell(shop.returns("back", "S-3", at=back), now=back))
    return told


def counts(each: Span | Group | Segment | RuleFigures) -> tuple[int, int, int, int]:
    return each.live_rewards, each.tried_rewards, each.live_reward_cost, each.tried_reward_cost


def test_rewards_are_counted_by_which_by_rule_and_with_their_cost() -> None:
    shop = shop_of(gives("gift", TEN))
    bought(shop)
    report = tried(shop, gives("more", TEN, TEA))
    assert report.rewards == (
        RewardFigures("tea", "more", 0, 6, 0, 0),
        RewardFigures("ten", "gift", 3, 3, 150_000, 150_000),
        RewardFigures("ten", "more", 0, 3, 0, 150_000),
    )
    assert (report.live.rewards, report.live.reward_cost) == (3, 150_000)
    assert (report.tried.rewards, report.tried.reward_cost) == (12, 300_000)
    assert {each.rule: counts(each) for each in report.rules if any(counts(each))} == {
        "gift": (3, 3, 150_000, 150_000),
        "more": (0, 9, 0, 150_000),
    }


def test_they_are_counted_by_month_branch_tier_and_segment() -> None:
    shop = shop_of(gives("gift", TEN))
    bought(shop)
    report = tried(shop, gives("more", TEN))
    # the third purchase of Sara's came back on the 18th: it gives and takes in the same Jalali month
    assert [(each.start, *counts(each)) for each in report.months] == [
        (date(2026, 9, 23), 1, 2, 50_000, 100_000),
        (date(2026, 10, 23), 2, 4, 100_000, 200_000),
    ]
    assert [sum(each) for each in zip(*map(counts, report.weeks), strict=True)] == [3, 6, 150_000, 300_000]
    assert {each.key: counts(each) for each in report.branches} == {"101": (3, 6, 150_000, 300_000)}
    assert {each.key: counts(each) for each in report.tiers} == {"club.plain": (3, 6, 150_000, 300_000)}
    segments = {(each.kind, each.key): counts(each) for each in report.segments if any(counts(each))}
    assert segments[("gender", "female")] == (2, 4, 100_000, 200_000)
    assert segments[("gender", "male")] == (1, 2, 50_000, 100_000)


def test_what_its_rule_lets_the_member_keep_does_not_come_back() -> None:
    shop = shop_of(gives("gift", TEN))
    bought(shop)
    keeps = TEN | {"on_return": "keep"}
    report = tried(shop, gives("more", keeps), gives("once", keeps, **ONCE))
    assert [(each.rule, each.live, each.tried) for each in report.rewards] == [
        ("gift", 3, 3),
        ("more", 0, 4),
        ("once", 0, 2),
    ]


def test_processes_come_to_the_same() -> None:
    shop = shop_of(gives("gift", TEN))
    bought(shop)
    here, there = backtest(shop, tried=1), backtest(shop, tried=1, workers=2)
    assert here.rewards == there.rewards == (RewardFigures("ten", "gift", 3, 3, 150_000, 150_000),)
    assert (here.months, here.tiers, here.segments) == (there.months, there.tiers, there.segments)


def test_what_gives_no_reward_counts_none() -> None:
    shop = shop_of()
    bought(shop)
    report = backtest(shop, tried=1)
    assert (report.rewards, report.live.rewards, report.tried.reward_cost) == ((), 0, 0)
