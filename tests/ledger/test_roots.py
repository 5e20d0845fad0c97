"""Closed days are sealed once and chained; whatever a superuser does to them later is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest

from bashgah.activities.verify import verify as verify_all
from bashgah.ledger import roots
from bashgah.ledger.roots import days_close, root_text, roots_list
from bashgah.ledger.statements import auditor_statement
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]
DAY = timedelta(days=1)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Four days: purchases, a return, an adjustment, a hold captured, a day without anything."""
    shop = open_shop()
    for number in range(3):
        at = NOW + number * DAY
        shop.tell(shop.purchase(f"A-{number}", line("egg", 3_000_000), at=at), now=at)
    shop.tell(shop.returns("R-1", "A-1", (1, 500), at=NOW + 2 * DAY), now=NOW + 2 * DAY)
    hand = Hand(shop.club, shop.sara.id)
    hand.adjusts(-5, now=NOW + 2 * DAY)
    hand.captures(hand.holds(4, now=NOW + 2 * DAY), now=NOW + 2 * DAY)
    days_close(club=shop.club, now=NOW + 4 * DAY)
    assert verify_all() == []
    return shop


def today(days: int = 0) -> date:
    """The club's date of NOW, or days after it."""
    return (NOW + days * DAY).date()


def test_each_day_hangs_on_the_day_before_and_its_text_hashes_to_its_root(shop: Shop) -> None:
    found = roots_list(shop.club)
    assert [root.day for root in found] == [today(3), today(2), today(1), today()]
    assert [root.entries for root in found] == [0, 5, 1, 1]
    assert [root.before for root in found] == [*(root.root for root in found[1:]), "0" * 64]
    for root in found:
        assert sha256(root_text(shop.club, root).encode()).hexdigest() == root.root


def test_closing_again_changes_nothing_and_a_day_still_running_stays_open(shop: Shop) -> None:
    before = roots_list(shop.club)
    assert days_close(club=shop.club, now=NOW + 4 * DAY) == []
    # a day is over at the club's midnight and sealed an hour later, when all of it must be visible
    midnight = before[0].until + DAY
    assert days_close(club=shop.club, now=midnight + timedelta(minutes=59)) == []
    assert [root.day for root in days_close(club=shop.club, now=midnight + timedelta(hours=1))] == [today(4)]
    assert roots_list(shop.club)[1:] == before


def test_a_change_of_the_clubs_zone_moves_no_row_to_another_day(shop: Shop) -> None:
    Hand(shop.club, shop.sara.id).gives(9, now=NOW + 5 * DAY)
    moved = replace(shop.club, timezone="America/Los_Angeles")
    made = days_close(club=moved, now=NOW + 8 * DAY)
    assert [(root.day, root.entries) for root in made] == [
        (today(4), 0),
        (today(5), 1),
        (today(6), 0),
        (today(7), 0),
    ]
    assert roots.verify() == []


