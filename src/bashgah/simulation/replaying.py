"""One program replayed over one member after the other: the same state, the same decisions as the settlement.

Facts before the period are not decided again: what they gave is taken as the books have it, so that tiers,
limits and windows stand at the period's beginning as they really stood, seen by the program that is tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from bashgah.activities.compact import Outcome
from bashgah.activities.remembering import Remembered
from bashgah.engine import CompiledProgram, decide, returns
from bashgah.engine.decisions import Credit, Decision, Used
from bashgah.engine.facts import Fact
from bashgah.engine.program import limit_key
from bashgah.engine.returns import bought_of
from bashgah.engine.states import State
from bashgah.engine.windows import window_start
from bashgah.history.keeping import Book
from bashgah.members.facts import MemberFacts

NOBODY = UUID(int=0)


@dataclass(slots=True)
class Bought:
    """A purchase something came back of: what was bought, what it gave, and what went back so far."""

    day: date
    bought: Mapping[int, int]
    credits: Sequence[Credit]
    returned: dict[int, int] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)


class Replay:
    """One program and the member it is just being replayed for."""

    __slots__ = ("_bought", "_limits", "_status", "_wallets", "compiled", "next_review", "seen")

    def __init__(self, compiled: CompiledProgram) -> None:
        self.compiled = compiled
        self._wallets = compiled.wallets
        self._status = next((w.key for w in compiled.document.wallets if w.kind == "status"), "")
        self._limits: dict[str, list[tuple[str, str]]] = {}
        for key, window in compiled.needs.limits:
            self._limits.setdefault(key.rpartition(".")[0], []).append((key, window))
        self.meet(MemberFacts())

    def meet(self, about: MemberFacts) -> None:
        """Begin with another member, of whom nothing happened yet."""
        self.seen = Remembered(Book(NOBODY, NOBODY), {}, about)
        self.next_review = date.max
        self._bought: dict[bytes, Bought] = {}

    def decide(self, fact: Fact) -> tuple[State, Decision]:
        """Decide a fact and remember what it changed."""
        if fact.local_at.date() >= self.next_review:
            self.pass_time(fact.local_at.date())
        compiled = self.compiled
        state = self.seen.state(compiled, fact)
        decision = decide(compiled, state, fact)
        self._remember(state, fact, decision)
        return state, decision

    def take(self, fact: Fact, outcome: Outcome) -> Decision:
        """Remember a fact with what it really gave, in units this program knows."""
        if fact.local_at.date() >= self.next_review:
            self.pass_time(fact.local_at.date())
        compiled, day = self.compiled, fact.local_at.date()
        credits_ = tuple(
            Credit(c.line.wallet, c.line.amount, c.line.rule, None, c.line.expires_at, c.base)
            for c in outcome.credits
            if c.line.wallet in self._wallets
        )
        earned: dict[str, int] = {}
        used: list[Used] = []
        for credit in credits_:
            earned[credit.wallet] = earned.get(credit.wallet, 0) + credit.amount
            for key, window in self._limits.get(f"{credit.rule}.{credit.wallet}", ()):
                start = window_start(window, day, compiled.document.calendar)
                used.append(Used(key, start, credit.amount))
        measures = tuple(
            (key, ready.measure.adds(fact, earned, ready.status)) for key, ready in compiled.ladders.items()
        )
        decision = Decision(credits_, tuple(used), (), measures)
        self._remember(self.seen.state(compiled, fact), fact, decision)
        return decision

    def keep(self, id: bytes, fact: Fact, decision: Decision) -> None:
        """Keep a purchase of which something will come back."""
        credits_ = decision.credits
        self._bought[id] = Bought(fact.local_at.date(), bought_of(fact), credits_, taken=[0] * len(credits_))

    def back(self, about: bytes, fact: Fact) -> list[tuple[Credit, int]]:
        """Take back what the returned part of a purchase gave; return (credit, units taken back).

        A purchase the lake does not know took nothing with it.
        """
        purchase = self._bought.get(about)
        if purchase is None:
            return []
        for no, quantity in _came_back(purchase, fact).items():
            purchase.returned[no] = purchase.returned.get(no, 0) + quantity
        shares = {no: (back, purchase.bought[no]) for no, back in purchase.returned.items()}
        taken = []
        qualifying = 0
        for place, credit in enumerate(purchase.credits):
            amount = returns.share(credit.amount, credit.base, shares, purchase.taken[place])
            if amount:
                purchase.taken[place] += amount
                taken.append((credit, amount))
                if self._wallets[credit.wallet].kind == "status":
                    qualifying += amount
        self.seen.remember_return(fact, purchase.day, qualifying)
        return taken

    def pass_time(self, day: date) -> None:
        """Judge the tiers whose period ended by this day."""
        self.seen.review(self.compiled, day)
        self._expect()

    def _remember(self, state: State, fact: Fact, decision: Decision) -> None:
        seen = self.seen
        seen.moved.clear()
        seen.remember(self.compiled, state, fact, decision)
        if seen.moved:
            self._expect()

    def _expect(self) -> None:
        ends = [s.kept_until for s in self.seen.standings.values() if s.kept_until is not None]
        self.next_review = min(ends, default=date.max)


def _came_back(purchase: Bought, fact: Fact) -> dict[int, int]:
    """Return how much of which line a return brings; of a purchase by amount alone, how much money."""
    if fact.lines:
        return {line.no: line.quantity for line in fact.lines if line.no in purchase.bought}
    return {no: fact.net or bought for no, bought in purchase.bought.items()}


def limits_of(compiled: CompiledProgram) -> dict[str, int]:
    """Return by limit key the most that may be given in its window."""
    return {
        limit_key(rule.key, effect.wallet, limit.window): limit.most
        for rule in compiled.document.rules
        for effect in rule.effects
        for limit in rule.limits
    }
