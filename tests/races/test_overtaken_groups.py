"""Acts on a household that come while another act on it is not over yet see what that one did."""

from __future__ import annotations

from uuid import UUID

import pytest

from bashgah.dealings import services
from bashgah.dealings.types import Contributed
from bashgah.ground.types import SYSTEM
from bashgah.members.models import Belonging, GroupInvitation
from bashgah.members.services import (
    belonging_add,
    group_open,
    invitation_decline,
    invitation_make,
    invitation_take,
    invitation_withdraw,
    member_block,
    member_enrol,
)
from bashgah.members.types import BelongingInfo, MemberInfo
from tests.cast import NOW, given
from tests.dealings.test_groups import Home, home_of
from tests.races.overtaking import overtaken

pytestmark = pytest.mark.django_db(transaction=True)


def late_of(home: Home) -> MemberInfo:
    return member_enrol(club=home.club, mobile="+989120000190", channel="till", now=NOW)


def joins(home: Home, member: MemberInfo, group_id: UUID | None = None) -> BelongingInfo:
    return belonging_add(
        club=home.club, group_id=group_id or home.group_id, member_id=member.id, role="adult", actor=SYSTEM,
        now=NOW,
    )  # fmt: skip


def blocks(home: Home, id: UUID) -> None:
    member_block(club=home.club, id=id, reason="x", actor=SYSTEM, now=NOW)


def pays_in(home: Home, *, reference: tuple[str, str] | None = None) -> Contributed:
    """Reza pays ten in."""
    return services.group_contribute(
        club=home.club, group_id=home.group_id, member_id=home.reza.id, unit="points", amount=10,
        reference=reference, actor=SYSTEM, now=NOW,
    )  # fmt: skip


def saved_up(*members: str, leaving: str = "share") -> Home:
    """A household into which each of these paid 100 points."""
    home = home_of(leaving=leaving)
    for name in members:
        member: MemberInfo = getattr(home, name)
        given(home.club, member, 100)
        home.pays_in(member, 100)
    return home


# joining


