"""What a member takes along of what they showed and wrote."""

from __future__ import annotations

import json

import pytest

from bashgah.members.selectors import member_export
from tests.cast import NOW
from tests.social.conftest import Hands

pytestmark = pytest.mark.django_db


def test_a_member_takes_their_proofs_along_in_clear_and_nobody_elses(hands: Hands) -> None:
    hands.task()
    hands.refuses(hands.sends(link="https://instagram.com/p/first/"), note="another page")
    hands.sends(link="https://instagram.com/p/second/")
    hands.sends(hands.reza, link="https://instagram.com/p/reza/")

    taken = json.loads(json.dumps(member_export(hands.club, hands.sara.id, NOW)))["proofs"]

    assert [(each["task"], each["words"], each["state"], each["note"]) for each in taken] == [
        ("follow", "https://instagram.com/p/first/", "refused", "another page"),
        ("follow", "https://instagram.com/p/second/", "waiting", ""),
    ]
    assert not any("decided_by" in each for each in taken)
