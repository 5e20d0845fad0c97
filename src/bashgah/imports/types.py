"""What an import is told and what it tells: rows, purchases, rejected lines, the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from bashgah.kit.phrases import Phrase

Stage = Literal["reading", "members", "products", "settling"]
Progress = Callable[[Stage, int, int], None]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line of the file that was not taken over, and why."""

    row: int
    invoice: str
    sku: str
    code: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Line:
    """One cleansed line: quantity in thousandths, gross in the smallest unit, ``row`` of the file."""

    row: int
    sku: str
    name: str
    quantity: int
    gross: int
    discount: int = 0
    tax: int = 0


@dataclass(slots=True)
class Purchase:
    """Lines of one invoice; without a buyer it is anonymous."""

    invoice: str
    buyer: str
    branch: str
    at: datetime
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A line that takes back goods bought before, without saying in which invoice."""

    row: int
    invoice: str
    buyer: str
    sku: str
    branch: str
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """Part of a cancellation: so much of one line of one purchase came back."""

    row: int
    invoice: str
    at: datetime
    branch: str
    purchase: str
    line_no: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody the file names; what is empty is unknown."""

    key: str
    external_id: str = ""
    mobile: str = ""
    first_name: str = ""
    last_name: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every line; ``lines`` equals the sum of the four kinds.

    ``matched_whole`` and ``matched_part`` count cancellation lines by whether they took back a whole line;
    ``repeated`` counts facts this file had already told.
    """

    lines: int
    settled: int
    anonymous: int
    matched_whole: int
    matched_part: int
    rejected: int
    rejected_by: dict[str, int]
    members: int
    members_new: int
    products: int
    purchases: int
    purchases_anonymous: int
    returns: int
    repeated: int
    seconds: float
    rejects_file: Path | None

    @property
    def matched(self) -> int:
        """Cancellation lines that were matched."""
        return self.matched_whole + self.matched_part

    @property
    def adds_up(self) -> bool:
        """Whether every line is accounted for."""
        return self.lines == self.settled + self.anonymous + self.matched + self.rejected


@dataclass(frozen=True, slots=True)
class BalancesReport:
    """What became of every row of a file of balances; ``units`` were given by this run."""

    lines: int
    opened: int
    repeated: int
    rejected: int
    rejected_by: dict[str, int]
    units: int
    seconds: float
    rejects_file: Path | None

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.lines == self.opened + self.repeated + self.rejected
