"""A gift undone after one of the two was merged: back to the giver's lots, by whoever stands for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from bashgah.dealings import services
from bashgah.dealings.types import TransferInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.phrases import say
from bashgah.ledger.selectors import lots_open
from bashgah.ledger.verify import verify
from bashgah.members.services import member_enrol
from bashgah.members.types import MemberInfo
from tests.cast import LONG_AGO, NOW, given
from tests.dealings.conftest import Givers
from tests.dealings.test_transfers import refusal_of
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def joined(givers: Givers, mobile: str) -> MemberInfo:
    return member_enrol(club=givers.club, mobile=mobile, channel="portal", now=LONG_AGO)


def merged(givers: Givers, survivor: MemberInfo, gone: MemberInfo) -> Any:
    return services.members_merge(
        club=givers.club, survivor_id=survivor.id, merged_id=gone.id, actor=SYSTEM, now=NOW
    ).id


def parted(givers: Givers, merge_id: Any) -> None:
    services.merge_undo(club=givers.club, merge_id=merge_id, actor=SYSTEM, now=NOW + DAY)


def undone(givers: Givers, gift: TransferInfo) -> TransferInfo:
    return services.transfer_undo(
        club=givers.club, transfer_id=gift.id, reason="a mistake", actor=givers.people.owner, now=NOW
    )


def points(givers: Givers, *people: MemberInfo) -> list[int]:
    """What each holds under their own id, whoever stands for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT member_id, available FROM ledger_wallet WHERE unit = 'points'")
        found = dict(cursor.fetchall())
    return [found.get(one.id, 0) for one in people]


def proved(givers: Givers) -> None:
    assert list(verify(givers.club.id)) == []


def test_the_survivor_gives_back_what_a_merged_member_was_given(givers: Givers) -> None:
    leila, sara, reza = joined(givers, "09121110033"), givers.sara, givers.reza
    given(givers.club, leila, 100)
    given(givers.club, reza, 30)
    gift = givers.gives(40, giver=leila, receiver=sara)
    merge = merged(givers, reza, sara)
    assert points(givers, leila, sara, reza) == [60, 0, 70]
    assert undone(givers, gift).state == "undone"
    assert points(givers, leila, sara, reza) == [100, 0, 30]
    assert undone(givers, gift).repeated
    assert points(givers, leila, sara, reza) == [100, 0, 30]
    proved(givers)
    parted(givers, merge)
    assert points(givers, leila, sara, reza) == [100, 0, 30]
    proved(givers)


def test_what_the_survivor_spent_of_it_is_owed_and_stays_theirs_when_they_part(givers: Givers) -> None:
    leila, sara, reza = joined(givers, "09121110033"), givers.sara, givers.reza
    given(givers.club, leila, 100, expires_at=NOW + 40 * DAY)
    given(givers.club, reza, 30)
    gift = givers.gives(40, giver=leila, receiver=sara)
    merge = merged(givers, reza, sara)
    hand = Hand(givers.club, reza.id)
    hand.captures(hand.holds(50, now=NOW), now=NOW)
    assert points(givers, leila, sara, reza) == [60, 0, 20]
    undone(givers, gift)
    assert points(givers, leila, sara, reza) == [100, 0, -20]
    assert [(lot.remaining, lot.expires_at) for lot in lots_open(givers.club, leila.id)] == [
        (100, NOW + 40 * DAY)
    ]
    proved(givers)
    parted(givers, merge)
    assert points(givers, leila, sara, reza) == [100, 0, -20]
    proved(givers)


def test_a_merged_givers_lots_are_as_they_were_and_the_survivors(givers: Givers) -> None:
    leila, sara, reza = joined(givers, "09121110033"), givers.sara, givers.reza
    given(givers.club, sara, 100, expires_at=NOW + 40 * DAY)
    given(givers.club, reza, 30)
    gift = givers.gives(40, giver=sara, receiver=leila)
    merge = merged(givers, reza, sara)
    assert points(givers, sara, leila, reza) == [0, 40, 90]
    undone(givers, gift)
    assert points(givers, sara, leila, reza) == [0, 0, 130]
    dated = [lot.remaining for lot in lots_open(givers.club, reza.id) if lot.expires_at == NOW + 40 * DAY]
    assert sum(dated) == 100
    proved(givers)
    parted(givers, merge)
    assert points(givers, sara, leila, reza) == [100, 0, 30]
    proved(givers)


def test_both_may_have_been_merged_each_into_another(givers: Givers) -> None:
    leila, tina = joined(givers, "09121110033"), joined(givers, "09121110044")
    given(givers.club, givers.sara, 100)
    gift = givers.gives(40, giver=givers.sara, receiver=leila)
    first, second = merged(givers, givers.reza, givers.sara), merged(givers, tina, leila)
    undone(givers, gift)
    people = givers.sara, givers.reza, leila, tina
    assert points(givers, *people) == [0, 100, 0, 0]
    proved(givers)
    parted(givers, second)
    parted(givers, first)
    assert points(givers, *people) == [100, 0, 0, 0]
    proved(givers)


@pytest.mark.parametrize("receiver_stays", [True, False])
def test_between_two_who_are_one_there_is_nothing_to_take_back(givers: Givers, receiver_stays: bool) -> None:
    given(givers.club, givers.sara, 100)
    gift = givers.gives(40)
    people = (givers.reza, givers.sara) if receiver_stays else (givers.sara, givers.reza)
    merge = merged(givers, *people)
    refused = refusal_of(lambda: undone(givers, gift))
    assert (refused.code, refused.status) == ("transfer_of_one", 409)
    assert say(refused.phrase, "en").endswith("Undo the merge first.")
    parted(givers, merge)
    assert points(givers, givers.sara, givers.reza) == [60, 40]
    undone(givers, gift)
    assert points(givers, givers.sara, givers.reza) == [100, 0]
    proved(givers)
