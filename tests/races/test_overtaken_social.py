"""Proofs and reviews that come while another act on them is not over yet see what that one did."""

from __future__ import annotations

from uuid import UUID

import pytest

from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.dealings.services import members_merge, merge_undo
from bashgah.ground.ids import fresh
from bashgah.ground.types import SYSTEM
from bashgah.members.services import member_block, member_leave
from bashgah.social import services
from bashgah.social.models import Proof, Task
from bashgah.social.types import ProofInfo
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW
from tests.dealings.conftest import the_member
from tests.races.overtaking import overtaken
from tests.social.conftest import RULES, STAFF, Hands

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hands() -> Hands:
    return Hands(open_shop(rules=RULES))


def states() -> list[str]:
    return sorted(Proof.objects.values_list("state", flat=True))


def undoes(hands: Hands, proof: ProofInfo) -> ProofInfo:
    return services.proof_undo(club=hands.club, id=proof.id, reason="x", actor=STAFF, now=NOW)


def merges(hands: Hands) -> None:
    members_merge(club=hands.club, survivor_id=hands.sara.id, merged_id=hands.reza.id, actor=SYSTEM, now=NOW)


def blocks(hands: Hands) -> None:
    member_block(club=hands.club, id=hands.sara.id, reason="x", actor=SYSTEM, now=NOW)


# deciding


def test_what_is_refused_at_this_moment_is_not_accepted(hands: Hands, app_url: str) -> None:
    hands.task()
    proof = hands.sends()
    second = overtaken(app_url, lambda: hands.refuses(proof), lambda: hands.accepts(proof))
    assert (second.waited, second.code) == (True, "proof_decided")
    assert (states(), hands.points()) == (["refused"], 0)


def test_what_is_accepted_at_this_moment_is_not_refused(hands: Hands, app_url: str) -> None:
    hands.task()
    proof = hands.sends()
    second = overtaken(app_url, lambda: hands.accepts(proof), lambda: hands.refuses(proof))
    assert (second.waited, second.code) == (True, "proof_decided")
    assert (states(), hands.points()) == (["accepted"], 25)


def test_what_is_taken_back_at_this_moment_is_not_taken_back_again(hands: Hands, app_url: str) -> None:
    hands.task()
    proof = hands.sends()
    hands.accepts(proof)
    second = overtaken(app_url, lambda: undoes(hands, proof), lambda: undoes(hands, proof))
    assert (second.waited, second.code) == (True, "proof_not_accepted")
    assert (states(), hands.points()) == (["undone"], 0)


def test_of_two_memberships_that_are_one_by_now_one_has_done_it(hands: Hands, app_url: str) -> None:
    """Nobody has heard of the merge yet, so both proofs wait, each under its own membership."""
    hands.task()
    proofs = hands.sends(), hands.sends(hands.reza, link="https://instagram.com/p/x/")
    merges(hands)
    second = overtaken(app_url, lambda: hands.accepts(proofs[0]), lambda: hands.accepts(proofs[1]))
    assert (second.waited, second.code) == (True, "task_done")
    assert (states(), hands.points()) == (["accepted", "waiting"], 25)


# sending


def test_who_is_blocked_at_this_moment_sends_nothing(hands: Hands, app_url: str) -> None:
    hands.task()
    second = overtaken(app_url, lambda: blocks(hands), hands.sends)
    assert (second.waited, second.code, states()) == (True, "member_blocked", [])


def test_who_leaves_at_this_moment_sends_nothing(hands: Hands, app_url: str) -> None:
    hands.task()
    second = overtaken(
        app_url,
        lambda: member_leave(club=hands.club, id=hands.sara.id, reason="x", actor=SYSTEM, now=NOW),
        hands.sends,
    )
    assert (second.waited, second.code, states()) == (True, "member_left", [])


def test_for_a_task_that_is_closed_at_this_moment_nothing_is_taken(hands: Hands, app_url: str) -> None:
    task = hands.task()
    second = overtaken(app_url, lambda: hands.task(revision=task.revision, is_on=False), hands.sends)
    assert (second.waited, second.code, states()) == (True, "task_not_open", [])


def test_a_task_changed_at_this_moment_is_read_again_before_it_is_changed(hands: Hands, app_url: str) -> None:
    task = hands.task()
    second = overtaken(
        app_url,
        lambda: hands.task(revision=task.revision, tries=2),
        lambda: hands.task(revision=task.revision, tries=3),
    )
    assert (second.waited, second.code) == (True, "changed_meanwhile")
    assert Task.objects.get().tries == 2


