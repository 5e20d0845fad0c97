"""What is asked of versions, requests and activity types that are not there, or are needed as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.programs import approvals, selectors
from bashgah.programs.activity_types import activity_type_put, activity_type_remove
from tests.activities.shop import open_shop, rule
from tests.cast import NOW, ketab, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def club() -> ClubInfo:
    return open_shop().club


def refusal_of(act: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code, refused.value.status


def put(club: ClubInfo, key: str, fields: dict[str, Any], *, is_new: bool) -> object:
    revision = selectors.draft_get(club).revision
    return activity_type_put(
        club=club, key=key, fields=fields, is_new=is_new, revision=revision, actor=SYSTEM, now=NOW
    )


def test_an_activity_type_is_declared_once(club: ClubInfo) -> None:
    put(club, "picture", {"likes": "number"}, is_new=True)
    again = refusal_of(lambda: put(club, "picture", {"likes": "number"}, is_new=True))
    assert again == ("activity_type_exists", 409)


def test_an_activity_type_that_a_rule_listens_to_stays(club: ClubInfo) -> None:
    revision = selectors.draft_get(club).revision

    def removes() -> object:
        return activity_type_remove(club=club, key="review", revision=revision, actor=SYSTEM, now=NOW)

    assert refusal_of(removes) == ("activity_type_used", 409)
    assert "review" in selectors.draft_get(club).document["activity_types"]


def test_a_field_that_a_rule_asks_for_stays() -> None:
    asks = rule(
        "good", "custom:review", [{"wallet": "points", "amount": "fixed", "params": {"units": 1}}],
        when={"field": "activity.stars", "op": "gte", "value": 4},
    )  # fmt: skip
    club = open_shop(rules=[asks]).club
    assert refusal_of(lambda: put(club, "review", {"text": "text"}, is_new=False)) == (
        "activity_type_used",
        409,
    )
    assert put(club, "review", {"stars": "number"}, is_new=False)


def test_a_request_of_another_club_is_not_there(club: ClubInfo) -> None:
    def decides() -> object:
        return approvals.approval_decide(club=club, approval_id=uuid4(), approve=True, actor=SYSTEM, now=NOW)

    def withdraws() -> object:
        return approvals.approval_withdraw(club=club, approval_id=uuid4(), actor=SYSTEM, now=NOW)

    assert refusal_of(decides) == ("approval_not_found", 404)
    assert refusal_of(withdraws) == ("approval_not_found", 404)


def test_a_version_is_of_its_club_alone(club: ClubInfo) -> None:
    other = ketab().club
    published(other)
    number = selectors.version_last(club) + 1
    for asks in (selectors.version_get, selectors.program_by_number):
        assert refusal_of(lambda asks=asks: asks(club, number)) == ("version_not_found", 404)
    assert refusal_of(lambda: selectors.versions_compare(club, 1, number)) == ("version_not_found", 404)
