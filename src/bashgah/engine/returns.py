"""What a return takes back of a recorded credit: exactly its lines' part, and the whole after the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bashgah.engine.decisions import Credit
from bashgah.engine.document import is_reward
from bashgah.engine.facts import Fact

WHOLE = 0
"""The line number of a purchase known by its amounts alone."""

CANCELLED = "cancelled"
"""The type of a return that takes back an act that was no purchase, wholly and once."""

GONE = frozenset({"whole", CANCELLED})
"""The types of a return after which nothing is left of what it names."""

Base = tuple[tuple[int, int], ...]
"""A credit's share per line: (line number, units); they add up to the credit."""

Share = tuple[int, int]
"""Which part of a line has come back so far, this return included: (returned, of) in quantity or money."""


def share(
    credit_amount: int,
    base: Sequence[tuple[int, int]],
    line_shares: Mapping[int, Share],
    already_reversed: int,
) -> int:
    """Return how many units of a credit to reverse now.

    ``base`` is the credit's share per line as recorded; ``line_shares`` maps a line's number to the part of
    it returned so far, earlier returns and this one together. What is due so far is rounded down, except that
    when everything came back it is the whole; less what was reversed before. So however a purchase is
    returned, in whatever order and in however many parts, the reversals add up to the credit.

    A credit without lines (a purchase by amount alone) has its whole on line 0. A share above one counts as
    one; the answer is never negative and never above what is left.
    """
    parts = base or ((0, credit_amount),)
    due_num, due_den = 0, 1
    for no, amount in parts:
        returned, of = line_shares.get(no, (0, 1))
        if of <= 0 or returned <= 0 or not amount:
            continue
        if returned >= of:
            due_num += amount * due_den
            continue
        due_num = due_num * of + amount * returned * due_den
        due_den *= of
    due = min(due_num // due_den, credit_amount)
    return max(0, due - already_reversed)


def due(credit: Credit, line_shares: Mapping[int, Share], already_reversed: int, *, is_whole: bool) -> int:
    """Return how much of a credit goes back now; copies of a reward lie on no line and go with the whole."""
    if is_reward(credit.wallet):
        return credit.amount - already_reversed if is_whole else 0
    return share(credit.amount, credit.base, line_shares, already_reversed)


def bought_of(fact: Fact) -> dict[int, int]:
    """Return what may come back: thousandths by line; of a purchase without, its net (at least 1)."""
    return {line.no: line.quantity for line in fact.lines} or {WHOLE: max(1, fact.net)}
