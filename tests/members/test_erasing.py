"""A wish to be erased: it waits, is taken back, is carried out on its day; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.ledger.services import entry_adjust, hold_open
from bashgah.ledger.types import WalletKind
from bashgah.members import selectors, services
from bashgah.members.forgetting import PARTS, Leaving
from bashgah.members.models import State
from bashgah.members.types import MemberInfo
from tests.cast import NOW, Naderi, naderi

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def the(member: MemberInfo) -> Actor:
    return Actor(kind="member", id=public("member", member.id))


def code_of(act: object) -> str:
    with pytest.raises(Refusal) as refused:
        act()  # type: ignore[operator]
    return refused.value.code


def erases(cast: Naderi, member: MemberInfo, reason: str = "asked") -> None:
    services.member_erase(club=cast.club, id=member.id, reason=reason, actor=SYSTEM, now=NOW)


def test_a_wish_waits_seven_days_and_can_be_taken_back() -> None:
    cast = naderi()
    asked = services.erasure_ask(club=cast.club, id=cast.sara.id, actor=the(cast.sara), now=NOW)
    assert (asked.state, asked.due_at) == ("waiting", NOW + 7 * DAY)
    again = services.erasure_ask(club=cast.club, id=cast.sara.id, actor=the(cast.sara), now=NOW + DAY)
    assert again == asked
    assert services.erasures_carry_out(now=NOW + 6 * DAY) == 0
    services.erasure_withdraw(club=cast.club, id=cast.sara.id, actor=the(cast.sara), now=NOW + DAY)
    assert services.erasures_carry_out(now=NOW + 8 * DAY) == 0
    assert selectors.member_get(cast.club, cast.sara.id).erased_at is None


def test_on_its_day_a_wish_is_carried_out() -> None:
    cast = naderi()
    services.erasure_ask(club=cast.club, id=cast.sara.id, actor=the(cast.sara), now=NOW)
    assert services.erasures_carry_out(now=NOW + 7 * DAY) == 1
    assert selectors.member_get(cast.club, cast.sara.id).erased_at == NOW + 7 * DAY
    assert [(one.member_id, one.reason) for one in selectors.erasure_list(cast.club, state="done")] == [
        (cast.sara.id, "asked")
    ]


def test_without_a_waiting_time_a_wish_is_carried_out_at_once() -> None:
    cast = naderi()
    settings_set(club=cast.club, changes={"retention": {"erasure_wait_days": 0}}, now=NOW)
    club = club_get(cast.club.id)
    assert services.erasure_ask(club=club, id=cast.sara.id, actor=the(cast.sara), now=NOW).state == "done"


def test_points_on_hold_keep_a_wish_waiting_until_they_are_free() -> None:
    cast = naderi()
    held = {"club": cast.club, "unit": "points"}
    with transaction.atomic():
        locked = services.members_lock(cast.club, [cast.sara.id])[cast.sara.id]
        entry_adjust(
            **held, locked=locked, kind=WalletKind.POINTS, amount=100, reason="x", limit=None, actor=SYSTEM,
            now=NOW,
        )  # fmt: skip
        hold_open(
            **held, locked=locked, amount=40, expires_at=NOW + 30 * DAY, purpose="bill", actor=SYSTEM, now=NOW
        )
    services.erasure_ask(club=cast.club, id=cast.sara.id, actor=the(cast.sara), now=NOW)
    assert len(selectors.erasure_look(cast.club, cast.sara.id, NOW).hindrances) == 1
    assert code_of(lambda: erases(cast, cast.sara)) == "erasure_hindered"
    assert services.erasures_carry_out(now=NOW + 8 * DAY) == 0
    assert services.erasures_carry_out(now=NOW + 31 * DAY) == 0
    assert wallets_get(cast.club, cast.sara.id, NOW)["points"].held == 40


def test_who_was_erased_comes_back_only_as_somebody_new() -> None:
    cast = naderi()
    erases(cast, cast.sara)
    club, id_ = cast.club, cast.sara.id
    back = {"club": club, "id": id_, "actor": SYSTEM, "now": NOW}
    assert code_of(lambda: services.member_rejoin(**back, reason="x")) == "member_erased"
    assert code_of(lambda: services.member_update(**back, changes={"city": "x"})) == "member_erased"
    assert code_of(lambda: services.erasure_ask(**back)) == "member_erased"


def test_a_wish_of_a_membership_merged_since_is_the_survivors() -> None:
    cast = naderi()
    services.erasure_ask(club=cast.club, id=cast.reza.id, actor=the(cast.reza), now=NOW)
    State.objects.filter(member_id=cast.reza.id).update(merged_into=cast.sara.id)
    wish = selectors.erasure_waiting(cast.club, cast.sara.id)
    assert wish is not None
    assert wish.member_id == cast.reza.id
    assert services.erasures_carry_out(now=NOW + 7 * DAY) == 1
    assert selectors.erasure_list(cast.club) == []
    assert services.erasures_carry_out(now=NOW + 8 * DAY) == 0


def test_a_fault_over_one_wish_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = naderi()
    for member in (cast.sara, cast.reza):
        services.erasure_ask(club=cast.club, id=member.id, actor=the(member), now=NOW)

    def falters(leaving: Leaving) -> None:
        if cast.sara.id in leaving.ids:
            raise ValueError("broken")

    part = PARTS.find("tiers")
    assert part is not None
    monkeypatch.setitem(PARTS._plugins, "tiers", replace(part, forget=falters))
    with pytest.raises(RuntimeError, match="1 erasures failed"):
        services.erasures_carry_out(now=NOW + 7 * DAY)
    assert selectors.member_get(cast.club, cast.sara.id).erased_at is None
    assert selectors.member_get(cast.club, cast.reza.id).erased_at is not None


def test_a_shared_account_and_an_unknown_reason_are_refused() -> None:
    cast = naderi()
    home = services.member_enrol(club=cast.club, last_name="خانه", kind="group", channel="console", now=NOW)
    assert code_of(lambda: erases(cast, home)) == "erasure_of_group"
    assert code_of(lambda: erases(cast, cast.sara, "because")) == "erasure_reason_unknown"
