"""A member's data by the API: whole, by its scope, counted."""

from __future__ import annotations

from bashgah.kit import ids
from bashgah.members.exports import PARTS
from tests import cast
from tests.doors.conftest import Integrator


def test_every_part_on_the_shelf_reaches_the_caller(pos: Integrator, naderi: cast.Naderi) -> None:
    taken = pos.get(f"/members/{ids.public('member', naderi.sara.id)}/export")
    assert taken.status_code == 200
    assert set(PARTS.keys()) <= set(taken.json())
    assert taken.json()["personal_data"][0]["mobile"] == "+989121234567"


def test_another_clubs_member_is_not_found(pos: Integrator, ketab: cast.Ketab) -> None:
    answer = pos.get(f"/members/{ids.public('member', ketab.nika.id)}/export")
    assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