PLANTED = {
    "a movement's amount": "UPDATE ledger_posting SET amount = amount + 1 WHERE debit = 11",
    "a movement's rule": "UPDATE ledger_posting SET rule = 'gift' WHERE rule = 'base'",
    "a cause's reason": "UPDATE ledger_entry SET reason = 'a gift' WHERE cause = 4",
    "a cause's author": "UPDATE ledger_entry SET actor_id = id WHERE cause = 4",
    "a cause's day": "UPDATE ledger_entry SET business_date = business_date - 1 WHERE cause = 1",
    "a row moved to another day": (
        "UPDATE ledger_entry SET recorded_at = recorded_at - interval '1 day' WHERE cause = 4"
    ),
    "a row moved out of the closed days": (
        "UPDATE ledger_entry SET recorded_at = recorded_at + interval '30 days' WHERE cause = 4"
    ),
    "a movement taken out": "DELETE FROM ledger_posting WHERE credit = 14",
    "a cause taken out": "DELETE FROM ledger_entry WHERE cause = 4",
    "an allocation": "UPDATE ledger_allocation SET amount = amount + 1",
    "an allocation taken out": "DELETE FROM ledger_allocation",
    "a lot's expiry": "UPDATE ledger_lot SET expires_at = now() + interval '9 years'",
    "a lot's amount": "UPDATE ledger_lot SET amount = amount + 1",
    "a movement put in": (
        "INSERT INTO ledger_posting (amount, debit, credit, member_id, id, entry_id, club_id, unit, rule)"
        " SELECT 7, 14, 1, member_id, gen_random_uuid(), entry_id, club_id, unit, ''"
        " FROM ledger_posting WHERE credit = 14"
    ),
    "a cause without movements put in": (
        "INSERT INTO ledger_entry SELECT occurred_at, recorded_at, business_date, cause, actor_kind,"
        " member_id, gen_random_uuid(), club_id, cause_id, actor_id, reason FROM ledger_entry WHERE cause = 4"
    ),
    "a sum": "UPDATE ledger_day SET issued = issued + 1 WHERE postings > 0",
    "a closing": "UPDATE ledger_day SET closing = closing + 1",
    "a sum taken out": "DELETE FROM ledger_day WHERE unit = 'status'",
    "a root": "UPDATE ledger_root SET root = sha256(root)",
    "a root taken out": ("DELETE FROM ledger_root WHERE day = (SELECT max(day) - 1 FROM ledger_root)"),
    "a day's count": "UPDATE ledger_root SET entries = entries + 1",
    "a day's end": "UPDATE ledger_root SET until = until + interval '1 second'",
    "a row older than the first day": (
        "UPDATE ledger_entry SET recorded_at = recorded_at - interval '90 days' WHERE cause = 4"
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_tampering_with_a_closed_day_is_found(
    shop: Shop, owner_connection: psycopg.Connection, planted: str
) -> None:
    assert owner_connection.execute(PLANTED[planted]).rowcount > 0
    assert roots.verify(shop.club.id) != []


def test_the_first_day_that_does_not_fit_is_named_and_the_days_after_it_are_not_blamed(
    shop: Shop, owner_connection: psycopg.Connection
) -> None:
    owner_connection.execute("UPDATE ledger_entry SET reason = 'x' WHERE recorded_at < %s", [NOW + DAY])
    assert [(one.code, one.where) for one in roots.verify()] == [
        ("day_differs_from_its_root", f"naderi {today().isoformat()}")
    ]


def test_a_row_written_late_into_a_closed_day_is_found(shop: Shop) -> None:
    Hand(shop.club, shop.sara.id).gives(9, now=NOW + DAY)
    (found,) = roots.verify()
    assert (found.code, found.where) == ("day_differs_from_its_root", f"naderi {today(1).isoformat()}")


def test_a_chain_made_anew_is_found_by_a_root_kept_elsewhere(
    shop: Shop, owner_connection: psycopg.Connection
) -> None:
    kept = {root.day: root.root for root in roots_list(shop.club)}
    assert roots.verify(kept=kept) == []
    owner_connection.execute("UPDATE ledger_entry SET reason = 'a gift' WHERE cause = 4")
    owner_connection.execute("DELETE FROM ledger_root")
    owner_connection.execute("DELETE FROM ledger_day")
    days_close(club=shop.club, now=NOW + 4 * DAY)
    assert roots.verify() == []
    assert {found.code for found in roots.verify(kept=kept)} == {"root_is_not_the_kept_one"}
    owner_connection.execute("DELETE FROM ledger_root")
    assert {found.code for found in roots.verify(kept=kept)} == {"root_missing"}


def test_the_statement_adds_up_to_the_unit_and_names_its_roots(shop: Shop) -> None:
    sealed = roots_list(shop.club)
    whole = auditor_statement(shop.club, today(-9), today(9))
    assert (whole.since, whole.until, whole.days, whole.is_balanced) == (today(), today(3), 4, True)
    assert (whole.root_before, whole.root) == ("0" * 64, sealed[0].root)
    points = next(each for each in whole.lines if each.unit == "points")
    assert (points.opening, points.closing) == (0, 66)
    flows = points.flows
    assert (flows.issued, flows.reversed, flows.redeemed, flows.adjusted) == (90, 15, 4, -5)
    late = auditor_statement(shop.club, today(2), today(2))
    points = next(each for each in late.lines if each.unit == "points")
    assert (points.opening, points.flows.net, points.closing) == (60, 6, 66)
    assert late.root_before == sealed[2].root


def test_the_first_day_can_take_in_all_that_was_recorded_before_it() -> None:
    shop = open_shop()
    hand = Hand(shop.club, shop.sara.id)
    hand.gives(9, now=NOW - 5 * DAY)
    hand.gives(7, now=NOW)
    made = days_close(club=shop.club, first=today(), now=NOW + 2 * DAY)
    assert [(root.day, root.entries) for root in made] == [(today(), 2), (today(1), 0)]
    assert auditor_statement(shop.club, today(), today()).lines[0].closing == 16
    assert roots.verify() == []


def test_the_hours_of_the_club_decide_the_day() -> None:
    shop = open_shop()
    # 21:00 in London's winter is past midnight in Tehran
    late = datetime(NOW.year, NOW.month, NOW.day, 21, 0, tzinfo=UTC)
    Hand(shop.club, shop.sara.id).gives(9, now=late)
    (root,) = days_close(club=shop.club, now=late + timedelta(hours=26))
    assert root.day == late.date() + DAY
