"""Erasing by the API: by its scope, once, with what it costs said first."""

from __future__ import annotations

from bashgah.kit import ids
from tests import cast
from tests.doors.conftest import Door, Integrator, key_for


def test_what_it_costs_is_told_and_then_it_is_done_once(pos: Integrator, naderi: cast.Naderi) -> None:
    member = ids.public("member", naderi.sara.id)
    bought = {
        "kind": "purchase", "source": "pos", "reference": "r1", "occurred_at": "2026-11-21T10:00:00Z",
        "member": {"id": member}, "branch": "101", "amounts": {"gross": 10_000_000},
    }  # fmt: skip
    assert pos.post("/activities", bought).status_code == 201
    before = pos.get(f"/members/{member}/erasure").json()
    assert (before["erased_at"], len(before["losses"]), before["hindrances"]) == (None, 1, [])

    done = pos.post(f"/members/{member}/erase", {"reason": "asked"}, Idempotency_Key="e-1")
    again = pos.post(f"/members/{member}/erase", {"reason": "asked"}, Idempotency_Key="e-1")
    assert (done.status_code, again.json()) == (200, done.json())
    assert done.json()["erased_at"] is not None
    assert done.json()["losses"] == []
    assert pos.get(f"/members/{member}").json()["first_name"] == ""


def test_an_unknown_reason_and_a_key_without_the_scope_are_refused(
    door: Door, pos: Integrator, naderi: cast.Naderi
) -> None:
    member = ids.public("member", naderi.sara.id)
    assert pos.post(f"/members/{member}/erase", {"reason": "because"}).status_code == 422
    other = Integrator(door, key_for(naderi.club, "members.write", "members.export"))
    assert other.post(f"/members/{member}/erase", {"reason": "asked"}).status_code == 403
    assert pos.get(f"/members/{member}/erasure").json()["erased_at"] is None


def test_another_clubs_member_is_not_found(pos: Integrator, ketab: cast.Ketab) -> None:
    answer = pos.post(f"/members/{ids.public('member', ketab.nika.id)}/erase", {"reason": "asked"})
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
