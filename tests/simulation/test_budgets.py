"""Budgets that all members share are replayed to the unit, whichever process meets which member first."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bashgah.activities.types import Settled
from bashgah.engine.document import Program
from bashgah.ground.types import SYSTEM
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import rule_put
from bashgah.simulation.budgets import Demands, Terms, ebbs_of, terms_of
from tests.activities.shop import Shop, open_shop, per_step, rule
from tests.activities.shop import program as document
from tests.cast import NOW
from tests.simulation.test_replays import backtest, points

pytestmark = pytest.mark.django_db
pytest.importorskip("pyarrow")

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def gift(units: int, most: int, **more: Any) -> dict[str, Any]:
    """A fixed gift with every purchase, of one budget."""
    budget = {"wallet": "points", "most": most, **more.pop("budget", {})}
    effect = {"wallet": "points", "amount": "fixed", "params": {"units": units}}
    return rule(more.pop("key", "gift"), "purchase", [effect], budget=budget, **more)


def entwined() -> list[dict[str, Any]]:
    """Rules whose budgets, limits, counters and tiers all hang on one another."""
    return [
        gift(40, 210, limits=[{"window": "month", "most": 70}], budget={"window": "month"}),
        gift(9, 60, key="rare", budget={"at_limit": "skip", "per": "branch"}),
        rule(
            "share",
            "purchase",
            [per_step("points"), per_step("status")],
            budget={"wallet": "points", "most": 90, "window": "week", "at_limit": "skip"},
            stacking={"group": "shares"},
        ),
        rule(
            "worth",
            "purchase",
            [per_step("points")],
            when={"field": "member.tier.club", "op": "is", "value": "gold"},
            budget={"wallet": "points", "most": 10_100, "of": "money"},
        ),
    ]


def crowded(shop: Shop) -> list[Settled]:
    """Two members take turns, with returns between."""
    told = []
    for turn in range(60):
        at = NOW - (60 - turn) * DAY
        member = (shop.sara, shop.reza)[turn * 7 % 5 % 2]
        bought = shop.purchase(f"p{turn}", member=member, amount=300_000 + 470_000 * (turn % 9), at=at)
        told.append(shop.tell(bought, now=at))
        if turn % 11 == 4:
            back = at + timedelta(hours=5)
            told.append(shop.tell(shop.returns(f"r{turn}", f"p{turn}", at=back), now=back))
    return told


def drafted(shop: Shop, *rules: dict[str, Any]) -> None:
    for each in rules:
        revision = draft_get(shop.club).revision
        rule_put(club=shop.club, rule=each, revision=revision, actor=SYSTEM, now=NOW)


def test_a_program_with_budgets_gives_exactly_what_the_books_have() -> None:
    shop = open_shop(rules=entwined(), points={"worth": 250})
    told = crowded(shop)
    here = backtest(shop, tried=1)
    assert here.live.points == here.tried.points == points(told)
    assert any(each.live < each.live_asked for each in here.budgets)
    there = backtest(shop, tried=1, workers=2)
    assert (here.live, here.budgets, here.rules) == (there.live, there.budgets, there.rules)


def test_what_was_taken_before_the_period_is_no_longer_there() -> None:
    shop = open_shop(rules=entwined(), points={"worth": 250})
    told = crowded(shop)
    since = date(2026, 10, 28)
    later = [each for each in told if each.business_date >= since]
    assert 0 < len(later) < len(told)
    assert backtest(shop, tried=1, since=since).live.points == points(later)


def test_a_budget_ends_where_the_club_would_have_seen_it_end() -> None:
    shop = open_shop()
    for number, member in enumerate((shop.sara, shop.reza, shop.sara)):
        at = NOW - (3 - number) * DAY
        shop.tell(shop.purchase(f"b{number}", member=member, amount=500_000, at=at), now=at)
    drafted(shop, gift(40, 100))
    report = backtest(shop)
    assert [(e.rule, e.most, e.live, e.tried, e.tried_asked) for e in report.budgets] == [
        ("gift", 100, 0, 100, 120)
    ]
    assert report.tried.points - report.live.points == 100
    assert [each.tried - each.live for each in report.gainers] == [60, 40]


def test_a_budget_that_skips_leaves_its_rest_to_who_asks_for_less() -> None:
    shop = open_shop()
    for number, amount in enumerate((5_000_000, 6_000_000, 4_000_000, 1_000_000)):
        at = NOW - (4 - number) * DAY
        member = (shop.sara, shop.reza)[number % 2]
        shop.tell(shop.purchase(f"b{number}", member=member, amount=amount, at=at), now=at)
    skips = {"wallet": "points", "most": 100, "at_limit": "skip"}
    drafted(shop, rule("share", "purchase", [per_step("points")], budget=skips))
    report = backtest(shop)
    # 50 are given, 60 do not fit, 40 do, and so do the last 10
    assert [(e.tried, e.tried_asked) for e in report.budgets] == [(100, 160)]
    assert {e.live - e.tried for e in report.gainers} == {-90, -10}


def test_a_sample_of_the_members_has_its_part_of_the_budget() -> None:
    program = Program.model_validate(document(rules=[gift(40, 1000, budget={"at_limit": "skip"})]))
    assert terms_of(program, 100) == {"gift.points.units.ever": Terms(most=100, slack=2, cut=False)}


def test_a_budget_ebbs_in_the_order_of_time_whatever_the_order_of_the_notes() -> None:
    slot = ("gift.points.units.ever", date.min, "")
    first, second = Demands(), Demands()
    second.add((3, bytes(16)), slot, 40, 40)
    first.add((2, bytes(16)), slot, 40, 40)
    second.add((1, bytes(16)), slot, 40, 40)
    terms = {"gift.points.units.ever": Terms(most=100, slack=2, cut=True)}
    ebbs = ebbs_of([first, second], terms, {})
    assert ebbs == ebbs_of([second, first], terms, {})
    assert [ebbs[slot].left((at, bytes(16))) for at in (1, 2, 3, 4)] == [None, None, 20, 0]
