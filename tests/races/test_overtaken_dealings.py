"""Gifts and corrections that come while another act on the same people is not over yet see what it did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from bashgah.dealings import services
from bashgah.dealings.models import Adjustment, Transfer
from bashgah.dealings.types import AdjustmentInfo, TransferInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.members.services import member_block, member_enrol
from bashgah.members.types import MemberInfo
from tests import cast
from tests.cast import LONG_AGO, NOW, given
from tests.dealings.conftest import TERMS, Givers, the_member
from tests.ledger.hand import Hand
from tests.races.overtaking import overtaken

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def givers() -> Givers:
    made = cast.naderi()
    cast.published(made.club)
    with transaction.atomic():
        people = cast.staff(made)
    found = Givers(made, people, made.club).settings(transfers=[TERMS], redeem_consent="never")
    given(found.club, found.sara, 1000)
    return found


@pytest.fixture
def tina(givers: Givers) -> MemberInfo:
    return member_enrol(club=givers.club, mobile="+989120000077", channel="till", now=LONG_AGO)


def points(givers: Givers, member: MemberInfo | None = None) -> int:
    return Hand(givers.club, (member or givers.sara).id).wallet(NOW).available


def blocks(givers: Givers, member: MemberInfo) -> None:
    member_block(club=givers.club, id=member.id, reason="x", actor=SYSTEM, now=NOW)


def merges(givers: Givers, survivor: MemberInfo, merged: MemberInfo) -> UUID:
    return services.members_merge(
        club=givers.club, survivor_id=survivor.id, merged_id=merged.id, actor=SYSTEM, now=NOW
    ).id


def corrects(givers: Givers, amount: int, *, limit: int | None = 800, **more: Any) -> AdjustmentInfo:
    """Omid corrects Sara's points; what is beyond his limit of a day waits for another."""
    return services.adjustment_make(
        club=givers.club, member_id=givers.sara.id, unit="points", amount=amount, reason="goodwill",
        limit=limit, actor=givers.people.cashier, now=NOW, **more,
    )  # fmt: skip


def approves(givers: Givers, asked: AdjustmentInfo) -> AdjustmentInfo:
    return services.adjustment_decide(
        club=givers.club, adjustment_id=asked.id, approve=True, limit=None, actor=givers.people.owner, now=NOW
    )


def withdraws(givers: Givers, asked: AdjustmentInfo) -> AdjustmentInfo:
    return services.adjustment_withdraw(
        club=givers.club, adjustment_id=asked.id, actor=givers.people.cashier, now=NOW
    )


# corrections


def test_a_correction_counts_what_its_author_corrects_at_the_same_moment(
    givers: Givers, app_url: str
) -> None:
    second = overtaken(app_url, lambda: corrects(givers, 500), lambda: corrects(givers, 400))
    assert (second.waited, second.got.state, second.got.over_day) == (True, "waiting", True)
    assert points(givers) == 1500


def test_one_reference_asked_twice_at_one_moment_is_one_correction(givers: Givers, app_url: str) -> None:
    def asks() -> AdjustmentInfo:
        return corrects(givers, 500, reference=("erp", "1"))

    second = overtaken(app_url, asks, asks)
    assert (second.code, second.got.repeated) == ("AdjustmentInfo", True)
    assert points(givers) == 1500


@pytest.mark.parametrize("limit", [None, 0])
def test_who_is_merged_at_this_moment_is_not_corrected(
    givers: Givers, app_url: str, limit: int | None
) -> None:
    second = overtaken(
        app_url,
        lambda: merges(givers, givers.reza, givers.sara),
        lambda: corrects(givers, 500, limit=limit),
    )
    assert (second.waited, second.code) == (True, "member_merged")
    assert (points(givers, givers.reza), Adjustment.objects.count()) == (1000, 0)


def test_what_is_approved_at_this_moment_is_not_withdrawn(givers: Givers, app_url: str) -> None:
    asked = corrects(givers, 900)
    second = overtaken(app_url, lambda: approves(givers, asked), lambda: withdraws(givers, asked))
    assert (second.waited, second.code) == (True, "adjustment_decided")
    assert (Adjustment.objects.get().state, points(givers)) == ("approved", 1900)


def test_what_is_withdrawn_at_this_moment_is_not_approved(givers: Givers, app_url: str) -> None:
    asked = corrects(givers, 900)
    second = overtaken(app_url, lambda: withdraws(givers, asked), lambda: approves(givers, asked))
    assert (second.waited, second.code) == (True, "adjustment_decided")
    assert (Adjustment.objects.get().state, points(givers)) == ("withdrawn", 1000)


