"""A budget that all members share: given to its last unit, never beyond, told for ever."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from bashgah.activities import whys
from bashgah.activities.previewing import activity_preview
from bashgah.activities.services import settle
from bashgah.activities.types import Settled, VisitIn
from bashgah.ground.types import SYSTEM
from bashgah.kit.phrases import say
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db

TEN = {"wallet": "points", "amount": "fixed", "params": {"units": 10}}


def gift(**budget: Any) -> dict[str, Any]:
    return rule("gift", "visit", [TEN], budget={"most": 25, **budget})


def shop_with(*rules: dict[str, Any]) -> Shop:
    return open_shop(rules=list(rules))


def given(outcome: Any, key: str = "gift") -> int:
    assert isinstance(outcome, Settled)
    return sum(credit.amount for credit in outcome.credits if credit.rule == key)


def visits(shop: Shop, *members: Any, start: int = 0, at: Any = NOW, branch: str = "101") -> list[Any]:
    return [
        VisitIn(
            source="app", reference=f"V-{start + i}", occurred_at=at, member=shop.ref(member), branch=branch
        )
        for i, member in enumerate(members)
    ]


def settled(shop: Shop, facts: list[Any]) -> list[int]:
    return [given(outcome) for outcome in settle(facts, club=shop.club, actor=SYSTEM, now=NOW)]


def spent() -> list[tuple[str, date, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, start, branch, spent FROM programs_budget ORDER BY key, start, branch")
        return cursor.fetchall()


def test_a_batch_shares_what_is_left_in_the_order_of_facts() -> None:
    shop = shop_with(gift())
    assert settled(shop, visits(shop, shop.sara, shop.reza)) == [10, 10]
    assert settled(shop, visits(shop, shop.sara, shop.reza, start=5)) == [5, 0]
    assert spent() == [("gift.points.units.ever", date.min, "", 25)]


def test_a_budget_that_is_skipped_keeps_what_does_not_suffice() -> None:
    shop = shop_with(gift(at_limit="skip"))
    assert settled(shop, visits(shop, shop.sara, shop.reza, shop.sara)) == [10, 10, 0]
    assert spent()[0][3] == 20


def test_each_window_and_each_branch_has_its_own() -> None:
    shop = shop_with(gift(window="day", most=10, per="branch"))
    assert settled(shop, visits(shop, shop.sara, shop.reza)) == [10, 0]
    yesterday = NOW - timedelta(days=1)
    assert settled(shop, visits(shop, shop.sara, start=5, at=yesterday)) == [10]
    assert settled(shop, visits(shop, shop.sara, start=9, branch="102")) == [10]
    assert [row[3] for row in spent()] == [10, 10, 10]


def test_a_fact_told_again_takes_nothing_again() -> None:
    shop = shop_with(gift())
    facts = visits(shop, shop.sara)
    assert settled(shop, facts) == settled(shop, facts) == [10]
    assert spent()[0][3] == 10


def test_why_is_told_from_what_was_left_then() -> None:
    shop = shop_with(gift())
    settled(shop, visits(shop, shop.sara, shop.reza))
    (outcome,) = settle(visits(shop, shop.sara, start=5), club=shop.club, actor=SYSTEM, now=NOW)
    assert isinstance(outcome, Settled)
    settled(shop, visits(shop, shop.reza, start=8))
    why = whys.activity_why(shop.club, shop.sara.id, outcome.activity_id)
    told = next(each for each in why.outcomes if each.rule == "gift")
    assert told.amounts == (("points", 5),)
    assert "of the budget of 25 points only 5 points were left" in [say(each, "en") for each in told.reasons]


def test_a_preview_sees_what_is_left_and_takes_nothing() -> None:
    shop = shop_with(gift())
    settled(shop, visits(shop, shop.sara, shop.reza))
    seen = activity_preview(club=shop.club, intake=visits(shop, shop.sara, start=5)[0], now=NOW)
    assert [credit.amount for credit in seen.credits if credit.rule == "gift"] == [5]
    assert spent()[0][3] == 20


def test_rules_without_budgets_touch_no_budget() -> None:
    shop = shop_with(rule("plain", "visit", [TEN]))
    assert [
        given(each, "plain")
        for each in settle(visits(shop, shop.sara), club=shop.club, actor=SYSTEM, now=NOW)
    ] == [10]
    assert spent() == []
