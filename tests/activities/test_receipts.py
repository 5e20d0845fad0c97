"""What a purchase cost, step by step: every door says the same sum."""

from __future__ import annotations

import pytest

from bashgah.activities.receipts import price_of, prices_said, receipt_of
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import AmountsIn, LineIn, PaymentIn, PurchaseIn
from bashgah.kit.phrases import say
from bashgah.rewards.types import CouponInfo
from tests.activities.shop import Shop
from tests.activities.test_quotes import PAYING, SOON, evaluated, promotion, purchase, settles, shop_with
from tests.cast import NOW, given
from tests.coupons import coupon_of

pytestmark = pytest.mark.django_db
MILK = LineIn(sku="milk", category=("food", "dairy"), gross=3_000_000, discount=200_000)


@pytest.fixture
def shop() -> Shop:
    opened = shop_with(promotion("dairy"), **PAYING)
    given(opened.club, opened.sara, 100)
    return opened


def test_all_steps_add_up_to_what_was_left_to_pay(shop: Shop) -> None:
    settled = settles(shop, purchase(shop, evaluated(shop, MILK, pay=50)))
    assert (settled.paid_by_points, settles(shop, purchase(shop, evaluated(shop), "P-2")).paid_by_points) == (
        500_000,
        0,
    )
    info = activity_get(shop.club, settled.activity_id)
    receipt = receipt_of(shop.club, info)
    assert [(say(step.name, "en"), step.amount) for step in receipt.steps] == [
        ("Offer dairy", -280_000),
        ("Other discounts", -200_000),
        ("Paid with 50 points", -500_000),
    ]
    assert (receipt.gross, receipt.due) == (3_000_000, 2_020_000)
    sentences = [say(each, "en") for each in price_of(info, shop.club)]
    assert sentences == ["“Offer dairy” took 28,000 toman off", "Points paid 50,000 toman"]
    many = prices_said(shop.club, [shop.sara.id], [settled.activity_id])
    assert [say(each, "en") for each in many[settled.activity_id]] == sentences
    assert say(many[settled.activity_id][1], "fa") == "۵۰٬۰۰۰ تومان با امتیاز پرداخت شد"


def test_a_plain_purchase_has_nothing_to_say_of_its_price(shop: Shop) -> None:
    settled = shop.buys("B-1", 100_000, at=SOON)
    info = activity_get(shop.club, settled.activity_id)
    assert receipt_of(shop.club, info).steps == ()
    assert price_of(info, shop.club) == []
    assert prices_said(shop.club, [shop.sara.id], [info.id]) == {}


def said_of(shop: Shop, told: PurchaseIn) -> tuple[list[tuple[str, int]], list[str]]:
    """The steps of a recorded purchase, and its price in sentences."""
    info = activity_get(shop.club, shop.tell(told, now=SOON).activity_id)
    receipt = receipt_of(shop.club, info)
    assert receipt.gross + sum(step.amount for step in receipt.steps) == receipt.due == info.net
    steps = [(say(step.name, "en"), step.amount) for step in receipt.steps]
    return steps, [say(each, "en") for each in price_of(info, shop.club)]


def with_coupon(shop: Shop, discount: int, *coupons: CouponInfo) -> PurchaseIn:
    """A purchase of 3,000,001 rials that a shop's own software tells with its discounts in one sum."""
    return PurchaseIn(
        source="pos",
        reference=f"C-{discount}",
        occurred_at=SOON,
        member=shop.ref(shop.sara),
        branch="101",
        amounts=AmountsIn(gross=3_000_001, discount=discount),
        paid_with=tuple(PaymentIn(coupon=coupon.code) for coupon in coupons),
    )


def test_what_a_coupon_took_off_is_called_by_the_coupons_name(shop: Shop) -> None:
    ten = coupon_of(shop.club, shop.sara, now=NOW, percent=10)
    assert said_of(shop, with_coupon(shop, 300_000, ten)) == (
        [("Off", -300_000)],
        ["“Off” took 30,000 toman off"],
    )


def test_a_discount_of_the_shops_own_stands_beside_the_coupons(shop: Shop) -> None:
    """The shop took 200,001 off, then ten percent of the 2,800,000 that were left."""
    ten = coupon_of(shop.club, shop.sara, now=NOW, percent=10)
    assert said_of(shop, with_coupon(shop, 480_001, ten))[0] == [
        ("Off", -280_000),
        ("Other discounts", -200_001),
    ]


def test_no_coupon_takes_more_off_than_the_purchase_says(shop: Shop) -> None:
    fixed = coupon_of(shop.club, shop.sara, now=NOW, amount=500_000)
    assert said_of(shop, with_coupon(shop, 70_000, fixed))[0] == [("Off", -70_000)]
    ten = coupon_of(shop.club, shop.sara, now=NOW, percent=10)
    assert said_of(shop, with_coupon(shop, 0, ten)) == ([], [])


def test_coupons_take_off_one_after_the_other(shop: Shop) -> None:
    half = coupon_of(shop.club, shop.sara, now=NOW, percent=50)
    fixed = coupon_of(shop.club, shop.sara, now=NOW, amount=400_000)
    assert said_of(shop, with_coupon(shop, 1_900_000, half, fixed))[0] == [
        ("Off", -1_500_000),
        ("Off", -400_000),
    ]


def test_a_quotes_coupon_took_exactly_what_was_promised(shop: Shop) -> None:
    """Half of 101 rials is 50; of 102 it would be 51, and as much would be left: only the quote knows."""
    half = coupon_of(shop.club, shop.sara, now=NOW, percent=50)
    line = LineIn(sku="x", gross=150, discount=49)
    found = evaluated(shop, line, coupons=(half.code,))
    assert said_of(shop, purchase(shop, found, "Q-9"))[0] == [("Off", -50), ("Other discounts", -49)]


def test_a_coupon_for_a_product_took_nothing_off(shop: Shop) -> None:
    coffee = coupon_of(shop.club, shop.sara, now=NOW, kind="free_product", sku="coffee")
    assert said_of(shop, with_coupon(shop, 10_000, coffee))[0] == [("Other discounts", -10_000)]


def test_a_coupon_for_some_goods_took_off_them_alone(shop: Shop) -> None:
    """A till tells the lines: 100,000 off the rice was the shop's own, half of the milk the coupon's."""
    milk_half = coupon_of(
        shop.club, shop.sara, now=NOW, percent=50, lines={"field": "line.sku", "op": "is", "value": "milk"}
    )
    told = PurchaseIn(
        source="pos",
        reference="C-lines",
        occurred_at=SOON,
        member=shop.ref(shop.sara),
        branch="101",
        lines=(
            LineIn(sku="rice", gross=1_000_000, discount=100_000),
            LineIn(sku="milk", gross=300_001, discount=150_000),
        ),
        paid_with=(PaymentIn(coupon=milk_half.code),),
    )
    assert said_of(shop, told)[0] == [("Off", -150_000), ("Other discounts", -100_000)]
