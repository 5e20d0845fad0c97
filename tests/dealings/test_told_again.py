"""Dealings across merges and closings: a reference is one dealing for good, limits follow the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from bashgah.dealings import services
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.members.services import member_enrol
from bashgah.members.types import MemberInfo
from tests.cast import NOW, given
from tests.dealings.conftest import TERMS, Givers
from tests.dealings.test_groups import home_of
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db


def merged(givers: Givers, merged_id: object, survivor_id: object) -> None:
    services.members_merge(
        club=givers.club, survivor_id=survivor_id, merged_id=merged_id, actor=SYSTEM, now=NOW  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_gift_told_again_after_the_giver_was_merged_is_the_same_gift(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    first = givers.gives(30, reference=("app", "G-1"))
    tina = member_enrol(club=givers.club, mobile="+989120000078", first_name="T", channel="till", now=NOW)
    merged(givers, givers.sara.id, tina.id)
    again = givers.gives(30, reference=("app", "G-1"))
    assert (again.id, again.repeated) == (first.id, True)
    assert Hand(givers.club, tina.id).wallet(NOW).available == 70
    with pytest.raises(Refusal, match="reference_reused"), transaction.atomic():
        givers.gives(31, reference=("app", "G-1"))


def test_a_gift_told_again_after_giver_and_receiver_became_one_is_the_same_gift(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    first = givers.gives(30, reference=("app", "G-1"))
    merged(givers, givers.sara.id, givers.reza.id)
    assert givers.gives(30, reference=("app", "G-1")).id == first.id


def test_a_correction_told_again_after_a_merge_is_the_same_correction(givers: Givers) -> None:
    def corrects() -> tuple[object, bool]:
        told = services.adjustment_make(
            club=givers.club,
            member_id=givers.sara.id,
            unit="points",
            amount=12,
            reason="goodwill",
            limit=None,
            reference=("crm", "C-1"),
            actor=SYSTEM,
            now=NOW,
        )
        return told.id, told.repeated

    first = corrects()
    merged(givers, givers.sara.id, givers.reza.id)
    assert corrects() == (first[0], True)
    assert Hand(givers.club, givers.reza.id).wallet(NOW).available == 12


def test_a_contribution_told_again_after_the_account_was_closed_is_the_same_contribution() -> None:
    home = home_of()
    given(home.club, home.sara, 100)

    def pays() -> tuple[object, bool]:
        told = services.group_contribute(
            club=home.club, group_id=home.group_id, member_id=home.sara.id, unit="points", amount=30,
            reference=("crm", "1"), actor=SYSTEM, now=NOW,
        )  # fmt: skip
        return told.id, told.repeated

    first = pays()
    home.closes()
    assert pays() == (first[0], True)
    assert home.points()[:2] == (0, 100)


def enrolled_long_ago(givers: Givers) -> MemberInfo:
    long_ago = NOW - timedelta(days=90)
    return member_enrol(
        club=givers.club, mobile="+989120000079", first_name="T", channel="till", now=long_ago
    )


def left_of(act: Callable[[], object]) -> int:
    """What a limit still allows, as its refusal says."""
    with pytest.raises(Refusal, match="transfer_limit_reached") as refused, transaction.atomic():
        act()
    return int(refused.value.extra["left"])


def test_what_a_merged_giver_gave_counts_against_the_survivors_day(givers: Givers) -> None:
    given(givers.club, givers.sara, 5000)
    givers.gives(500)
    tina = enrolled_long_ago(givers)
    merged(givers, givers.sara.id, tina.id)
    assert left_of(lambda: givers.gives(101, giver=tina)) == 100
    assert givers.gives(100, giver=tina).state == "done"


def test_what_a_merged_receiver_got_counts_against_the_pairs_month(givers: Givers) -> None:
    free = givers.settings(transfers=[{**TERMS, "per_day": 9000, "per_month": 9000}])
    given(free.club, free.sara, 5000)
    free.gives(500)
    tina = enrolled_long_ago(free)
    merged(free, free.reza.id, tina.id)
    assert left_of(lambda: free.gives(301, receiver=tina)) == 300
    assert free.gives(300, receiver=tina).state == "done"
