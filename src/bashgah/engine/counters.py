"""Counters: what a member did before, counted by the program's own conditions, as fields of criteria.

A counter lives in the same place as units used of a limit, under a key of its own and the start of its
window: the settlement reads and writes it without knowing what it counts. A streak keeps its length in the
window it reached last, the last day is kept as a number of days; both are written as what is to be added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bashgah.engine import catalogue
from bashgah.engine.catalogue import Field, Type
from bashgah.engine.criteria.judging import Scene, holds, lines_where
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.tree import Node, needs_lines
from bashgah.engine.decisions import Used
from bashgah.engine.document import Counter, Program, Promotion, RewardTerms, Rule
from bashgah.engine.facts import Fact, Line
from bashgah.engine.program import trigger_of
from bashgah.engine.states import State
from bashgah.engine.windows import EVER, window_start
from bashgah.engine.words import texts
from bashgah.kit.jalali import Calendar
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

PREFIX = "counter."
_LABELS = {
    "times": _("number of times “{counter}” (this one counted)"),
    "pieces": _("quantity of “{counter}” (this one counted)"),
    "money": _("amount of “{counter}” (this one counted)"),
    "streak": _("number of “{counter}” in a row (this one counted)"),
    "days_since": _("number of days since “{counter}”"),
}
_TYPES: dict[str, Type] = {"pieces": "quantity", "money": "money"}


@dataclass(frozen=True, slots=True, eq=False)
class ReadyCounter:
    """A counter with its conditions checked."""

    counter: Counter
    calendar: Calendar
    when: Node | None
    lines: Node | None
    needs_lines: bool

    @property
    def key(self) -> str:
        """The key under which its counts are kept."""
        return f"#{self.counter.key}"

    @property
    def windows(self) -> tuple[str, ...]:
        """The windows in which it must be read."""
        window = "ever" if self.counter.counts == "days_since" else self.counter.window
        return (window, f"last_{window}") if self.counter.counts == "streak" else (window,)

    def adds(self, fact: Fact, state: State) -> int:
        """Return what this fact adds to the count in its window; 0 for an act that does not count."""
        if trigger_of(fact.kind, fact.type) != self.counter.trigger or not self._meets(fact, state):
            return 0
        day = fact.local_at.date()
        match self.counter.counts:
            case "times":
                return 1
            case "pieces":
                return sum(line.quantity for line in self._lines(fact, state))
            case "money":
                counted = self._lines(fact, state)
                return max(0, sum(line.net for line in counted) if fact.lines else fact.net)
            case "streak":
                return 0 if self._kept(state, day) else self._kept(state, day, before=True) + 1
        return max(0, day.toordinal() - self._kept(state, day))

    @property
    def lasts(self) -> bool:
        """Say whether its count is more than a sum: a streak and the last day can only be reckoned anew."""
        return self.counter.counts in ("streak", "days_since")

    def is_act(self, fact: Fact, state: State) -> bool:
        """Say whether this fact is one of those it counts, whatever it adds."""
        return trigger_of(fact.kind, fact.type) == self.counter.trigger and self._meets(fact, state)

    def reckoned(self, days: Iterable[date]) -> dict[date, int]:
        """Return by window what acts on these days come to, had they been told in their order."""
        if self.counter.counts == "days_since":
            return {EVER: last.toordinal()} if (last := max(days, default=None)) else {}
        lengths: dict[date, int] = {}
        for day in sorted(days):
            lengths[self.start(day)] = lengths.get(self.start(day, before=True), 0) + 1
        return lengths

    def undone(self, kept: Mapping[date, int], days: Iterable[date]) -> dict[date, int]:
        """Return by window what goes of the kept counts when these days of acts are left; nothing rises."""
        left = self.reckoned(days)
        return {start: kept[start] - left.get(start, 0) for start in kept if kept[start] > left.get(start, 0)}

    def value(self, fact: Fact, state: State) -> int | None:
        """Return what a condition sees: the count with this fact, or the days since the last time before it.

        A streak that this fact neither continues nor has reached in its window already is 0.
        """
        day = fact.local_at.date()
        kept = self._kept(state, day)
        if self.counter.counts == "days_since":
            return max(0, day.toordinal() - kept) if kept else None
        return kept + self.adds(fact, state)

    def start(self, day: date, before: bool = False) -> date:
        """Return the start of the window that holds the day, or of the one before it."""
        if self.counter.counts == "days_since":
            return EVER
        window = self.counter.window
        return window_start(f"last_{window}" if before else window, day, self.calendar)

    def _kept(self, state: State, day: date, before: bool = False) -> int:
        return state.used.get((self.key, self.start(day, before)), 0)

    def _meets(self, fact: Fact, state: State) -> bool:
        if self.needs_lines and not fact.lines_known:
            return False
        if not holds(self.when, Scene(fact, state, self.calendar)):
            return False
        return self.lines is None or bool(self._lines(fact, state))

    def _lines(self, fact: Fact, state: State) -> tuple[Line, ...]:
        return lines_where(self.lines, Scene(fact, state, self.calendar))


def counter_ready(program: Program, counter: Counter, at: str = "") -> ReadyCounter:
    """Return the counter with its conditions; they may not look at counters themselves."""
    alone = program.model_copy(update={"counters": ()})
    when = lines = None
    if counter.when is not None:
        when = parse(counter.when, program=alone, trigger=counter.trigger, at=f"{at}/when")
    if counter.lines is not None:
        lines = parse(counter.lines, program=alone, trigger=counter.trigger, scope="line", at=f"{at}/lines")
    asks = lines is not None or counter.counts == "pieces" or needs_lines(when)
    return ReadyCounter(counter, program.calendar, when, lines, asks)


def counted(counters: Iterable[ReadyCounter], state: State, fact: Fact) -> tuple[Used, ...]:
    """Return what the fact adds to the program's counters."""
    day = fact.local_at.date()
    return tuple(
        Used(each.key, each.start(day), added) for each in counters if (added := each.adds(fact, state))
    )


def users_of(program: Program, key: str) -> tuple[Rule | Promotion | RewardTerms, ...]:
    """Return the rules, promotions and rewards whose conditions look at a counter, wherever they do."""
    field = f"{PREFIX}{key}"
    parts: tuple[Rule | Promotion | RewardTerms, ...] = (
        *program.rules,
        *program.promotions,
        *program.rewards,
    )
    return tuple(each for each in parts if _names(each.model_dump(mode="json"), field))


def _names(value: object, field: str) -> bool:
    if isinstance(value, dict):
        return any(_names(each, field) for each in value.values())
    if isinstance(value, list):
        return any(_names(each, field) for each in value)
    return value == field


def _field(key: str, program: Program) -> Field | None:
    found = next((each for each in program.counters if each.key == key.removeprefix(PREFIX)), None)
    if found is None:
        return None
    ready = counter_ready(program, found)

    def read(fact: Fact, state: State, _line: Line | None) -> int | None:
        return ready.value(fact, state)

    label = Phrase(_LABELS[found.counts], {"counter": texts(found.name, found.key)})
    return Field(key, _TYPES.get(found.counts, "number"), label, "state", read, "", "counters", found.key)


catalogue.FINDERS[PREFIX] = _field
