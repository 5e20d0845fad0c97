"""What a purchase cost, step by step: every door says the same sum."""

from __future__ import annotations

import pytest

from bashgah.activities.receipts import price_of, prices_said, receipt_of
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import LineIn
from bashgah.kit.phrases import say
from tests.activities.shop import Shop
from tests.activities.test_quotes import PAYING, SOON, evaluated, promotion, purchase, settles, shop_with
from tests.cast import given

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
