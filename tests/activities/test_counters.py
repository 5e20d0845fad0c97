"""Counters live through settlements: within a batch, between batches, and in why for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bashgah.activities import whys
from bashgah.activities.services import settle
from bashgah.activities.types import CustomIn, Settled, VisitIn
from bashgah.ground.types import SYSTEM
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db

TEN = {"wallet": "points", "amount": "fixed", "params": {"units": 10}}


def shop_with(counts: str, window: str, op: str, value: int, trigger: str = "visit") -> Shop:
    counter = {"key": "it", "name": {"en": "It"}, "trigger": trigger, "counts": counts, "window": window}
    when = {"field": "counter.it", "op": op, "value": value}
    return open_shop(rules=[{**rule("gift", "visit", [TEN]), "when": when}], document={"counters": [counter]})


def visit(shop: Shop, number: int, days: int = 0) -> VisitIn:
    at = NOW - timedelta(days=days)
    return VisitIn(
        source="app", reference=f"V-{number}", occurred_at=at, member=shop.ref(shop.sara), branch="101"
    )


def given(shop: Shop, facts: list[Any]) -> list[int]:
    outcomes = settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
    assert all(isinstance(outcome, Settled) for outcome in outcomes)
    return [
        sum(credit.amount for credit in outcome.credits if credit.rule == "gift")
        for outcome in outcomes
        if isinstance(outcome, Settled)
    ]


def test_every_third_visit_is_counted_within_and_between_batches() -> None:
    shop = shop_with("times", "ever", "every", 3)
    assert given(shop, [visit(shop, 1), visit(shop, 2)]) == [0, 0]
    assert given(shop, [visit(shop, 3), visit(shop, 4), visit(shop, 5), visit(shop, 6)]) == [10, 0, 0, 10]
    assert given(shop, [visit(shop, 6)]) == [10], "told again, answered as before and not counted again"
    assert given(shop, [visit(shop, 7), visit(shop, 8), visit(shop, 9)]) == [0, 0, 10]


def test_a_streak_of_weeks_goes_on_from_the_week_before() -> None:
    shop = shop_with("streak", "week", "gte", 3)
    assert given(shop, [visit(shop, 1, days=21)]) == [0]
    assert given(shop, [visit(shop, 2, days=14)]) == [0]
    assert given(shop, [visit(shop, 3, days=7), visit(shop, 4, days=7)]) == [10, 10]


def test_the_days_since_another_activity() -> None:
    shop = shop_with("days_since", "ever", "lte", 7, trigger="custom:review")
    assert given(shop, [visit(shop, 1, days=20)]) == [0]
    review = CustomIn(
        source="app",
        reference="R-1",
        occurred_at=NOW - timedelta(days=10),
        member=shop.ref(shop.sara),
        type="review",
    )
    assert given(shop, [review, visit(shop, 2, days=3), visit(shop, 3, days=2)]) == [0, 10, 0]


def test_why_is_told_from_the_count_as_it_was_then() -> None:
    shop = shop_with("times", "ever", "every", 3)
    outcomes = settle([visit(shop, n) for n in range(1, 5)], club=shop.club, actor=SYSTEM, now=NOW)
    fired = []
    for outcome in outcomes:
        assert isinstance(outcome, Settled)
        why = whys.activity_why(shop.club, shop.sara.id, outcome.activity_id)
        fired.append(next(each.fired for each in why.outcomes if each.rule == "gift"))
    assert fired == [False, False, True, False]
