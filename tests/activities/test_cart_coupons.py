"""Coupons of a cart: what they take off, why not, the promise of it, spending them once, giving them back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec import structs

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.selectors import activity_get, spent_list
from bashgah.activities.types import AmountsIn, CartIn, LineIn, PaymentIn, PurchaseIn, PurchaseRef
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.products.services import categories_upsert_bulk
from bashgah.products.types import CategoryInfo
from bashgah.rewards.selectors import coupon_get
from bashgah.rewards.services import coupon_use, coupon_void
from bashgah.rewards.types import CouponInfo
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW
from tests.coupons import coupon_of

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=5)
BASKET = (LineIn(sku="a", gross=3_000_000, quantity=3000), LineIn(sku="b", gross=1_000_000))
OFFER = {
    "key": "offer",
    "name": {"fa": "پیشنهاد", "en": "Offer"},
    "deal": {"kind": "percent", "permille": 100},
    "lines": {"field": "line.sku", "op": "is", "value": "a"},
}


@pytest.fixture
def shop() -> Shop:
    return open_shop(document={"promotions": [OFFER]})


def issued(shop: Shop, member: Any = None, **value: Any) -> CouponInfo:
    """A coupon of 400,000 rials of Sara's, unless the value says otherwise."""
    return coupon_of(shop.club, member or shop.sara, now=NOW, **(value or {"amount": 400_000}))


def evaluated(shop: Shop, *coupons: str, member: Any = "sara", now: Any = NOW, **more: Any) -> Evaluated:
    ref = None if member is None else shop.ref(shop.sara if member == "sara" else member)
    cart = CartIn(member=ref, branch="101", coupons=coupons, **{"lines": BASKET, **more})
    return cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=now, rewards_for="api")


def purchase(shop: Shop, quote: Evaluated, reference: str = "P-1", **more: Any) -> PurchaseIn:
    assert quote.id is not None
    told = PurchaseIn(
        source="shop",
        reference=reference,
        occurred_at=SOON,
        member=shop.ref(shop.sara),
        quote=public("quote", quote.id),
    )
    return structs.replace(told, **more)


def state(shop: Shop, coupon: CouponInfo) -> str:
    return coupon_get(shop.club, coupon.member_id, coupon.id, now=SOON).state


def why_not(found: Evaluated) -> list[str]:
    (refused,) = found.coupons
    return [say(reason, "en") for reason in refused.reasons]


@pytest.mark.parametrize("by_id", [False, True])
def test_a_cart_gets_the_coupon_it_names_and_the_purchase_uses_it_up(shop: Shop, by_id: bool) -> None:
    coupon = issued(shop)
    found = evaluated(shop, public("coupon", coupon.id) if by_id else coupon.code)
    (off,) = found.coupon_offs
    assert (off.coupon.id, off.lines) == (coupon.id, ((1, 300_000), (2, 100_000)))
    assert [line.net for line in found.quote.lines] == [2_430_000, 900_000]
    assert (found.discount, found.quote.discount, found.to_pay) == (670_000, 270_000, 3_330_000)
    assert (found.quote.unknown, [each.reasons for each in found.coupons]) == ((), [()])
    assert state(shop, coupon) == "issued"

    done = shop.tell(purchase(shop, found), now=SOON)
    info = activity_get(shop.club, done.activity_id)
    assert (info.gross, info.net) == (4_000_000, 3_330_000)
    assert info.fact.coupons == (public("coupon", coupon.id),)
    assert [each.kind for each in spent_list(shop.club, shop.sara.id, done.activity_id)] == ["coupon"]
    used = coupon_get(shop.club, shop.sara.id, coupon.id, now=SOON)
    assert (used.state, used.used_reference) == ("used", "shop:P-1")
    assert shop.tell(purchase(shop, found), now=SOON).repeated


def test_a_purchase_may_tell_the_shops_prices_or_the_promised_ones(shop: Shop) -> None:
    first, second, third = (evaluated(shop, issued(shop).code) for _ in range(3))
    promised = tuple(
        structs.replace(line, discount=each.discount)
        for line, each in zip(BASKET, second.quote.fact.lines, strict=True)
    )
    half = (structs.replace(BASKET[0], discount=300_000), structs.replace(BASKET[1], discount=100_000))
    told = {"branch": "101"}
    assert shop.tell(purchase(shop, first, "P-1", lines=BASKET, **told), now=SOON).discounts
    assert shop.tell(purchase(shop, second, "P-2", lines=promised, **told), now=SOON).discounts
    with pytest.raises(Refusal, match="quote_price_mismatch"):
        shop.tell(purchase(shop, third, "P-3", lines=half, **told), now=SOON)


def test_a_cart_by_amount_alone_gets_its_coupon(shop: Shop) -> None:
    coupon = issued(shop, percent=15)
    found = evaluated(shop, coupon.code, lines=(), amounts=AmountsIn(gross=999_999))
    assert (found.coupon_offs[0].lines, found.to_pay) == (((0, 149_999),), 850_000)
    done = shop.tell(purchase(shop, found, amounts=AmountsIn(gross=999_999), branch="101"), now=SOON)
    assert (activity_get(shop.club, done.activity_id).net, state(shop, coupon)) == (850_000, "used")