def test_who_joins_two_at_one_moment_is_in_the_first(app_url: str) -> None:
    home = home_of()
    late = late_of(home)
    home.leaves(home.reza)
    other = group_open(
        club=home.club, type="household", name="x", head_id=home.reza.id, channel="console", actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    second = overtaken(app_url, lambda: joins(home, late), lambda: joins(home, late, other.id))
    assert (second.waited, second.code) == (True, "in_another_group")


def test_who_joins_the_same_twice_at_one_moment_is_in_it_once(app_url: str) -> None:
    home = home_of()
    late = late_of(home)
    second = overtaken(app_url, lambda: joins(home, late), lambda: joins(home, late))
    assert (second.waited, second.code) == (True, "BelongingInfo")
    assert Belonging.objects.filter(member_id=late.id).count() == 1


def test_who_is_blocked_at_this_moment_does_not_join(app_url: str) -> None:
    home = home_of()
    late = late_of(home)
    second = overtaken(app_url, lambda: blocks(home, late.id), lambda: joins(home, late))
    assert (second.waited, second.code) == (True, "member_blocked")
    assert not Belonging.objects.filter(member_id=late.id).exists()


@pytest.mark.parametrize("takes_first", [True, False])
def test_an_invitation_taken_or_declined_at_this_moment_is_what_it_was_first(
    app_url: str, takes_first: bool
) -> None:
    home = home_of()
    late = late_of(home)
    made = invitation_make(club=home.club, group_id=home.group_id, member_id=late.id, actor=SYSTEM, now=NOW)
    named = {"club": home.club, "member_id": late.id, "invitation_id": made.id, "now": NOW}
    acts = [lambda: invitation_take(**named, actor=SYSTEM), lambda: invitation_decline(**named)]
    second = overtaken(app_url, *(acts if takes_first else acts[::-1]))
    assert (second.waited, second.code) == (True, "NoneType" if takes_first else "invitation_over")
    assert GroupInvitation.objects.get().state == ("accepted" if takes_first else "declined")
    assert Belonging.objects.filter(member_id=late.id).exists() is takes_first


def test_an_invitation_withdrawn_at_this_moment_lets_nobody_in(app_url: str) -> None:
    home = home_of()
    late = late_of(home)
    made = invitation_make(club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)
    second = overtaken(
        app_url,
        lambda: invitation_withdraw(
            club=home.club, group_id=home.group_id, invitation_id=made.id, actor=SYSTEM, now=NOW
        ),
        lambda: invitation_take(club=home.club, member_id=late.id, code=made.code, actor=SYSTEM, now=NOW),
    )
    assert (second.waited, second.code) == (True, "invitation_over")
    assert not Belonging.objects.filter(member_id=late.id).exists()


# leaving and closing


def test_who_leaves_takes_a_part_of_those_who_are_still_in_it(app_url: str) -> None:
    """Reza took his hundred at this moment; what is left is Sara's and Tina's, by halves."""
    home = saved_up("sara", "reza", "tina")
    second = overtaken(app_url, lambda: home.leaves(home.reza), lambda: home.leaves(home.tina))
    assert second.got == {home.tina.id: {"points": 100}}
    assert home.points() == (100, 0, 100, 100)


def test_who_is_the_last_after_this_moment_closes_it_instead_of_leaving(app_url: str) -> None:
    home = home_of()
    home.leaves(home.tina)
    second = overtaken(app_url, lambda: home.leaves(home.reza), lambda: home.leaves(home.sara))
    assert second.code == "group_last_closes"


def test_who_leaves_while_somebody_joins_is_asked_again(app_url: str) -> None:
    home = saved_up("sara", "reza")
    late = late_of(home)
    second = overtaken(app_url, lambda: joins(home, late), lambda: home.leaves(home.reza))
    assert (second.waited, second.code) == (True, "group_changed")
    assert home.points()[:3] == (200, 0, 0)


def test_who_left_at_this_moment_has_no_second_part_when_it_closes(app_url: str) -> None:
    home = saved_up("sara", "reza")
    second = overtaken(app_url, lambda: home.leaves(home.reza), home.closes)
    assert second.got[home.sara.id] == {"points": 100}
    assert home.reza.id not in second.got
    assert home.points() == (0, 100, 100, 0)


def test_who_is_given_something_at_this_moment_has_a_part_as_well_when_it_closes(app_url: str) -> None:
    home = saved_up("sara", "reza")
    second = overtaken(app_url, lambda: given(home.club, home.reza, 5), home.closes)
    assert (second.waited, second.code) == (True, "dict")
    assert home.points() == (0, 100, 105, 0)


# paying in


def test_one_reference_paid_in_twice_at_one_moment_is_paid_in_once(app_url: str) -> None:
    home = home_of()
    given(home.club, home.reza, 50)

    def pays() -> Contributed:
        return pays_in(home, reference=("app", "1"))

    second = overtaken(app_url, pays, pays)
    assert (second.waited, second.code, second.got.repeated) == (True, "Contributed", True)
    assert home.points()[:3] == (10, 0, 40)


def test_who_leaves_at_this_moment_pays_nothing_in(app_url: str) -> None:
    home = home_of()
    given(home.club, home.reza, 50)
    second = overtaken(app_url, lambda: home.leaves(home.reza), lambda: pays_in(home))
    assert (second.waited, second.code) == (True, "not_in_group")
    assert home.points()[:3] == (0, 0, 50)


def test_who_is_blocked_at_this_moment_pays_nothing_in(app_url: str) -> None:
    home = home_of()
    given(home.club, home.reza, 50)
    second = overtaken(app_url, lambda: blocks(home, home.reza.id), lambda: pays_in(home))
    assert (second.waited, second.code) == (True, "member_blocked")
    assert home.points()[:3] == (0, 0, 50)


def test_into_what_is_blocked_at_this_moment_nothing_is_paid(app_url: str) -> None:
    home = home_of()
    given(home.club, home.reza, 50)
    second = overtaken(app_url, lambda: blocks(home, home.group_id), lambda: pays_in(home))
    assert (second.waited, second.code) == (True, "group_blocked")
    assert home.points()[:3] == (0, 0, 50)


def test_who_is_merged_at_this_moment_pays_nothing_in(app_url: str) -> None:
    home = home_of()
    given(home.club, home.reza, 50)
    late = late_of(home)
    second = overtaken(
        app_url,
        lambda: services.members_merge(
            club=home.club, survivor_id=late.id, merged_id=home.reza.id, actor=SYSTEM, now=NOW
        ),
        lambda: pays_in(home),
    )
    assert (second.waited, second.code) == (True, "not_in_group")
    assert home.points()[0] == 0
