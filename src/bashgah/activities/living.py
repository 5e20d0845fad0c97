"""One member's life gone through again: what each fact gives under the program that was in force then.

Facts before a day are taken as the books have them; from that day on they are decided anew, with tiers,
limits and counters as they would have been. Plain values, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from msgspec import structs

from bashgah.activities.compact import Outcome
from bashgah.activities.remembering import Remembered, Rise, fallen
from bashgah.activities.undoing import counters_freed, limit_windows, times_freed
from bashgah.engine import CompiledProgram, decide, returns
from bashgah.engine.counters import counted
from bashgah.engine.decisions import Credit, Decision, Grant, Used
from bashgah.engine.document import is_reward
from bashgah.engine.explaining import explain
from bashgah.engine.facts import Fact
from bashgah.engine.returns import bought_of
from bashgah.engine.states import State
from bashgah.history.keeping import Past
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.members.facts import MemberFacts

Programs = Callable[[datetime], CompiledProgram]
Key = tuple[str, str]
"""Which units: (wallet, rule); copies of a reward are counted in units of their own."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as it was recorded; ``quoted_by`` is the program of the quote that a purchase took.

    ``held`` are the copies of rewards it gave that the member has or is to get.
    """

    id: UUID
    kind: str
    about: UUID | None
    reference: str
    fact: Fact
    state: State
    outcome: Outcome
    quoted_by: CompiledProgram | None = None
    held: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """Units, or copies of a reward, that a fact gave by one rule, those it should have given, and why."""

    unit: str
    rule: str
    given: int
    due: int
    reasons: tuple[Phrase, ...]


@dataclass(slots=True)
class Lived:
    """A fact as it comes out now: what it gives, and what of that returns took back."""

    told: Told
    compiled: CompiledProgram
    state: State
    credits: tuple[Credit, ...]
    rises: int
    is_anew: bool
    bought: dict[int, int]
    returned: dict[int, int] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)
    grants: tuple[Grant, ...] = ()

    @property
    def fact(self) -> Fact:
        """The fact itself."""
        return self.told.fact

    @property
    def business_date(self) -> date:
        """The local day it counts on."""
        return self.told.fact.local_at.date()

    @property
    def is_gone(self) -> bool:
        """Say whether everything has come back."""
        return all(self.returned.get(no, 0) >= bought for no, bought in self.bought.items())

    def due(self, *, of_rewards: bool = False) -> dict[Key, int]:
        """Return what is left of what it gives once returns took theirs: units, or copies of rewards."""
        units: dict[Key, int] = {}
        for credit, taken in zip(self.credits, self.taken, strict=True):
            if is_reward(credit.wallet) is of_rewards:
                key = credit.wallet, credit.rule
                units[key] = units.get(key, 0) + credit.amount - taken
        return units

    def gaps(self, given: Mapping[Key, int], *, of_rewards: bool = False) -> list[Gap]:
        """Compare what is due with what was given; each that differs comes with the reasons of its rule."""
        due = self.due(of_rewards=of_rewards)
        keys = [key for key in dict.fromkeys([*due, *given]) if due.get(key, 0) != given.get(key, 0)]
        if not keys:
            return []
        told = explain(self.compiled, self.state, self.fact)
        reasons = {outcome.rule: outcome.reasons for outcome in told.outcomes}
        gone = (Phrase(_("The program of that day has no such rule.")),)
        return [
            Gap(unit, rule, given.get((unit, rule), 0), due.get((unit, rule), 0), reasons.get(rule, gone))
            for unit, rule in keys
        ]


class Life:
    """A member while their facts are gone through, in the order in which they happened."""

    def __init__(self, programs: Programs, about: MemberFacts, since: date) -> None:
        self.seen = Remembered(Past(), {}, about)
        self.lived: dict[UUID, Lived] = {}
        self.touched: set[tuple[str, date]] = set()
        self._programs, self._since = programs, since
        self._rises: list[Rise] = []

    def go(self, told: Iterable[Told]) -> None:
        """Go through facts; of one instant purchases come before returns."""
        for each in sorted(told, key=lambda one: (one.fact.occurred_at, one.kind == "return", one.id.int)):
            compiled = each.quoted_by or self._programs(each.fact.occurred_at)
            self.seen.review(compiled, each.fact.local_at.date())
            if each.kind == "return":
                self._back(each, compiled)
            else:
                self._live(each, compiled)

    def _live(self, told: Told, compiled: CompiledProgram) -> None:
        fact, seen = told.fact, self.seen
        state = _as_it_was(seen.state(compiled, fact), told.state)
        is_anew = fact.local_at.date() >= self._since
        decision = decide(compiled, state, fact) if is_anew else _taken(compiled, state, told)
        rises = len(self._rises)
        seen.moved.clear()
        seen.remember(compiled, state, fact, decision)
        day = fact.local_at.date()
        self._rises += [Rise(key, state.standings.get(key), day) for key in seen.moved]
        if is_anew:
            self.touched.update((used.limit, used.window_start) for used in decision.used)
        self.lived[told.id] = Lived(
            told,
            compiled,
            state,
            decision.given,
            rises,
            is_anew,
            bought_of(fact),
            taken=[0] * len(decision.given),
            grants=decision.grants,
        )

    def _back(self, told: Told, compiled: CompiledProgram) -> None:
        purchase = self.lived.get(told.about) if told.about else None
        if purchase is None:
            return
        for no, quantity in _came_back(purchase, told.fact).items():
            purchase.returned[no] = purchase.returned.get(no, 0) + quantity
        shares = {no: (back, purchase.bought[no]) for no, back in purchase.returned.items()}
        freed: dict[tuple[str, date], int] = {}
        qualifying = 0
        then = purchase.compiled
        for place, credit in enumerate(purchase.credits):
            amount = returns.due(credit, shares, purchase.taken[place], is_whole=purchase.is_gone)
            if is_reward(credit.wallet):  # what the return left with the member stays
                amount = max(0, amount - purchase.told.held.get((credit.wallet, credit.rule), 0))
            if not amount:
                continue
            purchase.taken[place] += amount
            for window in limit_windows(then, credit.rule, credit.wallet, purchase.business_date):
                freed[window] = freed.get(window, 0) + amount
            wallet = then.wallets.get(credit.wallet)
            if wallet is not None and wallet.kind == "status":
                qualifying += amount
        is_whole = purchase.is_gone
        for key, start, amount in counters_freed(then, purchase, told.fact, is_whole):
            freed[key, start] = freed.get((key, start), 0) + amount
        if is_whole:
            rules = {credit.rule for credit in purchase.credits} - {
                rule for (_unit, rule), count in purchase.due(of_rewards=True).items() if count
            }
            for key, start, amount in times_freed(then, rules, purchase.business_date):
                freed[key, start] = freed.get((key, start), 0) + amount
        self.seen.remember_return(
            told.fact,
            purchase.business_date,
            qualifying,
            is_whole=is_whole and told.fact.type != returns.CANCELLED,
            freed=freed,
        )
        changed = self.seen.remember_gone(then, purchase) if is_whole else set()
        if purchase.is_anew:
            self.touched.update(freed, changed)
        self._fall(purchase, compiled, told.fact.local_at.date())

    def _fall(self, purchase: Lived, compiled: CompiledProgram, today: date) -> None:
        bases: dict[str, Rise] = {}
        for rise in self._rises[purchase.rises :]:
            bases.setdefault(rise.ladder, rise)
        for key, base in bases.items():
            before = self.seen.standings.get(key)
            if before is not None and key in compiled.ladders:
                self.seen.standings[key] = fallen(compiled, base, before, self.seen.history.days, today)
        for other in self.lived.values():
            # what this one had lifted, the others hold up from now on
            other.rises = min(other.rises, purchase.rises)


def _as_it_was(state: State, then: State) -> State:
    """Let the member be who they were when the fact was recorded: profiles have no history of their own."""
    values = {
        name: then.values[name] if name.startswith("member.") and name in then.values else value
        for name, value in state.values.items()
    }
    return structs.replace(state, values=values, budgets=then.budgets)


def _taken(compiled: CompiledProgram, state: State, told: Told) -> Decision:
    """Return what a fact really gave as a decision, in units this program knows."""
    fact = told.fact
    credits_ = tuple(
        Credit(c.line.wallet, c.line.amount, c.line.rule, None, c.line.expires_at, c.base)
        for c in told.outcome.credits
        if c.line.wallet in compiled.wallets
    )
    grants = tuple(Grant(line.reward, line.count, line.rule) for line in told.outcome.grants)
    earned: dict[str, int] = {}
    used: list[Used] = []
    for credit in Decision(credits_, grants=grants).given:
        earned[credit.wallet] = earned.get(credit.wallet, 0) + credit.amount
        windows = limit_windows(compiled, credit.rule, credit.wallet, fact.local_at.date())
        used += [Used(key, start, credit.amount) for key, start in windows]
    rules = {credit.rule for credit in (*credits_, *grants)}
    used += [Used(*each) for each in times_freed(compiled, rules, fact.local_at.date())]
    if compiled.counters:
        used += counted(compiled.counters, state, fact)
    measures = tuple(
        (key, ready.measure.adds(fact, earned, ready.status)) for key, ready in compiled.ladders.items()
    )
    return Decision(credits_, tuple(used), (), measures, grants=grants)


def _came_back(purchase: Lived, fact: Fact) -> dict[int, int]:
    if fact.lines:
        return {line.no: line.quantity for line in fact.lines if line.no in purchase.bought}
    return {no: fact.net or bought for no, bought in purchase.bought.items()}
