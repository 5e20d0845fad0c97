"""Points given to another member: off until the club says so, within its limits, with the giver's own yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from bashgah.dealings import selectors, services
from bashgah.ground import outbox
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import lots_open
from bashgah.members.services import code_issue, member_block, member_enrol
from bashgah.members.types import MemberInfo
from bashgah.messaging import selectors as messaging
from tests import cast
from tests.cast import NOW, given
from tests.dealings.conftest import Givers, the_member
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def refusal_of(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        act()
    return refusal.value


def balances(givers: Givers) -> tuple[int, int]:
    hands = (Hand(givers.club, givers.sara.id), Hand(givers.club, givers.reza.id))
    return hands[0].wallet(NOW).available, hands[1].wallet(NOW).available


def test_nothing_can_be_given_until_the_club_allows_it(givers: Givers) -> None:
    closed = givers.settings(transfers=[])
    given(closed.club, closed.sara, 100)
    assert refusal_of(lambda: closed.gives(20)).code == "transfers_off"


def test_a_gift_moves_points_and_tells_both(givers: Givers) -> None:
    given(givers.club, givers.sara, 100, expires_at=NOW + 40 * DAY)
    done = givers.gives(30)
    assert (done.state, balances(givers)) == ("done", (70, 30))
    assert lots_open(givers.club, givers.reza.id)[0].expires_at == NOW + 40 * DAY
    outbox.relay_once()
    outbox.deliveries_run(now=NOW)
    told = {
        (row.event, row.body)
        for member in (givers.sara, givers.reza)
        for row in messaging.messages_of_member(givers.club, [member.id])
        if row.channel == "inbox" and row.event != "welcome"
    }
    assert {event for event, _text in told} == {"points_given", "points_received"}
    assert any("سارا" in text for event, text in told if event == "points_received")


def test_an_undone_gift_is_told_to_both(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    done = givers.gives(30)
    services.transfer_undo(
        club=givers.club, transfer_id=done.id, reason="the wrong Reza", actor=givers.people.owner, now=NOW
    )
    outbox.relay_once()
    outbox.deliveries_run(now=NOW)
    told = {
        (member.id, row.event): row.body
        for member in (givers.sara, givers.reza)
        for row in messaging.messages_of_member(givers.club, [member.id])
        if row.channel == "inbox"
    }
    assert "اهدای شما به رضا بازگردانی شد و ۳۰ امتیاز" in told[givers.sara.id, "points_returned"]
    assert "هدیهٔ سارا بازگردانی شد و ۳۰ امتیاز" in told[givers.reza.id, "points_taken_back"]


def test_one_reference_is_one_gift(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    first = givers.gives(30, reference=("app", "G-1"))
    again = givers.gives(30, reference=("app", "G-1"))
    assert (again.id, again.repeated, balances(givers)) == (first.id, True, (70, 30))
    assert refusal_of(lambda: givers.gives(31, reference=("app", "G-1"))).code == "reference_reused"


@pytest.mark.parametrize("amount", [9, 501])
def test_a_gift_is_neither_too_small_nor_too_big(givers: Givers, amount: int) -> None:
    given(givers.club, givers.sara, 1000)
    assert refusal_of(lambda: givers.gives(amount)).code == "amount_out_of_range"


def test_limits_of_day_month_and_pair_count_what_was_given(givers: Givers) -> None:
    given(givers.club, givers.sara, 5000)
    givers.gives(500)
    refused = refusal_of(lambda: givers.gives(101))
    assert (refused.code, refused.extra["left"]) == ("transfer_limit_reached", 100)
    # 2 Azar begins a month in which two days were given so far
    refused = refusal_of(lambda: (givers.gives(300, now=NOW + 2 * DAY), givers.gives(600, now=NOW + 3 * DAY)))
    assert refused.code == "amount_out_of_range"
    givers.gives(400, now=NOW + 2 * DAY)
    refused = refusal_of(lambda: givers.gives(401, now=NOW + 3 * DAY))
    assert (refused.code, refused.extra["left"]) == ("transfer_limit_reached", 400)


@pytest.fixture
def tina(givers: Givers) -> MemberInfo:
    return member_enrol(club=givers.club, mobile="+989120000077", channel="till", now=cast.LONG_AGO)


def test_a_month_has_a_limit_of_its_own_whoever_receives(givers: Givers, tina: MemberInfo) -> None:
    given(givers.club, givers.sara, 5000)
    azar = NOW + 2 * DAY
    givers.gives(500, now=azar)
    givers.gives(400, receiver=tina, now=azar + DAY)
    refused = refusal_of(lambda: givers.gives(101, receiver=tina, now=azar + 2 * DAY))
    assert (refused.code, refused.extra["left"]) == ("transfer_limit_reached", 100)
    givers.gives(100, receiver=tina, now=azar + 2 * DAY)
    # 1 Dey begins another month
    givers.gives(500, receiver=tina, now=azar + 30 * DAY)


def test_limits_are_of_the_person_whichever_membership_gave_or_received(
    givers: Givers, tina: MemberInfo
) -> None:
    """The day's limit is 600, and 800 in a month to one person: to Reza, who becomes Tina."""
    given(givers.club, givers.sara, 5000)
    azar = NOW + 2 * DAY
    nora = member_enrol(club=givers.club, mobile="+989120000078", channel="till", now=cast.LONG_AGO)
    givers.gives(500, now=azar)
    for survivor, merged in ((tina, givers.reza), (nora, givers.sara)):
        services.members_merge(
            club=givers.club, survivor_id=survivor.id, merged_id=merged.id, actor=SYSTEM, now=azar
        )
    today = refusal_of(lambda: givers.gives(101, giver=nora, receiver=tina, now=azar))
    to_tina = refusal_of(lambda: givers.gives(301, giver=nora, receiver=tina, now=azar + DAY))
    assert (today.code, today.extra["left"]) == ("transfer_limit_reached", 100)
    assert (to_tina.code, to_tina.extra["left"]) == ("transfer_limit_reached", 300)


