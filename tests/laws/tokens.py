"""A model of one member's points as single tokens: slow, plain, and written apart from the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Place = Literal["pending", "available", "held", "spent", "expired", "returned", "given"]


@dataclass(slots=True)
class Token:
    """One point: which credit it came with, where it is, which hold has it."""

    lot: int
    available_from: datetime | None
    expires_at: datetime | None
    place: Place
    hold: int | None = None
    gone: bool = False


@dataclass(slots=True)
class Tokens:
    """All points of a member, and what is owed."""

    now: datetime
    all: list[Token] = field(default_factory=list)
    debt: int = 0
    lots: int = 0
    lapses_at: datetime | None = None

    def count(self, place: Place) -> int:
        """How many tokens are there."""
        return sum(token.place == place for token in self.all)

    @property
    def available(self) -> int:
        """What may be spent, below zero when something is owed."""
        return self.count("available") - self.debt

    def give(self, amount: int, available_from: datetime | None, expires_at: datetime | None) -> int:
        """Credit tokens as one lot; they repay a debt first if they are available."""
        self.lots += 1
        if self.lapses_at is not None and self.lapses_at <= self.now:
            self.lapses_at = None
        pending = available_from is not None and available_from > self.now
        place: Place = "pending" if pending else "available"
        self.all += [Token(self.lots, available_from, expires_at, place) for _ in range(amount)]
        self.repay()
        return self.lots

    def live(self, until: datetime) -> None:
        """Something was done: everything lives until then, and never less long than before."""
        self.lapses_at = max(self.lapses_at or until, until)

    def waiting(self, lot: int) -> int:
        """How many tokens of a credit are pending."""
        return sum(token.lot == lot and token.place == "pending" for token in self.all)

    def confirm(self, lot: int) -> int:
        """Make the pending tokens of a credit available; they repay a debt first."""
        found = [token for token in self.all if token.lot == lot and token.place == "pending"]
        for token in found:
            token.place = "available"
        self.repay()
        return len(found)

    def cancel(self, lot: int) -> int:
        """Take the pending tokens of a credit back for good."""
        found = [token for token in self.all if token.lot == lot and token.place == "pending"]
        for token in found:
            token.place = "returned"
        return len(found)

    def repay(self) -> None:
        """Let available tokens pay what is owed, the soonest-expiring first."""
        paid = self.spendable()[: self.debt]
        for token in paid:
            token.place = "spent"
        self.debt -= len(paid)

    def spendable(self, first: int | None = None) -> list[Token]:
        """The available tokens in the order they are taken: one lot first, then the soonest to expire."""
        far = datetime.max.replace(tzinfo=self.now.tzinfo)
        found = [token for token in self.all if token.place == "available"]
        return sorted(found, key=lambda t: (t.lot != first, t.expires_at or far, t.lot))

    def hold(self, number: int, amount: int) -> None:
        """Set tokens aside."""
        for token in self.spendable()[:amount]:
            token.place, token.hold = "held", number

    def capture(self, number: int) -> None:
        """Spend what a hold has."""
        for token in self.all:
            if token.place == "held" and token.hold == number:
                token.place = "spent"

    def release(self, number: int) -> None:
        """Give back what a hold has; what is owed is paid, and what is past its day expires."""
        for token in self.all:
            if token.place == "held" and token.hold == number:
                token.place = "available"
        self.repay()
        self.pass_until(self.now)

    def take(self, amount: int) -> None:
        """Take available tokens for good."""
        for token in self.spendable()[:amount]:
            token.place = "spent"

    def take_back(self, lot: int, amount: int) -> None:
        """Reverse part of a credit: its expired tokens, its pending, its own, others', then a debt."""
        own = [token for token in self.all if token.lot == lot]
        expired = [token for token in own if token.place == "expired" and not token.gone][:amount]
        for token in expired:
            token.gone = True
        rest = amount - len(expired)
        pending = [token for token in own if token.place == "pending"][:rest]
        others = self.spendable(first=lot)[: rest - len(pending)]
        for token in (*pending, *others):
            token.place = "returned"
        self.debt += rest - len(pending) - len(others)

    def pass_until(self, now: datetime) -> None:
        """Let time mature and expire tokens, instant by instant."""
        self.now = now
        instants = {(t.available_from, False) for t in self.all if t.place == "pending" and t.available_from}
        instants |= {(t.expires_at, True) for t in self.all if t.expires_at}
        instants |= {(self.lapses_at, True)} if self.lapses_at else set()
        for at, is_expiry in sorted(instants):
            if at > now:
                break
            for token in self.all:
                ends = at in (token.expires_at, self.lapses_at)
                if is_expiry and ends and token.place in ("pending", "available"):
                    token.place = "expired"
                if not is_expiry and token.available_from == at and token.place == "pending":
                    token.place = "available"
            self.repay()


