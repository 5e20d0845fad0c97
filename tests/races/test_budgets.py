"""Many hands on one budget: it is never exceeded; the canary shows what happens without its lock."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from bashgah.activities import sharing
from bashgah.activities.services import settle_one
from bashgah.activities.types import MemberRef, Settled, VisitIn
from bashgah.engine.states import Slot
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.members.services import member_enrol
from bashgah.programs import budgets
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import LONG_AGO, NOW
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HANDS, EACH = 8, 6
TEN = {"wallet": "points", "amount": "fixed", "params": {"units": 10}}


@pytest.fixture
def shop() -> Shop:
    return open_shop(rules=[rule("gift", "visit", [TEN], budget={"most": 155})])


def members(shop: Shop, count: int) -> list[UUID]:
    """People of their own for every hand, so that no member's lock makes them wait for one another."""
    return [
        member_enrol(club=shop.club, mobile=f"0912000{i:04d}", channel="till", now=LONG_AGO).id
        for i in range(count)
    ]


def visit(shop: Shop, member: UUID, reference: str) -> int:
    told = VisitIn(
        source="app",
        reference=reference,
        occurred_at=NOW,
        member=MemberRef(id=public("member", member)),
        branch="101",
    )
    outcome = settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)
    assert isinstance(outcome, Settled)
    return sum(credit.amount for credit in outcome.credits if credit.rule == "gift")


def spent() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT spent FROM programs_budget")
        return int(cursor.fetchone()[0])


def test_many_hands_take_a_budget_to_its_last_unit_and_not_beyond(shop: Shop) -> None:
    people = members(shop, HANDS)
    got = at_once(HANDS, lambda place: sum(visit(shop, people[place], f"{place}-{i}") for i in range(EACH)))
    assert all(isinstance(each, int) for each in got), got
    assert sum(got) == 155  # type: ignore[arg-type]
    assert spent() == 155


@pytest.mark.corrupts
def test_without_the_lock_two_hands_take_the_same_units(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_read = threading.Barrier(2)

    def careless(cur: psycopg.Cursor[Any], club_id: UUID, slots: Iterable[Slot]) -> dict[Slot, int]:
        found = budgets.budgets_read(cur, club_id, slots)
        both_have_read.wait(timeout=10)
        return found

    people = members(shop, 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO programs_budget (club_id, key, start, branch, spent)"
            " VALUES (%s, 'gift.points.units.ever', '0001-01-01', '', 145)",
            [shop.club.id],
        )
    monkeypatch.setattr(sharing, "budgets_lock", careless)
    got = at_once(2, lambda place: visit(shop, people[place], f"c-{place}"))
    assert got == [10, 10], "both took the last ten"
    assert spent() == 165
