"""How long a writer waits for the callers whom it has just answered.

Callers that send one fact after the other fall into two halves: one half is settled while the other is
answered and asks again, so each transaction bears half of what it could. Waiting a moment for those just
answered makes one batch of both. It is worth while only as long as they come back, so each wait in vain is
followed by twice as many batches without one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

FEWEST, MOST = 4, 64
"""Fewer callers keep nobody waiting for long; more have little left to share."""
WANTED = 0.9
CAME = 0.5
LONGEST = 0.75
"""Of what the last batch took."""
LONGEST_SECONDS = 0.015
RESTS_MOST = 64

NOBODY: frozenset[Hashable] = frozenset()


class Gathering:
    """Whom a queue's writer waits for; instants are of one monotonic clock, the queue's lock guards it."""

    def __init__(self) -> None:
        self._answered: frozenset[Hashable] = NOBODY
        self._took = 0.0
        self._at = 0.0
        self._back = 0
        self._wanted = 0.0
        self._rests = 0
        self._left_out = 0

    def answered(self, callers: Iterable[Hashable], *, took: float, at: float) -> None:
        """Remember who has just been answered; ``None`` is a caller nobody would know again."""
        known = frozenset(caller for caller in callers if caller is not None)
        self._answered = known if FEWEST <= len(known) <= MOST else NOBODY
        self._took, self._at, self._back = took, at, 0

    def came(self, caller: Hashable) -> bool:
        """Count a caller; say whether all who are waited for are there."""
        if caller not in self._answered:
            return False
        self._back += 1
        return self.is_waiting and self.is_complete

    @property
    def is_waiting(self) -> bool:
        """Whether a batch is being held back."""
        return self._wanted > 0

    @property
    def is_complete(self) -> bool:
        """Whether there is nobody left to wait for."""
        return self._back >= self._wanted

    def begin(self) -> float:
        """Say until when to wait; there is nobody to wait for where ``is_complete`` says so."""
        if self._answered and self._left_out < self._rests:
            self._left_out += 1
            self._answered = NOBODY
        self._wanted = len(self._answered) * WANTED
        return self._at + min(LONGEST_SECONDS, self._took * LONGEST)

    def end(self) -> None:
        """Learn whether they came."""
        if not self.is_waiting:
            return
        have_come = self._back >= len(self._answered) * CAME
        self._rests = 0 if have_come else min(RESTS_MOST, 2 * self._rests or 1)
        self._left_out = 0
        self._wanted, self._answered = 0.0, NOBODY
