"""Many hands on one task: sent once, accepted once, within its places; a canary without the locks."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bashgah.members.services import member_enrol
from bashgah.social.models import Proof, Task
from bashgah.social.services import deciding
from tests.activities.shop import open_shop
from tests.cast import NOW
from tests.races.hands import at_once, codes, look_only
from tests.social.conftest import RULES, Hands

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


@pytest.fixture
def hands() -> Hands:
    return Hands(open_shop(rules=RULES))


def test_a_proof_sent_by_many_hands_is_taken_once(hands: Hands) -> None:
    hands.task()
    got = at_once(MANY, lambda _place: hands.sends())
    assert codes(got) == ["ProofInfo", *["proof_waiting"] * (MANY - 1)]
    assert Proof.objects.count() == 1


def test_a_task_declared_by_many_hands_is_declared_once(hands: Hands) -> None:
    got = at_once(MANY, lambda _place: hands.task())
    assert codes(got) == ["TaskInfo", *["key_taken"] * (MANY - 1)]
    assert Task.objects.count() == 1


def test_a_proof_accepted_and_refused_at_once_is_decided_once(hands: Hands) -> None:
    hands.task()
    proof = hands.sends()
    got = at_once(MANY, lambda place: hands.refuses(proof) if place == 0 else hands.accepts(proof))
    assert codes(got) == ["ProofInfo", *["proof_decided"] * (MANY - 1)]
    accepted = Proof.objects.get().state == "accepted"
    assert hands.points() == (25 if accepted else 0)


def test_a_right_code_of_many_hands_gives_once(hands: Hands) -> None:
    hands.task(proof="code", code="NOWRUZ")
    got = at_once(4, lambda _place: hands.sends(code="nowruz"))
    assert codes(got) == ["ProofInfo", *["task_done"] * 3]
    assert hands.points() == 25


def test_the_last_place_goes_to_one(hands: Hands) -> None:
    hands.task(most=2)
    people = [hands.sara, hands.reza] + [
        member_enrol(club=hands.club, mobile=f"0912111000{n}", channel="till", now=NOW) for n in range(4)
    ]
    got = at_once(MANY, lambda place: hands.sends(people[place], link=f"https://instagram.com/p/{place}"))
    assert codes(got) == ["ProofInfo", "ProofInfo", *["task_full"] * (MANY - 2)]


def test_canary_without_the_locks_a_proof_is_decided_twice(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands between two decisions is the member's lock: read before, both would go on."""
    hands.task()
    proof = hands.sends()
    met = threading.Barrier(2, timeout=10)
    was = deciding.accepted

    def together(*args: Any, **named: Any) -> Any:
        met.wait()
        return was(*args, **named)

    def unlocked(club: Any, id: Any) -> Any:
        row = Proof.objects.get(club_id=club.id, id=id)
        return row, deciding.selectors.task_get(club, "follow")

    monkeypatch.setattr(deciding, "members_lock", look_only)
    monkeypatch.setattr(deciding, "_taken", unlocked)
    monkeypatch.setattr(deciding, "accepted", together)
    got = at_once(2, lambda _place: hands.accepts(proof))
    assert codes(got) == ["ProofInfo", "ProofInfo"]
    assert hands.points() == 25, "the activity's reference still gives once"
