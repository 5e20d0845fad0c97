"""What is tried counts rules that are still tried as live; the live side counts them as they really were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bashgah.ground.types import SYSTEM
from bashgah.programs.selectors import draft_get, version_get
from bashgah.programs.services import draft_save
from bashgah.simulation.costing import backtest_cost
from bashgah.simulation.types import RuleFigures, Supposed
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import NOW
from tests.simulation.test_replays import backtest

pytestmark = pytest.mark.django_db
pytest.importorskip("pyarrow")

WOMEN = {"field": "member.gender", "op": "is", "value": "female"}


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def gift(key: str, units: int, stage: str, **more: Any) -> dict[str, Any]:
    effect = {"wallet": "points", "amount": "fixed", "params": {"units": units}}
    return rule(key, "purchase", [effect], stage=stage, **more)


def tried_out() -> Shop:
    """A club with one rule in each stage; Sara buys for 5 points and Reza for 3, the pilot is for women."""
    shop = open_shop(
        points={"worth": 100},
        rules=[
            gift("piloted", 10, "pilot", pilot={"when": WOMEN}),
            gift("shadowed", 100, "shadow", limits=[{"window": "month", "most": 150}]),
            gift("drafted", 1000, "draft"),
            gift("over", 10_000, "ended"),
        ],
    )
    given = shop.buys("s1", 500_000, at=NOW - timedelta(days=2))
    assert given.points_of("points") == 15
    given = shop.buys("r1", 300_000, member=shop.reza, at=NOW - timedelta(days=1))
    assert given.points_of("points") == 3
    return shop


def test_what_is_tried_counts_for_everybody_and_the_live_side_as_it_really_was() -> None:
    report = backtest(tried_out())
    assert report.live.points == 18
    assert report.tried.points == 8 + 2 * (10 + 100 + 1000)
    by_rule = {each.rule: (each.live_points, each.tried_points) for each in report.rules}
    assert by_rule == {"base": (8, 8), "piloted": (10, 20), "shadowed": (0, 200), "drafted": (0, 2000)}
    assert (report.winners, report.losers) == (2, 0)


def test_a_supposed_rule_keeps_its_limits() -> None:
    shop = tried_out()
    shop.buys("s2", 100_000, at=NOW - timedelta(hours=3))
    report = backtest(shop)
    assert RuleFigures("shadowed", 0, 250, 0, 3, 0, 1) in report.rules


def test_a_report_names_the_rules_of_both_sides_that_are_still_tried() -> None:
    shop = tried_out()
    draft = draft_get(shop.club)
    rules = [
        {**each, "stage": "live", "pilot": None} if each["key"] == "piloted" else each
        for each in draft.document["rules"]
    ]
    draft_save(
        club=shop.club,
        document={**draft.document, "rules": rules},
        revision=draft.revision,
        actor=SYSTEM,
        now=NOW,
    )
    report = backtest(shop)
    assert report.supposed == (
        Supposed("shadowed", "shadow", is_tried=True),
        Supposed("drafted", "draft", is_tried=True),
        Supposed("piloted", "pilot", is_tried=False),
        Supposed("shadowed", "shadow", is_tried=False),
        Supposed("drafted", "draft", is_tried=False),
    )


def test_a_program_without_such_rules_supposes_nothing() -> None:
    shop = open_shop()
    shop.buys("s1", 500_000, at=NOW - timedelta(days=2))
    assert backtest(shop).supposed == ()


def test_what_a_supposed_rule_costs_is_known_before_it_is_published() -> None:
    shop = tried_out()
    backtest(shop)
    program = version_get(shop.club, 1).program
    costs = {each.key: backtest_cost(shop.club, program, each, NOW) for each in program.rules}
    # 20, 200 and 2000 points of 100 rials, of 365 days: 30 of them
    assert costs["over"] is None
    assert [costs[key] for key in ("piloted", "shadowed", "drafted")] == [164, 1643, 16438]
