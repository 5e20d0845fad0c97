"""Replays facts for their sums alone: no reasons, no parts of lines, no credits, no state made for each.

Most facts of a replay are only counted. Those whose reasons somebody wants to see, or of which something
comes back later, are decided in full by ``Replay.decide``; the law in ``tests/simulation/test_leaning.py``
holds the two to the same figures and to the same member afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import msgspec

from bashgah.activities.remembering import Rise, Starts, asked_by, status_wallet
from bashgah.engine import CompiledProgram
from bashgah.engine.counters import counted
from bashgah.engine.decisions import Credit, Used
from bashgah.engine.earning import Earned
from bashgah.engine.facts import Fact
from bashgah.engine.generating import earner_for
from bashgah.engine.ladders import standing_after
from bashgah.engine.limiting import TIMES
from bashgah.engine.program import ReadyEffect, Traits, limit_key, trigger_of
from bashgah.engine.resolving import weighed
from bashgah.engine.states import State
from bashgah.engine.windows import window_start
from bashgah.history.keeping import Tally as Counts
from bashgah.kit.jalali import Calendar
from bashgah.members.facts import OF_THE_DAY, MemberFacts
from bashgah.simulation.replaying import Replay
from bashgah.simulation.tallying import Tally

Window = tuple[str, date]
Terms = tuple[tuple[Window, int, bool], ...]
"""What limits an effect on a day: (limit and window, the most, whether it counts times instead of units)."""

_PLAIN, _LIMITED, _WEIGHED = range(3)


class Figures(msgspec.Struct, gc=False):
    """What one effect gave so far."""

    rule: str
    wallet: str
    units: int = 0
    times: int = 0


class Day(msgspec.Struct, gc=False):
    """What is the same for all facts of a local day, and what they came to.

    ``limits`` is by effect's place, ``gone`` by wallet whether units earned on the day expired by the end.
    """

    starts: Starts
    limits: dict[int, Terms]
    gone: dict[str, bool]
    facts: int = 0
    points: int = 0
    money: int = 0


Earner = Callable[[Fact, State], list[Earned]]
Way = tuple[Earner, Traits, int]
"""How the facts of a trigger are decided: its rules, what they need, and the quickest way to do that."""


class Lean:
    """One side of a replay, counting what its facts come to; ``fold`` gives the figures to a tally.

    ``replay`` holds the member, so that lean and full decisions may follow one another.
    """

    __slots__ = (
        "_days",
        "_ends",
        "_figures",
        "_giving",
        "_ladders",
        "_limited",
        "_lines",
        "_measures",
        "_most",
        "_of_day",
        "_of_history",
        "_reached",
        "_same",
        "_state",
        "_status",
        "_usual",
        "_values",
        "_ways",
        "_worths",
        "_zone",
        "_zones",
        "replay",
    )

    def __init__(
        self,
        replay: Replay,
        limits: Mapping[str, int],
        worths: Mapping[str, tuple[int, int]],
        ends: datetime,
    ) -> None:
        self.replay = replay
        self._most, self._worths, self._ends = limits, worths, ends
        compiled = replay.compiled
        asked = asked_by(compiled)
        self._of_day = tuple(name for name in asked.of_member if name in OF_THE_DAY)
        self._same = tuple(name for name in asked.of_member if name not in OF_THE_DAY)
        self._of_history = asked.of_history
        self._status = status_wallet(compiled)
        self._ladders = tuple(compiled.ladders.items())
        self._lines = {
            effect.place: effect
            for ready in compiled.rules.values()
            for rule in ready
            for effect in rule.effects
        }
        self._ways: dict[str, Way | None] = {}
        self._usual = self.way_of("purchase")
        self._zones: dict[tzinfo | None, dict[date, Day]] = {}
        self._zone: tzinfo | None = None
        self._days: dict[date, Day] = {}
        self._begin()

    def meet(self, about: MemberFacts) -> None:
        """Begin with another member, whom ``replay`` has met already."""
        seen, calendar = self.replay.seen, self.replay.compiled.document.calendar
        self._values: dict[str, Any] = {name: about.value(name, _NOTHING, calendar) for name in self._same}
        # what the member's past holds beyond what rules ask for is not looked at
        self._measures: dict[str, int] = {}
        self._state = State(self._values, seen.standings, self._measures, seen.history.used)

    def way_of(self, trigger: str) -> Way | None:
        """Return how facts of a trigger are decided; None where each must be decided in full."""
        if trigger not in self._ways:
            self._ways[trigger] = _way(self.replay.compiled, trigger)
        return self._ways[trigger]

    def can(self, fact: Fact) -> bool:
        """Say whether this fact can be decided for its sums alone."""
        if fact.kind == "purchase":
            return self._usual is not None
        return fact.kind != "return" and self.way_of(trigger_of(fact.kind, fact.type)) is not None

    def count(self, fact: Fact, on: date, net: int, sums: list[int]) -> tuple[int, int]:
        """Decide a fact of a local day, remember it, and return the points and the money it gave.

        ``sums`` are the member's: points, money, points that expired, money that expired.
        """
        replay = self.replay
        if replay.next_review is not date.max and on >= replay.next_review:
            replay.pass_time(fact.occurred_at)
        zone = fact.local_at.tzinfo
        if zone is not self._zone:
            self._zone, self._days = zone, self._zones.setdefault(zone, {})
        day = self._days.get(on)
        if day is None:
            day = self._days[on] = self._day(fact, on)
        day.facts += 1
        self._look(fact, on, day.starts)
        kind, compiled, past = fact.kind, replay.compiled, replay.seen.history
        way = self._usual if kind == "purchase" else self.way_of(trigger_of(kind, fact.type))
        earned: dict[str, int] = {}
        uses: tuple[Used, ...] = ()
        if way is not None and (found := way[0](fact, self._state)):
            if way[2] == _WEIGHED:
                uses = weighed(compiled, way[1], self._state, fact, found)[0]
            elif way[2] == _LIMITED:
                uses = self._limits_kept(day, found)
            self._given(found, earned, whole=way[2] != _WEIGHED)
        if uses:
            self._limits_reached(uses)
        if compiled.counters:
            uses += self._counters(fact, on)
        if uses:
            past.use_all(uses)
        self._ladders_climbed(fact, on, earned)
        qualifying = earned.get(self._status, 0) if self._status is not None else 0
        past.record(
            on,
            fact.occurred_at,
            Counts(1, net, 0, qualifying, fact.gross)
            if kind == "purchase"
            else Counts(0, 0, int(kind == "visit"), qualifying),
        )
        if not earned:
            return 0, 0
        return self._worth(day, earned, sums)

    def fold(self, tally: Tally, place: int) -> None:
        """Add what was counted since the last time to one side of a tally."""
        for each in self._figures.values():
            if each.times:
                held = tally.credits.setdefault((each.rule, each.wallet), [0, 0, 0, 0])
                held[place] += each.units
                held[place + 2] += each.times
        for rule, times in self._limited.items():
            tally.limited.setdefault(rule, [0, 0])[place] += times
        for days in self._zones.values():
            for on, day in days.items():
                if day.facts:
                    by_day = tally.days.setdefault(on.toordinal(), [0, 0, 0, 0])
                    by_day[place] += day.points
                    by_day[place + 2] += day.money
                    day.facts = day.points = day.money = 0
        tally.giving[place] += self._giving
        tally.at_limit[place] += self._reached
        self._begin()

    def _begin(self) -> None:
        self._figures: dict[int, Figures] = {
            place: Figures(effect.rule_key, effect.wallet_key) for place, effect in self._lines.items()
        }
        self._limited: dict[str, int] = {}
        self._giving = self._reached = 0

    def _look(self, fact: Fact, on: date, starts: Starts) -> None:
        """Bring the state up to what the fact finds; limits and tiers are the member's own all the time."""
        seen, values = self.replay.seen, self._values
        past = seen.history
        for name, read in self._of_history:
            values[name] = read(past, fact)
        for ladder, measure, start in starts:
            self._measures[ladder] = past.measure(measure, start, on)
        if self._of_day:
            calendar = self.replay.compiled.document.calendar
            for name in self._of_day:
                values[name] = seen.about.value(name, fact, calendar)

    def _given(self, found: list[Earned], earned: dict[str, int], *, whole: bool) -> None:
        """Count the hits' units by effect, and in ``earned`` by wallet; ``whole``: units are as found."""
        figures = self._figures
        for each in found:
            units = each.num if whole else each.units
            if units:
                line = figures[each.place]
                line.units += units
                line.times += 1
                wallet = line.wallet
                earned[wallet] = earned.get(wallet, 0) + units
        if earned:
            self._giving += 1

    def _worth(self, day: Day, earned: dict[str, int], sums: list[int]) -> tuple[int, int]:
        points = paid = 0
        worths, gone = self._worths, day.gone
        for wallet, units in earned.items():
            is_points, worth = worths[wallet]
            money = units * worth
            paid += money
            if is_points:
                points += units
            if gone[wallet]:
                sums[3] += money
                if is_points:
                    sums[2] += units
        sums[0] += points
        sums[1] += paid
        day.points += points
        day.money += paid
        return points, paid

    def _limits_kept(self, day: Day, found: list[Earned]) -> tuple[Used, ...]:
        """Trim whole units that pass a limit and return what counts, as ``capped`` and ``used_by`` do."""
        limits, used = day.limits, self.replay.seen.history.used
        left: dict[Window, int] = {}
        given: dict[Window, int] = {}
        for each in found:
            terms = limits.get(each.place)
            if terms is None:
                continue
            for key, most, is_times in terms:
                if is_times:
                    if used.get(key, 0) >= most:
                        each.num = 0
                    continue
                have = left.get(key)
                if have is None:
                    have = left[key] = max(0, most - used.get(key, 0))
                if each.num > have:  # noqa: PLR1730 the inner loop: a call costs more
                    each.num = have
            units = each.num
            if not units:
                continue
            for key, _most, is_times in terms:
                if is_times:
                    given[key] = 1
                else:
                    left[key] -= units
                    given[key] = given.get(key, 0) + units
        return tuple([Used(key, start, units) for (key, start), units in given.items()])

    def _limits_reached(self, uses: tuple[Used, ...]) -> None:
        most_of, used = self._most, self.replay.seen.history.used
        reached = set()
        for each in uses:
            most = most_of.get(each.limit)
            if most is not None and used.get((each.limit, each.window_start), 0) + each.amount >= most:
                reached.add(each.limit.split(".", 1)[0])
        for rule in reached:
            self._limited[rule] = self._limited.get(rule, 0) + 1
        self._reached += bool(reached)

    def _counters(self, fact: Fact, on: date) -> tuple[Used, ...]:
        """Return what the program's counters count, and note the days of those that last."""
        counters, state = self.replay.compiled.counters, self._state
        uses = counted(counters, state, fact)
        for counter in counters:
            if counter.lasts and counter.is_act(fact, state):
                self.replay.seen.acts.setdefault(counter.key, []).append(on)
        return uses

    def _ladders_climbed(self, fact: Fact, on: date, earned: dict[str, int]) -> None:
        replay, calendar = self.replay, self.replay.compiled.document.calendar
        standings, measures, moved = replay.seen.standings, self._measures, False
        for key, ready in self._ladders:
            value = measures.get(key, 0) + ready.measure.adds(fact, earned, ready.status)
            before = standings.get(key)
            if before is not None and value < ready.nexts.get(before.tier, -1):
                continue
            after = standing_after(ready.ladder, value, before, on, calendar)
            if after != before:
                standings[key], moved = after, True
                if before is None or before.tier != after.tier:
                    replay.rises.append(Rise(key, before, on))
        if moved:
            replay.expect()

    def _day(self, fact: Fact, on: date) -> Day:
        """Work out what is the same for all facts of a local day."""
        compiled = self.replay.compiled
        gone = {}
        for key, clock in compiled.clocks.items():
            expires = clock.usable(fact.local_at)[1]
            gone[key] = expires is not None and expires <= self._ends
        limits = {
            place: terms
            for place, effect in self._lines.items()
            if (terms := _terms(effect, on, compiled.document.calendar))
        }
        return Day(asked_by(compiled).on(on)[1], limits, gone)


