"""What the dealings room hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from bashgah.kit.phrases import Phrase
from bashgah.ledger.types import WalletInfo
from bashgah.members.types import BelongingInfo, GroupInfo, MemberInfo

TransferState = Literal["open", "done", "cancelled", "undone"]
AdjustmentState = Literal["waiting", "done", "approved", "refused", "withdrawn", "expired"]
Channel = Literal["portal", "api", "console"]


@dataclass(frozen=True, slots=True)
class TransferInfo:
    """A gift of units: open while the giver's yes is awaited, then done; staff may undo it.

    ``repeated`` says that this is the answer to a reference seen before.
    """

    id: UUID
    giver_id: UUID
    receiver_id: UUID
    unit: str
    amount: int
    state: TransferState
    needs_yes: bool
    yes_by: str
    note: str
    channel: str
    begun_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    undone_at: datetime | None
    undone_by: str
    undo_reason: str
    repeated: bool = False

    @property
    def awaits_yes(self) -> bool:
        """True while nothing but the giver's yes is missing."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a member may still give of one wallet today; None where nothing is limited."""

    unit: str
    least: int
    most: int
    today: int | None
    month: int | None


@dataclass(frozen=True, slots=True)
class AdjustmentInfo:
    """A correction by hand with who asked for it and who decided.

    ``amount`` above zero gives, below zero takes. ``state`` is ``done`` for what its author could do alone.
    ``over_day`` says that it waits only because of what its author moved for this member the same day.
    """

    id: UUID
    member_id: UUID
    unit: str
    amount: int
    reason: str
    note: str
    state: AdjustmentState
    asked_kind: str
    asked_by: str
    asked_name: str
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str
    decided_name: str
    decision_note: str
    entry_id: UUID | None
    over_day: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class MergeInfo:
    """A merge of two memberships of one person, and its undo."""

    id: UUID
    survivor_id: UUID
    merged_id: UUID
    made_at: datetime
    made_by: str
    reason: str
    undo_until: datetime
    undone_at: datetime | None
    undone_by: str

    def can_be_undone(self, now: datetime) -> bool:
        """Whether it is still in time to take it back."""
        return self.undone_at is None and now < self.undo_until


@dataclass(frozen=True, slots=True)
class Side:
    """One of two memberships as the preview of a merge shows it."""

    member: MemberInfo
    wallets: Mapping[str, WalletInfo]
    tier: str
    purchases: int
    spend: int
    holds: int


@dataclass(frozen=True, slots=True)
class MergePreview:
    """Two memberships side by side, what the survivor would have, and why it cannot be done (if so)."""

    survivor: Side
    merged: Side
    totals: Mapping[str, tuple[int, int]]
    obstacle: Phrase | None


@dataclass(frozen=True, slots=True)
class Contributed:
    """Units a member paid into the shared account they are in; ``id`` is the entry's."""

    id: UUID
    group_id: UUID
    member_id: UUID
    unit: str
    amount: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class SharedOut:
    """Who took how much of each wallet along when somebody left a group, or when it closed."""

    group_id: UUID
    got: Mapping[UUID, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Insider:
    """Somebody in a group as its page shows them: role, what they paid in, what they spent this month."""

    belonging: BelongingInfo
    status: str
    paid_in: Mapping[str, int]
    spent: Mapping[str, int]

    @property
    def may_spend(self) -> bool:
        """Whether anything may be spent at all."""
        return self.belonging.may_spend


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group with its wallets and everyone in it."""

    group: GroupInfo
    wallets: Mapping[str, WalletInfo]
    people: tuple[Insider, ...]
