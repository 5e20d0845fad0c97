"""What the ledger hands out: accounts, causes, wallets, lots, holds, rows of a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Literal
from uuid import UUID

Negative = Literal["refuse", "pending_only", "allow"]
"""What happens where a reversal takes more than is available; a wallet's terms say it."""


class WouldOwe(Exception):
    """A reversal would leave a debt that the wallet's terms refuse; the whole transaction must go back."""

    def __init__(self, unit: str, lack: int) -> None:
        super().__init__(f"{lack} of {unit} lack")
        self.unit, self.lack = unit, lack


class Account(IntEnum):
    """Where units are: below 10 the member's own accounts, from 10 the program's."""

    AVAILABLE = 1
    PENDING = 2
    HELD = 3
    ISSUED = 11
    REDEEMED = 12
    EXPIRED = 13
    ADJUSTED = 14
    TRANSFERRED = 15


MEMBER_ACCOUNTS = frozenset({Account.AVAILABLE, Account.PENDING, Account.HELD})
PROGRAM_ACCOUNTS = frozenset(Account) - MEMBER_ACCOUNTS


class Cause(IntEnum):
    """Why an entry exists."""

    ACTIVITY = 1
    REDEMPTION = 2
    EXPIRY = 3
    ADJUSTMENT = 4
    TRANSFER = 5
    MERGE = 6
    OPENING = 7
    RETURN = 8
    MATURITY = 9
    CONFIRMATION = 10
    RECOMPUTE = 11
    POOL = 12


class WalletKind(IntEnum):
    """Points are spent, status only qualifies (no lots), credit is money."""

    POINTS = 1
    STATUS = 2
    CREDIT = 3


class HoldState(IntEnum):
    """A hold is open until it is captured or released; both are final."""

    OPEN = 0
    CAPTURED = 1
    RELEASED = 2


@dataclass(frozen=True, slots=True)
class WalletInfo:
    """A member's units of one wallet as they are at the asked instant.

    ``available`` may be below zero: then it is a debt (units spent before the purchase that earned them came
    back) that the next credits repay. ``next_change_at`` is the earliest maturity or expiry still to come;
    ``lapses_at`` when everything expires unless the member does something before.
    """

    unit: str
    kind: WalletKind
    available: int = 0
    pending: int = 0
    held: int = 0
    earned_ever: int = 0
    next_change_at: datetime | None = None
    lapses_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LotInfo:
    """Units credited together: they become available together and expire together."""

    id: UUID
    unit: str
    amount: int
    remaining: int
    available_from: datetime | None
    expires_at: datetime | None
    is_pending: bool
    confirm_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class HoldInfo:
    """Units set aside for one purpose until captured, released or timed out."""

    id: UUID
    member_id: UUID
    unit: str
    amount: int
    state: HoldState
    expires_at: datetime
    purpose: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExpiringInfo:
    """Units of one wallet that will expire at one instant if nobody spends them."""

    unit: str
    expires_at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One movement as the member sees it.

    ``change`` is what it did to available units and ``pending_change`` and ``held_change`` to the other two;
    ``cause_id`` names the activity, redemption or hold behind it.
    """

    posting_id: UUID
    entry_id: UUID
    cause: Cause
    cause_id: UUID
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    unit: str
    amount: int
    debit: Account
    credit: Account
    rule: str
    reverses: UUID | None
    reason: str
    change: int
    pending_change: int
    held_change: int
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProgramTotal:
    """What a club's program account gave and took of one unit, over everything."""

    unit: str
    account: Account
    given: int
    taken: int


@dataclass(frozen=True, slots=True)
class Flows:
    """What moved of one unit: given, taken back from what was given, and the net of the other accounts.

    ``redeemed`` and ``expired`` are what left members; ``adjusted`` and ``transferred`` carry their sign.
    """

    issued: int = 0
    reversed: int = 0
    redeemed: int = 0
    expired: int = 0
    adjusted: int = 0
    transferred: int = 0

    @property
    def net(self) -> int:
        """What members hold more after than before."""
        return self.issued - self.reversed - self.redeemed - self.expired + self.adjusted + self.transferred

    def __add__(self, other: Flows) -> Flows:
        return Flows(
            self.issued + other.issued,
            self.reversed + other.reversed,
            self.redeemed + other.redeemed,
            self.expired + other.expired,
            self.adjusted + other.adjusted,
            self.transferred + other.transferred,
        )


@dataclass(frozen=True, slots=True)
class DayInfo:
    """One unit on one closed day: what moved, and what members held at its end."""

    day: date
    unit: str
    postings: int
    allocations: int
    flows: Flows
    closing: int
    movements_hash: str
    allocations_hash: str


@dataclass(frozen=True, slots=True)
class RootInfo:
    """The seal of one closed day; ``root`` is hex and hangs on ``before``, the day before's."""

    day: date
    since: datetime
    until: datetime
    closed_at: datetime
    entries: int
    postings: int
    allocations: int
    root: str
    before: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One wallet in the auditor's statement: opening and flows make closing, to the unit."""

    unit: str
    opening: int
    flows: Flows
    closing: int

    @property
    def is_balanced(self) -> bool:
        """Say whether opening and what moved make the closing that was sealed."""
        return self.opening + self.flows.net == self.closing


@dataclass(frozen=True, slots=True)
class AuditorStatement:
    """The books of a span of closed days, first and last day included, with the roots that seal it."""

    since: date
    until: date
    lines: tuple[StatementLine, ...]
    days: int
    entries: int
    postings: int
    allocations: int
    root_before: str
    root: str

    @property
    def is_balanced(self) -> bool:
        """Say whether every line is."""
        return all(line.is_balanced for line in self.lines)
