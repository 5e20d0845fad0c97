"""What the rules see of a member, and what a decided fact changes of it: plain values, no database.

The settlement keeps it under the lock (``activities.running``), the simulation while it replays history; so
the same fact finds the same state in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from msgspec import Struct, structs

from bashgah.activities.undoing import Sold, lasting_undone
from bashgah.engine import CompiledProgram
from bashgah.engine.counters import ReadyCounter
from bashgah.engine.decisions import Decision
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import (
    Measured,
    better_standing,
    reviews,
    standing_after,
    standing_fallen,
    standing_replayed,
)
from bashgah.engine.program import ReadyLadder
from bashgah.engine.returns import CANCELLED
from bashgah.engine.states import Needs, Standing, State
from bashgah.engine.windows import measure_start, window_start
from bashgah.history import keeping as history
from bashgah.history.keeping import Tally
from bashgah.members.facts import MemberFacts

Days = Mapping[date, Tally]
Slots = tuple[tuple[str, date], ...]
Starts = tuple[tuple[str, str, date], ...]
DAYS_KNOWN = 4096


@dataclass(frozen=True, slots=True)
class Rise:
    """A step up that a fact brought: where the member stood before it, and on which day."""

    ladder: str
    before: Standing | None
    day: date


class Remembered(Struct):
    """One member's counts, standings and profile, changed fact by fact."""

    history: history.Past
    standings: dict[str, Standing]
    about: MemberFacts
    moved: set[str] = set()
    acts: dict[str, list[date]] = {}

    def state(self, compiled: CompiledProgram, fact: Fact) -> State:
        """Return what this program version needs to know before it decides this fact."""
        asked, past, standings = asked_by(compiled), self.history, self.standings
        day = fact.local_at.date()
        limits, measured = asked.on(day)
        used = {}
        if held := past.used:
            for at in limits:
                if amount := held.get(at):
                    used[at] = amount
        measures = {}
        for ladder, measure, start in measured:
            if value := past.measure(measure, start, day):
                measures[ladder] = value
        calendar, values, stands = asked.calendar, {}, {}
        for name, read in asked.of_history:
            values[name] = read(past, fact)
        for name in asked.of_member:
            values[name] = self.about.value(name, fact, calendar)
        for key in asked.ladders:
            if key in standings:
                stands[key] = standings[key]
        return State(values, stands, measures, used)

    def cart_state(self, compiled: CompiledProgram, fact: Fact, needs: Needs) -> State:
        """Return what quoting a cart needs to know: of a purchase, and of the promotions beside."""
        state, calendar = self.state(compiled, fact), compiled.document.calendar
        day, used, values = fact.local_at.date(), dict(state.used), dict(state.values)
        for key, window in needs.limits:
            at = (key, window_start(window, day, calendar))
            if amount := self.history.used.get(at):
                used[at] = amount
        for name in read_fields(needs):
            if name in values:
                continue
            if name.startswith("member."):
                values[name] = self.about.value(name, fact, calendar)
            else:
                values[name] = _HISTORY[name](self.history, fact)
        return structs.replace(state, values=values, used=used)

    def remember(
        self,
        compiled: CompiledProgram,
        state: State,
        fact: Fact,
        decision: Decision,
        *,
        stands: bool = True,
    ) -> None:
        """Count a decided fact: units used of limits, sums, days, and where the member stands after it."""
        status, qualifying = status_wallet(compiled), 0
        for credit in decision.credits:
            if credit.wallet == status:
                qualifying += credit.amount
        for used in decision.used:
            self.history.use(used.limit, used.window_start, used.amount)
        if fact.kind == "purchase":
            counts = Tally(1, fact.net, 0, qualifying, fact.gross)
        else:
            counts = Tally(0, 0, int(fact.kind == "visit"), qualifying)
        self.history.record(fact.local_at.date(), fact.occurred_at, counts)
        for counter in compiled.counters:
            if counter.lasts and counter.is_act(fact, state):
                self.acts.setdefault(counter.key, []).append(fact.local_at.date())
        if stands:
            self.stand(compiled, state, fact, decision)

    def remember_gone(self, then: CompiledProgram, purchase: Sold) -> set[tuple[str, date]]:
        """Forget a purchase of which nothing is left: streaks and last days are those of the acts left.

        Everything that happened is remembered here; the settlement reads it (``activities.lasting``). Returns
        the windows that changed.
        """
        used = self.history.used

        def kept(key: str) -> dict[date, int]:
            return {start: amount for (of, start), amount in used.items() if of == key}

        def left(counter: ReadyCounter) -> list[date]:
            days = self.acts.get(counter.key, [])
            if purchase.business_date in days:
                days.remove(purchase.business_date)
            return days

        changed = set()
        for key, start, amount in list(lasting_undone(then, purchase, kept, left)):
            self.history.use(key, start, -amount)
            changed.add((key, start))
        if purchase.fact.kind == "purchase":
            self.history.purchase_gone(purchase.fact.occurred_at, purchase.fact.local_at.tzinfo)
        return changed

    def remember_return(
        self,
        fact: Fact,
        purchase_day: date,
        qualifying: int,
        *,
        is_whole: bool = False,
        freed: Mapping[tuple[str, date], int] | None = None,
    ) -> None:
        """Count what came back, on the day of its purchase, so that windows stay as if it had not been.

        ``is_whole`` says that nothing of the purchase is left: then it is no purchase any more. ``freed`` are
        the units that no longer count against limits, in the windows of the purchase.
        """
        for (limit, start), amount in (freed or {}).items():
            self.history.use(limit, start, -amount)
        self.history.record(
            purchase_day,
            fact.occurred_at,
            Tally(
                purchases=-int(is_whole),
                spend=-fact.net,
                gross=-fact.gross,
                qualifying=-qualifying,
                returns=int(fact.type != CANCELLED),
            ),
        )

    def review(self, compiled: CompiledProgram, today: date) -> None:
        """Judge the tiers whose period has ended by today, as the nightly review does."""
        calendar = compiled.document.calendar
        for key, standing in list(self.standings.items()):
            ready = compiled.ladders.get(key)
            if ready is None:
                continue
            ladder = ready.ladder

            def measured(start: date, until: date, measure: str = ladder.measure) -> int:
                return self.history.measure(measure, start, date.fromordinal(until.toordinal() - 1))

            for _before, after, _value in reviews(ladder, standing, today, calendar, measured):
                self.standings[key] = after
                self.moved.add(key)

    def stand(self, compiled: CompiledProgram, state: State, fact: Fact, decision: Decision) -> None:
        """Let the member stand where the measures are after this fact."""
        day, calendar = fact.local_at.date(), compiled.document.calendar
        for ladder, added in decision.measures:
            before = self.standings.get(ladder)
            value, ready = state.measures.get(ladder, 0) + added, compiled.ladders[ladder]
            if before is not None and value < ready.nexts.get(before.tier, -1):
                continue
            after = standing_after(ready.ladder, value, before, day, calendar)
            if after != before:
                self.standings[ladder] = after
                self.moved.add(ladder)


