"""Many hands with one coupon: quotes, payments and the till's own way; one has it, nothing is half done."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from bashgah.activities import paying
from bashgah.activities.carts import cart_evaluate
from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, CartIn, LineIn, PaymentIn, PurchaseIn
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.redemption.selectors import redemptions_of_member
from bashgah.redemption.services import redemption_cancel
from bashgah.rewards.selectors import coupon_list
from bashgah.rewards.services import coupon_set_aside, coupon_use
from bashgah.rewards.types import CouponInfo
from tests.activities.shop import Shop, open_shop
from tests.activities.test_granting import TEN, delivered, gives, shop_of
from tests.cast import NOW
from tests.coupons import coupon_of
from tests.races.hands import at_once
from tests.races.test_merged import waiting

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 9


def slowly(**named: Any) -> CouponInfo:
    """Find the coupon usable, and let everybody else look before it is used up."""
    found = coupon_set_aside(**named)
    time.sleep(0.3)
    return found


def test_many_hands_have_one_coupon_and_one_uses_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "coupon_set_aside", slowly)
    shop = open_shop()
    coupon = coupon_of(shop.club, shop.sara, now=NOW, amount=100_000)
    cart = CartIn(
        member=shop.ref(shop.sara),
        branch="101",
        lines=(LineIn(sku="a", gross=1_000_000),),
        coupons=(coupon.code,),
    )
    quotes = [cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=NOW).id for _ in range(HANDS)]

    def told(place: int) -> PurchaseIn:
        if place % 3 == 0:  # another member's purchase waits at no lock of Sara's
            return PurchaseIn(
                source="pos",
                reference=f"P-{place}",
                occurred_at=NOW,
                member=shop.ref(shop.reza),
                amounts=AmountsIn(gross=1_000_000),
                paid_with=(PaymentIn(coupon=coupon.code),),
            )
        quote = quotes[place]
        assert quote is not None
        return PurchaseIn(
            source="pos",
            reference=f"P-{place}",
            occurred_at=NOW,
            member=shop.ref(shop.sara),
            quote=public("quote", quote),
        )

    def act(place: int) -> str:
        try:
            if place % 3 == 1:
                coupon_use(club=shop.club, code=coupon.code, actor=SYSTEM, now=NOW)
            else:
                settle_one(told(place), club=shop.club, actor=SYSTEM, now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "had it"

    got = at_once(HANDS, act)
    assert sorted(map(str, got)) == ["coupon_used"] * (HANDS - 1) + ["had it"]
    winner = got.index("had it")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM activities_activity")
        assert cursor.fetchone() == (0 if winner % 3 == 1 else 1,)
        cursor.execute("SELECT count(*) FROM activities_quote WHERE activity_id IS NOT NULL")
        assert cursor.fetchone() == (1 if winner % 3 == 2 else 0,)
        cursor.execute("SELECT count(*) FROM activities_spent WHERE kind = 2")
        assert cursor.fetchone() == (0 if winner % 3 == 1 else 1,)


def used_meanwhile(shop: Shop, code: str, act: Any) -> list[object]:
    """Let a till use the coupon, and the other act find it still unused until the till's commit."""
    is_held = threading.Event()

    def till() -> str:
        with transaction.atomic():
            coupon_use(club=shop.club, code=code, actor=SYSTEM, now=NOW)
            is_held.set()
            for _ in range(500):
                if waiting():
                    return "used while another waited"
                time.sleep(0.01)
            return "nobody waited"

    def other() -> object:
        assert is_held.wait(10)
        return act()

    return at_once(2, lambda place: other() if place else till())


def test_goods_come_back_while_a_till_uses_the_coupon_they_gave() -> None:
    """What is taken back half way is not left so: the return goes on, and the used coupon stays."""
    shop = shop_of(gives("gift", TEN))
    bought = shop.buys("A-1", 2_000_000)
    delivered()
    (coupon,) = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    assert coupon.code is not None
    till, back = used_meanwhile(shop, coupon.code, lambda: shop.tell(shop.returns("R-1", "A-1")))
    assert till == "used while another waited"
    assert bought.points_of("points") == 20
    assert [(line.reward, line.count) for line in back.grants] == [("ten", 0)]
    assert back.points_of("points") == -20
    assert coupon_list(shop.club, [shop.sara.id], now=NOW)[0].state == "used"


def test_a_redemption_is_called_off_while_a_till_uses_its_coupon() -> None:
    shop = shop_of(gives("gift", TEN))
    shop.buys("A-1", 2_000_000)
    delivered()
    (coupon,) = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    (issued,) = redemptions_of_member(shop.club, [shop.sara.id], now=NOW)
    assert coupon.code is not None
    till, refused = used_meanwhile(
        shop,
        coupon.code,
        lambda: redemption_cancel(
            club=shop.club, redemption_id=issued.id, reason="a mistake", actor=SYSTEM, now=NOW
        ),
    )
    assert till == "used while another waited"
    assert isinstance(refused, Refusal)
    assert refused.code == "coupon_used"
