"""A return of what was spent leaves a debt, takes pending units or is refused, as the wallet promised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from bashgah.activities.services import settle
from bashgah.activities.types import Refused, Settled
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import lots_open, wallets_get
from bashgah.ledger.services import credit_post
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members.services import members_lock
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db


def shop_of(negative: str) -> Shop:
    """A shop where Sara earned 10 by A-1 (two pieces) and spent 8 of them."""
    shop = open_shop(points={"negative": negative})
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000, pieces=2)))
    hand = Hand(shop.club, shop.sara.id)
    hand.captures(hand.holds(8, now=NOW), now=NOW)
    return shop


def points(shop: Shop) -> tuple[int, int]:
    wallet = wallets_get(shop.club, shop.sara.id, NOW)["points"]
    return wallet.available, wallet.pending


def waits(shop: Shop, amount: int) -> None:
    """Give pending units."""
    with transaction.atomic():
        credit_post(
            club=shop.club,
            locked=members_lock(shop.club, [shop.sara.id])[shop.sara.id],
            unit="points",
            kind=WalletKind.POINTS,
            amount=amount,
            cause=Cause.OPENING,
            cause_id=shop.sara.id,
            available_from=NOW + timedelta(days=9),
            now=NOW,
        )


def test_a_debt_is_left_where_it_may_be() -> None:
    shop = shop_of("allow")
    shop.tell(shop.returns("R-1", "A-1"))
    assert points(shop) == (-8, 0)


def test_a_return_that_would_owe_is_refused_whole_and_may_come_again() -> None:
    shop = shop_of("refuse")
    with pytest.raises(Refusal) as refused:
        shop.tell(shop.returns("R-1", "A-1"))
    assert (refused.value.code, refused.value.extra["lack"]) == ("return_would_owe", 8)
    assert points(shop) == (2, 0)
    shop.buys("A-2", 800_000)
    assert shop.tell(shop.returns("R-1", "A-1")).points_of("points") == -10
    assert points(shop) == (0, 0)


def test_its_neighbours_of_the_batch_are_settled() -> None:
    shop = shop_of("refuse")
    outcomes = settle(
        [
            shop.purchase("B-1", amount=300_000, member=shop.reza),
            shop.returns("R-1", "A-1"),
            shop.purchase("B-2", amount=100_000),
        ],
        club=shop.club,
        actor=SYSTEM,
        now=NOW,
    )
    assert [type(outcome) for outcome in outcomes] == [Settled, Refused, Settled]
    assert points(shop) == (3, 0)


def test_what_lacks_is_taken_from_pending_units_and_refused_beyond_them() -> None:
    shop = shop_of("pending_only")
    waits(shop, 7)
    with pytest.raises(Refusal, match="return_would_owe"):
        shop.tell(shop.returns("R-1", "A-1"))
    assert points(shop) == (2, 7)
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    assert points(shop) == (0, 4)
    assert [lot.remaining for lot in lots_open(shop.club, shop.sara.id, "points")] == [4]
