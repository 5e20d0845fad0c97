"""A page whose request the database ended to let another pass is done once more; the member sees no error."""

from __future__ import annotations

import pytest

from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.rewards.selectors import coupon_list
from bashgah.rewards.services import stock_set
from tests import cast
from tests.portal.conftest import House
from tests.portal.test_giving import opened, points, wish
from tests.portal.test_member_pages import taps
from tests.races.crossing import crossed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_reward_is_had_once_though_another_was_in_the_way(house: House, app_url: str) -> None:
    now = clock.now()
    cast.given(house.club, house.cast.sara, 1_000, now=now)
    stock_set(club=house.club, reward="free_coffee", remaining=5, actor=SYSTEM, now=now)
    sara = house.sara()
    reference = taps(sara, "free_coffee")
    answer = crossed(
        app_url,
        "SELECT 1 FROM rewards_stock FOR UPDATE",
        house.cast.sara.id,
        lambda: sara.post("/rewards/free_coffee", reference=reference),
    )
    throttle_close()
    assert answer.status_code == 302, answer
    assert wallets_get(house.club, house.cast.sara.id, clock.now())["points"].available == 700
    assert len(coupon_list(house.club, [house.cast.sara.id], now=clock.now())) == 1


def test_a_code_is_good_once_though_another_was_in_the_way(house: House, app_url: str) -> None:
    """The code was used up on a connection of its own; what was begun anew must find it as it was."""
    sara = opened(house)
    address = wish(sara).headers["Location"]  # type: ignore[attr-defined]
    code = sara.code_sent()
    answer = crossed(
        app_url,
        "SELECT 1 FROM ledger_wallet FOR UPDATE",
        house.cast.sara.id,
        lambda: sara.post(address, code=code),
    )
    again = sara.post(address, code=code)
    throttle_close()
    assert (answer.status_code, again.status_code) == (200, 200)
    assert (points(house, house.cast.sara), points(house, house.cast.reza)) == (70, 30)
