"""Two tills and one member's points: what pays two bills at once is never paid twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bashgah.activities import paying, settling
from bashgah.activities.carts import cart_evaluate
from bashgah.activities.services import settle_one
from bashgah.activities.types import CartIn, LineIn, PaymentIn, PurchaseIn, Settled
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.redemption.bills import payment_begin
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW, given
from tests.races.hands import at_once, look_only_asked

pytestmark = pytest.mark.django_db(transaction=True)
TILLS = 6


@pytest.fixture
def shop() -> Shop:
    """Sara has 100 points worth 10,000 rials each; a whole bill may be paid by them."""
    points = {"worth": 10_000}
    opened = open_shop(points=points, document={"pay_with_points": {"least": 10}})
    given(opened.club, opened.sara, 100)
    return opened


def bill(shop: Shop, till: int, *named: PaymentIn) -> PurchaseIn:
    """A bill of this till that 80 points shall pay, quoted before anybody records."""
    cart = CartIn(member=shop.ref(shop.sara), branch="101", lines=(LineIn(sku="a", gross=1_000_000),), pay=80)
    aside = {"points": 80} if named else None
    found = cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=NOW, set_aside=aside)
    assert found.id is not None
    assert found.quote.payment is not None
    assert found.quote.payment.chosen == 80
    return PurchaseIn(
        source=f"till:{till}",
        reference="1",
        branch="101",
        occurred_at=NOW,
        member=shop.ref(shop.sara),
        quote=public("quote", found.id),
        paid_with=named,
    )


def told(shop: Shop, intake: PurchaseIn) -> str:
    try:
        settled = settle_one(intake, club=shop.club, actor=SYSTEM, now=NOW)
    except Refusal as refusal:
        return refusal.code
    assert isinstance(settled, Settled)
    return "settled"


def left(shop: Shop) -> tuple[int, int]:
    points = wallets_get(shop.club, shop.sara.id, NOW)["points"]
    return points.available, points.held


def test_of_many_tills_with_one_members_bills_one_is_paid(shop: Shop) -> None:
    bills = [bill(shop, till) for till in range(TILLS)]
    got = at_once(TILLS, lambda till: told(shop, bills[till]))
    assert sorted(map(str, got)) == ["points_short"] * (TILLS - 1) + ["settled"]
    assert left(shop) == (20, 0)


def test_points_set_aside_once_pay_one_bill(shop: Shop) -> None:
    found = payment_begin(
        club=shop.club, member_id=shop.sara.id, unit="points", amount=80, pays=800_000, channel="till",
        branch="101",
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    named = PaymentIn(redemption=public("redemption", found.id))
    bills = [bill(shop, till, named) for till in range(TILLS)]
    got = at_once(TILLS, lambda till: told(shop, bills[till]))
    assert sorted(map(str, got)) == ["redemption_closed"] * (TILLS - 1) + ["settled"]
    assert left(shop) == (20, 0)


@pytest.mark.corrupts
def test_canary_without_the_members_lock_two_bills_go_for_one_balance(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bills = [bill(shop, till) for till in range(2)]
    monkeypatch.setattr(settling, "members_locking", look_only_asked)
    gate, checked = threading.Barrier(2), paying.payments_checked

    def checked_together(*args: Any, **kwargs: Any) -> Any:
        found = checked(*args, **kwargs)
        gate.wait(timeout=10)
        return found

    monkeypatch.setattr(paying, "payments_checked", checked_together)
    got = at_once(2, lambda till: told(shop, bills[till]))
    # both found the points; the second is stopped only by the wallet's row, which moved, and is not told why
    assert sorted(map(str, got)) == ["settled", "settlement_failed"]
