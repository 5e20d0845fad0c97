"""Shares the parts of the members out to processes, hears how far they are, and stops when asked.

A child gets a plan and reads files; it has no settings, no database and no framework. It ends with its
parent, however that ended.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import wait as wait_for
from multiprocessing.synchronize import Event

from bashgah.engine.document import Program
from bashgah.simulation.budgets import Demands, asked_of, ebbs_of, terms_of
from bashgah.simulation.comparing import Comparison, Plan, parts_of
from bashgah.simulation.tallying import Tally
from bashgah.simulation.types import Cancelled

ASK_EVERY_SECONDS = 0.5
NICENESS = 10
ROUNDS_MOST = 50
"""How often a replay is done again because members who share a budget changed what others find of it."""

Told = Callable[[int, int], None]
Stopped = Callable[[], bool]
Spread = Callable[[Plan, list[range], Stopped], Iterator[Tally]]
"""Replays the parts wherever it likes and yields what each comes to, in any order."""


class Unsettled(Exception):
    """The budgets were not settled after so many rounds: each changed the members who changed the others."""


def replay(plan: Plan, *, spread: Spread, told: Told, stopped: Stopped) -> tuple[Plan, Tally]:
    """Replay all members and return what it comes to, with the plan that says how budgets ebbed.

    ``told`` hears (parts done, parts in all). ``stopped`` is asked again and again; once it says yes what
    runs is given up and ``Cancelled`` is raised. Members who share a budget are replayed again until each
    fact finds what those before it left; ``Unsettled`` is raised where that does not come about.
    """
    parts = parts_of(plan)
    terms = [
        terms_of(Program.model_validate_json(each or plan.tried), plan.permille)
        for each in (plan.live, plan.tried)
    ]
    seconds = 0.0
    for before in range(0, ROUNDS_MOST * len(parts), len(parts)):
        total, notes = Tally(), _nothing()
        told(before, before + len(parts))
        for done, tally in enumerate(spread(plan, parts, stopped), before + 1):
            total.add(tally)
            for kept, demands in zip(notes, tally.demands, strict=True):
                kept.append(demands)
            told(done, before + len(parts))
        seconds += total.seconds
        live, tried = (ebbs_of(*each) for each in zip(notes, terms, plan.ebbs, strict=True))
        if (live, tried) == plan.ebbs:
            total.seconds, total.asked = seconds, asked_of(notes)
            return plan, total
        plan = replace(plan, ebbs=(live, tried))
    raise Unsettled


def workers_usual() -> int:
    """Return how many processes a replay takes: one core stays for those who are served meanwhile."""
    return max(1, (os.cpu_count() or 1) - 1)


def spread_here(plan: Plan, parts: list[range], stopped: Stopped) -> Iterator[Tally]:
    """Replay in this process, one part after the other."""
    here = Comparison(plan)
    for buckets in parts:
        yield here.part(buckets, stopped)


def spread_over(workers: int) -> Spread:
    """Return what replays in so many processes of this machine; 0 stays in this one."""
    if workers == 0:
        return spread_here

    def spread(plan: Plan, parts: list[range], stopped: Stopped) -> Iterator[Tally]:
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        with ProcessPoolExecutor(workers, context, _begin, (plan, stop)) as pool:
            waiting: set[Future[Tally]] = {pool.submit(_part, buckets) for buckets in parts}
            try:
                while waiting:
                    done, waiting = wait(waiting, ASK_EVERY_SECONDS, FIRST_COMPLETED)
                    if stopped():
                        raise Cancelled
                    for each in done:
                        yield each.result()
            finally:
                stop.set()
                pool.shutdown(wait=True, cancel_futures=True)

    return spread


def _nothing() -> tuple[list[Demands], list[Demands]]:
    return [], []


_here: list[tuple[Comparison, Stopped]] = []


def _begin(plan: Plan, stop: Event) -> None:
    """Make a child ready: kind to others, compiled once, and gone when its parent is."""
    with suppress(OSError):
        os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here[:] = [(Comparison(plan), stop.is_set)]


def _part(buckets: range) -> Tally:
    comparison, stopped = _here[0]
    return comparison.part(buckets, stopped)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
