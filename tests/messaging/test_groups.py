"""What happens in a shared account is told to those whom it is about, in their language, once each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.dealings.services import group_close, group_leave
from bashgah.ground import clock, outbox
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.members import services as members
from bashgah.members.types import GroupInfo, MemberInfo
from bashgah.messaging import selectors
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def naderi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cast.Naderi:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    made = cast.naderi()
    cast.published(made.club)
    settings_set(club=made.club, changes={"groups": {"kinds": ["household", "company"]}}, now=clock.now())
    return replace(made, club=club_get(made.club.id))


def home(naderi: cast.Naderi, kind: str = "household") -> GroupInfo:
    """Sara's own."""
    return members.group_open(
        club=naderi.club,
        type=kind,  # type: ignore[arg-type]
        name="خانهٔ ما",
        head_id=naderi.sara.id,
        channel="portal",
        actor=as_member(naderi.sara),
        now=clock.now(),
    )


def nika(naderi: cast.Naderi) -> MemberInfo:
    """A third of the family."""
    return members.member_enrol(
        club=naderi.club, mobile=cast.NIKA_MOBILE, first_name="نیکا", channel="till", now=clock.now()
    )


def as_member(member: MemberInfo) -> Actor:
    return Actor(kind="member", id=public("member", member.id), name="")


def told(naderi: cast.Naderi, member: MemberInfo) -> list[str]:
    """What stands in a member's inbox once the news is heard, the latest first."""
    outbox.relay_once()
    while outbox.deliveries_run(now=clock.now()):
        pass
    assert outbox.deliveries_stuck() == []
    return [one.subject for one in selectors.inbox_list(naderi.club, [member.id])]


def test_who_is_invited_by_name_is_told_with_the_last_day_and_whoever_has_a_code_is_not(
    naderi: cast.Naderi,
) -> None:
    ours, now = home(naderi), clock.now()
    for member_id in (naderi.reza.id, None):
        members.invitation_make(
            club=naderi.club, group_id=ours.id, member_id=member_id, actor=as_member(naderi.sara), now=now
        )
    assert told(naderi, naderi.reza) == ["به «خانهٔ ما» دعوت شده‌اید"]
    assert told(naderi, naderi.sara) == []
    (said,) = selectors.inbox_list(naderi.club, [naderi.reza.id])
    assert said.body.startswith(f"{naderi.club.name.fa}\nشما به حساب مشترک «خانهٔ ما» دعوت شده‌اید.\nتا پایان ")
    assert told(naderi, naderi.reza) == ["به «خانهٔ ما» دعوت شده‌اید"]


def test_the_heads_are_told_who_joined_and_who_left_by_themselves(naderi: cast.Naderi) -> None:
    ours, now = home(naderi), clock.now()
    made = members.invitation_make(club=naderi.club, group_id=ours.id, actor=as_member(naderi.sara), now=now)
    members.invitation_take(
        club=naderi.club, member_id=naderi.reza.id, code=made.code, actor=as_member(naderi.reza), now=now
    )
    assert told(naderi, naderi.sara) == [f"{naderi.reza.first_name} به «خانهٔ ما» پیوست"]
    assert told(naderi, naderi.reza) == []
    group_leave(
        club=naderi.club,
        group_id=ours.id,
        member_id=naderi.reza.id,
        actor=as_member(naderi.reza),
        now=now,
    )
    assert told(naderi, naderi.sara)[0] == f"{naderi.reza.first_name} از «خانهٔ ما» رفت"
    assert told(naderi, naderi.reza) == []


def test_two_heads_are_both_told(naderi: cast.Naderi) -> None:
    ours, third, now = home(naderi), nika(naderi), clock.now()
    assert told(naderi, naderi.sara) == []
    for member, role in ((naderi.reza, "head"), (third, "adult")):
        members.belonging_add(
            club=naderi.club,
            group_id=ours.id,
            member_id=member.id,
            role=role,  # type: ignore[arg-type]
            actor=SYSTEM,
            now=now,
        )
    assert told(naderi, naderi.sara) == [
        f"{third.first_name} به «خانهٔ ما» پیوست",
        f"{naderi.reza.first_name} به «خانهٔ ما» پیوست",
    ]
    assert told(naderi, naderi.reza) == [f"{third.first_name} به «خانهٔ ما» پیوست"]


@pytest.mark.parametrize(("kind", "word"), [("household", "سرپرست"), ("company", "مدیر")])
def test_a_new_role_is_told_in_the_words_of_the_kind(naderi: cast.Naderi, kind: str, word: str) -> None:
    ours, now = home(naderi, kind), clock.now()
    assert told(naderi, naderi.reza) == []
    members.belonging_add(club=naderi.club, group_id=ours.id, member_id=naderi.reza.id, actor=SYSTEM, now=now)
    members.belonging_set(
        club=naderi.club,
        group_id=ours.id,
        member_id=naderi.reza.id,
        role="head",
        monthly_limit=None,
        actor=as_member(naderi.sara),
        now=now,
    )
    assert told(naderi, naderi.reza) == [f"نقش شما در «خانهٔ ما»: {word}"]


def test_who_is_taken_out_is_told_and_at_the_end_everybody(naderi: cast.Naderi) -> None:
    ours, third, now = home(naderi), nika(naderi), clock.now()
    for member in (naderi.reza, third):
        members.belonging_add(club=naderi.club, group_id=ours.id, member_id=member.id, actor=SYSTEM, now=now)
    group_leave(
        club=naderi.club,
        group_id=ours.id,
        member_id=naderi.reza.id,
        actor=as_member(naderi.sara),
        now=now,
    )
    assert told(naderi, naderi.reza) == ["عضویت شما در «خانهٔ ما» تمام شد"]
    assert told(naderi, third) == ["به فروشگاه‌های نادری خوش آمدید"]
    group_close(club=naderi.club, group_id=ours.id, actor=SYSTEM, now=now)
    assert told(naderi, third)[:1] == ["عضویت شما در «خانهٔ ما» تمام شد"]
    assert told(naderi, naderi.sara)[0] == "عضویت شما در «خانهٔ ما» تمام شد"
    assert len(told(naderi, naderi.reza)) == 1
