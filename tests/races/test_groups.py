"""Many hands on one household: nothing is spent twice, nobody waits in a circle; a canary."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from bashgah.activities import pooling
from bashgah.activities.services import settle_one
from bashgah.activities.types import PaymentIn, Settled
from bashgah.dealings import services
from bashgah.dealings.services import groups
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.members.models import Group
from bashgah.members.services import (
    belonging_add,
    invitation_make,
    invitation_take,
    member_enrol,
    member_leave,
)
from bashgah.members.types import LockedGroup, LockedMember
from tests.cast import NOW, given
from tests.dealings.test_groups import MILLION, Home, home_of
from tests.races.hands import at_once
from tests.races.waiting import waits_for_member

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


def available(home: Home) -> int:
    return wallets_get(home.club, home.group_id, NOW)["points"].available


def spends(home: Home, n: int) -> object:
    """Sara and Reza by turns buy something and pay 100 of the household's points."""
    member = (home.sara, home.reza)[n % 2]
    intake = home.shop.purchase(
        f"P-{n}",
        member=member,
        amount=MILLION // 100,
        paid_with=(PaymentIn(wallet="points", amount=100, pool=True),),
    )
    return settle_one(intake, club=home.club, actor=SYSTEM, now=NOW)


def test_two_members_cannot_spend_the_same_points_of_their_household() -> None:
    home = home_of()
    given(home.club, home.sara, 300)
    home.pays_in(home.sara, 300)
    got = at_once(HANDS, lambda n: spends(home, n))
    assert sum(isinstance(one, Settled) for one in got) == 3
    assert {one.code for one in got if isinstance(one, Refusal)} == {"points_short"}
    assert available(home) == 0


def look_only(_club: object, ids: Any) -> dict[UUID, LockedGroup]:
    """Groups are "locked" without locking anybody."""
    rows = Group.objects.filter(member_id__in=list(ids))
    return {
        row.member_id: LockedGroup(LockedMember(row.member_id, "active", None, "group"), row.type, row.share)
        for row in rows
    }


def test_canary_without_the_households_lock_both_find_the_same_points(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = home_of()
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 100)
    gate, plain = threading.Barrier(2), pooling.pools_join

    def join_and_wait(batch: Any) -> None:
        plain(batch)
        gate.wait(timeout=10)

    monkeypatch.setattr(pooling, "groups_lock", look_only)
    monkeypatch.setattr(pooling, "pools_join", join_and_wait)
    got = at_once(2, lambda n: spends(home, n))
    refused = next(one for one in got if isinstance(one, Refusal))
    # both found the points there; only the last guard, that a row has moved, kept one from writing
    assert refused.code == "settlement_failed"


def test_earning_spending_and_paying_in_at_once_wait_for_nobody_in_a_circle() -> None:
    home = home_of(share=50)
    for member in (home.sara, home.reza):
        given(home.club, member, 400)
        home.pays_in(member, 200)

    def act(n: int) -> object:
        member = (home.sara, home.reza)[n % 2]
        if n % 4 < 2:
            return spends(home, n)
        with transaction.atomic():
            home.pays_in(member, 10)
        return None

    got = at_once(HANDS, act)
    assert not [one for one in got if isinstance(one, Exception)]
    assert available(home) == 400 - 4 * 100 + 4 * 10


def test_one_code_lets_one_of_many_in() -> None:
    home = home_of()
    people = [
        member_enrol(club=home.club, mobile=f"+98912000010{n}", channel="till", now=NOW) for n in range(4)
    ]
    made = invitation_make(club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)
    got = at_once(
        4,
        lambda n: invitation_take(
            club=home.club, member_id=people[n].id, code=made.code, actor=SYSTEM, now=NOW
        ),
    )
    codes = sorted(one.code if isinstance(one, Refusal) else "in" for one in got)
    assert codes == ["in", "invitation_over", "invitation_over", "invitation_over"]


def test_who_joins_while_it_closes_is_not_left_out_of_the_sharing(monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_of()
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 100)
    late = member_enrol(club=home.club, mobile="+989120000190", channel="till", now=NOW)
    people_known, joined, lock = threading.Event(), threading.Event(), groups.members_services.groups_lock

    def locks_late(club: Any, ids: Any) -> dict[UUID, LockedGroup]:
        if threading.current_thread().name == "closes":
            people_known.set()
            assert joined.wait(10)
        return lock(club, ids)

    monkeypatch.setattr(groups.members_services, "groups_lock", locks_late)

    def act(n: int) -> object:
        if n == 0:
            threading.current_thread().name = "closes"
            return services.group_close(club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)
        assert people_known.wait(10)
        belonging_add(
            club=home.club, group_id=home.group_id, member_id=late.id, role="adult", actor=SYSTEM, now=NOW
        )
        joined.set()
        return None

    closed, added = at_once(2, act)
    assert isinstance(closed, Refusal), closed
    assert (closed.code, added, available(home)) == ("group_changed", None, 100)
    assert sum(home.closes()[home.sara.id].values()) == 100


def test_it_closes_once_while_somebody_spends() -> None:
    home = home_of()
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 100)

    def act(n: int) -> object:
        if n == 0:
            return spends(home, 1)
        return services.group_close(club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)

    at_once(3, act)
    assert available(home) == 0


def test_whoever_acts_on_a_household_waits_for_its_people_and_for_itself(app_url: str) -> None:
    home = home_of()
    given(home.club, home.reza, 50)
    late = member_enrol(club=home.club, mobile="+989120000191", channel="till", now=NOW)

    def joins() -> object:
        return belonging_add(
            club=home.club, group_id=home.group_id, member_id=late.id, role="adult", actor=SYSTEM, now=NOW
        )

    def leaves() -> object:
        return member_leave(club=home.club, id=home.tina.id, reason="x", actor=SYSTEM, now=NOW)

    assert waits_for_member(app_url, home.reza.id, lambda: home.pays_in(home.reza, 5))
    assert waits_for_member(app_url, late.id, joins)
    assert waits_for_member(app_url, home.group_id, leaves)
    assert available(home) == 5
