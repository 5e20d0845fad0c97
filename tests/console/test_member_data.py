"""Staff hand a member their own data out: by permission, in their branches, written down."""

from __future__ import annotations

import json

import pytest

from bashgah.ground import clock
from bashgah.ground.audit import audit_list
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.members.services import member_enrol, member_erase, member_export_take
from tests.cast import ketab
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def test_the_owner_takes_a_members_data_and_it_is_written_down(console: Console) -> None:
    sara = console.cast.sara
    console.buys(sara, 1_000_000)
    assert 'data-dialog="member-data"' in console.get(console.page_of(sara)).content.decode()

    taken = json.loads(console.post(f"{console.page_of(sara)}data/").content)

    assert taken["member"] == ids.public("member", sara.id)
    assert [one["reference"] for one in taken["activities"]] == ["r1"]
    (written,) = audit_list(club_id=console.club.id, action="member.exported")
    assert (written.actor.kind, written.target) == ("staff", ids.public("member", sara.id))


@pytest.mark.parametrize("role", ["branch_manager", "cashier", "analyst", "auditor"])
def test_who_lacks_the_permission_neither_sees_the_act_nor_does_it(console: Console, role: str) -> None:
    other = console.works_as(role)
    assert 'data-dialog="member-data"' not in other.get(console.page_of(console.cast.sara)).content.decode()
    assert other.post(f"{console.page_of(console.cast.sara)}data/").status_code == 403
    assert audit_list(club_id=console.club.id, action="member.exported") == []


def test_another_clubs_member_is_not_found(console: Console) -> None:
    assert console.post(f"{console.page_of(ketab().nika)}data/").status_code == 404


def test_after_an_erasure_the_books_are_left_without_a_name(console: Console) -> None:
    sara = console.cast.sara
    console.buys(sara, 1_000_000)
    member_erase(club=console.club, id=sara.id, reason="asked", actor=SYSTEM, now=clock.now())

    text = console.post(f"{console.page_of(sara)}data/").content.decode()
    taken = json.loads(text)

    assert [word for word in ("سارا", "محمدی", "9121234567", "1993-05-04") if word in text] == []
    assert [one["reference"] for one in taken["activities"]] == ["r1"]
    assert taken["profiles"][0]["status"] == "left"


def test_a_shared_account_is_nobodys_own_data(console: Console) -> None:
    home = member_enrol(
        club=console.club, last_name="خانوادهٔ محمدی", kind="group", channel="console", now=clock.now()
    )
    answer = console.post(f"members/{ids.public('member', home.id)}/data/")
    assert answer.status_code == 409
    with pytest.raises(Refusal) as refused:
        member_export_take(club=console.club, id=home.id, actor=Actor("staff", "stf_1"), now=clock.now())
    assert refused.value.code == "export_of_group"
    assert "حساب مشترک" in answer.content.decode()
