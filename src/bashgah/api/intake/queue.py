"""Facts that wait and the writers that take all of them at once.

While one batch commits the next one gathers, so the running commit is the timer; at low load a batch is a
single fact. One writer is enough: what it costs to open and commit a transaction is shared by more facts when
no second one takes half of them. The second writer is there for when the first takes long: it waits for a
member who is locked elsewhere, or has a thousand facts to write.

The writer waits a moment for callers it has just answered, as long as they come back (``gathering``).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection
from prometheus_client import Counter, Gauge, Histogram
from psycopg_pool import PoolTimeout

from bashgah.activities.cutting import Interrupted
from bashgah.activities.recording import unsettled
from bashgah.activities.types import Intake, Outcome, Refused
from bashgah.api.intake.gathering import Gathering
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor

WRITERS = 2
PATIENCE_SECONDS = 0.05
BATCH_MOST = 256
WAITING_MOST = 8_000
# rooms that write by plain cursors see psycopg's own errors, those that use Django see Django's
DATABASE_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)

WAITING = Gauge("bashgah_intake_waiting", "Facts waiting to be settled")
BATCHES = Histogram(
    "bashgah_intake_batch", "Facts settled together", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1000)
)
SETTLED = Counter("bashgah_intake_facts", "Facts taken in", ["outcome"])

log = structlog.get_logger("bashgah.intake")

Settle = Callable[..., list[Outcome]]


class Full(Exception):
    """Too much waits already, or the process is stopping; nothing was queued."""


@dataclass(slots=True, eq=False)
class Work:
    """The facts of one request, settled together, and who waits for them."""

    facts: Sequence[Intake]
    club: ClubInfo
    actor: Actor
    future: asyncio.Future[list[Outcome]]
    loop: asyncio.AbstractEventLoop = field(repr=False)
    caller: Hashable = None
    since: float = field(default_factory=time.monotonic)

    @property
    def is_big(self) -> bool:
        """Whether it is a batch by itself, which gains nothing from waiting for others."""
        return len(self.facts) >= BATCH_MOST


class Queue:
    """Takes work from the event loop and hands it to writer threads in natural batches."""

    def __init__(
        self, settle: Settle, now: Callable[[], datetime], *, writers: int = WRITERS, most: int = WAITING_MOST
    ) -> None:
        self._settle = settle
        self._now = now
        self._most = most
        self._work: deque[Work] = deque()
        self._waiting = 0
        self._busy = 0
        self._asleep = 0
        self._closed = False
        self._gathering = Gathering()
        lock = threading.RLock()
        self._ready = threading.Condition(lock)
        self._enough = threading.Condition(lock)
        self._threads = [
            threading.Thread(target=self._write, name=f"intake-writer-{number}", daemon=True)
            for number in range(writers)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, work: Work) -> None:
        """Queue the work, or raise ``Full``; its future ends after the commit."""
        with self._ready:
            if self._closed or self._waiting + len(work.facts) > self._most:
                raise Full
            self._work.append(work)
            self._waiting += len(work.facts)
            if not self._busy or work.is_big:
                self._ready.notify()
            if self._gathering.came(work.caller):
                self._enough.notify()

    def close(self, timeout: float) -> bool:
        """Take nothing more, settle all that waits, and say whether that was done in time."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()
            self._enough.notify_all()
        until = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _take(self) -> list[Work]:
        """Wait for work that is ours and take all that waits, at most one batch; empty means the end."""
        with self._ready:
            while not self._is_ours():
                if self._closed and not self._work:
                    return []
                if self._busy:
                    self._ready.wait(PATIENCE_SECONDS)
                else:
                    self._asleep += 1
                    self._ready.wait()
                    self._asleep -= 1
            self._busy += 1
            if self._busy == 1 and not self._work[0].is_big:
                self._gather()
            taken = self._popped()
            if self._asleep:  # somebody must look from time to time whether we take long
                self._ready.notify()
        return taken

    def _popped(self) -> list[Work]:
        taken = [self._work.popleft()]
        count = len(taken[0].facts)
        while self._work and count + len(self._work[0].facts) <= BATCH_MOST:
            work = self._work.popleft()
            count += len(work.facts)
            taken.append(work)
        self._waiting -= count
        WAITING.set(self._waiting)
        return taken

    def _gather(self) -> None:
        """Wait for those who were just answered, if that is worth while."""
        until = self._gathering.begin()
        while not (self._gathering.is_complete or self._closed):
            left = until - time.monotonic()
            if left <= 0:
                break
            self._enough.wait(left)
        self._gathering.end()

    def _is_ours(self) -> bool:
        """Say whether what waits is for us: nobody is at work, it shares no batch, or it waits too long."""
        if not self._work:
            return False
        if not self._busy:
            return True
        if self._gathering.is_waiting:  # whoever gathers takes what waits in a moment
            return False
        first = self._work[0]
        return first.is_big or time.monotonic() - first.since >= PATIENCE_SECONDS

    def _done(self, taken: list[Work], begun: float) -> None:
        with self._ready:
            self._busy -= 1
            at = time.monotonic()
            self._gathering.answered((work.caller for work in taken), took=at - begun, at=at)

    def _write(self) -> None:
        while taken := self._take():
            begun = time.monotonic()
            try:
                groups: dict[tuple[Any, Actor], list[Work]] = {}
                for work in taken:
                    groups.setdefault((work.club.id, work.actor), []).append(work)
                for group in groups.values():
                    _resolve(group, self._settled(group))
            finally:
                self._done(taken, begun)
        connection.close()

    def _settled(self, group: list[Work]) -> list[Outcome] | Exception:
        facts = [fact for work in group for fact in work.facts]
        BATCHES.observe(len(facts))
        try:
            return self._settle_again_if_lost(facts, group[0])
        except DATABASE_AWAY as error:
            log.warning("intake.database_away", error=type(error).__name__, facts=len(facts))
            return error
        except Exception as error:
            log.error("intake.failed", exc_info=error, facts=len(facts))
            return error

    def _settle_again_if_lost(self, facts: list[Intake], work: Work) -> list[Outcome]:
        """Settle; when the connection was lost, settle what is left once more on a fresh one.

        References make this safe: what the first try committed without our hearing of it is found by the
        second. Where some facts are settled and the rest cannot be, each is told its own: the rest may be
        sent again. Where none is known to be, the error is all there is to tell.
        """
        try:
            return self._settle(facts, club=work.club, actor=work.actor, now=self._now())
        except Interrupted as broken:
            outcomes = broken.outcomes
            log.warning("intake.interrupted", error=type(broken.__cause__).__name__, facts=len(facts))
        except DATABASE_AWAY as error:
            # no connection was lost, there is none: waiting for one again would only take longer
            if PoolTimeout in {type(error), type(error.__cause__)}:
                connection.close()
                raise
            outcomes = [None] * len(facts)
        connection.close()
        return self._settle_rest(facts, outcomes, work)

    def _settle_rest(self, facts: list[Intake], outcomes: list[Outcome | None], work: Work) -> list[Outcome]:
        left = [fact for fact, outcome in zip(facts, outcomes, strict=True) if outcome is None]
        found: list[Outcome | None]
        try:
            found = [*self._settle(left, club=work.club, actor=work.actor, now=self._now())]
        except Interrupted as broken:
            connection.close()
            found = broken.outcomes
        except DATABASE_AWAY:
            connection.close()
            if len(left) == len(facts):
                raise
            found = [None] * len(left)
        rest = iter(found)
        told = [next(rest) if outcome is None else outcome for outcome in outcomes]
        return [
            Refused(fact.source, fact.reference, unsettled()) if outcome is None else outcome
            for fact, outcome in zip(facts, told, strict=True)
        ]


def _resolve(group: list[Work], outcome: list[Outcome] | Exception) -> None:
    """Give each request its own outcomes, with one wake-up for each event loop."""
    answers: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    place = 0
    for work in group:
        mine: Any = outcome if isinstance(outcome, Exception) else outcome[place : place + len(work.facts)]
        place += len(work.facts)
        answers.setdefault(work.loop, []).append((work.future, mine))
    for loop, pairs in answers.items():
        # a loop that has closed has nobody left to tell: its clients were cut off by the shutdown
        if not loop.is_closed():
            loop.call_soon_threadsafe(_set, pairs)


def _set(pairs: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, outcome in pairs:
        if future.done():  # the client hung up while its fact was settled
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
