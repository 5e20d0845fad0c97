"""What the accounting room hands out: costs, accounts, what is outstanding, lines of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum


class Basis(IntEnum):
    """Which branch a unit is counted under: the one that gave it, or the one that enrolled its member."""

    EARNED = 1
    ENROLLED = 2


AGES: tuple[tuple[int, int | None], ...] = ((0, 30), (31, 90), (91, 180), (181, 365), (366, None))
"""Ages in whole days, first and last included, by their place in ``Outstanding.age``."""


@dataclass(frozen=True, slots=True)
class OutstandingRow:
    """Units of one wallet at a day's end; ``age`` is a place in ``AGES``."""

    unit: str
    tier: str
    branch: str
    age: int
    units: int
    lots: int


@dataclass(frozen=True, slots=True)
class UnitCostInfo:
    """What a thousand units cost from a day on, in the currency's smallest unit."""

    unit: str
    since: date
    per_thousand: int
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """One account of the journal as the company's books know it."""

    key: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of the journal: an account debited or credited on a day; lines of a number balance.

    ``kind`` says what moved, ``units`` how many; money is in the currency's smallest unit.
    """

    day: date
    number: str
    unit: str
    kind: str
    units: int
    account: AccountInfo
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of a span of closed days; ``deferred`` is what the books then owe members, by wallet."""

    since: date
    until: date
    lines: tuple[JournalLine, ...]
    deferred: dict[str, int]
    without_cost: tuple[str, ...]

    @property
    def debit(self) -> int:
        """All debits."""
        return sum(line.debit for line in self.lines)

    @property
    def credit(self) -> int:
        """All credits; the same as all debits."""
        return sum(line.credit for line in self.lines)