def test_coupons_follow_one_another_as_they_are_named(shop: Shop) -> None:
    half, rest = issued(shop, percent=50), issued(shop, amount=3_000_000)
    found = evaluated(shop, half.code, rest.code)
    assert [(off.coupon.id, off.amount) for off in found.coupon_offs] == [
        (half.id, 2_000_000), (rest.id, 2_000_000),
    ]  # fmt: skip
    empty = evaluated(shop, rest.code, half.code, issued(shop).code)
    assert [off.amount for off in empty.coupon_offs] == [3_000_000, 1_000_000]
    assert say(empty.coupons[0].reasons[0], "en") == "it takes nothing off this cart"
    assert found.to_pay == empty.to_pay == 0


def test_naming_the_coupon_as_a_payment_too_uses_it_once(shop: Shop) -> None:
    coupon = issued(shop)
    found = evaluated(shop, coupon.code, coupon.code)
    assert len(found.coupon_offs) == 1
    done = shop.tell(purchase(shop, found, paid_with=(PaymentIn(coupon=coupon.code),)), now=SOON)
    assert len(spent_list(shop.club, shop.sara.id, done.activity_id)) == 1


@pytest.mark.parametrize(
    ("value", "spoil", "reasons"),
    [
        ({"amount": 5, "minimum_order": 4_000_010}, None, ["needs 1 toman more on this purchase"]),
        ({"amount": 5}, "use", ["it was used before"]),
        ({"amount": 5}, "void", ["it was cancelled"]),
        ({"amount": 5, "minimum_order": 4_000_010}, "use",
         ["it was used before", "needs 1 toman more on this purchase"]),
        ({"sku": "coffee", "kind": "free_product"}, None,
         ["it takes no money off: name it as a payment of the purchase"]),
    ],
)  # fmt: skip
def test_a_coupon_that_does_not_fit_says_every_reason(
    shop: Shop, value: dict[str, Any], spoil: str | None, reasons: list[str]
) -> None:
    coupon = issued(shop, **value)
    if spoil == "use":
        coupon_use(club=shop.club, code=coupon.code, actor=SYSTEM, now=NOW)
    if spoil == "void":
        coupon_void(
            club=shop.club, member_id=shop.sara.id, coupon_id=coupon.id, reason="x", actor=SYSTEM, now=NOW
        )
    found = evaluated(shop, coupon.code)
    assert why_not(found) == reasons
    assert (found.coupon_offs, found.to_pay) == ((), 3_700_000)
    if spoil is None:
        shop.tell(purchase(shop, found), now=SOON)
        assert state(shop, coupon) == "issued"


def test_a_coupon_is_its_owners_and_is_good_until_its_day(shop: Shop) -> None:
    rezas, old = issued(shop, shop.reza), issued(shop, amount=5, valid_days=1)
    others = {each.coupon.id: each.reasons for each in evaluated(shop, rezas.code).coupons}
    assert [say(each, "en") for each in others[rezas.id]] == ["it is another member’s"]
    nobodys = evaluated(shop, old.code, member=None)
    assert why_not(nobodys) == ["it is a member’s: name the member"]
    assert nobodys.coupon_offs == ()
    (late,) = evaluated(shop, old.code, now=NOW + timedelta(days=3)).coupons
    assert say(late.reasons[0], "en").startswith("it was good until")


def test_a_name_that_no_coupon_has_is_unknown(shop: Shop) -> None:
    found = evaluated(shop, "NOT-A-CODE", "cpn_x", public("coupon", shop.sara.id))
    assert found.quote.unknown == ("NOT-A-CODE", "cpn_x", public("coupon", shop.sara.id))
    assert found.to_pay == 3_700_000


def test_a_quote_holds_no_longer_than_its_coupon(shop: Shop) -> None:
    coupon = issued(shop, amount=400_000, valid_days=1)
    assert coupon.expires_at is not None
    eve = coupon.expires_at - timedelta(minutes=10)
    found = evaluated(shop, coupon.code, now=eve)
    assert found.valid_until == coupon.expires_at
    with pytest.raises(Refusal, match="quote_expired"):
        shop.tell(purchase(shop, found, occurred_at=eve), now=coupon.expires_at + timedelta(seconds=1))


def spent_before(club: ClubInfo, coupon: CouponInfo) -> None:
    coupon_use(club=club, code=coupon.code, actor=SYSTEM, now=NOW)


