"""Pending units of a purchase wait for a yes: a delivery that names it, a person, or the days that pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bashgah.activities.confirming import pending_decide, pending_of
from bashgah.activities.services import settle
from bashgah.activities.types import CustomIn, PurchaseRef, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_list
from bashgah.ground.types import Actor
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.members.types import MemberInfo
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MINA = Actor(kind="system", name="Mina")


def shop_with(**terms: Any) -> Shop:
    """A shop whose points wait for a delivery; a failed one cancels them."""
    confirmation = {"confirms": "delivery", "cancels": "delivery_failed", "within_days": 10, **terms}
    return open_shop(
        points={"confirmation": confirmation},
        document={"activity_types": {"delivery": {}, "delivery_failed": {}, "review": {}}},
        rules=[],
    )


@pytest.fixture
def shop() -> Shop:
    return shop_with(otherwise="cancel")


def event(
    shop: Shop, reference: str, type: str, of: str, *, member: MemberInfo | None = None, at: datetime = NOW
) -> CustomIn:
    ref = shop.ref(member or shop.sara)
    assert ref is not None
    return CustomIn(
        source="pos",
        reference=reference,
        occurred_at=at,
        member=ref,
        type=type,
        purchase=PurchaseRef(reference=of),
    )


def points(shop: Shop, at: datetime = NOW) -> tuple[int, int]:
    wallet = wallets_get(shop.club, shop.sara.id, at)["points"]
    return wallet.available, wallet.pending


def test_a_purchase_earns_units_that_wait(shop: Shop) -> None:
    told = shop.buys("A-1", 1_000_000)
    credit = next(credit for credit in told.credits if credit.wallet == "points")
    assert (credit.available_from, credit.confirm_by) == (
        None,
        datetime.fromisoformat("2026-12-01T00:00+03:30"),
    )
    assert shop.buys("A-1", 1_000_000).credits == told.credits
    assert points(shop) == (0, 10)
    assert pending_of(shop.club, told.activity_id, shop.sara.id, NOW) == {"points": 10}


def test_a_delivery_that_names_the_purchase_releases_its_units_and_no_others(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.buys("A-2", 500_000)
    told = shop.tell(event(shop, "D-1", "delivery", "A-1", at=NOW + DAY), now=NOW + DAY)
    balance = next(balance for balance in told.balances if balance.wallet == "points")
    assert (balance.available, balance.pending) == (10, 5)
    assert points(shop, NOW + DAY) == (10, 5)


def test_a_delivery_told_twice_or_again_moves_nothing_more(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.tell(event(shop, "D-1", "delivery", "A-1"))
    assert shop.tell(event(shop, "D-1", "delivery", "A-1")).repeated
    shop.tell(event(shop, "D-2", "delivery", "A-1"))
    shop.tell(event(shop, "D-3", "delivery_failed", "A-1"))
    assert points(shop) == (10, 0)


def test_a_purchase_and_its_delivery_in_one_batch_are_told_in_their_order(shop: Shop) -> None:
    outcomes = settle(
        [shop.purchase("A-1", amount=1_000_000), event(shop, "D-1", "delivery", "A-1")],
        club=shop.club,
        actor=MINA,
        now=NOW,
    )
    assert [isinstance(outcome, Settled) for outcome in outcomes] == [True, True]
    assert points(shop) == (10, 0)


def test_a_failed_delivery_takes_the_waiting_units_back(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.tell(event(shop, "D-1", "delivery_failed", "A-1"))
    assert points(shop) == (0, 0)
    assert shop.tell(shop.returns("R-1", "A-1")).points_of("points") == 0


def test_another_activity_that_names_the_purchase_moves_nothing(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.tell(event(shop, "D-1", "review", "A-1"))
    assert points(shop) == (0, 10 + 7)


def test_an_unknown_purchase_and_one_of_somebody_else_are_refused(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    with pytest.raises(Refusal, match="purchase_not_found"):
        shop.tell(event(shop, "D-1", "delivery", "A-9"))
    with pytest.raises(Refusal, match="purchase_not_found"):
        shop.tell(event(shop, "D-1", "delivery", "A-1", member=shop.reza))
    assert points(shop) == (0, 10)


def test_a_part_that_came_back_before_the_delivery_is_not_released(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000, pieces=2)))
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    shop.tell(event(shop, "D-1", "delivery", "A-1"))
    assert points(shop) == (5, 0)
    shop.tell(shop.returns("R-2", "A-1"))
    assert points(shop) == (0, 0)


def test_without_a_yes_in_time_units_are_cancelled_and_a_return_takes_nothing_more(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    late = datetime.fromisoformat("2026-12-01T00:00+03:30")
    assert points(shop, late - timedelta(microseconds=1)) == (0, 10)
    assert points(shop, late) == (0, 0)
    shop.tell(event(shop, "D-1", "delivery", "A-1", at=late), now=late)
    shop.tell(shop.returns("R-1", "A-1", at=late), now=late)
    assert points(shop, late) == (0, 0)


def test_without_a_yes_in_time_units_are_released_where_the_club_trusts() -> None:
    shop = shop_with(otherwise="release")
    shop.buys("A-1", 1_000_000)
    late = datetime.fromisoformat("2026-12-01T00:00+03:30")
    assert points(shop, late - timedelta(microseconds=1)) == (0, 10)
    assert points(shop, late) == (10, 0)


def decide(club: ClubInfo, told: Settled, verdict: Any, reason: str = "") -> int:
    return pending_decide(
        club=club, activity_id=told.activity_id, verdict=verdict, reason=reason, actor=MINA, now=NOW
    )


def test_a_person_confirms_once_and_it_stands_in_the_audit_trail(shop: Shop) -> None:
    told = shop.buys("A-1", 1_000_000)
    assert decide(shop.club, told, "confirm") == 10
    assert points(shop) == (10, 0)
    with pytest.raises(Refusal, match="nothing_pending"):
        decide(shop.club, told, "confirm")
    rows = audit_list(club_id=shop.club.id, action="points.confirmed")
    assert [row.details["units"] for row in rows] == [10]


def test_units_that_repay_a_debt_at_once_count_as_confirmed(shop: Shop) -> None:
    spent = shop.buys("A-1", 1_000_000)
    decide(shop.club, spent, "confirm")
    Hand(shop.club, shop.sara.id).adjusts(-10, now=NOW)
    shop.tell(shop.returns("R-1", "A-1"))
    assert points(shop) == (-10, 0)
    assert decide(shop.club, shop.buys("A-2", 1_500_000), "confirm") == 15
    assert points(shop) == (5, 0)


def test_a_person_cancels_with_a_reason(shop: Shop) -> None:
    told = shop.buys("A-1", 1_000_000)
    with pytest.raises(Refusal, match="reason_missing"):
        decide(shop.club, told, "cancel", " ")
    assert decide(shop.club, told, "cancel", "never delivered") == 10
    assert points(shop) == (0, 0)
    rows = audit_list(club_id=shop.club.id, action="points.cancelled")
    assert [row.details["reason"] for row in rows] == ["never delivered"]
