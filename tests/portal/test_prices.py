"""What a purchase cost, as its member reads it."""

from __future__ import annotations

import re

import pytest

from bashgah.kit.ids import public
from tests.portal.conftest import House
from tests.prices import bought_with_coupon, bought_with_points

pytestmark = pytest.mark.django_db


def test_the_statement_says_what_took_off_before_why_the_points(house: House) -> None:
    bought_with_points(house.club, house.cast.sara)
    page = house.sara().get("/statement").content.decode()
    off = page.index("«شب یلدا» \u200f۱۰۰٬۰۰۰ تومان تخفیف داد.")
    assert off < page.index("۲۵٬۰۰۰ تومان با امتیاز پرداخت شد.") < page.index("امتیاز پایه")


def test_the_detail_adds_up_to_what_was_paid(house: House) -> None:
    settled = bought_with_points(house.club, house.cast.sara)
    page = house.sara().get(f"/statement/{public('activity', settled.activity_id)}/why").content.decode()
    shown = re.findall(r"[۰-۹٬−+-]+", page[page.index("b-sum") : page.index("پرداخت با پول") + 90])
    assert [each for each in shown if "٬" in each] == ["۵۰۰٬۰۰۰", "−۱۰۰٬۰۰۰", "−۲۵٬۰۰۰", "۳۷۵٬۰۰۰"]
    assert "پرداخت با ۲۵۰ امتیاز" in page


def test_a_coupon_is_called_by_its_name(house: House) -> None:
    settled = bought_with_coupon(house.club, house.cast.sara)
    sara = house.sara()
    page = sara.get("/statement").content.decode()
    assert "«کوپن» \u200f۵۰٬۰۰۰ تومان تخفیف داد." in page
    page = sara.get(f"/statement/{public('activity', settled.activity_id)}/why").content.decode()
    assert page.index("کوپن") < page.index("تخفیف‌های دیگر") < page.index("پرداخت با پول")
