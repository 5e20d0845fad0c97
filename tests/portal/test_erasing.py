"""A member asks to be erased: told what they lose, confirmed by a code, taken back while it waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.clubs.services import settings_set
from bashgah.ground import clock, throttle
from bashgah.members import selectors
from bashgah.members.services import erasures_carry_out
from tests.portal.conftest import House, Visitor

pytestmark = pytest.mark.django_db


def signed_in(house: House) -> Visitor:
    """Sara, whose wait for her next code is over."""
    sara = house.sara()
    with throttle.own_connection() as connection:
        connection.execute("DELETE FROM ground_throttle")
    return sara


def test_a_wish_waits_after_its_code_and_can_be_taken_back(house: House) -> None:
    sara, id_ = signed_in(house), house.cast.sara.id
    assert "پاک کردن داده‌های من" in sara.get("/me").content.decode()
    assert "هر چه نوشته یا فرستاده‌اید" in sara.get("/me/erase").content.decode()
    asked = sara.post("/me/erase")
    assert asked.status_code == 302
    sara.post(asked["Location"], code="000000")
    assert selectors.erasure_waiting(house.club, id_) is None

    sara.post(asked["Location"], code=sara.code_sent())
    wish = selectors.erasure_waiting(house.club, id_)
    assert wish is not None
    assert wish.due_at - wish.asked_at == timedelta(days=7)
    assert "داده‌هایم بماند" in sara.get("/me/erase").content.decode()

    sara.post("/me/erase/keep")
    assert selectors.erasure_waiting(house.club, id_) is None
    assert erasures_carry_out(now=clock.now() + timedelta(days=8)) == 0


def test_without_a_waiting_time_the_member_is_erased_and_signed_out(house: House) -> None:
    settings_set(club=house.club, changes={"retention": {"erasure_wait_days": 0}}, now=clock.now())
    sara, id_ = signed_in(house), house.cast.sara.id
    asked = sara.post("/me/erase")
    sara.post(asked["Location"], code=sara.code_sent())
    assert selectors.member_get(house.club, id_).erased_at is not None
    assert sara.get("/me").status_code == 302


def test_visitors_are_sent_to_sign_in_and_a_code_of_nobody_is_refused(house: House) -> None:
    assert house.visitor().post("/me/erase").status_code == 302
    assert house.sara().post("/me/erase/code?request=nonsense", code="123456").status_code == 422
