"""How long a writer waits for the callers whom it has just answered.

Callers that send one fact after the other fall into two halves: one half is settled while the other is
answered and asks again, so each transaction bears half of what it could. Waiting a moment for those just
answered makes one batch of both. It is worth while only as long as they come back, so each wait in vain is
followed by twice as many batches without one.
"""

from __future__ import annotations

from math import ceil

SMALLEST, LARGEST = 4, 64
"""A batch of fewer facts keeps nobody waiting for long; one of more has little left to share."""
WANTED = 0.9
CAME = 0.5
LONGEST = 0.75
"""Of what the last batch took: were it more, those who come by chance would seem to come back."""
LONGEST_SECONDS = 0.015
RESTS_MOST = 16


class Gathering:
    """Whom a queue's writer waits for; instants are of one monotonic clock, the queue's lock guards it."""

    def __init__(self) -> None:
        self.wanted = 0
        """So many facts must wait before the batch goes; 0 while nobody gathers."""
        self._enough = 0
        self._answered = 0
        self._took = 0.0
        self._at = 0.0
        self._rests = 0
        self._left_out = 0

    def answered(self, count: int, *, took: float, at: float) -> None:
        """Remember the batch of so many facts that has just been answered."""
        self._answered, self._took, self._at = count, took, at

    def begin(self, waiting: int) -> float:
        """Say until when to wait for ``wanted`` facts, of which some are there; 0 is nothing to wait for."""
        answered, self._answered = self._answered, 0
        if not SMALLEST <= answered <= LARGEST:
            return self._at
        if self._left_out < self._rests:
            self._left_out += 1
            return self._at
        self.wanted = waiting + ceil(answered * WANTED)
        self._enough = waiting + ceil(answered * CAME)
        return self._at + min(LONGEST_SECONDS, self._took * LONGEST)

    def end(self, waiting: int) -> None:
        """Learn whether they came."""
        if not self.wanted:
            return
        came = waiting >= self._enough
        self._rests = 0 if came else min(RESTS_MOST, 2 * self._rests or 1)
        self._left_out = 0
        self.wanted = 0
