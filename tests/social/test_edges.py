"""Social tasks and reviews at their edges: merges taken apart after the members went on, other clubs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bashgah.clubs.types import ClubInfo
from bashgah.dealings.services import members_merge, merge_undo
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.social import selectors, services
from bashgah.social.models import Proof, Task
from bashgah.social.types import ProofInfo
from tests.cast import NOW, ketab
from tests.social.conftest import STAFF, Hands
from tests.social.test_tasks import refused

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_what_a_merge_closed_stays_closed_where_the_member_sent_again_since(hands: Hands) -> None:
    hands.task()
    older = hands.sends(hands.reza, at=NOW)
    hands.sends(hands.sara, at=NOW)
    merge = members_merge(
        club=hands.club, survivor_id=hands.sara.id, merged_id=hands.reza.id, actor=SYSTEM, now=NOW
    )
    joined = services.proofs_join(club=hands.club, merge_id=merge.id, survivor_id=hands.sara.id, now=NOW)
    assert joined == 1
    hands.refuses(older)
    hands.sends(hands.sara, at=LATER)
    merge_undo(club=hands.club, merge_id=merge.id, actor=SYSTEM, now=LATER)
    assert services.proofs_part(club=hands.club, merge_id=merge.id) == 0
    states = Proof.objects.filter(member_id=hands.sara.id).order_by("id").values_list("state", flat=True)
    assert list(states) == ["joined", "waiting"]


def taking(club: ClubInfo, how: str) -> ClubInfo:
    """The club with its rule for reviews."""
    return replace(club, settings=club.settings.model_copy(update={"reviews": how}))


def reviews(hands: Hands, purchase_id: UUID, *, how: str = "looked_at", stars: int = 5) -> ProofInfo:
    """Sara writes of a purchase."""
    return services.review_send(
        club=taking(hands.club, how),
        member_id=hands.sara.id,
        purchase_id=purchase_id,
        stars=stars,
        text="خوب بود",
        actor=Actor(kind="member", id=public("member", hands.sara.id)),
        now=NOW,
    )


def test_a_review_is_of_ones_own_purchase_once_and_in_stars(hands: Hands) -> None:
    bought = hands.shop.buys("A-1", 100_000).activity_id
    others = hands.shop.buys("A-2", 100_000, member=hands.reza).activity_id
    with refused("reviews_off"):
        reviews(hands, bought, how="off")
    for stars in (0, 6):
        with refused("review_invalid", 422):
            reviews(hands, bought, stars=stars)
    with refused("purchase_not_found", 404):
        reviews(hands, others)
    assert reviews(hands, bought).state == "waiting"
    with refused("review_sent"):
        reviews(hands, bought, stars=1)
    assert [each.stars for each in selectors.review_of(hands.club, hands.sara.id, bought)] == [5]


def test_a_review_that_was_refused_may_be_sent_again_until_the_limit(hands: Hands) -> None:
    bought = hands.shop.buys("A-1", 100_000).activity_id
    for _ in range(services.REVIEW_TRIES):
        hands.refuses(reviews(hands, bought))
    with refused("tries_used"):
        reviews(hands, bought)


def test_reviews_are_written_ten_in_an_hour_and_no_more(hands: Hands) -> None:
    bought = hands.shop.buys("A-1", 100_000).activity_id
    reviews(hands, bought)
    for _ in range(9):
        with refused("review_sent"):
            reviews(hands, bought)
    with refused("too_many", 429):
        reviews(hands, bought)


def test_a_task_and_a_proof_are_of_their_club_alone(hands: Hands) -> None:
    hands.task()
    proof, other = hands.sends(), ketab()
    with refused("task_not_found", 404):
        selectors.task_get(other.club, "follow")
    with refused("task_not_found", 404):
        selectors.offer_get(other.club, other.nika.id, "follow", NOW)
    for act in (selectors.proof_get, selectors.picture_of):
        with refused("proof_not_found", 404):
            act(other.club, proof.id)
    with refused("proof_not_found", 404):
        services.proof_accept(club=other.club, id=proof.id, actor=STAFF, now=NOW)
    with refused("proof_not_found", 404):
        services.proof_accept(club=hands.club, id=uuid4(), actor=STAFF, now=NOW)
    assert selectors.twins_of(other.club, [proof.id]) == {}
    assert selectors.proof_get(hands.club, proof.id).state == "waiting"


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 11, 20, 20, 29, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 20, 20, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 20, 29, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 20, 30, tzinfo=UTC), False),
    ],
)
def test_a_task_of_one_day_is_open_from_midnight_to_midnight_in_tehran(
    hands: Hands, at: datetime, is_open: bool
) -> None:
    hands.task(starts_on=date(2026, 11, 21), ends_on=date(2026, 11, 21))
    if is_open:
        assert hands.sends(at=at).state == "waiting"
    else:
        with refused("task_not_open"):
            hands.sends(at=at)


def test_a_members_pages_count_only_the_tasks_whose_places_run_out(hands: Hands) -> None:
    hands.task("any")
    hands.task("few", most=2)
    hands.sends(hands.reza, task="any")
    hands.sends(hands.reza, task="few")
    with CaptureQueriesContext(connection) as asked:
        found = selectors.offers_of(hands.club, hands.sara.id, NOW, counted=False)
        selectors.offer_get(hands.club, hands.sara.id, "any", NOW)
        hands.sends(hands.sara, task="any")
    assert {each.task.key: (each.task.waiting, each.can_send) for each in found} == {
        "any": (0, True),
        "few": (1, True),
    }
    counting = [each["sql"] for each in asked if "COUNT(" in each["sql"]]
    (few,) = Task.objects.filter(key="few").values_list("id", flat=True)
    assert [few.hex in sql for sql in counting] == [True]
    counted = selectors.offers_of(hands.club, hands.sara.id, NOW)
    assert {each.task.key: each.task.waiting for each in counted} == {"any": 2, "few": 1}