def test_an_undone_gift_counts_against_no_limit(givers: Givers) -> None:
    given(givers.club, givers.sara, 5000)
    first = givers.gives(500)
    undone = services.transfer_undo(
        club=givers.club, transfer_id=first.id, reason="the wrong Reza", actor=givers.people.owner, now=NOW
    )
    assert (undone.state, undone.undo_reason, balances(givers)) == ("undone", "the wrong Reza", (5000, 0))
    assert givers.gives(500).state == "done"


def test_undoing_twice_is_undoing_once_and_needs_a_reason(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    first = givers.gives(50)

    def undo(reason: str) -> object:
        return services.transfer_undo(
            club=givers.club, transfer_id=first.id, reason=reason, actor=givers.people.owner, now=NOW
        )

    assert refusal_of(lambda: undo("  ")).code == "reason_missing"
    undo("a mistake")
    undo("a mistake")
    assert balances(givers) == (100, 0)


def test_only_active_members_give_and_receive(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    given(givers.club, givers.reza, 100)
    member_block(club=givers.club, id=givers.sara.id, reason="fraud", actor=givers.people.owner, now=NOW)
    assert refusal_of(lambda: givers.gives(20)).code == "member_blocked"
    back = refusal_of(lambda: givers.gives(20, giver=givers.reza, receiver=givers.sara))
    assert back.code == "receiver_inactive"


def test_nobody_gives_to_themselves(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    assert refusal_of(lambda: givers.gives(20, receiver=givers.sara)).code == "transfer_to_self"


def test_a_new_member_must_wait_before_giving(givers: Givers) -> None:
    fresh = member_enrol(club=givers.club, mobile="09121110022", channel="portal", now=NOW)
    given(givers.club, fresh, 100)
    assert refusal_of(lambda: givers.gives(20, giver=fresh)).code == "account_too_new"
    assert givers.gives(20, giver=fresh, now=NOW + 30 * DAY).state == "done"


def test_in_the_portal_nothing_moves_before_the_code(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    wish = givers.gives(30, channel="portal", actor=the_member(givers.sara))
    assert (wish.state, balances(givers)) == ("open", (100, 0))
    sent = services.transfer_code_send(club=givers.club, transfer_id=wish.id, now=NOW)

    def confirm(code: str, request: object = sent.request_id) -> object:
        return services.transfer_confirm(
            club=givers.club,
            transfer_id=wish.id,
            request_id=request,  # type: ignore[arg-type]
            code=code,
            actor=the_member(givers.sara),
            now=NOW,
        )

    wrong = "000000" if sent.code != "000000" else "111111"
    assert refusal_of(lambda: confirm(wrong)).code == "code_wrong"
    assert refusal_of(lambda: confirm(sent.code, None)).code == "code_missing"
    assert balances(givers) == (100, 0)
    confirm(sent.code)
    confirm(sent.code)
    assert balances(givers) == (70, 30)
    assert selectors.transfer_get(givers.club, wish.id).yes_by == "code"


def test_the_code_of_one_gift_agrees_to_no_other(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    small = givers.gives(10, channel="portal", actor=the_member(givers.sara))
    large = givers.gives(90, channel="portal", actor=the_member(givers.sara))
    sent = services.transfer_code_send(club=givers.club, transfer_id=small.id, now=NOW)
    refused = refusal_of(
        lambda: services.transfer_confirm(
            club=givers.club,
            transfer_id=large.id,
            request_id=sent.request_id,
            code=sent.code,
            actor=the_member(givers.sara),
            now=NOW,
        )
    )
    assert (refused.code, balances(givers)) == ("code_wrong", (100, 0))


def test_the_receivers_code_agrees_to_no_gift(givers: Givers) -> None:
    """It is right, and of this very gift, but not the giver's."""
    given(givers.club, givers.sara, 100)
    wish = givers.gives(10, channel="portal", actor=the_member(givers.sara))
    theirs = code_issue(
        club=givers.club,
        purpose="give",
        contact=cast.REZA_MOBILE,
        subject=public("transfer", wish.id),
        now=NOW,
    )
    refused = refusal_of(
        lambda: services.transfer_confirm(
            club=givers.club,
            transfer_id=wish.id,
            request_id=theirs.request_id,
            code=theirs.code,
            actor=the_member(givers.sara),
            now=NOW,
        )
    )
    assert (refused.code, refused.status, balances(givers)) == ("yes_of_another", 403, (100, 0))


def test_a_wish_is_over_after_ten_minutes_and_when_given_up(givers: Givers) -> None:
    given(givers.club, givers.sara, 100)
    late = givers.gives(10, channel="portal", actor=the_member(givers.sara))
    assert (
        refusal_of(
            lambda: services.transfer_code_send(
                club=givers.club, transfer_id=late.id, now=NOW + timedelta(minutes=10)
            )
        ).code
        == "transfer_closed"
    )
    services.transfer_cancel(club=givers.club, transfer_id=late.id, now=NOW)
    refused = refusal_of(lambda: services.transfer_code_send(club=givers.club, transfer_id=late.id, now=NOW))
    assert refused.code == "transfer_closed"


def test_the_policy_for_spending_asks_for_the_code_elsewhere_too(givers: Givers) -> None:
    careful = givers.settings(redeem_consent="above", redeem_consent_above=50)
    given(careful.club, careful.sara, 500)
    assert (careful.gives(50).state, careful.gives(51).state) == ("done", "open")


def test_what_may_still_be_given_is_told(givers: Givers) -> None:
    given(givers.club, givers.sara, 1000)
    givers.gives(500)
    left = selectors.allowance_get(givers.club, givers.sara.id, "points", NOW)
    assert left is not None
    assert (left.least, left.most, left.today, left.month) == (10, 500, 100, 500)
    assert selectors.allowance_get(givers.club, givers.sara.id, "credit", NOW) is None