def test_what_is_approved_at_this_moment_does_not_run_out(givers: Givers, app_url: str) -> None:
    asked = corrects(givers, 900)
    second = overtaken(
        app_url,
        lambda: approves(givers, asked),
        lambda: services.adjustments_expire(now=NOW + timedelta(days=400)),
    )
    assert (second.waited, second.got) == (True, 0)
    assert (Adjustment.objects.get().state, points(givers)) == ("approved", 1900)


def test_what_runs_out_at_this_moment_is_not_approved(givers: Givers, app_url: str) -> None:
    asked = corrects(givers, 900)
    second = overtaken(
        app_url,
        lambda: services.adjustments_expire(now=NOW + timedelta(days=400)),
        lambda: approves(givers, asked),
    )
    assert (second.waited, second.code) == (True, "adjustment_decided")
    assert (Adjustment.objects.get().state, points(givers)) == ("expired", 1000)


def test_who_stands_for_the_member_is_locked_where_a_correction_is_approved(
    givers: Givers, app_url: str
) -> None:
    """Sara became Reza, and Reza is given something at this moment: both reach him."""
    asked = corrects(givers, 900)
    merges(givers, givers.reza, givers.sara)
    second = overtaken(app_url, lambda: given(givers.club, givers.reza, 5), lambda: approves(givers, asked))
    assert (second.waited, second.code) == (True, "AdjustmentInfo")
    assert points(givers, givers.reza) == 1905


def test_what_is_approved_while_two_part_is_theirs_for_whom_it_was_asked(
    givers: Givers, app_url: str
) -> None:
    asked = corrects(givers, 900)
    merge = merges(givers, givers.reza, givers.sara)
    second = overtaken(
        app_url,
        lambda: services.merge_undo(club=givers.club, merge_id=merge, actor=SYSTEM, now=NOW),
        lambda: approves(givers, asked),
    )
    assert (second.waited, second.code) == (True, "AdjustmentInfo")
    assert (points(givers), points(givers, givers.reza)) == (1900, 0)


def test_a_correction_while_two_part_is_theirs_for_whom_it_is(givers: Givers, app_url: str) -> None:
    merge = merges(givers, givers.reza, givers.sara)
    second = overtaken(
        app_url,
        lambda: services.merge_undo(club=givers.club, merge_id=merge, actor=SYSTEM, now=NOW),
        lambda: corrects(givers, 500),
    )
    assert (second.waited, second.code) == (True, "AdjustmentInfo")
    assert (points(givers), points(givers, givers.reza)) == (1500, 0)


def test_what_is_approved_while_its_member_becomes_another_waits_for_being_asked_again(
    givers: Givers, app_url: str
) -> None:
    asked = corrects(givers, 900)
    second = overtaken(
        app_url, lambda: merges(givers, givers.reza, givers.sara), lambda: approves(givers, asked)
    )
    assert (second.waited, second.code) == (True, "member_merged")
    approves(givers, asked)
    assert points(givers, givers.reza) == 1900


def test_a_correction_is_approved_until_its_time_is_over_and_not_then(givers: Givers) -> None:
    asked = corrects(givers, 900)

    def decides(now: Any) -> AdjustmentInfo:
        return services.adjustment_decide(
            club=givers.club, adjustment_id=asked.id, approve=True, limit=None, actor=givers.people.owner,
            now=now,
        )  # fmt: skip

    with pytest.raises(Refusal) as refusal:
        decides(asked.expires_at)
    assert refusal.value.code == "adjustment_decided"
    assert decides(asked.expires_at - timedelta(seconds=1)).state == "approved"


# gifts


def test_who_is_blocked_at_this_moment_gives_nothing(givers: Givers, app_url: str) -> None:
    second = overtaken(app_url, lambda: blocks(givers, givers.sara), lambda: givers.gives(100))
    assert (second.waited, second.code, points(givers)) == (True, "member_blocked", 1000)


def test_who_is_blocked_at_this_moment_is_given_nothing(givers: Givers, app_url: str) -> None:
    second = overtaken(app_url, lambda: blocks(givers, givers.reza), lambda: givers.gives(100))
    assert (second.waited, second.code, points(givers)) == (True, "receiver_inactive", 1000)


@pytest.mark.parametrize("gives", [True, False])
def test_who_is_merged_at_this_moment_neither_gives_nor_is_given(
    givers: Givers, tina: MemberInfo, app_url: str, gives: bool
) -> None:
    gone = givers.sara if gives else givers.reza
    second = overtaken(
        app_url, lambda: merges(givers, tina, gone), lambda: givers.gives(100, channel="portal")
    )
    assert (second.waited, second.code) == (True, "member_merged")
    assert Transfer.objects.count() == 0


