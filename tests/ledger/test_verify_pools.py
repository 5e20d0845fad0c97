"""What is planted in the books of shared accounts is found and named, each behind the app's back."""

from __future__ import annotations

import psycopg
import pytest

from bashgah.activities import proving_pools
from bashgah.activities.verify import verify
from tests.activities.shop import line
from tests.cast import given
from tests.dealings.test_groups import MILLION, Home, home_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]

SHARED = "entry_id IS NOT NULL"
CORRUPTIONS = {
    "another group in its place": (
        "pooled_without_entry",
        f"UPDATE activities_pooled SET group_id = activity_id WHERE {SHARED}",
    ),
    "another activity in its place": (
        "pooled_without_entry",
        f"UPDATE activities_pooled SET activity_id = group_id WHERE {SHARED}",
    ),
    "a payment that never was": (
        "pooled_without_entry",
        """
        INSERT INTO activities_pooled (member_id, activity_id, group_id, club_id)
        SELECT member_id, entry_id, group_id, club_id FROM activities_pooled
        """,
    ),
    "less arrived than was passed on": (
        "pooled_units_differ",
        "UPDATE ledger_posting SET amount = amount - 1 WHERE debit = 15 AND amount = 6",
    ),
    "less was given back than was returned to the person": (
        "pooled_units_differ",
        """
        UPDATE ledger_posting SET amount = amount - 1
        WHERE credit = 15 AND reverses IS NOT NULL
        """,
    ),
    "a return that called too little back": (
        "called_back_differs",
        "UPDATE ledger_posting SET amount = amount - 1 WHERE 15 IN (debit, credit) AND reverses IS NOT NULL",
    ),
    "a return that called too much back": (
        "called_back_differs",
        """
        UPDATE ledger_posting SET amount = amount + 1, reversed_total = reversed_total + 1
        WHERE 15 IN (debit, credit) AND reverses IS NOT NULL
        """,
    ),
    "the memory of what was passed on is gone": (
        "call_back_of_nothing",
        f"DELETE FROM activities_pooled WHERE {SHARED}",
    ),
    "the memory of a share is gone": (
        "share_not_kept",
        f"DELETE FROM activities_pooled WHERE {SHARED}",
    ),
    "the memory of who paid is gone": (
        "group_payment_not_kept",
        "DELETE FROM activities_pooled",
    ),
    "a month counts too much": (
        "group_spend_differs",
        "UPDATE members_groupspend SET spent = spent + 1",
    ),
    "a month counts nothing": ("group_spend_differs", "DELETE FROM members_groupspend"),
    "another month counts it": (
        "group_spend_differs",
        "UPDATE members_groupspend SET month = month - 31",
    ),
}


@pytest.fixture
def home() -> Home:
    """A household that got 30 percent of two purchases, gave back for one of them and paid for a third."""
    home = home_of(share=30)
    home.shop.tell(home.shop.purchase("S-1", line("a", MILLION), line("b", MILLION)))
    home.shop.tell(home.shop.returns("R-1", "S-1", (1, 1000)))
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 60)
    home.pays_with("R-2", 20, member=home.reza)
    assert verify() == []
    return home


@pytest.mark.parametrize("planted", CORRUPTIONS)
def test_what_is_planted_in_a_shared_account_is_found_and_named(
    home: Home, owner_connection: psycopg.Connection, planted: str
) -> None:
    code, sql = CORRUPTIONS[planted]
    assert owner_connection.execute(sql).rowcount > 0
    assert code in {finding.code for finding in verify(home.club.id)}


def test_a_share_that_no_activity_remembers_is_found_before_anything_comes_back(
    owner_connection: psycopg.Connection,
) -> None:
    home = home_of(share=30)
    home.shop.tell(home.shop.purchase("S-1", line("a", MILLION)))
    home.pays_in(home.sara, 2)
    assert verify() == []
    assert owner_connection.execute(f"DELETE FROM activities_pooled WHERE {SHARED}").rowcount == 1
    assert [finding.code for finding in verify(home.club.id)] == ["share_not_kept"]


def test_what_came_back_of_a_payment_counts_no_more_and_a_closed_household_gives_nothing_back(
    home: Home,
) -> None:
    home.shop.tell(home.shop.returns("R-3", "R-2"))
    assert verify(home.club.id) == []
    home.closes()
    home.shop.tell(home.shop.returns("R-4", "S-1"))
    assert verify(home.club.id) == []


def test_every_check_of_shared_accounts_is_planted_here() -> None:
    codes = {check.code for check in proving_pools.CHECKS} | {*proving_pools.SAID}
    assert codes == {code for code, _sql in CORRUPTIONS.values()}