@dataclass(slots=True)
class Move:
    """Tokens of one lot that went to another member, who has them as a lot of their own.

    ``owed`` is what the giver lacked of a debt they took over.
    """

    giver: Tokens
    tokens: list[Token]
    place: Place
    receiver: Tokens
    lot: int
    owed: int = 0


def handed_over(giver: Tokens, receiver: Tokens, tokens: list[Token]) -> list[Move]:
    """Give tokens away, lot by lot in their order; each lot keeps its days."""
    moves = []
    for lot in dict.fromkeys(token.lot for token in tokens):
        part = [token for token in tokens if token.lot == lot]
        place, first = part[0].place, part[0]
        for token in part:
            token.place = "given"
        begins = first.available_from if place == "pending" else None
        moves.append(Move(giver, part, place, receiver, receiver.give(len(part), begins, first.expires_at)))
    return moves


def everything_over(giver: Tokens, receiver: Tokens) -> list[Move]:
    """Give away all that can be used now or later, and let the receiver pay what is owed."""
    tokens = sorted((t for t in giver.all if t.place in ("available", "pending")), key=lambda t: t.lot)
    moves = handed_over(giver, receiver, tokens)
    if giver.debt:
        amount = giver.debt
        paid = receiver.spendable()[:amount]
        for token in paid:
            token.place = "given"
        receiver.debt += amount - len(paid)
        moves.append(
            Move(receiver, paid, "available", giver, giver.give(amount, None, None), amount - len(paid))
        )
    return moves


def parted(moves: list[Move]) -> None:
    """Take moves back: what came is returned (what ended is gone), what left lies where it lay."""
    for move in moves:
        move.receiver.take_back(move.lot, len(move.tokens) + move.owed)
    for move in moves:
        for token in move.tokens:
            token.place = move.place
        move.giver.repay()
        if move.owed:
            move.giver.give(move.owed, None, None)
    for move in moves:
        move.giver.pass_until(move.giver.now)
        move.receiver.pass_until(move.receiver.now)


def recalled(moves: list[Move], giver: Tokens, lot: int) -> None:
    """Bring back to one lot what is left of it with the receiver, and what ended there."""
    for move in moves:
        if move.giver is not giver or not move.tokens or move.tokens[0].lot != lot:
            continue
        theirs = [token for token in move.receiver.all if token.lot == move.lot]
        left = sum(
            t.place in ("pending", "available") or (t.place == "expired" and not t.gone) for t in theirs
        )
        if left:
            move.receiver.take_back(move.lot, left)
            for token in move.tokens[:left]:
                token.place = move.place
            del move.tokens[:left]
    giver.pass_until(giver.now)


def waiting_passed(moves: list[Move], giver: Tokens, lot: int) -> int:
    """How many pending tokens of one lot lie with the receiver."""
    return sum(
        move.receiver.waiting(move.lot)
        for move in moves
        if move.giver is giver and move.tokens and move.tokens[0].lot == lot
    )
