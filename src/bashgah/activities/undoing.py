"""What a return undoes of limits and counters: plain values, for the settlement and for replays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

import msgspec

from bashgah.engine.exact import apportion
from bashgah.engine.facts import Fact
from bashgah.engine.limiting import TIMES
from bashgah.engine.program import CompiledProgram, limit_key
from bashgah.engine.returns import Base
from bashgah.engine.states import State
from bashgah.engine.windows import window_start


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

    How often counts the purchase until nothing of it is left; pieces and money go back in parts. A streak and
    the days since the last time are not undone: the member was there.
    """
    for counter in compiled.counters:
        if counter.counter.counts in ("times", "pieces", "money") and counter.counter.trigger == "purchase":
            part = purchase.fact if counter.counter.counts == "times" else purchase_part(purchase.fact, fact)
            if counter.counter.counts == "times" and not is_whole:
                continue
            if amount := counter.adds(part, purchase.state):
                yield counter.key, counter.start(purchase.business_date), amount


def purchase_part(bought: Fact, back: Fact) -> Fact:
    """Return the purchase as if only this part of it had been bought."""
    return msgspec.structs.replace(
        bought, lines=back.lines, gross=back.gross, discount=back.discount, tax=back.tax
    )


def spread(units: int, weights: Base) -> Base:
    """Lay units on lines by weight."""
    parts = apportion(units, [weight for _no, weight in weights])
    return tuple(zip((no for no, _weight in weights), parts, strict=True))