@pytest.mark.parametrize("gives", [True, False])
def test_a_gift_of_or_to_who_parts_from_another_at_this_moment_is_asked_for_again(
    givers: Givers, tina: MemberInfo, app_url: str, gives: bool
) -> None:
    """Sara stood for Tina, who parts from her: it is no gift of hers."""
    given(givers.club, tina, 300)
    given(givers.club, givers.reza, 300)
    merge = merges(givers, givers.sara, tina)
    pair = (tina, givers.reza) if gives else (givers.reza, tina)

    def gift() -> TransferInfo:
        return givers.gives(100, giver=pair[0], receiver=pair[1])

    second = overtaken(
        app_url,
        lambda: services.merge_undo(club=givers.club, merge_id=merge, actor=SYSTEM, now=NOW),
        gift,
    )
    assert (second.waited, second.code) == (True, "member_merged")
    gift()
    assert (points(givers), points(givers, tina)) == (1000, 200 if gives else 400)


def test_one_reference_given_twice_at_one_moment_is_one_gift(givers: Givers, app_url: str) -> None:
    def gives() -> TransferInfo:
        return givers.gives(100, reference=("app", "1"))

    second = overtaken(app_url, gives, gives)
    assert (second.code, second.got.repeated, points(givers)) == ("TransferInfo", True, 900)


def confirms(givers: Givers, gift: TransferInfo) -> TransferInfo:
    issued = services.transfer_code_send(club=givers.club, transfer_id=gift.id, now=NOW)
    return services.transfer_confirm(
        club=givers.club, transfer_id=gift.id, request_id=issued.request_id, code=issued.code,
        actor=the_member(givers.sara), now=NOW,
    )  # fmt: skip


def cancels(givers: Givers, gift: TransferInfo) -> TransferInfo:
    return services.transfer_cancel(club=givers.club, transfer_id=gift.id, now=NOW)


def test_a_gift_cancelled_at_this_moment_is_not_given(givers: Givers, app_url: str) -> None:
    gift = givers.gives(100, channel="portal")
    second = overtaken(app_url, lambda: cancels(givers, gift), lambda: confirms(givers, gift))
    assert (second.waited, second.code) == (True, "transfer_closed")
    assert (Transfer.objects.get().state, points(givers)) == ("cancelled", 1000)


def test_a_gift_given_at_this_moment_is_not_cancelled(givers: Givers, app_url: str) -> None:
    gift = givers.gives(100, channel="portal")
    second = overtaken(app_url, lambda: confirms(givers, gift), lambda: cancels(givers, gift))
    assert (second.waited, second.code) == (True, "transfer_closed")
    assert (Transfer.objects.get().state, points(givers)) == ("done", 900)


def test_what_a_gift_may_be_is_looked_at_anew_when_it_is_agreed_to(givers: Givers, app_url: str) -> None:
    """It fitted the day's limit when it was wished for; another gift takes of the limit at this moment."""
    gift = givers.gives(400, channel="portal")
    second = overtaken(app_url, lambda: givers.gives(300), lambda: confirms(givers, gift))
    assert (second.waited, second.code) == (True, "transfer_limit_reached")
    assert points(givers) == 700


def test_a_gift_whose_giver_becomes_another_at_this_moment_is_undone_when_asked_again(
    givers: Givers, tina: MemberInfo, app_url: str
) -> None:
    gift = givers.gives(100)

    def undoes() -> TransferInfo:
        return services.transfer_undo(
            club=givers.club, transfer_id=gift.id, reason="a mistake", actor=givers.people.owner, now=LATER
        )

    second = overtaken(app_url, lambda: merges(givers, tina, givers.sara), undoes)
    assert (second.waited, second.code) == (True, "member_merged")
    assert undoes().state == "undone"
    assert (points(givers, tina), points(givers, givers.reza)) == (1000, 0)


def test_a_gift_undone_at_this_moment_is_not_undone_again(givers: Givers, app_url: str) -> None:
    gift = givers.gives(100)

    def undoes() -> TransferInfo:
        return services.transfer_undo(
            club=givers.club, transfer_id=gift.id, reason="a mistake", actor=givers.people.owner, now=LATER
        )

    second = overtaken(app_url, undoes, undoes)
    assert (second.waited, second.code, second.got.repeated) == (True, "TransferInfo", True)
    assert (points(givers), points(givers, givers.reza)) == (1000, 0)


def test_who_stands_for_the_giver_is_locked_where_a_gift_is_undone(
    givers: Givers, tina: MemberInfo, app_url: str
) -> None:
    """Sara became Tina, and Tina is given something at this moment: both reach her."""
    gift = givers.gives(100)
    merges(givers, tina, givers.sara)
    given(givers.club, givers.reza, 50)
    second = overtaken(
        app_url,
        lambda: givers.gives(50, giver=givers.reza, receiver=tina),
        lambda: services.transfer_undo(
            club=givers.club, transfer_id=gift.id, reason="a mistake", actor=givers.people.owner, now=LATER
        ),
    )
    assert (second.waited, second.code) == (True, "TransferInfo")
    assert (points(givers, tina), points(givers, givers.reza)) == (1050, 0)
