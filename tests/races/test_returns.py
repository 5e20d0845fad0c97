"""Returns against everything that moves at the same time; each guard with a canary that shows it at work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from bashgah.activities import services, settling, strangers, waiting
from bashgah.activities.handlers import on_purchases
from bashgah.activities.services import anonymous_claim, settle, settle_one
from bashgah.activities.types import PurchaseIn, Refused, Settled
from bashgah.activities.waiting import returns_waiting
from bashgah.ground.types import SYSTEM, News
from bashgah.kit.refusals import Refusal
from bashgah.ledger.types import HoldInfo
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand
from tests.races.hands import at_once, look_only_asked

pytestmark = pytest.mark.django_db(transaction=True)
MILLION = 1_000_000


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def sara(shop: Shop) -> Hand:
    return Hand(shop.club, shop.sara.id)


def back(shop: Shop, reference: str, *lines: tuple[int, int]) -> Settled:
    return settle_one(shop.returns(reference, "A-1", *lines), club=shop.club, actor=SYSTEM, now=NOW)


def hear(shop: Shop) -> None:
    """Deliver the news of a purchase."""
    on_purchases(
        [
            News(
                id=shop.sara.id,
                club_id=shop.club.id,
                kind="purchase.settled",
                member_id=None,
                payload={},
                at=NOW,
            )
        ]
    )


def test_a_line_comes_back_only_as_often_as_it_was_bought(shop: Shop, sara: Hand) -> None:
    shop.tell(shop.purchase("A-1", line("egg", MILLION, pieces=4)))
    got = at_once(8, lambda n: back(shop, f"R-{n}", (1, 1000)))
    assert len([answer for answer in got if isinstance(answer, Settled)]) == 4
    assert [answer.code for answer in got if isinstance(answer, Refusal)] == ["return_exceeds"] * 4
    assert sara.wallet(NOW).available == 0


@pytest.mark.corrupts
def test_without_the_lock_two_returns_of_a_line_both_think_it_is_there(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tell(shop.purchase("A-1", line("gum", 10_000)))
    gate, plain = threading.Barrier(2), settling._states_read

    def read_and_wait(*args: Any, **kwargs: Any) -> Any:
        got = plain(*args, **kwargs)
        gate.wait(timeout=10)
        return got

    monkeypatch.setattr(settling, "_states_read", read_and_wait)
    monkeypatch.setattr(settling, "members_locking", look_only_asked)
    got = at_once(2, lambda n: back(shop, f"R-{n}", (1, 1000)))
    codes = [answer.code for answer in got if isinstance(answer, Refusal)]
    # both saw a line that was there; only the rows' own places stop the second, without knowing why
    assert codes == ["settlement_failed"]


def test_a_return_and_a_redemption_at_once_leave_exactly_one_of_two_truths(shop: Shop, sara: Hand) -> None:
    for n in range(6):
        shop.buys(f"B-{n}", MILLION)
        told = shop.returns(f"R-{n}", f"B-{n}")
        before = sara.wallet(NOW)
        acts: tuple[Callable[[], object], ...] = (
            lambda told=told: settle_one(told, club=shop.club, actor=SYSTEM, now=NOW),  # type: ignore[misc]
            lambda: sara.holds(10, now=NOW),
        )
        got = at_once(2, lambda place, acts=acts: acts[place]())  # type: ignore[misc]
        assert isinstance(got[0], Settled)
        after = sara.wallet(NOW)
        assert before.available == 10
        held = isinstance(got[1], HoldInfo)
        assert (after.available, after.held) == ((-10, 10) if held else (0, 0))
        if held:
            sara.releases(got[1], now=NOW)
        assert sara.wallet(NOW).available == 0


def test_a_return_and_its_purchase_at_once_always_meet(shop: Shop, sara: Hand) -> None:
    for n in range(6):
        bought = shop.purchase(f"B-{n}", amount=MILLION)
        told = shop.returns(f"R-{n}", f"B-{n}")

        def act(place: int, facts: tuple[Any, Any] = (bought, told)) -> object:
            answer = settle([facts[place]], club=shop.club, actor=SYSTEM, now=NOW)[0]
            if place == 0:
                hear(shop)
            return answer

        got = at_once(2, act)
        assert isinstance(got[0], Settled)
        assert isinstance(got[1], Settled | Refused)
        assert returns_waiting(shop.club) == []
        assert sara.wallet(NOW).available == 0


def late(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let a purchase come, and be heard, while its return is about to wait."""
    about, come, plain = threading.Event(), threading.Event(), waiting.waiting_add

    def add_and_wait(*args: Any) -> Any:
        got = plain(*args)
        about.set()
        come.wait(timeout=10)
        return got

    monkeypatch.setattr(waiting, "waiting_add", add_and_wait)

    def act(place: int) -> object:
        if place == 0:
            return settle([shop.returns("R-1", "A-1")], club=shop.club, actor=SYSTEM, now=NOW)[0]
        about.wait(timeout=10)
        answer = settle([shop.purchase("A-1", amount=MILLION)], club=shop.club, actor=SYSTEM, now=NOW)[0]
        hear(shop)
        come.set()
        return answer

    return at_once(2, act)


