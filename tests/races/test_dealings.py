"""Many hands on gifts and requests: limits hold, a request is decided once; canaries without the lock."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from bashgah.activities import settling
from bashgah.activities.services import settle_one
from bashgah.dealings import permitting, services
from bashgah.dealings.services import adjustments, transfers
from bashgah.dealings.services import merges as merging_acts
from bashgah.dealings.types import AdjustmentInfo, MergeInfo, TransferInfo
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import sums_get
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.ledger.types import HoldInfo
from bashgah.members.selectors import alias_set
from bashgah.members.types import MemberInfo
from bashgah.redemption.services import redemption_begin
from bashgah.redemption.types import RedemptionInfo
from bashgah.rewards.services import reward_save
from tests import cast
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW, given
from tests.dealings.conftest import TERMS, Givers
from tests.ledger.hand import Hand
from tests.races.hands import at_once, codes, look_only, look_only_asked

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


@pytest.fixture
def givers() -> Givers:
    made = cast.naderi()
    cast.published(made.club)
    with transaction.atomic():
        people = cast.staff(made)
    return Givers(made, people, made.club).settings(transfers=[TERMS], redeem_consent="never")


def balances(givers: Givers) -> tuple[int, int]:
    hands = (Hand(givers.club, givers.sara.id), Hand(givers.club, givers.reza.id))
    return hands[0].wallet(NOW).available, hands[1].wallet(NOW).available


def asked(givers: Givers, amount: int = 5000) -> UUID:
    """Omid asks for more than he may give alone."""
    return services.adjustment_make(
        club=givers.club,
        member_id=givers.sara.id,
        unit="points",
        amount=amount,
        reason="goodwill",
        limit=10,
        actor=givers.people.cashier,
        now=NOW,
    ).id


def decides(givers: Givers, id: UUID, approve: bool) -> AdjustmentInfo:
    return services.adjustment_decide(
        club=givers.club, adjustment_id=id, approve=approve, limit=None, actor=givers.people.owner, now=NOW
    )


def test_gifts_at_once_stay_within_the_days_limit(givers: Givers) -> None:
    given(givers.club, givers.sara, 5000)
    got = at_once(HANDS, lambda _n: givers.gives(100))
    assert codes(got) == ["TransferInfo"] * 6 + ["transfer_limit_reached"] * 2
    assert balances(givers) == (4400, 600)


def test_gifts_at_once_never_exceed_the_balance(givers: Givers) -> None:
    given(givers.club, givers.sara, 250)
    got = at_once(HANDS, lambda _n: givers.gives(100))
    assert codes(got) == ["TransferInfo"] * 2 + ["points_short"] * 6
    assert balances(givers) == (50, 200)


def test_one_reference_sent_by_many_at_once_gives_once(givers: Givers) -> None:
    given(givers.club, givers.sara, 5000)
    got = at_once(HANDS, lambda _n: givers.gives(100, reference=("app", "1")))
    assert len({answer.id for answer in got if isinstance(answer, TransferInfo)}) == 1
    assert balances(givers) == (4900, 100)


def test_two_who_give_to_each_other_do_not_wait_for_ever(givers: Givers) -> None:
    given(givers.club, givers.sara, 400)
    given(givers.club, givers.reza, 400)
    pairs = ((givers.sara, givers.reza), (givers.reza, givers.sara))
    got = at_once(HANDS, lambda n: givers.gives(50, giver=pairs[n % 2][0], receiver=pairs[n % 2][1]))
    assert codes(got) == ["TransferInfo"] * HANDS
    assert balances(givers) == (400, 400)


def test_a_gift_is_undone_once(givers: Givers) -> None:
    given(givers.club, givers.sara, 400)
    gift = givers.gives(100)
    at_once(
        HANDS,
        lambda _n: services.transfer_undo(
            club=givers.club, transfer_id=gift.id, reason="a mistake", actor=givers.people.owner, now=NOW
        ),
    )
    assert balances(givers) == (400, 0)


def test_a_request_approved_by_many_gives_once(givers: Givers) -> None:
    id_ = asked(givers)
    got = at_once(HANDS, lambda _n: decides(givers, id_, True))
    assert codes(got) == ["AdjustmentInfo"] + ["adjustment_decided"] * (HANDS - 1)
    assert balances(givers) == (5000, 0)


def test_a_request_is_approved_or_refused_never_both(givers: Givers) -> None:
    id_ = asked(givers)
    got = at_once(HANDS, lambda n: decides(givers, id_, n % 2 == 0))
    won = [answer.state for answer in got if isinstance(answer, AdjustmentInfo)]
    assert codes(got) == ["AdjustmentInfo"] + ["adjustment_decided"] * (HANDS - 1)
    assert balances(givers) == ((5000, 0) if won == ["approved"] else (0, 0))


def meeting(monkeypatch: pytest.MonkeyPatch, room: object, name: str) -> None:
    """Make two hands wait for each other right after this look, so that both act on the same picture."""
    gate, plain = threading.Barrier(2), getattr(room, name)

    def look_and_wait(*args: Any, **kwargs: Any) -> Any:
        got = plain(*args, **kwargs)
        gate.wait(timeout=10)
        return got

    monkeypatch.setattr(room, name, look_and_wait)


@pytest.mark.corrupts
def test_without_the_lock_gifts_at_once_exceed_the_limit(
    givers: Givers, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(givers.club, givers.sara, 5000)
    monkeypatch.setattr(transfers.members_services, "members_lock", look_only)
    meeting(monkeypatch, transfers, "may_give")
    got = at_once(2, lambda _n: givers.gives(400))
    assert codes(got) == ["TransferInfo", "TransferInfo"]
    assert permitting.selectors.given_since([givers.sara.id], "points", NOW.date()) == 800


@pytest.mark.corrupts
def test_without_the_lock_a_request_is_approved_twice(
    givers: Givers, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = asked(givers)
    monkeypatch.setattr(adjustments, "members_lock", look_only)
    meeting(monkeypatch, adjustments, "_waiting")
    got = at_once(2, lambda _n: decides(givers, id_, True))
    assert codes(got) == ["AdjustmentInfo", "AdjustmentInfo"]


MILLION = 1_000_000


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def merges(shop: Shop, survivor: MemberInfo, merged: MemberInfo) -> MergeInfo:
    return services.members_merge(
        club=shop.club, survivor_id=survivor.id, merged_id=merged.id, actor=SYSTEM, now=NOW
    )


def points_of(shop: Shop, member: MemberInfo) -> int:
    return Hand(shop.club, member.id).wallet(NOW).available


def test_a_merge_and_purchases_at_once_lose_no_point(shop: Shop) -> None:
    shop.buys("S-0", MILLION)

    def act(n: int) -> object:
        if not n:
            return merges(shop, shop.reza, shop.sara)
        return settle_one(shop.purchase(f"S-{n}", amount=MILLION), club=shop.club, actor=SYSTEM, now=NOW)

    got = at_once(HANDS, act)
    assert [type(answer).__name__ for answer in got] == ["MergeInfo"] + ["Settled"] * (HANDS - 1)
    assert points_of(shop, shop.reza) == 10 * HANDS
    assert sums_get(shop.club, shop.reza.id).purchases == HANDS


def test_two_who_are_merged_into_each_other_at_once_are_merged_once(shop: Shop) -> None:
    shop.buys("S-0", MILLION)
    shop.buys("R-0", MILLION, member=shop.reza)
    pairs = ((shop.sara, shop.reza), (shop.reza, shop.sara))
    got = at_once(HANDS, lambda n: merges(shop, *pairs[n % 2]))
    assert codes(got) == ["MergeInfo"] + ["member_merged"] * (HANDS - 1)
    won = next(answer for answer in got if isinstance(answer, MergeInfo))
    assert alias_set(shop.club, won.merged_id)[0] == won.survivor_id
    assert points_of(shop, shop.sara) == 20


def test_a_merge_and_holds_at_once_keep_what_is_promised(shop: Shop) -> None:
    shop.buys("S-0", 8 * MILLION)
    sara = Hand(shop.club, shop.sara.id)
    got = at_once(HANDS, lambda n: sara.holds(10, now=NOW) if n else merges(shop, shop.reza, shop.sara))
    held = [answer for answer in got if isinstance(answer, HoldInfo)]
    if isinstance(got[0], MergeInfo):
        assert (held, points_of(shop, shop.reza)) == ([], 80)
    else:
        assert codes([got[0]]) == ["holds_open"]
        assert points_of(shop, shop.sara) == 80 - 10 * len(held)


def test_a_merge_and_redemptions_at_once_spend_what_was_there(givers: Givers) -> None:
    reward_save(
        club=givers.club, key="free_coffee", name=Texts("قهوه", "Coffee"), actor=SYSTEM, now=cast.LONG_AGO
    )
    given(givers.club, givers.sara, 5000)

    def act(n: int) -> object:
        if not n:
            return services.members_merge(
                club=givers.club, survivor_id=givers.reza.id, merged_id=givers.sara.id, actor=SYSTEM, now=NOW
            )
        return redemption_begin(
            club=givers.club,
            member_id=givers.sara.id,
            reward_key="free_coffee",
            channel="till",
            actor=givers.people.cashier,
            now=NOW,
        )

    got = at_once(HANDS, act)
    made = [answer for answer in got if isinstance(answer, RedemptionInfo)]
    assert isinstance(got[0], MergeInfo)
    assert {answer.code for answer in got if isinstance(answer, Refusal)} <= {
        "member_merged",
        "reward_unavailable",
    }
    assert balances(givers)[1] == 5000 - sum(answer.price for answer in made)


def test_an_undo_at_once_happens_once(shop: Shop) -> None:
    shop.buys("S-0", MILLION)
    made = merges(shop, shop.reza, shop.sara)
    got = at_once(
        HANDS,
        lambda _n: services.merge_undo(club=shop.club, merge_id=made.id, actor=SYSTEM, now=NOW),
    )
    assert codes(got) == ["MergeInfo"] * HANDS
    assert points_of(shop, shop.sara) == 10


def test_without_the_lock_a_purchase_between_the_halves_of_a_merge_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows it read have moved: the second guard stops what the first no longer orders."""
    shop.buys("S-0", MILLION)
    monkeypatch.setattr(settling, "members_locking", look_only_asked)
    monkeypatch.setattr(merging_acts.members_services, "members_lock", look_only)
    has_read, is_merged = threading.Event(), threading.Event()
    plain = settling._states_read

    def look_and_wait(*args: Any, **kwargs: Any) -> Any:
        got = plain(*args, **kwargs)
        has_read.set()
        is_merged.wait(timeout=10)
        return got

    monkeypatch.setattr(settling, "_states_read", look_and_wait)

    def act(n: int) -> object:
        if not n:
            return settle_one(shop.purchase("S-1", amount=MILLION), club=shop.club, actor=SYSTEM, now=NOW)
        has_read.wait(timeout=10)
        try:
            return merges(shop, shop.reza, shop.sara)
        finally:
            is_merged.set()

    got = at_once(2, act)
    assert codes(got) == ["MergeInfo", "settlement_failed"]
    assert points_of(shop, shop.reza) == 10