def _terms(effect: ReadyEffect, on: date, calendar: Calendar) -> Terms:
    """Return an effect's limits in the windows that hold a day, in the rule's order."""
    terms = []
    for limit in effect.rule.limits:
        is_times = limit.of == "times"
        key = limit_key(effect.counts_as, TIMES if is_times else effect.wallet_key, limit.window)
        terms.append(((key, window_start(limit.window, on, calendar)), limit.most, is_times))
    return tuple(terms)


def _way(compiled: CompiledProgram, trigger: str) -> Way | None:
    rules = compiled.rules_for(trigger)
    traits = compiled.traits.get(trigger, Traits(False, False, False, False))
    if (
        traits.budgeted
        or traits.granting
        or any(effect.done is not Credit for rule in rules for effect in rule.effects)
    ):
        return None
    earn = earner_for(compiled, trigger)
    if traits.plain:
        return earn, traits, _PLAIN
    if traits.grouped or traits.multiplied or traits.fractional:
        return earn, traits, _WEIGHED
    limits = [[(limit.of, limit.window) for limit in rule.rule.limits] for rule in rules]
    once = all(len(set(each)) == len(each) for each in limits)
    return earn, traits, _LIMITED if once else _WEIGHED


_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_NOTHING = Fact("visit", "visit", _LONG_AGO, _LONG_AGO)
