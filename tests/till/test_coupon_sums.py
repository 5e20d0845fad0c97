"""A coupon takes the same off the same cart at the till and at the API, line by line to the unit."""

from __future__ import annotations

import pytest

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.selectors import activity_list
from bashgah.activities.services import settle_one
from bashgah.activities.types import CartIn, LineIn, MemberRef, PurchaseIn
from bashgah.engine.facts import Fact
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from bashgah.rewards.selectors import coupon_list
from bashgah.rewards.types import CouponInfo
from tests.coupons import CASES, Case, coupon_of
from tests.till.conftest import Till

pytestmark = pytest.mark.django_db
SKUS = "abcdef"


def opened(till: Till, case: Case) -> list[CouponInfo]:
    """Publish the case's promotion and hand Sara its coupons."""
    now, draft = clock.now(), draft_get(till.club)
    offer = {
        "key": "offer",
        "name": {"fa": "پیشنهاد", "en": "Offer"},
        "deal": {"kind": "percent", "permille": case.promotion or 1},
        "lines": {"field": "line.sku", "op": "is", "value": "a" if case.promotion else "nothing"},
    }
    document = {**draft.document, "promotions": [offer]}
    saved = draft_save(club=till.club, document=document, revision=draft.revision, actor=SYSTEM, now=now)
    draft_publish(club=till.club, revision=saved.revision, actor=SYSTEM, now=now)
    return [coupon_of(till.club, till.cast.sara, now=clock.now(), **value) for value in case.coupons]


def at_the_api(till: Till, case: Case, coupons: list[CouponInfo]) -> Evaluated:
    cart = CartIn(
        member=MemberRef(id=public("member", till.cast.sara.id)),
        branch="101",
        lines=tuple(LineIn(sku=SKUS[i], gross=price) for i, price in enumerate(case.prices)),
        coupons=tuple(coupon.code for coupon in coupons),
    )
    return cart_evaluate(club=till.club, cart=cart, actor=SYSTEM, now=clock.now())


def at_the_till(till: Till, case: Case, coupons: list[CouponInfo]) -> Fact:
    answer = till.post(
        "record",
        **{
            **till.purchase(till.cast.sara, ""),
            "mode": "lines",
            "line_sku": list(SKUS[: len(case.prices)]),
            "line_name": list(SKUS[: len(case.prices)]),
            "line_quantity": ["1"] * len(case.prices),
            "line_price": [typed(price) for price in case.prices],
            "coupon": [public("coupon", coupon.id) for coupon in coupons],
        },
    )
    assert answer.status_code == 200
    return activity_list(till.club).rows[0].fact


def typed(rials: int) -> str:
    """Money as it is typed, in toman; a rial is a tenth of one."""
    return f"{rials // 10}" if rials % 10 == 0 else f"{rials // 10}.{rials % 10}"


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_both_doors_come_to_the_same_sums(till: Till, case: Case) -> None:
    off = [*case.coupon_parts]
    off[0] += case.promotion_part
    coupons = opened(till, case)

    found = at_the_api(till, case, coupons)
    assert [line.discount for line in found.quote.fact.lines] == off
    assert found.discount == sum(off)
    assert found.quote.goods == sum(case.prices) - sum(off)
    assert sum(each.amount for each in found.coupon_offs) == sum(case.coupon_parts)
    assert len(found.coupons) == case.refused

    fact = at_the_till(till, case, coupons)
    assert [line.discount for line in fact.lines] == off
    assert fact.net == found.quote.goods
    states = sorted(each.state for each in coupon_list(till.club, [till.cast.sara.id], now=clock.now()))
    spent = len(coupons) - case.refused
    assert states == ["issued"] * case.refused + ["used"] * spent


def test_what_the_till_spent_the_quote_of_another_purchase_gets_no_more(till: Till) -> None:
    case = CASES[0]
    coupons = opened(till, case)
    found = at_the_api(till, case, coupons)
    assert found.id is not None
    at_the_till(till, case, coupons)
    told = PurchaseIn(
        source="shop",
        reference="W-1",
        occurred_at=clock.now(),
        member=MemberRef(id=public("member", till.cast.sara.id)),
        quote=public("quote", found.id),
    )
    with pytest.raises(Refusal, match="coupon_used"):
        settle_one(told, club=till.club, actor=SYSTEM, now=clock.now())
    assert len(activity_list(till.club).rows) == 1
