"""Late and early facts follow the club's policy: refused, settled, or held for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from bashgah.activities.review import (
    ReviewFilters,
    review_accept,
    review_discard,
    review_get,
    reviews_list,
    reviews_waiting,
)
from bashgah.activities.services import settle_one
from bashgah.activities.types import PurchaseIn, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db
LATE, EARLY = NOW - timedelta(days=61), NOW + timedelta(minutes=6)


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def club_of(shop: Shop, policy: str) -> ClubInfo:
    """The club with one policy for late and early facts."""
    settings = shop.club.settings.model_copy(update={"late_policy": policy, "future_policy": policy})
    return replace(shop.club, settings=settings)


def tell(club: ClubInfo, intake: PurchaseIn) -> Settled:
    return settle_one(intake, club=club, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(("at", "code"), [(LATE, "occurred_too_late"), (EARLY, "occurred_in_future")])
def test_where_the_policy_is_to_refuse_it_is_refused(shop: Shop, at: object, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        tell(club_of(shop, "refuse"), shop.purchase("A-1", amount=100_000, at=at))


@pytest.mark.parametrize("at", [LATE, EARLY])
def test_where_the_policy_is_to_settle_it_is_settled(shop: Shop, at: object) -> None:
    assert tell(club_of(shop, "settle"), shop.purchase("A-1", amount=100_000, at=at)).points_of("points") == 1


def test_a_held_fact_waits_once_and_is_settled_when_a_person_accepts_it(shop: Shop) -> None:
    club = club_of(shop, "review")
    told = shop.purchase("A-1", amount=100_000, at=LATE)
    for _twice in range(2):
        with pytest.raises(Refusal, match="held_for_review"):
            tell(club, told)
    (held,) = reviews_list(club).rows
    assert (held.reference, held.reason, held.intake) == ("A-1", "occurred_too_late", told)
    assert wallets_get(club, shop.sara.id, NOW) == {}

    assert review_accept(club=club, id=held.id, actor=SYSTEM, now=NOW).points_of("points") == 1
    assert reviews_list(club).rows == []
    assert tell(club, told).repeated
    with pytest.raises(Refusal, match="review_decided"):
        review_accept(club=club, id=held.id, actor=SYSTEM, now=NOW)


def test_a_discarded_fact_leaves_its_reference_free(shop: Shop) -> None:
    club = club_of(shop, "review")
    with pytest.raises(Refusal, match="held_for_review"):
        tell(club, shop.purchase("A-1", amount=100_000, at=LATE))
    review_discard(club=club, id=reviews_list(club).rows[0].id, actor=SYSTEM, now=NOW)
    assert reviews_list(club).rows == []
    assert tell(club, shop.purchase("A-1", amount=200_000)).points_of("points") == 2


def held(shop: Shop, reference: str, **more: object) -> ClubInfo:
    """A club that reviews, and one fact that waits in it."""
    club = club_of(shop, "review")
    with pytest.raises(Refusal, match="held_for_review"):
        tell(club, shop.purchase(reference, amount=100_000, at=LATE, **more))
    return club


def test_a_fact_recorded_meanwhile_is_not_recorded_twice(shop: Shop) -> None:
    club = held(shop, "A-1")
    first = tell(club_of(shop, "settle"), shop.purchase("A-1", amount=100_000, at=LATE))
    waits = reviews_list(club).rows[0]
    assert waits.activity_id == first.activity_id

    again = review_accept(club=club, id=waits.id, actor=SYSTEM, now=NOW)

    assert (again.repeated, again.activity_id) == (True, first.activity_id)
    assert wallets_get(club, shop.sara.id, NOW)["points"].available == 1


def test_a_reference_used_meanwhile_for_something_else_leaves_the_fact_waiting(shop: Shop) -> None:
    club = held(shop, "A-1")
    tell(club_of(shop, "settle"), shop.purchase("A-1", amount=300_000, at=LATE))
    waits = reviews_list(club).rows[0]

    with pytest.raises(Refusal, match="reference_reused"):
        review_accept(club=club, id=waits.id, actor=SYSTEM, now=NOW)

    assert review_get(club, waits.id).state == "waiting"
    review_discard(club=club, id=waits.id, actor=SYSTEM, now=NOW)
    assert review_get(club, waits.id).state == "discarded"


def test_a_held_fact_is_sealed_since_it_names_its_member(shop: Shop) -> None:
    held(shop, "A-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, member_id FROM activities_review")
        body, member_id = cursor.fetchone()
    assert b"A-1" not in bytes(body)
    assert member_id == shop.sara.id


def test_a_branch_sees_what_waits_in_it(shop: Shop) -> None:
    club = held(shop, "A-1")
    assert reviews_waiting(club) == 1
    assert reviews_waiting(club, ["101"]) == 1
    assert reviews_waiting(club, ["102"]) == 0
    assert reviews_list(club, ReviewFilters(branches=["102"])).rows == []


def test_pages_of_held_facts_follow_each_other(shop: Shop) -> None:
    club = held(shop, "A-1")
    held(shop, "A-2")
    first = reviews_list(club, limit=1)
    assert [fact.reference for fact in first.rows] == ["A-1"]
    second = reviews_list(club, after=first.next_cursor, limit=1)
    assert [fact.reference for fact in second.rows] == ["A-2"]
    assert second.next_cursor is None
