"""The shared account in the portal: opened, joined by a code, paid into, used for a reward, closed."""

from __future__ import annotations

import re

import pytest

from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.services import belonging_add, belonging_set
from tests import cast
from tests.portal.conftest import House, Visitor

pytestmark = pytest.mark.django_db


def opened(house: House) -> Visitor:
    """Sara, signed in, with a hundred points, in a club whose members may open households."""
    settings_set(club=house.club, changes={"groups": {"kinds": ["household"]}}, now=clock.now())
    cast.given(house.club, house.cast.sara, 100, now=clock.now())
    return house.sara()


def home_of(house: House) -> members.GroupInfo:  # type: ignore[name-defined]
    found = members.belonging_get(house.club, house.cast.sara.id)
    assert found is not None
    return members.group_get(house.club, found.group_id)


def test_a_household_is_opened_paid_into_and_closed(house: House) -> None:
    sara = opened(house)
    assert "بازکردن حساب" in sara.get("/shared").content.decode()
    assert sara.post("/shared", act="open", type="household", name="خانهٔ ما").status_code == 302
    home = home_of(house)
    assert sara.post("/shared", act="pay_in", amount="۶۰").status_code == 302
    now = clock.now()
    assert wallets_get(house.club, home.id, now)["points"].available == 60
    page = sara.get("/shared").content.decode()
    assert "خانهٔ ما" in page
    assert "۶۰" in page
    assert sara.post("/shared", act="pay_in", amount="۶۰۰").status_code == 409
    assert sara.post("/shared", act="close").status_code == 302
    assert wallets_get(house.club, house.cast.sara.id, now)["points"].available == 100
    assert "حساب مشترک" in sara.get("/statement").content.decode()


def test_a_head_makes_a_code_that_lets_one_in_and_others_cannot(house: House) -> None:
    sara = opened(house)
    sara.post("/shared", act="open", type="household", name="خانهٔ ما")
    home = home_of(house)
    page = sara.post("/shared", act="invite", role="adult", limit="").content.decode()
    assert re.search(r">[2-9A-Z]{10}<", page)
    belonging_add(
        club=house.club, group_id=home.id, member_id=house.cast.reza.id, actor=SYSTEM, now=clock.now()
    )
    for member, role in ((house.cast.reza, "head"), (house.cast.sara, "adult")):
        belonging_set(
            club=house.club,
            group_id=home.id,
            member_id=member.id,
            role=role,  # type: ignore[arg-type]
            monthly_limit=None,
            actor=SYSTEM,
            now=clock.now(),
        )
    assert sara.post("/shared", act="invite", role="adult", limit="").status_code == 403
    assert sara.post("/shared", act="close").status_code == 403
    assert sara.post("/shared", act="leave").status_code == 302
    assert members.belonging_get(house.club, house.cast.sara.id) is None


def test_a_wrong_code_is_said_beside_the_field_and_without_accounts_there_is_no_page(house: House) -> None:
    sara = opened(house)
    answer = sara.post("/shared", act="join", code="NOSUCHCODE")
    assert answer.status_code == 404
    assert "این دعوت معتبر نیست" in answer.content.decode()
    settings_set(club=house.club, changes={"groups": {}}, now=clock.now())
    assert sara.get("/shared").status_code == 404


def test_leaving_and_closing_say_first_what_becomes_of_the_points(house: House) -> None:
    sara = opened(house)
    sara.post("/shared", act="open", type="household", name="خانهٔ ما")
    sara.post("/shared", act="pay_in", amount="60")
    assert "۶۰ امتیاز حساب به شما برمی‌گردد" in sara.get("/shared").content.decode()
    home, now = home_of(house), clock.now()
    belonging_add(club=house.club, group_id=home.id, member_id=house.cast.reza.id, actor=SYSTEM, now=now)
    stays = sara.get("/shared").content.decode()
    assert "همهٔ امتیازها در حساب می‌ماند، ۶۰ امتیاز که شما واریز کرده‌اید هم" in stays
    assert "همهٔ امتیازها در حساب می‌ماند، ۰ امتیاز که او واریز کرده هم" in stays
    assert "سهم شما ۶۰ امتیاز است" in stays
    settings_set(
        club=house.club, changes={"groups": {"kinds": ["household"], "leaving": "share"}}, now=clock.now()
    )
    assert "۶۰ امتیاز را با خود می‌برید" in sara.get("/shared").content.decode()


def test_a_member_invited_by_number_finds_it_and_a_strangers_number_is_answered_alike(house: House) -> None:
    sara = opened(house)
    sara.post("/shared", act="open", type="household", name="خانهٔ ما")
    home = home_of(house)
    for number in (cast.REZA_MOBILE, "09121110000"):
        answer = sara.post("/shared", act="invite", role="adult", limit="", mobile=number)
        assert re.search(r">[2-9A-Z]{10}<", answer.content.decode())
    found = members.invitation_list(house.club, member_id=house.cast.reza.id, now=clock.now())
    assert [one.group_id for one in found] == [home.id]
    wrong = sara.post("/shared", act="invite", role="adult", limit="", mobile="12")
    assert wrong.status_code == 422
    assert 'id="f-mobile"' in wrong.content.decode()
    assert len(members.invitation_list(house.club, group_id=home.id, now=clock.now())) == 2


def test_numbers_cannot_be_tried_without_end(house: House) -> None:
    sara = opened(house)
    sara.post("/shared", act="open", type="household", name="خانهٔ ما")
    for _try in range(10):
        sara.post("/shared", act="invite", role="adult", limit="", mobile="09121110000")
    assert sara.post("/shared", act="invite", role="adult", limit="", mobile="09121110000").status_code == 429
