"""A member takes along what the club keeps of them: everything of theirs, nothing of anybody else's."""

from __future__ import annotations

import json

import pytest

from bashgah.ground import clock
from bashgah.ground.audit import audit_list
from bashgah.kit import ids
from bashgah.members.services import member_block
from tests import cast
from tests.cast import acting
from tests.portal.conftest import House
from tests.portal.test_member_pages import buys

pytestmark = pytest.mark.django_db


def test_a_member_downloads_all_that_is_kept_of_them_and_nothing_of_others(house: House) -> None:
    mina = cast.staff(house.cast).mina
    buys(house, house.cast.sara, "A-1", 12_800_000)
    buys(house, house.cast.reza, "R-1", 5_000_000)
    member_block(
        club=house.club, id=house.cast.sara.id, reason="پرسش بانک", actor=acting(mina), now=clock.now()
    )
    sara = house.sara()
    assert "دریافت داده‌های من" in sara.get("/me").content.decode()

    answer = sara.post("/me/data")
    text = answer.content.decode()
    taken = json.loads(text)

    assert (
        answer.headers["Content-Disposition"]
        == f'attachment; filename="naderi-{house.cast.sara.number}.json"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert taken["personal_data"][0]["mobile"] == "+989121234567"
    assert taken["profiles"][0]["branch"] == "101"
    assert [(one["reference"], one["gross"]) for one in taken["activities"]] == [("A-1", 12_800_000)]
    assert [
        (one["cause"], one["available_change"]) for one in taken["statement"] if one["wallet"] == "points"
    ] == [("activity", 120)]
    assert [one["available"] for one in taken["wallets"] if one["wallet"] == "points"] == [120]
    assert taken["tiers"][0]["tier"] == "bronze"
    assert [one["after"] for one in taken["status_changes"]] == ["blocked"]
    others = (cast.REZA_MOBILE, "کریمی", "R-1", mina.name, ids.public("staff", mina.id))
    assert [word for word in others if word in text] == []
    (written,) = audit_list(club_id=house.club.id, action="member.exported")
    public = ids.public("member", house.cast.sara.id)
    assert (written.actor.kind, written.actor.id, written.target) == ("member", public, public)


def test_the_fourth_download_in_an_hour_is_refused_in_words(house: House) -> None:
    sara = house.sara()
    assert [sara.post("/me/data").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert "تعداد تلاش‌ها" in sara.post("/me/data").content.decode()


def test_nobody_takes_data_without_signing_in_or_by_a_link(house: House) -> None:
    assert house.visitor().post("/me/data").status_code == 302
    assert house.sara().get("/me/data").status_code == 405
