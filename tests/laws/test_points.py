"""One member whose points also lapse when nothing is done: the books equal the model.

All that members do is tried in ``test_members``; here time has one more way to end points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from bashgah.activities.confirming import pending_decide
from bashgah.engine.document import ExpiryTerms
from bashgah.engine.windows import inactive_instant
from bashgah.ground.types import SYSTEM
from bashgah.ledger import services
from bashgah.ledger.types import HoldInfo
from tests.activities.shop import Shop, line, open_shop
from tests.books import books_must_hold
from tests.cast import NOW
from tests.laws.machine import SELDOM, laws, refused
from tests.laws.tokens import Tokens
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
PIECES = 3
TEHRAN = ZoneInfo("Asia/Tehran")
TERMS = ExpiryTerms(kind="age_days", count=6, inactive_months=1)
AMOUNTS = st.integers(1, 12)


@dataclass(slots=True)
class Bought:
    """A purchase of the machine: one line of three pieces."""

    reference: str
    earned: int
    lot: int
    activity: UUID
    returned: int = 0
    taken: int = 0


class Points(RuleBasedStateMachine):
    """One member, one hand, and time; after every step the books equal the model and prove themselves.

    Proving takes most of the time, so long runs prove every seventh step and the last.
    """

    proves_every = 1
    purchases = Bundle("purchases")
    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.shop: Shop = open_shop(points={"pending_days": 2, "expiry": TERMS.model_dump(mode="json")})
        self.hand = Hand(self.shop.club, self.shop.sara.id)
        self.now: datetime = NOW
        self.model = Tokens(NOW)
        self.numbers = count(1)
        self.steps = 0

    def teardown(self) -> None:
        try:
            books_must_hold()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @rule(target=purchases, earned=AMOUNTS, days_ago=st.integers(0, 9))
    def earn(self, earned: int, days_ago: int) -> Bought:
        reference = f"A-{next(self.numbers)}"
        told = self.shop.purchase(
            reference, line("egg", earned * 100_000, pieces=PIECES), at=self.now - timedelta(days=days_ago)
        )
        answer = self.shop.tell(told, now=self.now)
        credit = next(credit for credit in answer.credits if credit.wallet == "points")
        assert credit.amount == earned
        lot = self.model.give(earned, credit.available_from, credit.expires_at)
        lapse = inactive_instant(TERMS, told.occurred_at.astimezone(TEHRAN).date(), TEHRAN, "jalali")
        assert lapse is not None
        self.model.live(max(lapse, self.now + timedelta(days=7)))
        self.model.pass_until(self.now)
        return Bought(reference, earned, lot, answer.activity_id)

    @rule(bought=purchases, verdict=st.sampled_from(["confirm", "cancel"]))
    def decide(self, bought: Bought, verdict: Literal["confirm", "cancel"]) -> None:
        def told() -> int:
            return pending_decide(
                club=self.shop.club,
                activity_id=bought.activity,
                verdict=verdict,
                reason="a test",
                actor=SYSTEM,
                now=self.now,
            )

        moved = self.model.confirm(bought.lot) if verdict == "confirm" else self.model.cancel(bought.lot)
        if not moved:
            with refused("nothing_pending"):
                told()
            return
        assert told() == moved
        if verdict == "cancel":
            bought.taken += moved

    @rule(bought=purchases, pieces=st.integers(1, PIECES))
    def give_back(self, bought: Bought, pieces: int) -> None:
        told = self.shop.returns(f"R-{next(self.numbers)}", bought.reference, (1, pieces * 1000), at=self.now)
        if bought.returned + pieces > PIECES:
            with refused("return_exceeds"):
                self.shop.tell(told, now=self.now)
            return
        self.shop.tell(told, now=self.now)
        bought.returned += pieces
        due = bought.earned * bought.returned // PIECES
        self.model.take_back(bought.lot, max(0, due - bought.taken))
        bought.taken = max(bought.taken, due)

    @rule(bought=purchases)
    def tell_again(self, bought: Bought) -> None:
        found = self.shop.purchase(bought.reference, line("egg", 99, pieces=1), at=self.now)
        with refused("reference_reused"):
            self.shop.tell(found, now=self.now)

    @rule(target=holds, amount=AMOUNTS)
    def hold(self, amount: int) -> object:
        if self.model.available < amount:
            with refused("points_short"):
                self.hand.holds(amount, now=self.now)
            return multiple()
        number = next(self.numbers)
        held = self.hand.holds(amount, now=self.now)
        self.model.hold(number, amount)
        return (number, held)

    @rule(held=consumes(holds))
    def capture(self, held: tuple[int, HoldInfo]) -> None:
        self.hand.captures(held[1], now=self.now)
        self.model.capture(held[0])

    @rule(held=consumes(holds))
    def release(self, held: tuple[int, HoldInfo]) -> None:
        self.hand.releases(held[1], now=self.now)
        self.model.release(held[0])

    @rule(amount=st.integers(-12, 12).filter(bool))
    def adjust(self, amount: int) -> None:
        if amount < 0 and self.model.available < -amount:
            with refused("points_short"):
                self.hand.adjusts(amount, now=self.now)
            return
        self.hand.adjusts(amount, now=self.now)
        if amount > 0:
            self.model.give(amount, None, None)
        else:
            self.model.take(-amount)

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.model.pass_until(self.now)

    @rule()
    def a_month_passes_without_anything(self) -> None:
        self.now += timedelta(days=32)
        self.model.pass_until(self.now)

    @precondition(lambda self: self.now > NOW)
    @rule()
    def the_job_runs(self) -> None:
        services.dues_run(club=self.shop.club, now=self.now)

    @invariant()
    def the_books_equal_the_model(self) -> None:
        wallet = self.hand.wallet(self.now)
        assert (wallet.available, wallet.pending, wallet.held) == (
            self.model.available,
            self.model.count("pending"),
            self.model.count("held"),
        )
        self.steps += 1
        if self.steps % self.proves_every == 0:
            books_must_hold()


def test_the_books_equal_the_model_after_every_step() -> None:
    laws(Points, examples=6, steps=20)


@pytest.mark.prove
def test_the_books_equal_the_model_over_long_histories() -> None:
    laws(Points, examples=100, steps=50, proves_every=SELDOM)