def test_how_a_task_is_proved_stays_where_somebody_sends_a_proof_at_this_moment(
    hands: Hands, app_url: str
) -> None:
    task = hands.task()
    second = overtaken(app_url, hands.sends, lambda: hands.task(revision=task.revision, proof="picture"))
    assert (second.waited, second.code) == (True, "proof_fixed")
    assert Task.objects.get().proof == "link"


# reviews


@pytest.fixture
def reviewed(hands: Hands) -> Hands:
    """The same club, which takes reviews."""
    settings_set(club=hands.club, changes={"reviews": "looked_at"}, now=NOW)
    shop = hands.shop
    return Hands(Shop(shop.cast, club_get(hands.club.id), shop.sara, shop.reza))


def reviews(hands: Hands, purchase_id: UUID) -> ProofInfo:
    return services.review_send(
        club=hands.club, member_id=hands.sara.id, purchase_id=purchase_id, stars=5,
        actor=the_member(hands.sara), now=NOW,
    )  # fmt: skip


def test_a_purchase_reviewed_at_this_moment_is_not_reviewed_again(reviewed: Hands, app_url: str) -> None:
    bought = reviewed.shop.buys("A-1", 100_000).activity_id
    second = overtaken(app_url, lambda: reviews(reviewed, bought), lambda: reviews(reviewed, bought))
    assert (second.waited, second.code, states()) == (True, "review_sent", ["waiting"])


def test_who_is_blocked_at_this_moment_reviews_nothing(reviewed: Hands, app_url: str) -> None:
    bought = reviewed.shop.buys("A-1", 100_000).activity_id
    second = overtaken(app_url, lambda: blocks(reviewed), lambda: reviews(reviewed, bought))
    assert (second.waited, second.code, states()) == (True, "member_blocked", [])


# erasing, merging, parting


def forgets(hands: Hands) -> None:
    services.proofs_forget(club=hands.club, member_id=hands.sara.id)


def test_what_is_forgotten_at_this_moment_is_not_accepted(hands: Hands, app_url: str) -> None:
    hands.task()
    proof = hands.sends()
    second = overtaken(app_url, lambda: forgets(hands), lambda: hands.accepts(proof))
    assert (second.waited, second.code) == (True, "proof_decided")
    assert (states(), hands.points()) == (["refused"], 0)


def test_what_is_accepted_at_this_moment_is_forgotten_as_accepted(hands: Hands, app_url: str) -> None:
    hands.task()
    proof = hands.sends()
    second = overtaken(app_url, lambda: hands.accepts(proof), lambda: forgets(hands))
    row = Proof.objects.get()
    assert (second.waited, second.got, row.state, row.words) == (True, None, "accepted", None)


def joins(hands: Hands) -> int:
    return services.proofs_join(club=hands.club, merge_id=fresh(), survivor_id=hands.sara.id, now=NOW)


def test_what_is_accepted_while_two_become_one_closes_what_the_other_sent(hands: Hands, app_url: str) -> None:
    """The older would have gone on waiting, had the younger not been accepted at this moment."""
    hands.task()
    _older, younger = hands.sends(), hands.sends(hands.reza, link="https://instagram.com/p/x/")
    merges(hands)
    second = overtaken(app_url, lambda: hands.accepts(younger), lambda: joins(hands))
    assert (second.waited, second.got) == (True, 1)
    assert states() == ["accepted", "joined"]
    assert Proof.objects.get(id=younger.id).state == "accepted"


def test_what_is_closed_by_a_merge_at_this_moment_is_not_accepted(hands: Hands, app_url: str) -> None:
    hands.task()
    hands.sends()
    younger = hands.sends(hands.reza, link="https://instagram.com/p/x/")
    merges(hands)
    second = overtaken(app_url, lambda: joins(hands), lambda: hands.accepts(younger))
    assert (second.waited, second.code) == (True, "proof_decided")
    assert (states(), hands.points()) == (["joined", "waiting"], 0)


def test_what_is_sent_again_while_two_part_stays_closed(hands: Hands, app_url: str) -> None:
    hands.task()
    hands.sends()
    hands.sends(hands.reza, link="https://instagram.com/p/x/")
    merge = members_merge(
        club=hands.club, survivor_id=hands.sara.id, merged_id=hands.reza.id, actor=SYSTEM, now=NOW
    )
    services.proofs_join(club=hands.club, merge_id=merge.id, survivor_id=hands.sara.id, now=NOW)
    merge_undo(club=hands.club, merge_id=merge.id, actor=SYSTEM, now=NOW)
    second = overtaken(
        app_url,
        lambda: hands.sends(hands.reza, link="https://instagram.com/p/y/"),
        lambda: services.proofs_part(club=hands.club, merge_id=merge.id),
    )
    assert (second.waited, second.got) == (True, 0)
    assert states() == ["joined", "waiting", "waiting"]
