"""A model of one member's points as single tokens: slow, plain, and written apart from the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Place = Literal["pending", "available", "held", "spent", "expired", "returned"]


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
