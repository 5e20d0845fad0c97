"""Working values of a member's books: wallets and lots that change, origins and credits that do not."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from bashgah.ledger.types import Account, Cause, WalletKind

# an enumeration looks its members up slowly, and this is asked for every credit
_STATUS = WalletKind.STATUS


class WalletState(Struct, gc=False):
    """A wallet being worked on; ``available`` is the open lots less ``debt``.

    ``stored_next_at`` is when the lots that were not loaded change next; ``place`` where the row lies, known
    only when it was read under the lock in this transaction.
    """

    unit: str
    kind: WalletKind
    available: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0
    earned_ever: int = 0
    next_change_at: datetime | None = None
    lapses_at: datetime | None = None
    stored_next_at: datetime | None = None
    is_dirty: bool = False
    place: bytes | None = None

    @property
    def has_lots(self) -> bool:
        """Status only qualifies: it is never spent and never expires by lot."""
        return self.kind is not _STATUS

    def live_until(self, until: datetime | None) -> bool:
        """Move the lapse, never back (None: no lapse any more); return whether anything changed."""
        if not self.has_lots or self.lapses_at == until:
            return False
        if until is not None and self.lapses_at is not None and until < self.lapses_at:
            return False
        self.lapses_at = until
        self.is_dirty = True
        return True


class LotState(Struct, gc=False):
    """A lot being worked on."""

    id: UUID
    unit: str
    amount: int
    remaining: int
    available_from: datetime | None
    expires_at: datetime | None
    is_pending: bool
    confirm_by: datetime | None = None
    is_new: bool = False
    is_dirty: bool = False

    @property
    def next_at(self) -> datetime | None:
        """When this lot changes by itself: it matures or is cancelled, then expires; None: never."""
        if not self.is_pending:
            return self.expires_at
        dates = (self.available_from, self.confirm_by, self.expires_at)
        return min((at for at in dates if at is not None), default=None)


class Origin(Struct, frozen=True, gc=False):
    """Why movements happen: one entry, written with the first of them.

    ``instant`` is ``occurred_at`` as columns take it, where somebody worked that out already.
    """

    id: UUID
    cause: Cause
    cause_id: UUID
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    actor_kind: int = 0
    actor_id: UUID | None = None
    reason: str = ""
    instant: int | None = None


class Spending(Struct):
    """Units that one posting took out of lots and that may go back: how much did, in how many steps."""

    posting_id: UUID
    unit: str
    amount: int
    taken: list[tuple[LotState, int]]
    given: int = 0
    times: int = 0


class Credited(Struct, frozen=True, gc=False):
    """A recorded credit that may be reversed: its posting, how much of it was reversed, how much expired.

    ``recomputed`` is the part of what was reversed that a recomputation took, not a return.
    """

    posting_id: UUID
    unit: str
    kind: WalletKind
    amount: int
    rule: str
    reversed_total: int = 0
    reversals: int = 0
    expired: int = 0
    source: Account = Account.ISSUED
    recomputed: int = 0
