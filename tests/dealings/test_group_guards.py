"""What the club, roles and good sense forbid in shared accounts: each is refused by its own code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bashgah.activities.recomputing import member_recompute
from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.dealings import services
from bashgah.dealings.types import SharedOut
from bashgah.ground.types import SYSTEM
from bashgah.members.selectors import member_get
from bashgah.members.services import (
    belonging_add,
    belonging_set,
    group_open,
    group_update,
    invitation_make,
    invitation_take,
    invitation_withdraw,
    member_block,
    member_enrol,
    member_erase,
)
from bashgah.redemption.granting import grant_issue
from bashgah.redemption.selectors import grants_of_activities
from tests.activities.test_granting import REWARDS, TEN, gives
from tests.cast import NOW, given
from tests.dealings.test_groups import DAY, MILLION, Home, home_of, refusal_of, the

pytestmark = pytest.mark.django_db


def opens(home: Home, **more: Any) -> object:
    asked = {"type": "household", "name": "x", "channel": "portal", "actor": SYSTEM, "now": NOW, **more}
    return group_open(club=home.club, head_id=asked.pop("head_id", home.reza.id), **asked)


def test_nobody_pays_in_for_another() -> None:
    home = home_of()
    given(home.club, home.reza, 50)
    assert refusal_of(lambda: home.pays_in(home.reza, 5, actor=the(home.sara))) == "contribution_of_another"
    home.pays_in(home.reza, 5, actor=the(home.reza))
    assert home.points()[:3] == (5, 0, 45)


def test_who_is_not_in_it_or_is_blocked_pays_nothing_in() -> None:
    home = home_of()
    given(home.club, home.reza, 50)
    member_block(club=home.club, id=home.reza.id, reason="x", actor=SYSTEM, now=NOW)
    assert refusal_of(lambda: home.pays_in(home.reza, 5)) == "member_blocked"
    home.leaves(home.reza)
    assert refusal_of(lambda: home.pays_in(home.reza, 5)) == "not_in_group"
    assert home.points()[:3] == (0, 0, 50)


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_and_less_than_nothing_are_not_paid_in(amount: int) -> None:
    home = home_of()
    given(home.club, home.sara, 50)
    given(home.club, home.reza, 50)
    home.pays_in(home.reza, 20)
    assert refusal_of(lambda: home.pays_in(home.sara, amount)) == "amount_invalid"
    assert home.points() == (20, 50, 30, 0)


def test_qualifying_units_are_not_paid_in_nor_given() -> None:
    home = home_of()
    home.shop.buys("S-1", MILLION)

    def pays() -> object:
        return services.group_contribute(
            club=home.club, group_id=home.group_id, member_id=home.sara.id, unit="status", amount=1,
            actor=SYSTEM, now=NOW,
        )  # fmt: skip

    assert refusal_of(pays) == "wallet_not_transferable"


def test_points_of_a_household_are_not_given_away_and_none_are_given_to_it() -> None:
    home = home_of()
    given(home.club, home.sara, 50)
    home.pays_in(home.sara, 40)
    for giver, receiver in ((home.group_id, home.reza.id), (home.sara.id, home.group_id)):

        def gives(giver: Any = giver, receiver: Any = receiver) -> object:
            return services.transfer_begin(
                club=home.club, giver_id=giver, receiver_id=receiver, unit="points", amount=10, channel="api",
                actor=SYSTEM, now=NOW,
            )  # fmt: skip

        assert refusal_of(gives) == "group_not_given"


def test_the_last_one_closes_it_instead_of_leaving() -> None:
    home = home_of()
    home.leaves(home.reza)
    home.leaves(home.tina)
    assert refusal_of(lambda: home.leaves(home.sara)) == "group_last_closes"


def test_members_open_one_only_where_the_club_lets_them_and_only_for_themselves() -> None:
    home = home_of()
    home.leaves(home.reza)
    assert refusal_of(lambda: opens(home, actor=the(home.sara))) == "groups_by_staff"
    terms = {"kinds": ["household"], "most_members": 4, "opened_by": "members"}
    settings_set(club=home.club, changes={"groups": terms}, now=NOW)
    free = Home(home.shop, club_get(home.club.id), home.group_id, home.sara, home.reza, home.tina)
    assert refusal_of(lambda: opens(free, actor=the(home.sara))) == "groups_by_staff"
    assert refusal_of(lambda: opens(free, type="company")) == "groups_off"
    made = opens(free, actor=the(home.reza), share=90)
    assert made.share != 90  # type: ignore[attr-defined]


def test_the_share_is_the_clubs_and_a_percentage() -> None:
    home = home_of(share=30)

    def shares(share: int, actor: Any = SYSTEM) -> object:
        return group_update(club=home.club, id=home.group_id, share=share, actor=actor, now=NOW)

    assert refusal_of(lambda: shares(100, the(home.sara))) == "groups_by_staff"
    assert {refusal_of(lambda n=n: shares(n)) for n in (-1, 101)} == {"share_invalid"}
    home.shop.buys("S-1", MILLION)
    assert home.points()[:2] == (3, 7)


def test_a_member_who_is_no_head_rules_over_nobody() -> None:
    home = home_of()
    reza = the(home.reza)
    late = member_enrol(club=home.club, mobile="+989120000082", channel="till", now=NOW)
    made = invitation_make(club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)
    of = {"club": home.club, "group_id": home.group_id, "actor": reza, "now": NOW}
    acts: list[Callable[[], object]] = [
        lambda: belonging_set(member_id=home.reza.id, role="head", monthly_limit=None, **of),
        lambda: group_update(club=home.club, id=home.group_id, name="x", actor=reza, now=NOW),
        lambda: services.group_leave(member_id=home.tina.id, **of),
        lambda: services.group_close(**of),
        lambda: invitation_make(member_id=late.id, **of),
        lambda: invitation_withdraw(invitation_id=made.id, **of),
    ]
    assert [refusal_of(act) for act in acts] == ["group_head_only"] * len(acts)
    assert services.group_leave(member_id=home.reza.id, **of).got == {}


def test_the_last_head_stays_one_until_another_is() -> None:
    home = home_of()

    def sets(member: Any, role: Any) -> object:
        return belonging_set(
            club=home.club, group_id=home.group_id, member_id=member.id, role=role, monthly_limit=None,
            actor=the(home.sara), now=NOW,
        )  # fmt: skip

    assert refusal_of(lambda: sets(home.sara, "adult")) == "group_needs_head"
    sets(home.reza, "head")
    sets(home.sara, "adult")


def test_a_blocked_household_takes_nobody_in() -> None:
    home = home_of()
    late = member_enrol(club=home.club, mobile="+989120000082", channel="till", now=NOW)
    made = invitation_make(club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)
    member_block(club=home.club, id=home.group_id, reason="x", actor=SYSTEM, now=NOW)
    who = {"club": home.club, "member_id": late.id, "actor": SYSTEM, "now": NOW}
    assert refusal_of(lambda: belonging_add(group_id=home.group_id, **who)) == "group_blocked"
    assert refusal_of(lambda: invitation_take(code=made.code, **who)) == "group_blocked"


def test_a_monthly_limit_is_never_below_zero_nor_beyond_reason() -> None:
    home = home_of()
    for limit in (-1, 10**12 + 1):

        def sets(limit: int = limit) -> object:
            return belonging_set(
                club=home.club, group_id=home.group_id, member_id=home.tina.id, role="junior",
                monthly_limit=limit, actor=SYSTEM, now=NOW,
            )  # fmt: skip

        assert refusal_of(sets) == "limit_invalid"


def test_what_a_merged_member_spent_counts_against_the_survivors_month() -> None:
    home = home_of()
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 100)
    belonging_set(
        club=home.club, group_id=home.group_id, member_id=home.reza.id, role="adult", monthly_limit=30,
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    home.pays_with("R-1", 20, member=home.reza)
    nora = member_enrol(club=home.club, mobile="+989120000081", first_name="N", channel="till", now=NOW)
    services.members_merge(club=home.club, survivor_id=nora.id, merged_id=home.reza.id, actor=SYSTEM, now=NOW)
    assert refusal_of(lambda: home.pays_with("N-1", 11, member=nora)) == "group_limit_reached"
    home.pays_with("N-2", 10, member=nora)
    assert home.points()[0] == 70


def test_a_reward_of_a_rule_is_nobodys_where_the_household_itself_bought() -> None:
    home = home_of(rules=[gives("gift", TEN)], document={"rewards": REWARDS})
    own = member_get(home.club, home.group_id)
    told = home.shop.tell(home.shop.purchase("H-1", member=own, amount=250_000))
    (grant,) = grants_of_activities(home.club, [own.id], [told.activity_id])[told.activity_id]
    found = grant_issue(club=home.club, member_id=own.id, grant_id=grant.id, now=NOW)
    assert (found.state, found.reason) == ("aside", "group_spends_by_person")


def test_two_of_different_households_are_not_merged_before_one_has_left() -> None:
    home = home_of()
    home.leaves(home.reza)
    opens(home)

    def merges() -> object:
        return services.members_merge(
            club=home.club, survivor_id=home.sara.id, merged_id=home.reza.id, actor=SYSTEM, now=NOW
        )

    assert refusal_of(merges) == "merge_groups_differ"


def test_twenty_invitations_are_open_at_most() -> None:
    home = home_of()

    def invites() -> object:
        return invitation_make(club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)

    for _ in range(20):
        invites()
    assert refusal_of(invites) == "too_many_invitations"


def test_who_is_two_memberships_is_not_computed_again() -> None:
    home = home_of()
    services.members_merge(
        club=home.club, survivor_id=home.reza.id, merged_id=home.sara.id, actor=SYSTEM, now=NOW
    )
    for one in (home.sara, home.reza):

        def recomputes(one: Any = one) -> object:
            day = (NOW - timedelta(days=9)).date()
            return member_recompute(club=home.club, member_id=one.id, since=day, now=NOW)

        assert refusal_of(recomputes) == "recompute_merged"


def test_what_belongs_to_no_club_of_ours_is_not_found() -> None:
    home = home_of()
    nobody = uuid4()
    found = {
        refusal_of(
            lambda: services.transfer_undo(
                club=home.club, transfer_id=nobody, reason="x", actor=SYSTEM, now=NOW
            )
        ),
        refusal_of(lambda: services.merge_undo(club=home.club, merge_id=nobody, actor=SYSTEM, now=NOW + DAY)),
        refusal_of(
            lambda: services.adjustment_withdraw(club=home.club, adjustment_id=nobody, actor=SYSTEM, now=NOW)
        ),
        refusal_of(
            lambda: belonging_add(
                club=home.club, group_id=nobody, member_id=home.reza.id, actor=SYSTEM, now=NOW
            )
        ),
    }
    assert found == {"transfer_not_found", "merge_not_found", "adjustment_not_found", "group_not_found"}


def closed_again(home: Home) -> SharedOut:
    return services.group_close(club=home.club, group_id=home.group_id, actor=the(home.sara), now=NOW)


def test_a_closed_household_is_shared_out_once_more_by_staff_alone() -> None:
    home = home_of()
    home.closes()
    assert refusal_of(lambda: closed_again(home)) == "group_closed"


def test_points_that_nobody_is_left_to_have_keep_it_from_closing() -> None:
    home = home_of()
    given(home.club, home.sara, 50)
    home.pays_in(home.sara, 30)
    for member in (home.tina, home.reza, home.sara):
        member_erase(club=home.club, id=member.id, reason="asked", actor=SYSTEM, now=NOW)
    assert refusal_of(home.closes) == "group_has_points"
    assert home.points()[0] == 30