def cancelled_before(club: ClubInfo, coupon: CouponInfo) -> None:
    coupon_void(club=club, member_id=coupon.member_id, coupon_id=coupon.id, reason="x", actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("spoil", "code"), [(spent_before, "coupon_used"), (cancelled_before, "coupon_void")]
)
def test_a_coupon_gone_since_the_quote_refuses_the_purchase_whole(shop: Shop, spoil: Any, code: str) -> None:
    coupon = issued(shop)
    found = evaluated(shop, coupon.code)
    spoil(shop.club, coupon)
    with pytest.raises(Refusal, match=code):
        shop.tell(purchase(shop, found), now=SOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM activities_activity UNION ALL SELECT count(*) FROM activities_spent"
        )
        assert cursor.fetchall() == [(0,), (0,)]
        cursor.execute("SELECT count(*) FROM activities_quote WHERE activity_id IS NOT NULL")
        assert cursor.fetchone() == (0,)
    shop.tell(purchase(shop, evaluated(shop)), now=SOON)


def test_the_coupon_comes_back_with_the_whole_purchase_only(shop: Shop) -> None:
    coupon = issued(shop)
    shop.tell(purchase(shop, evaluated(shop, coupon.code)), now=SOON)
    part = structs.replace(shop.returns("R-1", "P-1", (1, 3000), at=SOON), source="shop")
    part = structs.replace(part, purchase=structs.replace(part.purchase, source="shop"))
    assert shop.tell(part, now=SOON).coupons_back == ()
    rest = structs.replace(part, reference="R-2", lines=())
    assert shop.tell(rest, now=SOON).coupons_back == (coupon.id,)
    assert state(shop, coupon) == "issued"
    again = evaluated(shop, coupon.code, now=SOON)
    shop.tell(purchase(shop, again, "P-2"), now=SOON)
    assert state(shop, coupon) == "used"


def test_a_cart_without_coupons_asks_nothing_of_them(shop: Shop) -> None:
    evaluated(shop)
    with CaptureQueriesContext(connection) as asked:
        cart = CartIn(member=shop.ref(shop.sara), branch="101", lines=BASKET)
        found = cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=NOW)
        shop.tell(purchase(shop, found), now=SOON)
    assert [each["sql"] for each in asked if "rewards_" in each["sql"]] == []


DAIRY = {"field": "line.category", "op": "under", "value": "dairy"}
MILK = LineIn(sku="milk", category=("food", "dairy"), gross=3_000_000)
RICE = LineIn(sku="rice", category=("food",), gross=5_000_000)


def test_a_coupon_for_some_goods_lies_on_them_and_comes_back_with_their_lines(shop: Shop) -> None:
    coupon = issued(shop, percent=20, most=500_000, lines=DAIRY)
    assert say(coupon.gives, "en") == (
        "20% off, at most 50,000 toman on goods where the category is under dairy"
    )
    found = evaluated(shop, coupon.code, lines=(RICE, MILK))
    assert [off.lines for off in found.coupon_offs] == [((2, 500_000),)]
    done = shop.tell(purchase(shop, found), now=SOON)
    assert [line.discount for line in activity_get(shop.club, done.activity_id).fact.lines] == [0, 500_000]
    rice, milk = (
        structs.replace(
            shop.returns(f"R-{no}", "P-1", (no, 1000), at=SOON),
            source="shop",
            purchase=PurchaseRef(source="shop", reference="P-1"),
        )
        for no in (1, 2)
    )
    back = activity_get(shop.club, shop.tell(rice, now=SOON).activity_id)
    assert (back.gross, back.net, state(shop, coupon)) == (5_000_000, 5_000_000, "used")
    back = activity_get(shop.club, shop.tell(milk, now=SOON).activity_id)
    assert (back.gross, back.net, state(shop, coupon)) == (3_000_000, 2_500_000, "issued")


@pytest.mark.parametrize(
    ("value", "lines", "reasons"),
    [
        (
            {"amount": 5}, {"lines": (RICE,)},
            ["it is only for goods where the category is under dairy, and none is in this purchase"],
        ),
        (
            {"amount": 5}, {"lines": (), "amounts": AmountsIn(gross=9_000_000)},
            ["it is only for goods where the category is under dairy: the lines of the invoice are needed"],
        ),
        (
            {"amount": 5, "minimum_order": 3_000_010}, {"lines": (RICE, MILK)},
            ["needs 1 toman more of goods where the category is under dairy"],
        ),
    ],
)  # fmt: skip
def test_a_coupon_for_some_goods_says_what_is_missing_of_them(
    shop: Shop, value: dict[str, Any], lines: dict[str, Any], reasons: list[str]
) -> None:
    found = evaluated(shop, issued(shop, lines=DAIRY, **value).code, **lines)
    assert (why_not(found), found.coupon_offs) == (reasons, ())


def test_goods_are_called_by_the_shops_names(shop: Shop) -> None:
    dairy = CategoryInfo("dairy", Texts("لبنیات", "Dairy"), "")
    categories_upsert_bulk(club=shop.club, categories=[dairy], now=NOW)
    coupon = coupon_get(shop.club, shop.sara.id, issued(shop, percent=20, lines=DAIRY).id, now=NOW)
    assert say(coupon.gives, "en") == "20% off on goods where the category is under Dairy"
    assert say(coupon.gives, "fa") == "۲۰٪ تخفیف روی کالاهایی که گروه کالا زیر لبنیات باشد"
