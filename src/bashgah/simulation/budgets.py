"""Shares out budgets in the order of time, though members are replayed apart from one another.

Every replay notes what each fact asked of a budget. From the notes of all members follows how each budget
ebbs; with that the facts are decided again until nothing changes any more. Then every fact found exactly what
those before it had left, as in the settlement, however many processes replayed them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bashgah.engine.document import REWARD_UNIT, Program
from bashgah.engine.states import Slot

Moment = tuple[int, bytes]
"""When a fact happened, in microseconds, and its id: facts of one moment come in the order of their ids."""

FIXED = -1
"""Asked by a fact of before the period, whose part is known, and by a return, which gives back."""
_BEGINNING: Moment = (-(2**63), b"")


@dataclass(frozen=True, slots=True)
class Ebb:
    """How a budget ebbs: after each of these moments so much is left. Before the first there is plenty."""

    moments: tuple[Moment, ...]
    lefts: tuple[int, ...]

    def left(self, moment: Moment) -> int | None:
        """Return what a fact of this moment finds; None: more than any fact asks for."""
        place = bisect_left(self.moments, moment)
        return self.lefts[place - 1] if place else None


Ebbs = dict[Slot, Ebb]
"""The budgets of one program that run low, by slot."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a budget's key.

    ``slack`` is what rounding may hide: a fact that asks for less than ``slack`` under what is left is never
    trimmed. ``worth`` is what one unit takes.
    """

    most: int
    slack: int
    cut: bool
    worth: int = 1


@dataclass(slots=True)
class Demands:
    """What one program's facts asked of budgets, and what they took, in columns."""

    slots: dict[Slot, int] = field(default_factory=dict)
    at: array[int] = field(default_factory=lambda: array("q"))
    ids: bytearray = field(default_factory=bytearray)
    slot: array[int] = field(default_factory=lambda: array("l"))
    asked: array[int] = field(default_factory=lambda: array("q"))
    taken: array[int] = field(default_factory=lambda: array("q"))

    def add(self, moment: Moment, slot: Slot, asked: int, taken: int) -> None:
        """Note what a fact asked of a budget, had it been whole, and what it took."""
        self.at.append(moment[0])
        self.ids += moment[1]
        self.slot.append(self.slots.setdefault(slot, len(self.slots)))
        self.asked.append(asked)
        self.taken.append(taken)

    def rows(self) -> Iterator[tuple[Slot, tuple[Moment, int, int]]]:
        """Yield (slot, (moment, asked, taken)) of each note."""
        slots = list(self.slots)
        for place, (at, slot, asked, taken) in enumerate(
            zip(self.at, self.slot, self.asked, self.taken, strict=True)
        ):
            yield slots[slot], ((at, bytes(self.ids[16 * place : 16 * place + 16])), asked, taken)


def terms_of(program: Program, permille: int = 1000) -> dict[str, Terms]:
    """Return the terms of a program's budgets by key; a sample of the members has its part of each."""
    worths = {wallet.key: max(1, wallet.worth) for wallet in program.wallets}
    worths |= {f"{REWARD_UNIT}{terms.key}": max(1, terms.cost) for terms in program.rewards}
    found = {}
    for rule in program.rules:
        budget = rule.budget
        if budget is not None:
            key = f"{rule.counts_as}.{budget.unit}.{budget.of}.{budget.window}"
            worth = worths[budget.unit] if budget.of == "money" else 1
            most, slack = budget.most * permille // 1000, worth * (len(rule.effects) + 1)
            found[key] = Terms(most, slack, budget.at_limit == "cut", worth)
    return found


def ebbs_of(notes: Iterable[Demands], terms: Mapping[str, Terms], found: Ebbs) -> Ebbs:
    """Return how the budgets ebb by these notes, which were made while they ebbed as ``found`` says.

    The same answer as ``found`` says that every fact found what those before it had left.
    """
    rows: dict[Slot, list[tuple[Moment, int, int]]] = {}
    for demands in notes:
        for slot, row in demands.rows():
            rows.setdefault(slot, []).append(row)
    ebbs = {slot: _ebb(asked, terms[slot[0]], found.get(slot)) for slot, asked in sorted(rows.items())}
    return {slot: ebb for slot, ebb in ebbs.items() if ebb.moments}


def asked_of(notes: Iterable[Iterable[Demands]]) -> dict[tuple[str, str, str], list[int]]:
    """Return what the facts of the period, live and tried, would have taken of whole budgets."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for place, side in enumerate(notes):
        for demands in side:
            for (key, start, branch), (_moment, asked, _taken) in demands.rows():
                if asked != FIXED:
                    found.setdefault((key, start.isoformat(), branch), [0, 0])[place] += asked
    return found


def _ebb(rows: list[tuple[Moment, int, int]], terms: Terms, found: Ebb | None) -> Ebb:
    wanted = sum(max(asked, taken, 0) for _moment, asked, taken in rows)
    enough = max(asked for _moment, asked, _taken in rows) + terms.slack
    if wanted + enough <= terms.most:
        return Ebb((), ())
    left = terms.most
    moments, lefts = [], []
    if left < enough:
        moments.append(_BEGINNING)
        lefts.append(left)
    for moment, asked, taken in sorted(rows):
        took = _took(asked, taken, max(0, left), found.left(moment) if found else None, terms)
        if took:
            left -= took
            if left < enough or moments:
                moments.append(moment)
                lefts.append(max(0, left))
    return Ebb(tuple(moments), tuple(lefts))


def _took(asked: int, taken: int, left: int, was: int | None, terms: Terms) -> int:
    """Return what a fact takes when so much is left: what it took if it found the same, else as is likely."""
    if asked == FIXED or was == left:
        return taken
    if left >= asked + terms.slack:
        return asked
    if not terms.cut:
        return asked if asked <= left else 0
    likely = min(asked, left // terms.worth * terms.worth)
    return min(likely, taken) if was is not None and taken < min(asked, was) else likely