def test_a_purchase_that_comes_while_its_return_begins_to_wait_is_found(
    shop: Shop, sara: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = late(shop, monkeypatch)
    assert [type(answer) for answer in got] == [Settled, Settled]
    assert (sara.wallet(NOW).available, returns_waiting(shop.club)) == (0, [])


def test_without_the_second_look_that_return_waits_for_a_purchase_that_is_there(
    shop: Shop, sara: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_waited", lambda *_args: None)
    late(shop, monkeypatch)
    assert (sara.wallet(NOW).available, len(returns_waiting(shop.club))) == (10, 1)


def test_a_claim_and_a_return_at_once_see_one_another(shop: Shop, sara: Hand) -> None:
    for n in range(6):
        told = PurchaseIn(
            source="pos",
            reference=f"N-{n}",
            occurred_at=NOW,
            branch="101",
            lines=(line("egg", MILLION, pieces=2),),
        )
        bought = settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)

        def act(place: int, id_: Any = bought.activity_id, n: int = n) -> object:
            if place:
                return anonymous_claim(
                    club=shop.club, anonymous_id=id_, member_id=shop.sara.id, actor=SYSTEM, now=NOW
                )
            told = shop.returns(f"R-{n}", f"N-{n}", (1, 1000))
            return settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)

        got = at_once(2, act)
        assert [type(answer) for answer in got] == [Settled, Settled]
        assert sara.wallet(NOW).available == 5 * (n + 1)


def crossing(shop: Shop, monkeypatch: pytest.MonkeyPatch, look: Callable[..., Any]) -> list[object]:
    """Let a claim come while a return has just asked whose the anonymous purchase is."""
    told = PurchaseIn(
        source="pos",
        reference="N-1",
        occurred_at=NOW,
        branch="101",
        lines=(line("egg", MILLION, pieces=2),),
    )
    bought = settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)
    asked, claimed = threading.Event(), threading.Event()

    def look_and_wait(*args: Any) -> Any:
        got = look(*args)
        asked.set()
        claimed.wait(timeout=1)
        return got

    monkeypatch.setattr(strangers, "claimed_lock", look_and_wait)

    def act(place: int) -> object:
        if place == 0:
            return back_of(shop, "N-1")
        asked.wait(timeout=10)
        answer = anonymous_claim(
            club=shop.club,
            anonymous_id=bought.activity_id,
            member_id=shop.sara.id,
            actor=SYSTEM,
            now=NOW,
        )
        claimed.set()
        return answer

    return at_once(2, act)


def back_of(shop: Shop, of: str) -> Settled:
    return settle_one(shop.returns("R-1", of, (1, 1000)), club=shop.club, actor=SYSTEM, now=NOW)


def test_a_claim_waits_for_the_return_that_asked_before_it(
    shop: Shop, sara: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = crossing(shop, monkeypatch, strangers.claimed_lock)
    assert [type(answer) for answer in got] == [Settled, Settled]
    assert sara.wallet(NOW).available == 5


def test_without_that_lock_the_claim_gives_points_for_what_came_back(
    shop: Shop, sara: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossing(shop, monkeypatch, lambda _club, ids: dict.fromkeys(ids))
    assert sara.wallet(NOW).available == 10