def measured_on(days: Days, ready: ReadyLadder) -> Measured:
    """Return the ladder's measure over any window of these days; without a beginning it is the lifetime's."""
    key = ready.ladder.measure

    def value(start: date, until: date) -> int:
        return sum(tally.measure(key) for day, tally in days.items() if start <= day < until)

    return value


def fallen(  # noqa: PLR0917 one rise, judged again
    compiled: CompiledProgram,
    base: Rise,
    standing: Standing,
    days: Days,
    today: date,
    beside: Sequence[Standing] = (),
) -> Standing:
    """Return where a member stands once something came back that may have lifted them.

    From the standing before that rise the days, the return counted already, are gone through again.
    ``beside`` is where those stand who were merged into them, each on their own.
    """
    ready, calendar = compiled.ladders[base.ladder], compiled.document.calendar
    since = {base.day, *(day for day in days if base.day <= day <= today)}
    value = measured_on(days, ready)
    replayed = standing_replayed(ready.ladder, base.before or Standing(), since, today, value, calendar)
    for theirs in beside:
        replayed = better_standing(ready.ladder, replayed, theirs) or replayed
    return standing_fallen(ready.ladder, standing, replayed, today)


class Asked:
    """What a program asks of a member, and in which windows on a day, worked out once for each day."""

    __slots__ = ("_days", "_needs", "calendar", "ladders", "of_history", "of_member")

    def __init__(self, compiled: CompiledProgram) -> None:
        self._needs, self.calendar = compiled.needs, compiled.document.calendar
        self._days: dict[date, tuple[Slots, Starts]] = {}
        names = read_fields(compiled.needs)
        self.ladders = compiled.needs.ladders
        self.of_member = tuple(name for name in names if name.startswith("member."))
        self.of_history = tuple((name, _HISTORY[name]) for name in names if not name.startswith("member."))

    def on(self, day: date) -> tuple[Slots, Starts]:
        """Return the limits' windows that hold the day, and (ladder, measure, first day that counts)."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) > DAYS_KNOWN:
                self._days.clear()
            found = self._days[day] = (
                tuple((key, window_start(window, day, self.calendar)) for key, window in self._needs.limits),
                tuple(
                    (ladder, measure, measure_start(window, day, self.calendar))
                    for ladder, measure, window in self._needs.measures
                ),
            )
        return found


@lru_cache(maxsize=256)
def asked_by(compiled: CompiledProgram) -> Asked:
    """Return what a program asks; programs are told apart by identity, which costs nothing."""
    return Asked(compiled)


@lru_cache(maxsize=256)
def read_fields(needs: Needs) -> tuple[str, ...]:
    """Return the state fields a program reads, in a fixed order; tiers come with the standings."""
    return tuple(sorted(name for name in needs.fields if not name.startswith("member.tier.")))


@lru_cache(maxsize=256)
def status_wallet(compiled: CompiledProgram) -> str | None:
    """Return the wallet whose units qualify for tiers: the first of kind status, as the engine counts."""
    return next((wallet.key for wallet in compiled.document.wallets if wallet.kind == "status"), None)


def _days_since(book: history.Past, fact: Fact) -> int | None:
    if book.last_purchase_at is None:
        return None
    last = book.last_purchase_at.astimezone(fact.local_at.tzinfo).date()
    return max(0, (fact.local_at.date() - last).days)


_HISTORY: dict[str, Callable[[history.Past, Fact], Any]] = {
    "history.purchases": lambda book, _fact: book.sums.purchases,
    "history.spend": lambda book, _fact: book.sums.spend,
    "history.visits": lambda book, _fact: book.sums.visits,
    "history.days_since_last_purchase": _days_since,
}
