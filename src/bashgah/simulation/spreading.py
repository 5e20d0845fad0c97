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
from multiprocessing.connection import wait as wait_for

from bashgah.simulation.comparing import Comparison, Plan, parts_of
from bashgah.simulation.tallying import Tally
from bashgah.simulation.types import Cancelled

ASK_EVERY_SECONDS = 0.5
NICENESS = 10

Told = Callable[[int, int], None]
Stopped = Callable[[], bool]


def replay(plan: Plan, *, workers: int, told: Told, stopped: Stopped) -> Tally:
    """Replay all members in ``workers`` processes (0: in this one) and return what it comes to.

    ``told`` hears (parts done, parts in all). ``stopped`` is asked again and again; once it says yes nothing
    more is begun, what runs is waited for and ``Cancelled`` is raised.
    """
    parts = parts_of(plan)
    told(0, len(parts))
    total = Tally()
    for done, part in enumerate(_replayed(plan, parts, workers, stopped), 1):
        total.add(part)
        told(done, len(parts))
    return total


def workers_usual() -> int:
    """Return how many processes a replay takes: one core stays for those who are served meanwhile."""
    return max(1, (os.cpu_count() or 1) - 1)


def _replayed(plan: Plan, parts: list[range], workers: int, stopped: Stopped) -> Iterator[Tally]:
    if workers == 0:
        here = Comparison(plan)
        for buckets in parts:
            if stopped():
                raise Cancelled
            yield here.part(buckets)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (plan,)) as pool:
        waiting: set[Future[Tally]] = {pool.submit(_part, buckets) for buckets in parts}
        while waiting:
            done, waiting = wait(waiting, ASK_EVERY_SECONDS, FIRST_COMPLETED)
            if stopped():
                pool.shutdown(wait=True, cancel_futures=True)
                raise Cancelled
            for each in done:
                yield each.result()


_here: list[Comparison] = []


def _begin(plan: Plan) -> None:
    """Make a child ready: kind to others, compiled once, and gone when its parent is."""
    with suppress(OSError):
        os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here[:] = [Comparison(plan)]


def _part(buckets: range) -> Tally:
    return _here[0].part(buckets)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
