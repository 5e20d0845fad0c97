"""Shared accounts in the console: settings, the list, one account, and the page of a member in it."""

from __future__ import annotations

import pytest
from django.test import Client

from bashgah.access.models import Staff
from bashgah.access.services import role_grant
from bashgah.clubs.selectors import club_get
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> cast.Naderi:
    made = cast.naderi()
    cast.published(made.club)
    return made


def signed_in(made: cast.Naderi, role: str = "owner") -> Client:
    staff = Staff.objects.create_user(f"{role}@naderi.example", name=role)
    role_grant(club=made.club, staff_id=staff.id, role=role, branches=[], actor=SYSTEM, now=cast.LONG_AGO)
    client = Client()
    client.force_login(staff)
    return client


def test_an_account_from_the_settings_to_its_end(made: cast.Naderi) -> None:
    owner = signed_in(made)
    terms = {"household": "1", "opened_by": "staff", "leaving": "share", "most_members": "۴"}
    saved = owner.post("/console/settings/groups/", terms | {"household_share": "50", "company_share": "100"})
    assert saved.status_code == 302
    assert club_get(made.club.id).settings.groups.household_share == 50
    opened = owner.post(
        "/console/groups/", {"type": "household", "name": "خانهٔ سارا", "head": made.sara.number, "share": ""}
    )
    address = opened.headers["Location"]
    page = owner.get(address).content.decode()
    assert "خانهٔ سارا" in page
    assert "سرپرست" in page
    took = owner.post(address, {"act": "take_in", "who": made.reza.number, "role": "junior", "limit": "20"})
    assert took.status_code == 302
    group_id = members.belonging_get(made.club, made.reza.id).group_id
    cast.given(made.club, members.member_get(made.club, group_id), 30)
    assert "خانهٔ سارا" in owner.get("/console/groups/").content.decode()
    sara = ids.public("member", made.sara.id)
    assert "خانهٔ سارا" in owner.get(f"/console/members/{sara}/").content.decode()
    let_go = {"act": "let_out", "member": sara}
    assert owner.post(address, let_go).status_code == 422
    assert owner.post(address, {"act": "close"}).status_code == 302
    for member in (made.sara, made.reza):
        assert wallets_get(made.club, member.id, cast.NOW)["points"].available == 15


def test_who_may_not_manage_accounts_does_not_reach_them(made: cast.Naderi) -> None:
    analyst = signed_in(made, "analyst")
    assert analyst.get("/console/groups/").status_code == 403
    assert analyst.post("/console/settings/groups/", {}).status_code == 403


def test_a_member_is_invited_by_name_and_the_invitation_taken_back(made: cast.Naderi) -> None:
    owner = signed_in(made)
    terms = {"household": "1", "opened_by": "staff", "leaving": "share", "most_members": "4"}
    owner.post("/console/settings/groups/", terms | {"household_share": "50", "company_share": "100"})
    opened = owner.post(
        "/console/groups/", {"type": "household", "name": "خانهٔ سارا", "head": made.sara.number, "share": ""}
    )
    address = opened.headers["Location"]
    invited = owner.post(address, {"act": "invite", "named": made.reza.number, "role": "adult", "limit": ""})
    assert invited.status_code == 302
    (found,) = members.invitation_list(made.club, member_id=made.reza.id, now=clock.now())
    page = owner.get(address).content.decode()
    assert "دعوت‌های باز" in page
    assert made.reza.name in page
    wrong = owner.post(address, {"act": "invite", "named": "هیچ‌کس", "role": "adult", "limit": ""})
    assert wrong.status_code == 422
    assert "با شمارهٔ موبایل یا کارت" in wrong.content.decode()
    owner.post(address, {"act": "withdraw", "invitation": ids.public("group_invitation", found.id)})
    assert members.invitation_list(made.club, member_id=made.reza.id, now=clock.now()) == []
