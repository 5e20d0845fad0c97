"""Q6: the laws bite: each fault, planted in the code, is seen by the machine in a history of a few steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bashgah.activities import returning
from bashgah.engine import returns
from bashgah.ledger import between
from bashgah.ledger.book import Book
from tests.laws.test_members import Lapsing, Members

pytestmark = [pytest.mark.prove, pytest.mark.django_db, pytest.mark.corrupts]


def taken_again(amount: int, base: Any, shares: Any, _before: int, share: Any = returns.share) -> int:
    """Forget what earlier returns took back."""
    return int(share(amount, base, shares, 0))


def last_first(self: Book, unit: str, first: Any, spendable: Any = Book._spendable) -> Any:
    """Spend the lots that expire last first."""
    return spendable(self, unit, first)[::-1]


def for_ever(*given: Any, pass_on: Any = between._lot_pass) -> Any:
    """Let what is given live for ever."""
    return pass_on(*given[:-1], None)


def nothing(*_args: Any, **_named: Any) -> tuple[()]:
    """Do nothing where something is due."""
    return ()


def returns_twice(state: Members) -> None:
    bought = state.earn(side=0, earned=6, days_ago=4)
    state.give_back(bought=bought, pieces=1)
    state.give_back(bought=bought, pieces=1)


def spends_the_older(state: Members) -> None:
    state.earn(side=0, earned=6, days_ago=4)
    state.earn(side=0, earned=6, days_ago=2)
    state.adjust(side=0, amount=-6)
    state.time_passes(hours=60)


def gives_and_waits(state: Members) -> None:
    state.earn(side=0, earned=6, days_ago=4)
    state.transfer(side=0, amount=6)
    state.time_passes(hours=60)


def rises_and_returns(state: Members) -> None:
    state.give_back(bought=state.earn(side=0, earned=110, days_ago=0), pieces=3)


def owes_and_earns(state: Members) -> None:
    bought = state.earn(side=0, earned=6, days_ago=4)
    state.adjust(side=0, amount=-6)
    state.give_back(bought=bought, pieces=3)
    state.adjust(side=0, amount=8)


def does_nothing_for_a_month(state: Members) -> None:
    state.earn(side=0, earned=6, days_ago=4)
    state.adjust(side=0, amount=5)
    state.a_month_passes_without_anything()


FAULTS: dict[str, tuple[type[Members], Callable[..., None], Any, str, Any]] = {
    "a return takes again what was taken back before": (
        Members, returns_twice, returns, "share", taken_again),
    "the lots that expire last are spent first": (
        Members, spends_the_older, Book, "_spendable", last_first),
    "what is given away lives for ever": (Members, gives_and_waits, between, "_lot_pass", for_ever),
    "a tier stays when its goods come back": (Members, rises_and_returns, returning, "fall", nothing),
    "a debt is not repaid": (Members, owes_and_earns, Book, "_repay", nothing),
    "points do not lapse when nothing is done": (
        Lapsing, does_nothing_for_a_month, Book, "keep_alive", nothing),
}  # fmt: skip


def is_seen(machine: type[Members], story: Callable[..., None]) -> bool:
    """Say whether the machine finds anything wrong in a history."""
    state = machine()
    try:
        try:
            story(state)
            state.both_books_equal_the_model()
            state.tiers_equal_the_model()
        finally:
            state.teardown()  # whatever was seen: what follows must not stand in its transaction
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, story, room, name, planted = FAULTS[fault]
    assert not is_seen(machine, story)
    monkeypatch.setattr(room, name, planted)
    assert is_seen(machine, story)
