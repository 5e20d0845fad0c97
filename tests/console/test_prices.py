"""What a purchase cost, as the console tells it: on the purchase's page and in the member's timeline."""

from __future__ import annotations

import pytest

from bashgah.kit.ids import public
from tests.console.conftest import Console
from tests.prices import bought_with_coupon, bought_with_points

pytestmark = pytest.mark.django_db


def test_the_page_and_the_timeline_name_what_took_off_how_much(console: Console) -> None:
    sara = console.cast.sara
    settled = bought_with_points(console.club, sara)
    page = console.get(f"activities/{public('activity', settled.activity_id)}/", lang="en").content.decode()
    price = page[page.index("What this purchase cost") : page.index("Why these points?")]
    for step in ("Price", "500,000 toman", "Yalda night", "100,000 toman", "Paid with 250 points",
                 "25,000 toman", "Paid in money", "375,000 toman"):  # fmt: skip
        assert step in price
    timeline = console.get(console.page_of(sara)).content.decode()
    assert "«شب یلدا» \u200f۱۰۰٬۰۰۰ تومان تخفیف داد" in timeline
    assert "۲۵٬۰۰۰ تومان با امتیاز پرداخت شد" in timeline


def test_the_page_and_the_timeline_call_a_coupon_by_its_name(console: Console) -> None:
    sara = console.cast.sara
    settled = bought_with_coupon(console.club, sara)
    page = console.get(f"activities/{public('activity', settled.activity_id)}/", lang="en").content.decode()
    price = page[page.index("What this purchase cost") : page.index("Why these points?")]
    for step in ("Off", "50,000 toman", "Other discounts", "20,000 toman", "430,000 toman"):
        assert step in price
    timeline = console.get(console.page_of(sara)).content.decode()
    assert "«کوپن» \u200f۵۰٬۰۰۰ تومان تخفیف داد" in timeline
