"""What is outstanding when a day closes, counted from the ledger and proved against it."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest

from bashgah.accounting import liability
from bashgah.accounting.types import Basis, OutstandingRow
from bashgah.ledger.roots import days_close
from bashgah.ledger.statements import auditor_statement
from bashgah.programs.selectors import program_in_force
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = [pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def shop() -> Shop:
    """Sara earned 30 at Vanak and has 40 older than a month; 12 of them are on hold, 5 are spent."""
    shop = open_shop()
    hand = Hand(shop.club, shop.sara.id)
    hand.gives(40, now=NOW - 40 * DAY)
    shop.buys("A-1", 3_000_000)
    hand.captures(hand.holds(5, now=NOW), now=NOW)
    hand.holds(12, now=NOW)
    return shop


def count(shop: Shop, *, days: int) -> date | None:
    """Close the days and count."""
    days_close(club=shop.club, now=NOW + days * DAY)
    return liability.liability_keep(club=shop.club, program=program_in_force(shop.club, NOW).document)


def test_units_are_counted_by_tier_age_and_the_branch_that_gave_them(shop: Shop) -> None:
    assert count(shop, days=1) is not None
    assert liability.outstanding_list(shop.club, TODAY, Basis.EARNED) == [
        OutstandingRow("points", "plain", "", 1, 35, 1),
        OutstandingRow("points", "plain", "101", 0, 30, 1),
    ]
    enrolled = liability.outstanding_list(shop.club, TODAY, Basis.ENROLLED)
    assert {(row.branch, row.units) for row in enrolled} == {("101", 35), ("101", 30)}
    (points,) = (line for line in auditor_statement(shop.club, TODAY, TODAY).lines if line.unit == "points")
    assert points.closing == 65
    assert liability.verify() == []


def test_what_happens_after_the_day_closed_does_not_change_what_was_outstanding_then(shop: Shop) -> None:
    days_close(club=shop.club, now=NOW + DAY)
    hand = Hand(shop.club, shop.sara.id)
    later = NOW + 2 * DAY
    hand.gives(100, now=later)
    hold = hand.holds(50, now=later)
    hand.captures(hold, now=later)
    hand.holds(7, now=later)
    assert liability.liability_keep(club=shop.club, program=None) == TODAY
    rows = liability.outstanding_list(shop.club, TODAY, Basis.EARNED)
    assert sum(row.units for row in rows) == 65
    assert liability.verify() == []


def test_a_hold_that_is_released_later_was_outstanding_all_the_time(shop: Shop) -> None:
    hand = Hand(shop.club, shop.sara.id)
    hold = hand.holds(9, now=NOW)
    days_close(club=shop.club, now=NOW + DAY)
    hand.releases(hold, now=NOW + 2 * DAY)
    liability.liability_keep(club=shop.club, program=None)
    assert sum(row.units for row in liability.outstanding_list(shop.club, TODAY, Basis.EARNED)) == 65


def test_a_day_is_counted_once(shop: Shop) -> None:
    assert count(shop, days=1) == TODAY
    assert count(shop, days=1) is None
    assert count(shop, days=2) == TODAY + DAY
    assert liability.outstanding_day(shop.club) == TODAY + DAY
    assert liability.outstanding_day(shop.club, TODAY) == TODAY


@pytest.mark.corrupts
@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE accounting_outstanding SET units = units + 1 WHERE basis = 1",
        "DELETE FROM accounting_outstanding WHERE age = 1",
        "UPDATE accounting_outstanding SET unit = 'stars' WHERE basis = 2",
    ],
)
def test_a_count_that_is_not_what_the_lots_say_is_found(
    shop: Shop, owner_connection: psycopg.Connection, planted: str
) -> None:
    count(shop, days=1)
    assert owner_connection.execute(planted).rowcount > 0
    assert {found.code for found in liability.verify(shop.club.id)} == {"liability_differs"}
