"""Gifts and adjustments through the API: repeatable, within limits, and no key approves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bashgah.clubs.services import settings_set
from bashgah.dealings.models import Adjustment
from bashgah.ground.ids import fresh
from bashgah.kit import ids
from bashgah.members.services import member_enrol
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)
TERMS = {"wallet": "points", "least": 10, "most": 500, "member_days": 0}


@pytest.fixture
def pair(pos, naderi) -> tuple[str, str]:
    """Sara with more than a thousand points, and Reza."""
    now = datetime.now(UTC)
    settings_set(club=naderi.club, changes={"transfers": [TERMS], "redeem_consent": "never"}, now=now)
    answer = pos.post("/activities", purchase("P-1", amounts={"gross": 150_000_000}))
    assert answer.status_code == 201, answer.text
    return ids.public("member", naderi.sara.id), ids.public("member", naderi.reza.id)


def gift(pair: tuple[str, str], reference: str = "G-1", **more: Any) -> dict[str, Any]:
    return {
        "giver_id": pair[0], "receiver_id": pair[1], "amount": 100, "source": "app", "reference": reference,
    } | more  # fmt: skip


def available(pos, member: str) -> int:
    wallets = pos.get(f"/members/{member}/wallets").json()["wallets"]
    return next((wallet["available"] for wallet in wallets if wallet["wallet"] == "points"), 0)


def test_the_largest_page_of_adjustments_names_the_next(pos, naderi) -> None:
    now, member = datetime.now(UTC), naderi.sara.id
    Adjustment.objects.bulk_create(
        Adjustment(
            member_id=member,
            id=fresh(),
            club_id=naderi.club.id,
            kind=1,
            state="waiting",
            unit="points",
            amount=1,
            reason="goodwill",
            asked_kind="staff",
            asked_by="stf_1",
            asked_at=now,
            expires_at=now,
        )
        for _ in range(201)
    )
    page = pos.get("/adjustments?limit=200").json()
    assert len(page["adjustments"]) == 200
    rest = pos.get(f"/adjustments?limit=200&cursor={page['next_cursor']}").json()
    assert (len(rest["adjustments"]), rest["next_cursor"]) == (1, None)


def test_a_gift_is_made_once_and_undone_once(pos, pair) -> None:
    before = available(pos, pair[0])
    made = pos.post("/transfers", gift(pair))
    again = pos.post("/transfers", gift(pair))
    assert (made.status_code, again.status_code) == (201, 200)
    assert (made.json()["id"], again.json()["repeated"]) == (again.json()["id"], True)
    assert (available(pos, pair[0]), available(pos, pair[1])) == (before - 100, 100)
    id_ = made.json()["id"]
    moved = pos.get(f"/members/{pair[1]}/statement").json()["movements"][0]
    assert (moved["cause"], moved["cause_id"]) == ("transfer", id_)
    for _time in range(2):
        undone = pos.post(f"/transfers/{id_}/undo", {"reason": "the wrong member"})
        assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    assert (available(pos, pair[0]), available(pos, pair[1])) == (before, 0)
    listed = pos.get(f"/members/{pair[1]}/transfers").json()["transfers"]
    assert [(one["id"], one["state"]) for one in listed] == [(id_, "undone")]


def test_where_the_club_asks_a_gift_waits_for_the_givers_code(pos, naderi, pair) -> None:
    settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=datetime.now(UTC))
    made = pos.post("/transfers", gift(pair)).json()
    assert (made["state"], made["awaits_yes"], available(pos, pair[1])) == ("open", True, 0)
    sent = pos.post(f"/transfers/{made['id']}/code", {})
    assert sent.status_code == 202
    wrong = pos.post(
        f"/transfers/{made['id']}/confirm", {"request_id": sent.json()["request_id"], "code": "12"}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "code_wrong")
    assert pos.post(f"/transfers/{made['id']}/cancel", {}).json()["state"] == "cancelled"


def test_what_the_club_does_not_allow_is_a_problem_with_its_reason(pos, naderi, pair) -> None:
    assert pos.post("/transfers", gift(pair, amount=501)).json()["code"] == "amount_out_of_range"
    assert pos.post("/transfers", gift(pair, receiver_id=pair[0])).json()["code"] == "transfer_to_self"
    settings_set(club=naderi.club, changes={"transfers": []}, now=datetime.now(UTC))
    refused = pos.post("/transfers", gift(pair))
    assert (refused.status_code, refused.json()["code"]) == (409, "transfers_off")


def test_a_key_adjusts_within_its_limit_and_asks_beyond_it(pos, naderi, pair) -> None:
    def adjust(amount: int, reference: str) -> Any:
        return pos.post(
            f"/members/{pair[1]}/adjustments",
            {"amount": amount, "reason": "goodwill", "source": "crm", "reference": reference},
        )

    small, large = adjust(1000, "1"), adjust(1001, "2")
    assert (small.status_code, small.json()["state"]) == (201, "done")
    assert (large.status_code, large.json()["state"]) == (202, "waiting")
    assert adjust(1001, "2").status_code == 200
    assert available(pos, pair[1]) == 1000
    waiting = pos.get("/adjustments?state=waiting").json()["adjustments"]
    assert [one["id"] for one in waiting] == [large.json()["id"]]
    gone = pos.post(f"/adjustments/{large.json()['id']}/withdraw", {})
    assert gone.json()["state"] == "withdrawn"
    assert pos.get(f"/adjustments/{large.json()['id']}").json()["state"] == "withdrawn"
    assert pos.post(f"/adjustments/{large.json()['id']}/approve", {}).status_code == 404


def test_a_member_too_new_cannot_give(pos, naderi, pair) -> None:
    now = datetime.now(UTC)
    settings_set(club=naderi.club, changes={"transfers": [TERMS | {"member_days": 9}]}, now=now)
    fresh = member_enrol(
        club=naderi.club, mobile="09121110099", channel="portal", now=now - timedelta(days=1)
    )
    refused = pos.post("/transfers", gift((ids.public("member", fresh.id), pair[1])))
    assert refused.json()["code"] == "account_too_new"


def test_two_members_become_one_and_two_again(pos, pair) -> None:
    before = available(pos, pair[0])
    body = {"survivor_id": pair[1], "merged_id": pair[0], "reason": "one person"}
    assert pos.post("/merges", body).json()["code"] == "idempotency_key_missing"
    made = pos.post("/merges", body, **{"Idempotency-Key": "merge-1"})
    again = pos.post("/merges", body, **{"Idempotency-Key": "merge-1"})
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    assert (available(pos, pair[0]), available(pos, pair[1])) == (before, before)
    twice = pos.post("/merges", body, **{"Idempotency-Key": "merge-2"})
    assert (twice.status_code, twice.json()["code"]) == (409, "member_merged")
    undone = pos.post(f"/merges/{made.json()['id']}/undo", {})
    assert undone.json()["undone_at"] is not None
    assert (available(pos, pair[0]), available(pos, pair[1])) == (before, 0)
    assert pos.get(f"/merges/{made.json()['id']}").json() == undone.json()
