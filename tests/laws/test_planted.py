"""Q6: the laws bite: each of these faults, planted in the code, is found by the machine of the laws."""

from __future__ import annotations

from typing import Any

import pytest

from bashgah.activities import returning
from bashgah.engine import returns
from bashgah.ledger import between
from bashgah.ledger.book import Book
from tests.laws.machine import laws
from tests.laws.test_members import Lapsing, Members

pytestmark = [pytest.mark.prove, pytest.mark.django_db, pytest.mark.corrupts]
EXAMPLES, STEPS = 100, 30


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


FAULTS = {
    "a return takes again what was taken back before": (Members, returns, "share", taken_again),
    "the lots that expire last are spent first": (Members, Book, "_spendable", last_first),
    "what is given away lives for ever": (Members, between, "_lot_pass", for_ever),
    "a tier stays when its goods come back": (Members, returning, "fall", nothing),
    "a debt is not repaid": (Members, Book, "_repay", nothing),
    "points do not lapse when nothing is done": (Lapsing, Book, "keep_alive", nothing),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, room, name, planted = FAULTS[fault]
    monkeypatch.setattr(room, name, planted)
    try:
        laws(machine, examples=EXAMPLES, steps=STEPS, shrinks=False)
    except (Exception, pytest.fail.Exception):
        return
    pytest.fail("a machine that does not find this proves nothing")
