"""One program replayed over one member after the other: the same state, the same decisions as the settlement.

Facts before the period are not decided again: what they gave is taken as the books have it, so that tiers,
limits and windows stand at the period's beginning as they really stood, seen by the program that is tried.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec.structs import force_setattr

from bashgah.activities.compact import Outcome, micros
from bashgah.activities.remembering import Remembered, Rise, fallen
from bashgah.activities.undoing import budget_freed, counters_freed, times_freed
from bashgah.engine import CompiledProgram, decide, returns
from bashgah.engine.counters import counted
from bashgah.engine.decisions import Credit, Decision, Grant, Used
from bashgah.engine.facts import Fact
from bashgah.engine.limiting import TIMES, budgets_of
from bashgah.engine.program import limit_key
from bashgah.engine.returns import bought_of
from bashgah.engine.states import Slot, State
from bashgah.engine.windows import window_start
from bashgah.history.keeping import Past, Tally
from bashgah.members.facts import MemberFacts
from bashgah.simulation.budgets import FIXED, Demands, Ebbs, Moment


class Rolling(Past):
    """A long past whose windows move on with the facts instead of being summed up again for each."""

    _order: list[date] = []
    _windows: dict[str, tuple[date, int, int]] = {}

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
        """Count a fact on its local day, and in the windows that hold it; ``counts`` becomes the day's."""
        held = self.days.get(day)
        if held is not None:
            held.add(counts)
        else:
            self.days[day] = counts
            order = self._order
            if order and day < order[-1]:
                insort(order, day)
                self._windows.clear()
            else:
                order.append(day)
        self.sums.add(counts)
        if counts.purchases > 0 and (self.last_purchase_at is None or at > self.last_purchase_at):
            self.last_purchase_at = at
        for key, (first, value, place) in self._windows.items():
            if day >= first and (added := counts.measure(key)):
                self._windows[key] = first, value + added, place

    def use_all(self, uses: Iterable[Used]) -> None:
        """Count units against limits and counters."""
        used = self.used
        for each in uses:
            key = each.limit, each.window_start
            used[key] = used.get(key, 0) + each.amount


@dataclass(slots=True)
class Bought:
    """A purchase something came back of: what was bought, what it gave, and what went back so far.

    ``rises_before`` is how often the member had risen before it.
    """

    business_date: date
    fact: Fact
    state: State
    bought: Mapping[int, int]
    credits: Sequence[Credit]
    returned: dict[int, int] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)
    rises_before: int = 0


