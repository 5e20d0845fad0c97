"""A finished redemption is called off once: everything goes back, or nothing does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors as ledger
from bashgah.redemption import selectors, services
from bashgah.redemption.types import RedemptionInfo
from bashgah.rewards import selectors as rewards_selectors
from bashgah.rewards import services as rewards
from tests import cast
from tests.redemption.test_redemption import NOW, OMID, _aftermath, give, naderi, points, the_member

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)

__all__ = ["_aftermath", "naderi"]


def redeemed(made: cast.Naderi, reward: str) -> RedemptionInfo:
    return services.redemption_begin(
        club=made.club,
        member_id=made.sara.id,
        reward_key=reward,
        channel="portal",
        actor=the_member(made.sara),
        now=NOW,
    )


def cancel(made: cast.Naderi, found: RedemptionInfo, reason: str = "a slip") -> RedemptionInfo:
    return services.redemption_cancel(
        club=made.club, redemption_id=found.id, reason=reason, actor=OMID, now=NOW
    )


def test_points_go_back_to_their_lots_and_the_coupon_is_void(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 300, expires_at=NOW + 10 * DAY)
    give(naderi.club, naderi.sara, 2000, expires_at=NOW + 20 * DAY)
    rewards.stock_set(club=naderi.club, reward="discount_50k", remaining=5, actor=OMID, now=NOW)
    before = [(lot.remaining, lot.expires_at) for lot in ledger.lots_open(naderi.club, naderi.sara.id)]
    found = redeemed(naderi, "discount_50k")
    done = cancel(naderi, found)
    assert (done.state, done.cancel_reason, done.repeated) == ("cancelled", "a slip", False)
    after = [(lot.remaining, lot.expires_at) for lot in ledger.lots_open(naderi.club, naderi.sara.id)]
    assert after == before
    assert rewards_selectors.reward_get(naderi.club, "discount_50k").stock == 5
    assert done.coupon is not None
    assert done.coupon.state == "void"
    assert cancel(naderi, found).repeated


def test_credit_it_gave_is_taken_back(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = redeemed(naderi, "store_credit_50k")
    assert ledger.wallets_get(naderi.club, naderi.sara.id, NOW)["credit"].available == found.credited
    cancel(naderi, found)
    assert ledger.wallets_get(naderi.club, naderi.sara.id, NOW)["credit"].available == 0
    assert points(naderi.club, naderi.sara) == (5000, 0)


def test_a_used_coupon_stands_against_it(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = redeemed(naderi, "discount_50k")
    assert found.coupon is not None
    rewards.coupon_use(club=naderi.club, code=found.coupon.code, actor=OMID, now=NOW)
    left = points(naderi.club, naderi.sara)
    with pytest.raises(Refusal, match="coupon_used"):
        cancel(naderi, found)
    assert points(naderi.club, naderi.sara) == left


def test_an_open_one_is_released_and_a_released_one_is_over(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = redeemed(naderi, "discount_50k")
    with pytest.raises(Refusal, match="reason_missing"):
        cancel(naderi, found, reason=" ")
    cancel(naderi, found)
    with pytest.raises(Refusal, match="redemption_closed"):
        services.redemption_release(club=naderi.club, redemption_id=found.id, actor=OMID, now=NOW)
    assert selectors.redemption_get(naderi.club, found.id, now=NOW).state == "cancelled"
