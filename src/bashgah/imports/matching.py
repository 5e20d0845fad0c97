"""Finds the purchase lines that cancellation lines take back: they name customer and goods, no invoice.

In order of time: a line whose remaining quantity is exactly the one that comes back; else the latest line
with enough left; else the latest lines together. Never more than was bought, never a later purchase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bashgah.imports.types import Cancellation, Match


@dataclass(frozen=True, slots=True)
class Bought:
    """A line that may come back: whose, what, when, under which reference and line number."""

    owner: str
    sku: str
    at: datetime
    purchase: str
    line_no: int
    quantity: int


@dataclass(slots=True)
class Matched:
    """What was found: matches, the rows that took back a whole line, and the rows that found nothing."""

    matches: list[Match] = field(default_factory=list)
    whole: set[int] = field(default_factory=set)
    part: set[int] = field(default_factory=set)
    without_purchase: list[Cancellation] = field(default_factory=list)
    too_large: list[Cancellation] = field(default_factory=list)


@dataclass(slots=True)
class _Left:
    bought: Bought
    left: int


def cancellations_match(
    bought: Iterable[Bought], cancellations: Sequence[tuple[str, Cancellation]]
) -> Matched:
    """Match (owner, cancellation) pairs to what that owner bought before; the same input, the same answer."""
    found = Matched()
    waiting = sorted(bought, key=lambda one: one.at)
    shelves: dict[tuple[str, str], list[_Left]] = defaultdict(list)
    place = 0
    for owner, one in sorted(cancellations, key=lambda pair: (pair[1].at, pair[1].row)):
        while place < len(waiting) and waiting[place].at <= one.at:
            line = waiting[place]
            shelves[line.owner, line.sku].append(_Left(line, line.quantity))
            place += 1
        shelf = shelves.get((owner, one.sku), [])
        taken = _taken(shelf, one.quantity)
        if taken is None:
            (found.too_large if shelf else found.without_purchase).append(one)
            continue
        whole = len(taken) == 1 and taken[0][1] == taken[0][0].left
        (found.whole if whole else found.part).add(one.row)
        for line_left, quantity in taken:
            line_left.left -= quantity
            line = line_left.bought
            found.matches.append(
                Match(one.row, one.invoice, one.at, one.branch, line.purchase, line.line_no, quantity)
            )
    return found


def _taken(shelf: Sequence[_Left], wanted: int) -> list[tuple[_Left, int]] | None:
    """Which lines give how much, latest first, or None where not enough is left."""
    same = next((line for line in reversed(shelf) if line.left == wanted), None)
    enough = same or next((line for line in reversed(shelf) if line.left > wanted), None)
    if enough is not None:
        return [(enough, wanted)]
    taken = []
    for line in reversed(shelf):
        if line.left:
            part = min(line.left, wanted)
            taken.append((line, part))
            wanted -= part
        if not wanted:
            return taken
    return None