class Replay:
    """One program and the member it is just being replayed for.

    ``reviewed`` says when tiers were reviewed and up to which day, oldest first: a period that ended is
    judged when it really was, and never where nobody judged it. ``ebbs`` says what of the shared budgets each
    fact finds; ``demands`` notes what facts ask of them.
    """

    __slots__ = (
        "_bought",
        "_budgets",
        "_kept",
        "_limits",
        "_often",
        "_reviewed",
        "_risen",
        "_state",
        "_wallets",
        "compiled",
        "demands",
        "ebbs",
        "next_review",
        "rises",
        "seen",
    )

    def __init__(
        self,
        compiled: CompiledProgram,
        reviewed: Sequence[tuple[datetime, date]] = (),
        ebbs: Ebbs | None = None,
    ) -> None:
        self.compiled = compiled
        self._reviewed = [at for at, _day in reviewed], [day for _at, day in reviewed]
        self._wallets = compiled.wallets
        self._limits: dict[str, list[tuple[str, str]]] = {}
        for key, window in compiled.needs.limits:
            self._limits.setdefault(key.rpartition(".")[0], []).append((key, window))
        rules = compiled.document.rules
        self._often = any(limit.of == "times" for rule in rules for limit in rule.limits)
        self._budgets = {rule.key for rule in rules if rule.budget is not None}
        # rewards that their rule lets the member keep when the whole purchase comes back
        self._kept = {
            (effect.unit, rule.key) for rule in rules for effect in rule.effects if effect.on_return == "keep"
        }
        self.ebbs: Ebbs = ebbs or {}
        self.demands = Demands()
        self.meet(MemberFacts())

    def meet(self, about: MemberFacts) -> None:
        """Begin with another member, of whom nothing happened yet."""
        self.seen = Remembered(Rolling(), {}, about)
        self.next_review = date.max
        self._bought: dict[bytes, Bought] = {}
        self.rises: list[Rise] = []
        self._risen = 0
        self._state = State()

    def decide(self, fact: Fact, id: bytes) -> tuple[State, Decision]:
        """Decide a fact and remember what it changed."""
        if self.next_review is not date.max and fact.local_at.date() >= self.next_review:
            self.pass_time(fact.occurred_at)
        compiled = self.compiled
        state = self.seen.state(compiled, fact)
        if self._budgets and (whole := budgets_of(compiled, fact)):
            decision = self._shared(state, fact, id, whole)
        else:
            decision = decide(compiled, state, fact)
        self._remember(state, fact, decision)
        return state, decision

    def take(self, fact: Fact, id: bytes, outcome: Outcome) -> Decision:
        """Remember a fact with what it really gave, in units this program knows."""
        if self.next_review is not date.max and fact.local_at.date() >= self.next_review:
            self.pass_time(fact.occurred_at)
        compiled, day = self.compiled, fact.local_at.date()
        calendar, state = compiled.document.calendar, self.seen.state(compiled, fact)
        credits_ = tuple(
            Credit(c.line.wallet, c.line.amount, c.line.rule, None, c.line.expires_at, c.base)
            for c in outcome.credits
            if c.line.wallet in self._wallets
        )
        grants = tuple(
            Grant(line.reward, line.count, line.rule)
            for line in outcome.grants
            if line.reward in compiled.rewards
        )
        given = Decision(credits_, grants=grants).given
        earned: dict[str, int] = {}
        used: list[Used] = []
        if self._budgets:
            self._taken_before(fact, id, given)
        for credit in given:
            earned[credit.wallet] = earned.get(credit.wallet, 0) + credit.amount
            for key, window in self._limits.get(f"{credit.rule}.{credit.wallet}", ()):
                used.append(Used(key, window_start(window, day, calendar), credit.amount))
        if self._often:
            for rule in {credit.rule for credit in given}:
                for key, window in self._limits.get(f"{rule}.{TIMES}", ()):
                    used.append(Used(key, window_start(window, day, calendar), 1))
        used += counted(compiled.counters, state, fact)
        measures = tuple(
            (key, ready.measure.adds(fact, earned, ready.status)) for key, ready in compiled.ladders.items()
        )
        decision = Decision(credits_, tuple(used), (), measures, grants=grants)
        self._remember(state, fact, decision)
        return decision

    def keep(self, id: bytes, fact: Fact, decision: Decision) -> None:
        """Keep a purchase of which something will come back."""
        credits_ = decision.given
        self._bought[id] = Bought(
            fact.local_at.date(),
            fact,
            self._state,
            bought_of(fact),
            credits_,
            taken=[0] * len(credits_),
            rises_before=self._risen,
        )

    def back(self, about: bytes, fact: Fact, id: bytes) -> list[tuple[Credit, int]]:
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
        freed: dict[tuple[str, date], int] = {}
        qualifying, calendar = 0, self.compiled.document.calendar
        for place, credit in enumerate(purchase.credits):
            amount = returns.due(credit, shares, purchase.taken[place], is_whole=fact.type in returns.GONE)
            if not amount or (credit.wallet, credit.rule) in self._kept:
                continue
            purchase.taken[place] += amount
            taken.append((credit, amount))
            if credit.rule in self._budgets:
                self._give_back(credit, amount, purchase.fact, (micros(fact.occurred_at), id))
            for key, window in self._limits.get(f"{credit.rule}.{credit.wallet}", ()):
                start = window_start(window, purchase.business_date, calendar)
                freed[key, start] = freed.get((key, start), 0) + amount
            if (wallet := self._wallets.get(credit.wallet)) is not None and wallet.kind == "status":
                qualifying += amount
        is_whole = fact.type in returns.GONE
        undone = list(counters_freed(self.compiled, purchase, fact, is_whole))
        if is_whole:
            rules = {credit.rule for credit in purchase.credits}
            if self._kept:  # what stays has been given once
                rules -= {each.rule for each in purchase.credits if (each.wallet, each.rule) in self._kept}
            undone += times_freed(self.compiled, rules, purchase.business_date)
        for key, start, amount in undone:
            freed[key, start] = freed.get((key, start), 0) + amount
        self.seen.remember_return(
            fact, purchase.business_date, qualifying, is_whole=fact.type == "whole", freed=freed
        )
        if is_whole:
            self.seen.remember_gone(self.compiled, purchase)
        self._fall(purchase, fact.local_at.date())
        return taken

    def pass_time(self, at: datetime) -> None:
        """Judge the tiers whose period had ended when tiers were last reviewed before this moment."""
        moments, days = self._reviewed
        place = bisect_right(moments, at)
        if place and days[place - 1] >= self.next_review:
            self.seen.review(self.compiled, days[place - 1])
            self.expect()

    def _shared(self, state: State, fact: Fact, id: bytes, whole: dict[Slot, int]) -> Decision:
        """Decide a fact that shares budgets with others, and note what it asks and takes of them.

        What it asks is what it would take of whole budgets, standing as it does.
        """
        compiled, moment = self.compiled, (micros(fact.occurred_at), id)
        force_setattr(state, "budgets", whole)
        decision = decide(compiled, state, fact)
        asked = decision.spent
        ebbs = self.ebbs
        left = {slot: ebbs[slot].left(moment) for slot in whole if slot in ebbs}
        short = {slot: amount for slot, amount in left.items() if amount is not None}
        if short:
            force_setattr(state, "budgets", {**whole, **short})
            decision = decide(compiled, state, fact)
        taken = {spent.slot: spent.amount for spent in decision.spent}
        for spent in asked:
            self.demands.add(moment, spent.slot, spent.amount, taken.get(spent.slot, 0))
        return decision

    def _give_back(self, credit: Credit, amount: int, bought: Fact, moment: Moment) -> None:
        """Note what a return gives back to the budget that its purchase took of."""
        freed = budget_freed(self.compiled, credit.rule, credit.wallet, bought, amount)
        if freed is not None:
            slot, worth = freed
            self.demands.add(moment, slot, FIXED, -worth)

    def _taken_before(self, fact: Fact, id: bytes, credits_: Iterable[Credit]) -> None:
        """Note what a fact of before the period took of budgets that this program has."""
        taken: dict[Slot, int] = {}
        for credit in credits_:
            if credit.rule not in self._budgets:
                continue
            took = budget_freed(self.compiled, credit.rule, credit.wallet, fact, credit.amount)
            if took is not None:
                taken[took[0]] = taken.get(took[0], 0) + took[1]
        for slot, amount in taken.items():
            self.demands.add((micros(fact.occurred_at), id), slot, FIXED, amount)

    def _remember(self, state: State, fact: Fact, decision: Decision) -> None:
        seen = self.seen
        seen.moved.clear()
        self._state = state
        self._risen = len(self.rises)
        seen.remember(self.compiled, state, fact, decision)
        if seen.moved:
            self.expect()
            for ladder in seen.moved:
                before = state.standings.get(ladder)
                if before is None or before.tier != seen.standings[ladder].tier:
                    self.rises.append(Rise(ladder, before, fact.local_at.date()))

    def _fall(self, purchase: Bought, today: date) -> None:
        """Lower the member where a rise since the purchase no longer holds, as the settlement does."""
        bases: dict[str, Rise] = {}
        for rise in self.rises[purchase.rises_before :]:
            bases.setdefault(rise.ladder, rise)
        standings = self.seen.standings
        for ladder, base in bases.items():
            before = standings[ladder]
            after = fallen(self.compiled, base, before, self.seen.history.days, today)
            if after.tier != before.tier:
                standings[ladder] = after
                self.expect()
        for other in self._bought.values():
            # what this one had lifted, the others hold up from now on
            other.rises_before = min(other.rises_before, purchase.rises_before)

    def expect(self) -> None:
        """Note the first day on which a tier must be judged again."""
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
        limit_key(rule.key, TIMES if limit.of == "times" else effect.unit, limit.window): limit.most
        for rule in compiled.document.rules
        for effect in rule.effects
        for limit in rule.limits
    }
