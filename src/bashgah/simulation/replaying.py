"""One program replayed over one member after the other: the same state, the same decisions as the settlement.

Facts before the period are not decided again: what they gave is taken as the books have it, so that tiers,
limits and windows stand at the period's beginning as they really stood, seen by the program that is tried.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bashgah.activities.compact import Outcome
from bashgah.activities.remembering import Remembered
from bashgah.engine import CompiledProgram, decide, returns
from bashgah.engine.decisions import Credit, Decision, Used
from bashgah.engine.facts import Fact
from bashgah.engine.program import limit_key
from bashgah.engine.returns import bought_of
from bashgah.engine.states import State
from bashgah.engine.windows import window_start
from bashgah.history.keeping import Past, Tally
from bashgah.members.facts import MemberFacts


class Rolling(Past):
    """A long past whose windows move on with the facts instead of being summed up again for each."""

    __slots__ = ("_order", "_windows")

    def __init__(self) -> None:
        super().__init__()
        self._order: list[date] = []
        self._windows: dict[str, tuple[date, int, int]] = {}

    def measure(self, key: str, start: date, day: date) -> int:
        """Return what ``Past.measure`` would; quick where the window only moves forward."""
        order = self._order
        if start == date.min or (order and order[-1] > day):
            return Past.measure(self, key, start, day)
        window = self._windows.get(key)
        if window is None or start < window[0]:
            value, place = Past.measure(self, key, start, day), bisect_left(order, start)
        else:
            first, value, place = window
            if start == first:
                return value
            while place < len(order) and order[place] < start:
                value -= self.days[order[place]].measure(key)
                place += 1
        self._windows[key] = start, value, place
        return value

    def record(self, day: date, at: datetime, counts: Tally) -> None:
        """Count a fact on its local day, and in the windows that hold it."""
        order = self._order
        if day not in self.days:
            if order and day < order[-1]:
                insort(order, day)
                self._windows.clear()
            else:
                order.append(day)
        Past.record(self, day, at, counts)
        for key, (first, value, place) in self._windows.items():
            if day >= first:
                self._windows[key] = first, value + counts.measure(key), place


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
        self.seen = Remembered(Rolling(), {}, about)
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
