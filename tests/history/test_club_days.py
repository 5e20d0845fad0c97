"""The club's days are added up beside the settlement and can be made anew from what was recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.activities.rollup import club_days_rebuild
from bashgah.activities.services import anonymous_claim
from bashgah.activities.types import AmountsIn, PurchaseIn, VisitIn
from bashgah.ground import outbox
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import club_days
from bashgah.history.types import ClubDayInfo
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW, ketab

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def heard(shop: Shop) -> list[ClubDayInfo]:
    """Relay and deliver all news, then read the days."""
    outbox.relay_once(1000)
    while outbox.deliveries_run(limit=200, now=NOW + timedelta(days=1)):
        continue
    return club_days(shop.club, TODAY - timedelta(days=3), TODAY + timedelta(days=3))


def a_day(shop: Shop) -> None:
    """Two purchases, a visit, a return, two anonymous purchases of which one is claimed."""
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000, pieces=2, discount=100_000)))
    shop.buys("A-2", 300_000, at=NOW - timedelta(days=1))
    shop.tell(
        VisitIn(source="app", reference="V-1", occurred_at=NOW, member=shop.ref(shop.sara), branch="101")
    )
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    for number in (1, 2):
        told = PurchaseIn(
            source="pos",
            reference=f"N-{number}",
            occurred_at=NOW,
            branch="102",
            amounts=AmountsIn(gross=2_000_000),
        )
        answer = shop.tell(told)
    anonymous_claim(
        club=shop.club, anonymous_id=answer.activity_id, member_id=shop.reza.id, actor=SYSTEM, now=NOW
    )


def test_days_count_purchases_returns_visits_and_points_by_branch_and_buyer(shop: Shop) -> None:
    a_day(shop)
    found = heard(shop)
    assert [
        (d.day, d.branch, d.is_anonymous, d.purchases, d.returns, d.visits, d.spend, d.returned)
        for d in found
    ] == [
        (TODAY - timedelta(days=1), "101", False, 1, 0, 0, 3_000_000, 0),
        (TODAY, "101", False, 1, 1, 1, 9_000_000, 4_500_000),
        (TODAY, "102", False, 1, 0, 0, 2_000_000, 0),
        (TODAY, "102", True, 1, 0, 0, 2_000_000, 0),
    ]
    assert [(d.points_issued, d.points_back, d.discount) for d in found] == [
        (3, 0, 0),
        (14, 4, 1_000_000),
        (2, 0, 0),
        (0, 0, 0),
    ]


def test_made_anew_the_days_are_the_same(shop: Shop) -> None:
    a_day(shop)
    before = heard(shop)
    club_days_rebuild(club=shop.club)
    assert club_days(shop.club, TODAY - timedelta(days=3), TODAY + timedelta(days=3)) == before
    assert club_days(ketab().club, TODAY, TODAY + timedelta(days=1)) == []
