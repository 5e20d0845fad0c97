"""What was committed apart from a transaction is taken back where that transaction is begun anew.

Tries and one-time codes are counted on a connection of their own, so that a refusal forgets none of them. But
what the database ended to let another pass is done once more from its very beginning (``ground.conflicts``),
and nobody was answered: it must find neither its own try counted nor its own code used up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Undo = Callable[[int], None]


class Attempt:
    """What one attempt committed apart, and how each of it is taken back.

    An attempt within another is a part of it: what is not taken back here may have to be there.
    """

    def __init__(self, outer: Attempt | None) -> None:
        self._outer = outer
        self._done: dict[Hashable, tuple[int, Undo]] = {}

    def add(self, what: Hashable, times: int, undo: Undo) -> None:
        """Count something as done so often more; below zero as taken back."""
        before = self._done.get(what, (0, undo))[0]
        self._done[what] = max(0, before + times), undo
        if self._outer is not None:
            self._outer.add(what, times, undo)

    def take_back(self) -> None:
        """Take back all that still stands; the next attempt begins with nothing."""
        for what, (times, undo) in reversed(list(self._done.items())):
            if times:
                undo(times)
                self.add(what, -times, undo)


_current: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


@contextmanager
def attempt() -> Iterator[Attempt]:
    """Remember what is committed apart meanwhile, for whoever may have to begin anew."""
    begun = Attempt(_current.get())
    token = _current.set(begun)
    try:
        yield begun
    finally:
        _current.reset(token)


def committed_apart(what: Hashable, undo: Undo, *, times: int = 1) -> None:
    """Say what was just committed apart from the caller's transaction, and how so many of it are taken back.

    ``times`` below zero says that so many were taken back by themselves. Outside an attempt nothing is begun
    anew, and nothing is remembered.
    """
    current = _current.get()
    if current is not None:
        current.add(what, times, undo)


def attempt_take_back() -> None:
    """Take back what the attempt at hand committed apart; its transaction is gone."""
    current = _current.get()
    if current is not None:
        current.take_back()
