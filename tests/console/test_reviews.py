"""Facts kept for review: who sees them, who settles or refuses them, and that it happens once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bashgah.activities.review import HeldFact, review_get, reviews_list
from bashgah.activities.selectors import activity_find
from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, CustomIn, MemberRef, PurchaseIn
from bashgah.ground import clock
from bashgah.ground.audit import audit_list
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.members.services import member_block
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db


def kept(console: Console, reference: str = "F-1", branch: str = "101", amount: int = 5_000_000) -> HeldFact:
    """A purchase of Sara's that came a hundred days late to a club that reviews."""
    now = clock.now()
    settings = console.club.settings.model_copy(update={"late_policy": "review"})
    told = PurchaseIn(
        source="pos",
        reference=reference,
        occurred_at=now - timedelta(days=100),
        member=MemberRef(card=console.cast.sara.number),
        branch=branch,
        amounts=AmountsIn(gross=amount),
    )
    with pytest.raises(Refusal, match="held_for_review"):
        settle_one(told, club=replace(console.club, settings=settings), actor=SYSTEM, now=now)
    return next(held for held in reviews_list(console.club).rows if held.reference == reference)


def test_a_held_activity_and_its_fields_stand_by_their_names(console: Console) -> None:
    now = clock.now()
    settings = console.club.settings.model_copy(update={"late_policy": "review"})
    told = CustomIn(
        source="app",
        reference="C-1",
        occurred_at=now - timedelta(days=100),
        member=MemberRef(card=console.cast.sara.number),
        type="survey_answered",
        attributes={"score": 9},
    )
    with pytest.raises(Refusal, match="held_for_review"):
        settle_one(told, club=replace(console.club, settings=settings), actor=SYSTEM, now=now)

    assert "Survey answered" in text(console.get("activities/review/", lang="en"))
    page = text(console.get(path(reviews_list(console.club).rows[0]), lang="en"))
    assert "survey_answered" not in page
    assert "<dt>score</dt>" in page


def path(held: HeldFact, act: str = "") -> str:
    return f"activities/review/{ids.public('review', held.id)}/{act}"


def test_the_list_says_whose_it_is_and_why_it_waits(console: Console) -> None:
    kept(console)

    page = text(console.get("activities/review/"))

    assert "سارا محمدی" in page
    assert "F-1" in page
    assert "۱۰۰ روز" in page
    assert "100 days" in text(console.get("activities/review/", lang="en"))


def test_an_empty_list_says_where_the_policy_is_chosen(console: Console) -> None:
    assert "Keep it for review" in text(console.get("activities/review/", lang="en"))


def test_the_menu_counts_what_waits_for_whom_it_concerns(console: Console) -> None:
    kept(console)

    badge = '<span\nclass="b-count">۱</span></a></li>'
    assert badge in text(console.get("rules/"))
    assert badge in text(console.works_as("branch_manager").get("members/"))
    assert badge not in text(console.works_as("analyst").get("rules/"))


def test_settling_gives_the_points_of_its_own_time_and_is_written_down(console: Console) -> None:
    held = kept(console)

    response = console.post(path(held, "settle/"))

    assert response.status_code == 302
    info = activity_find(console.club, "pos", "F-1")
    assert info is not None
    assert info.occurred_at == held.occurred_at
    assert review_get(console.club, held.id).state == "accepted"
    (row,) = audit_list(club_id=console.club.id, action="review.accepted")
    assert row.target == ids.public("review", held.id)
    assert row.actor.name == "مینا نادری"
    assert row.details["activity"] == ids.public("activity", info.id)
    assert "مینا نادری" in text(console.get(path(held)))


def test_refusing_records_nothing_and_is_written_down(console: Console) -> None:
    held = kept(console)

    assert console.post(path(held, "refuse/")).status_code == 302

    assert activity_find(console.club, "pos", "F-1") is None
    assert review_get(console.club, held.id).state == "discarded"
    assert len(audit_list(club_id=console.club.id, action="review.discarded")) == 1
    assert "F-1" in text(console.get("activities/review/?state=discarded"))
    assert "F-1" not in text(console.get("activities/review/"))


@pytest.mark.parametrize("second", ["settle/", "refuse/"])
def test_who_decides_second_is_told_and_changes_nothing(console: Console, second: str) -> None:
    held = kept(console)
    console.post(path(held, "settle/"))

    response = console.post(path(held, second))

    assert response.status_code == 409
    assert review_get(console.club, held.id).state == "accepted"
    assert len(audit_list(club_id=console.club.id, action="review.accepted")) == 1


def test_a_reference_used_meanwhile_is_said_and_the_fact_waits_on(console: Console) -> None:
    held = kept(console)
    console.buys(console.cast.sara, 900_000, reference="F-1")

    response = console.post(path(held, "settle/"))

    assert response.status_code == 409
    assert "این شمارهٔ مرجع" in text(response)
    assert review_get(console.club, held.id).state == "waiting"


def test_a_blocked_member_refuses_and_the_fact_waits_on(console: Console) -> None:
    held = kept(console)
    member_block(club=console.club, id=console.cast.sara.id, reason="تقلب", actor=SYSTEM, now=clock.now())

    assert console.post(path(held, "settle/")).status_code == 409
    assert review_get(console.club, held.id).state == "waiting"


@pytest.mark.parametrize("act", ["settle/", "refuse/"])
@pytest.mark.parametrize("role", ["cashier", "analyst", "auditor"])
def test_who_lacks_the_permission_cannot_decide(console: Console, role: str, act: str) -> None:
    held = kept(console)

    assert console.works_as(role).post(path(held, act)).status_code == 403
    assert review_get(console.club, held.id).state == "waiting"


def test_a_branch_manager_decides_in_the_own_branch_alone(console: Console) -> None:
    own, other, nowhere = kept(console, "F-1"), kept(console, "F-2", "102"), kept(console, "F-3", "")
    leila = console.works_as("branch_manager")

    page = text(leila.get("activities/review/"))
    assert "F-1" in page
    assert "F-2" not in page
    assert "F-3" not in page
    assert "F-2" not in text(leila.get("activities/review/?branch=102"))
    for held in (other, nowhere):
        assert leila.get(path(held)).status_code == 403
        assert leila.post(path(held, "settle/")).status_code == 403
        assert leila.post(path(held, "refuse/")).status_code == 403
        assert review_get(console.club, held.id).state == "waiting"
    assert leila.post(path(own, "settle/")).status_code == 302


def test_what_waits_is_found_by_its_reference(console: Console) -> None:
    kept(console, "F-1"), kept(console, "F-2")

    page = text(console.get("activities/review/?q=F-2"))

    assert "F-2" in page
    assert "F-1" not in page
