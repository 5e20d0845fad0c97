"""What a return undoes of limits and counters: plain values, for the settlement and for replays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

import msgspec

from bashgah.engine.counters import ReadyCounter
from bashgah.engine.exact import apportion
from bashgah.engine.facts import Fact
from bashgah.engine.limiting import TIMES, budget_slot, budget_worth
from bashgah.engine.program import CompiledProgram, limit_key, trigger_of
from bashgah.engine.returns import Base
from bashgah.engine.states import Slot, State
from bashgah.engine.windows import window_start

Left = Callable[[ReadyCounter], Iterable[date]]
"""Tells the days on which acts happened that a counter counts, purchases wholly returned left out."""


class Sold(Protocol):
    """A purchase as its counters saw it."""

    fact: Fact
    state: State
    business_date: date


def limit_windows(compiled: CompiledProgram, rule: str, wallet: str, day: date) -> Iterator[tuple[str, date]]:
    """Return the limits and windows against which a rule's units of a day were counted."""
    for ready in compiled.document.rules:
        if ready.key == rule:
            for limit in ready.limits:
                if limit.of == "times":
                    continue
                start = window_start(limit.window, day, compiled.document.calendar)
                yield limit_key(ready.counts_as, wallet, limit.window), start


def times_freed(
    compiled: CompiledProgram, rules: Iterable[str], day: date
) -> Iterator[tuple[str, date, int]]:
    """Return the times limited rules gave something: a purchase wholly returned frees one of each."""
    fired = set(rules)
    for ready in compiled.document.rules:
        for limit in ready.limits if ready.key in fired else ():
            if limit.of == "times":
                start = window_start(limit.window, day, compiled.document.calendar)
                yield limit_key(ready.counts_as, TIMES, limit.window), start, 1


def counters_freed(
    compiled: CompiledProgram, purchase: Sold, fact: Fact, is_whole: bool
) -> Iterator[tuple[str, date, int]]:
    """Return what the program's counters counted of what came back: (key, window, amount).

    How often counts the purchase until nothing of it is left; pieces and money go back in parts. What lasts
    (a streak, the days since) is reckoned anew from the acts that are left (``lasting_undone``).
    """
    for counter in compiled.counters:
        if counter.counter.counts in ("times", "pieces", "money") and counter.counter.trigger == trigger_of(
            purchase.fact.kind, purchase.fact.type
        ):
            part = purchase.fact if counter.counter.counts == "times" else purchase_part(purchase.fact, fact)
            if counter.counter.counts == "times" and not is_whole:
                continue
            if amount := counter.adds(part, purchase.state):
                yield counter.key, counter.start(purchase.business_date), amount


def lasting_undone(
    compiled: CompiledProgram, purchase: Sold, kept: Callable[[str], Mapping[date, int]], left: Left
) -> Iterator[tuple[str, date, int]]:
    """Return what goes of streaks and last days when nothing of a purchase is left: (key, window, amount).

    ``kept`` tells a counter's counts by window, ``left`` the days of the acts that still count.
    """
    for counter in compiled.counters:
        if counter.lasts and counter.is_act(purchase.fact, purchase.state):
            for start, amount in counter.undone(kept(counter.key), left(counter)).items():
                yield counter.key, start, amount


def budget_freed(
    compiled: CompiledProgram, rule: str, wallet: str, fact: Fact, amount: int
) -> tuple[Slot, int] | None:
    """Return which shared budget units of a rule had been taken from, and how much of it they were."""
    for ready in compiled.document.rules:
        budget = ready.budget
        if ready.key == rule and budget is not None and budget.unit == wallet:
            counted = compiled.unit(wallet)
            worth = budget_worth(budget, counted) if counted is not None else 0
            return budget_slot(ready.counts_as, budget, fact, compiled.document.calendar), amount * worth
    return None


def purchase_part(bought: Fact, back: Fact) -> Fact:
    """Return the purchase as if only this part of it had been bought."""
    return msgspec.structs.replace(
        bought, lines=back.lines, gross=back.gross, discount=back.discount, tax=back.tax
    )


def spread(units: int, weights: Base) -> Base:
    """Lay units on lines by weight."""
    parts = apportion(units, [weight for _no, weight in weights])
    return tuple(zip((no for no, _weight in weights), parts, strict=True))
