"""Households and companies through the API: opened, joined, paid into, earned for, left and closed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from bashgah.clubs.services import settings_set
from bashgah.kit import ids
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(pos, naderi) -> tuple[str, str, str]:
    """A company of Sara's that gets half of what is earned, with Reza in it; and both members."""
    terms = {"kinds": ["company"], "company_share": 50}
    settings_set(
        club=naderi.club, changes={"groups": terms, "redeem_consent": "never"}, now=datetime.now(UTC)
    )
    sara, reza = ids.public("member", naderi.sara.id), ids.public("member", naderi.reza.id)
    made = pos.post("/groups", {"type": "company", "name": "Naderi & Co", "head_id": sara})
    assert made.status_code == 201, made.text
    group = made.json()["id"]
    joined = pos.post(f"/groups/{group}/members", {"member_id": reza, "role": "junior", "monthly_limit": 50})
    assert joined.status_code == 201, joined.text
    return group, sara, reza


def test_the_last_page_of_accounts_names_no_next(pos, home) -> None:
    page = pos.get("/groups?limit=1").json()
    assert ([one["id"] for one in page["groups"]], page["next_cursor"]) == ([home[0]], None)


def available(pos, member: str) -> int:
    wallets = pos.get(f"/members/{member}/wallets").json()["wallets"]
    return next((wallet["available"] for wallet in wallets if wallet["wallet"] == "points"), 0)


def test_half_of_a_purchase_goes_to_the_company_and_says_so(pos, home) -> None:
    group, sara, _reza = home
    assert pos.post("/activities", purchase("P-1", amounts={"gross": 150_000_000})).status_code == 201
    assert available(pos, group) == available(pos, sara) > 0
    moved = pos.get(f"/members/{sara}/statement").json()["movements"]
    assert ("pool", group) in [(one["cause"], one["cause_id"]) for one in moved]
    theirs = pos.get(f"/members/{group}/statement").json()["movements"][0]
    assert (theirs["cause"], theirs["cause_id"]) == ("pool", sara)
    people = pos.get(f"/groups/{group}").json()["people"]
    assert people[0]["paid_in"] == [{"wallet": "points", "amount": available(pos, group)}]


def test_paying_in_twice_is_once_and_spending_follows_the_role(pos, home) -> None:
    group, sara, reza = home
    pos.post("/activities", purchase("P-1", amounts={"gross": 150_000_000}))
    before = available(pos, group)
    wish = {"member_id": sara, "amount": 100, "source": "app", "reference": "C-1"}
    answers = [pos.post(f"/groups/{group}/contributions", wish) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert available(pos, group) == before + 100
    by_reza = {"member": {"id": reza}, "amounts": {"gross": 1_000_000}}
    paid = [{"wallet": "points", "amount": 40, "pool": True}]
    assert pos.post("/activities", purchase("P-2", paid_with=paid, **by_reza)).status_code == 201
    assert available(pos, group) == before + 60 + 5  # and half of what the purchase earned
    refused = pos.post("/activities", purchase("P-3", paid_with=paid, **by_reza))
    assert refused.json()["code"] == "group_limit_reached"


def test_roles_change_people_leave_and_it_closes(pos, home) -> None:
    group, sara, reza = home
    changed = pos.patch(f"/groups/{group}/members/{reza}", {"role": "adult"})
    assert (changed.status_code, changed.json()["monthly_limit"]) == (200, None)
    assert pos.get(f"/members/{reza}/group").json()["group"]["id"] == group
    invited = pos.post(f"/groups/{group}/invitations", {"role": "adult"})
    assert (invited.status_code, len(invited.json()["code"])) == (201, 10)
    assert pos.get(f"/groups/{group}/invitations").json()["invitations"][0]["code"] == ""
    assert pos.post(f"/groups/{group}/members/{sara}/leave", {}).json()["code"] == "group_needs_head"
    assert pos.post(f"/groups/{group}/members/{reza}/leave", {}).json() == {"shared_out": []}
    pos.post("/activities", purchase("P-1", amounts={"gross": 150_000_000}))
    had = available(pos, group)
    closed = pos.post(f"/groups/{group}/close", {}).json()
    assert closed == {"shared_out": [{"member_id": sara, "units": [{"wallet": "points", "amount": had}]}]}
    assert pos.get("/groups").json()["groups"][0]["status"] == "left"
    assert pos.patch(f"/groups/{group}", {"name": "x"}).json()["code"] == "group_closed"


def test_an_invitation_is_withdrawn_and_one_that_names_a_member_is_declined(pos, home) -> None:
    group, _sara, reza = home
    open_one = pos.post(f"/groups/{group}/invitations", {}).json()
    hers = pos.post(f"/groups/{group}/invitations", {"member_id": reza}).json()
    place = f"/groups/{group}/invitations/{open_one['id']}/withdraw"
    for _time in range(2):
        left = pos.post(place, {}).json()["invitations"]
        assert [one["id"] for one in left] == [hers["id"]]
    declined = pos.post(f"/members/{reza}/group-invitations/{hers['id']}/decline", {})
    assert (declined.status_code, declined.json()) == (200, {"invitations": []})
    assert pos.get(f"/groups/{group}/invitations").json() == {"invitations": []}
    of_another = pos.post(f"/members/{reza}/group-invitations/{open_one['id']}/decline", {})
    assert (of_another.status_code, of_another.json()["code"]) == (404, "invitation_over")


def test_a_repeated_invitation_is_the_same_one_and_its_code_is_kept_nowhere(pos, home) -> None:
    group, _sara, _reza = home
    key = {"Idempotency-Key": "5b2c7c6e-0d0c-4f0f-9a55-1b8f0f6d1f10"}
    first, again = [pos.post(f"/groups/{group}/invitations", {}, **key) for _time in range(2)]
    code = first.json()["code"]
    assert len(code) == 10
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == {**first.json(), "code": ""}
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM ground_idempotency WHERE operation = 'invitation_make'")
        kept = [str(row[0]) for row in cursor.fetchall()]
    assert len(kept) == 1
    assert code not in kept[0]
