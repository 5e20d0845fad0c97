"""The same races with the guard taken away, from the tests' side: each shows what the guard prevents."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from bashgah.activities import settling
from bashgah.activities.services import settle_one
from bashgah.activities.types import Settled
from bashgah.activities.verify import verify
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger import reading, services
from bashgah.ledger.types import HoldInfo, HoldState
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand
from tests.races.hands import at_once, look_only, look_only_asked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]
TWO = 2


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def sara(shop: Shop) -> Hand:
    return Hand(shop.club, shop.sara.id)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members are "locked" without locking anybody."""
    monkeypatch.setattr(settling, "members_locking", look_only_asked)
    monkeypatch.setattr(services, "members_lock", look_only)
    monkeypatch.setattr("tests.ledger.hand.members_lock", look_only)


def meeting(monkeypatch: pytest.MonkeyPatch, room: object, name: str) -> None:
    """Make two hands wait for each other right after this read, so that both act on the same picture."""
    gate, plain = threading.Barrier(TWO), getattr(room, name)

    def read_and_wait(*args: Any, **kwargs: Any) -> Any:
        got = plain(*args, **kwargs)
        gate.wait(timeout=10)
        return got

    monkeypatch.setattr(room, name, read_and_wait)


def codes() -> set[str]:
    """What is wrong in the books."""
    return {finding.code for finding in verify()}


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_two_hands_spend_one_balance(sara: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    sara.gives(10, now=NOW)
    meeting(monkeypatch, reading, "book_load")
    got = at_once(TWO, lambda _n: sara.holds(10, now=NOW))
    assert [type(answer) for answer in got] == [HoldInfo, HoldInfo]
    assert "holds_differ_from_held" in codes()


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_a_hold_is_captured_and_released(
    sara: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    sara.gives(10, now=NOW)
    hold = sara.holds(10, now=NOW)
    meeting(monkeypatch, reading, "book_load")
    acts: tuple[Callable[..., HoldInfo], ...] = (sara.captures, sara.releases)
    got = at_once(TWO, lambda n: acts[n](hold, now=NOW).state)
    assert got == [HoldState.CAPTURED, HoldState.RELEASED]
    assert "wallet_held_differs" in codes()


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_a_lot_expires_and_is_held(
    shop: Shop, sara: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    dusk = NOW + timedelta(hours=1)
    sara.gives(10, now=NOW, expires_at=dusk)
    meeting(monkeypatch, reading, "book_load")
    got = at_once(
        TWO,
        lambda n: (
            services.dues_run(club=shop.club, now=dusk)
            if n
            else sara.holds(10, now=dusk - timedelta(minutes=1))
        ),
    )
    assert [type(answer) for answer in got] == [HoldInfo, type(None)]
    assert "lot_remaining_differs" in codes()


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_the_first_purchases_of_a_member_lose_points(
    shop: Shop, sara: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, settling, "_states_read")
    got = at_once(
        TWO,
        lambda n: settle_one(shop.purchase(f"A-{n}", amount=100_000), club=shop.club, actor=SYSTEM, now=NOW),
    )
    assert [type(answer) for answer in got] == [Settled, Settled]
    assert sara.wallet(NOW).available == 1
    assert "wallet_available_differs" in codes()


@pytest.mark.usefixtures("unlocked")
def test_without_lock_and_key_one_reference_earns_twice(
    shop: Shop, owner_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_connection.execute("ALTER TABLE activities_reference DROP CONSTRAINT activities_reference_pkey")
    try:
        meeting(monkeypatch, settling, "_states_read")
        told = shop.purchase("A-1", amount=100_000)
        got = at_once(TWO, lambda _n: settle_one(told, club=shop.club, actor=SYSTEM, now=NOW))
        assert [answer.repeated for answer in got if isinstance(answer, Settled)] == [False, False]
        assert "activity_without_reference" in codes()
    finally:
        owner_connection.execute("TRUNCATE activities_reference")
        owner_connection.execute(
            "ALTER TABLE activities_reference ADD PRIMARY KEY (club_id, source, reference)"
        )


def test_a_wallet_changed_past_the_lock_stops_the_settlement(
    shop: Shop, sara: Hand, owner_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.buys("A-1", 900_000)
    plain = settling._states_read

    def read_and_meddle(*args: Any, **kwargs: Any) -> Any:
        got = plain(*args, **kwargs)
        owner_connection.execute(
            "UPDATE ledger_wallet SET available = available + 1 WHERE unit = 'points' AND member_id = %s",
            [shop.sara.id],
        )
        return got

    monkeypatch.setattr(settling, "_states_read", read_and_meddle)
    with pytest.raises(Refusal) as refused:
        settle_one(shop.purchase("A-2", amount=100_000), club=shop.club, actor=SYSTEM, now=NOW)
    monkeypatch.undo()
    assert (refused.value.code, refused.value.status) == ("settlement_failed", 503)
    assert sara.wallet(NOW).available == 10
    assert shop.tell(shop.purchase("A-2", amount=100_000)).balances[0].available == 11
