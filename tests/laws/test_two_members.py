"""Whatever passes between two members, is taken back, merged and parted: both books equal a plain model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bashgah.kit.refusals import Refusal
from tests.books import books_must_hold
from tests.cast import NOW, naderi
from tests.ledger.hand import Hand
from tests.ledger.test_between import Two

pytestmark = pytest.mark.django_db
AMOUNTS = st.integers(1, 12)
SIDES = st.sampled_from([0, 1])


@dataclass(slots=True, eq=False)
class Lot:
    """Points that came together: what is left, and how many ended by their day."""

    left: int
    available_from: datetime | None
    expires_at: datetime
    expired: int = 0


@dataclass(slots=True)
class Plain:
    """One member's points, written apart from the ledger."""

    lots: list[Lot] = field(default_factory=list)
    debt: int = 0

    def available(self, now: datetime) -> int:
        """What may be used; below zero it is owed."""
        return sum(lot.left for lot in self.lots if not is_pending(lot, now)) - self.debt

    def add(self, lot: Lot, now: datetime) -> Lot:
        """Receive a lot; what is owed is paid first."""
        self.lots.append(lot)
        self.repay(now)
        return lot

    def repay(self, now: datetime) -> None:
        """Let what is available pay what is owed."""
        owed, self.debt = self.debt, 0
        self.take(owed, now)

    def take(self, amount: int, now: datetime, first: Lot | None = None) -> list[tuple[Lot, int]]:
        """Take points, ``first`` before all others, then the soonest to expire; the rest is owed."""
        taken = []
        usable = [lot for lot in self.lots if lot.left and not is_pending(lot, now)]
        for lot in sorted(usable, key=lambda lot: (lot is not first, lot.expires_at)):
            part = min(lot.left, amount)
            if part:
                lot.left -= part
                amount -= part
                taken.append((lot, part))
        self.debt += amount
        return taken

    def pass_until(self, now: datetime) -> None:
        """Let lots mature and end, in the order of their instants."""
        instants = {lot.expires_at for lot in self.lots} | {
            lot.available_from for lot in self.lots if lot.available_from
        }
        for at in sorted(at for at in instants if at <= now):
            for lot in self.lots:
                if lot.expires_at <= at and lot.left:
                    lot.expired += lot.left
                    lot.left = 0
            self.repay(at)


Moves = list[tuple[Plain, Lot, Plain, Lot, int]]


def is_pending(lot: Lot, now: datetime) -> bool:
    """Whether a lot is not to be used yet."""
    return lot.available_from is not None and lot.available_from > now


def taken_back(moves: Moves, now: datetime) -> None:
    """Undo: what was received is returned (what ended is gone already), what was given lies where it lay."""
    for _giver, _source, receiver, lot, amount in moves:
        rest = amount - min(amount, lot.expired)
        if is_pending(lot, now):
            part = min(lot.left, rest)
            lot.left -= part
            rest -= part
        receiver.take(rest, now, lot)
    for giver, source, _receiver, _lot, amount in moves:
        source.left += amount
        giver.repay(now)
    for giver, _source, receiver, _lot, _amount in moves:
        giver.pass_until(now)
        receiver.pass_until(now)


class TwoMembers(RuleBasedStateMachine):
    """Sara and Reza; after every step both books equal the model and prove themselves."""

    gifts = Bundle("gifts")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        cast = naderi()
        self.hands = (Hand(cast.club, cast.sara.id), Hand(cast.club, cast.reza.id))
        self.ways = (Two(cast, *self.hands), Two(cast, *self.hands[::-1]))
        self.plain = (Plain(), Plain())
        self.now: datetime = NOW
        self.minutes = count(1)
        self.merged: tuple[int, UUID, Moves] | None = None

    def teardown(self) -> None:
        try:
            books_must_hold()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @rule(side=SIDES, amount=AMOUNTS, waits=st.integers(0, 2), lives=st.integers(3, 8))
    def earn(self, side: int, amount: int, waits: int, lives: int) -> None:
        # no two lots end at one instant: then there is one right order to spend them in
        ends = self.now + timedelta(days=lives, minutes=next(self.minutes))
        begins = self.now + timedelta(days=waits) if waits else None
        self.hands[side].gives(amount, now=self.now, expires_at=ends, available_from=begins)
        self.plain[side].add(Lot(amount, begins, ends), self.now)

    @rule(side=SIDES, amount=AMOUNTS)
    def spend(self, side: int, amount: int) -> None:
        if self.plain[side].available(self.now) < amount:
            return
        hand = self.hands[side]
        hand.captures(hand.holds(amount, now=self.now), now=self.now)
        self.plain[side].take(amount, self.now)

    @rule(side=SIDES, amount=AMOUNTS)
    def correct(self, side: int, amount: int) -> None:
        if self.plain[side].available(self.now) < amount:
            return
        self.hands[side].adjusts(-amount, now=self.now)
        self.plain[side].take(amount, self.now)

    @precondition(lambda self: self.merged is None)
    @rule(target=gifts, side=SIDES, amount=AMOUNTS)
    def give(self, side: int, amount: int) -> object:
        giver, receiver = self.plain[side], self.plain[1 - side]
        if giver.available(self.now) < amount:
            return multiple()
        transfer_id = self.ways[side].gives(amount, now=self.now)
        moves: Moves = []
        for source, part in giver.take(amount, self.now):
            lot = receiver.add(Lot(part, None, source.expires_at), self.now)
            moves.append((giver, source, receiver, lot, part))
        return side, transfer_id, moves

    @precondition(lambda self: self.merged is None)
    @rule(gift=consumes(gifts))
    def take_back(self, gift: tuple[int, UUID, Moves]) -> None:
        side, transfer_id, moves = gift
        self.ways[side].undoes(transfer_id, now=self.now)
        taken_back(moves, self.now)

    @precondition(lambda self: self.merged is None)
    @rule(side=SIDES)
    def merge(self, side: int) -> None:
        giver, receiver = self.plain[side], self.plain[1 - side]
        if giver.debt:
            return
        merge_id = self.ways[side].merges(now=self.now)
        moves: Moves = []
        for source in [lot for lot in giver.lots if lot.left]:
            begins = source.available_from if is_pending(source, self.now) else None
            part, source.left = source.left, 0
            lot = receiver.add(Lot(part, begins, source.expires_at), self.now)
            moves.append((giver, source, receiver, lot, part))
        self.merged = (side, merge_id, moves)

    @precondition(lambda self: self.merged is not None)
    @rule()
    def part(self) -> None:
        assert self.merged is not None
        side, merge_id, moves = self.merged
        self.ways[side].parts(merge_id, now=self.now)
        taken_back(moves, self.now)
        self.merged = None

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for plain in self.plain:
            plain.pass_until(self.now)

    @invariant()
    def both_books_equal_the_model(self) -> None:
        for hand, plain in zip(self.hands, self.plain, strict=True):
            wallet = hand.wallet(self.now)
            pending = sum(lot.left for lot in plain.lots if is_pending(lot, self.now))
            assert (wallet.available, wallet.pending) == (plain.available(self.now), pending)

    @invariant()
    def a_refused_gift_leaves_nothing(self) -> None:
        if self.merged is None:
            with pytest.raises(Refusal, match="points_short"), transaction.atomic():
                self.ways[0].gives(10**6, now=self.now)


def laws(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        TwoMembers,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate] if examples < 100 else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_both_books_equal_the_model_after_every_step() -> None:
    laws(examples=10, steps=20)


@pytest.mark.prove
def test_both_books_equal_the_model_over_long_histories() -> None:
    laws(examples=300, steps=40)
