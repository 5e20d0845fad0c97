"""How the ledger's rows are written: its tables for the batch writer, and the rows waiting for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bashgah.ground.batch import RowSet, Table

ENTRY = Table(
    "ledger_entry",
    (
        ("occurred_at", "timestamptz"),
        ("recorded_at", "timestamptz"),
        ("business_date", "date"),
        ("cause", "smallint"),
        ("actor_kind", "smallint"),
        ("member_id", "uuid"),
        ("id", "uuid"),
        ("club_id", "uuid"),
        ("cause_id", "uuid"),
        ("actor_id", "uuid"),
        ("reason", "text"),
    ),
    same=frozenset({"club_id", "recorded_at"}),
    sparse=frozenset({"actor_id"}),
    alike=(frozenset({"business_date", "cause", "actor_kind", "reason"}),),
)

POSTING = Table(
    "ledger_posting",
    (
        ("amount", "bigint"),
        ("original", "bigint"),
        ("reversed_total", "bigint"),
        ("debit", "smallint"),
        ("credit", "smallint"),
        ("n", "smallint"),
        ("member_id", "uuid"),
        ("id", "uuid"),
        ("entry_id", "uuid"),
        ("club_id", "uuid"),
        ("reverses", "uuid"),
        ("unit", "text"),
        ("rule", "text"),
    ),
    same=frozenset({"club_id"}),
    sparse=frozenset({"original", "reversed_total", "n", "reverses"}),
    alike=(frozenset({"debit", "credit"}), frozenset({"rule"})),
)

LOT = Table(
    "ledger_lot",
    (
        ("amount", "bigint"),
        ("remaining", "bigint"),
        ("available_from", "timestamptz"),
        ("expires_at", "timestamptz"),
        ("confirm_by", "timestamptz"),
        ("is_open", "boolean"),
        ("is_pending", "boolean"),
        ("member_id", "uuid"),
        ("id", "uuid"),
        ("club_id", "uuid"),
        ("unit", "text"),
    ),
    same=frozenset({"club_id"}),
    sparse=frozenset({"available_from", "confirm_by"}),
    alike=(frozenset({"is_open", "is_pending"}), frozenset({"unit"})),
)

LOT_CHANGE = replace(
    LOT,
    sparse=frozenset(),
    alike=(),
    keys=("member_id", "id"),
    changes=("remaining", "is_open", "is_pending"),
)
"""Changed lots go by the key as whole rows, new and changed by the same way."""

ALLOCATION = Table(
    "ledger_allocation",
    (
        ("amount", "bigint"),
        ("member_id", "uuid"),
        ("posting_id", "uuid"),
        ("lot_id", "uuid"),
        ("club_id", "uuid"),
    ),
    same=frozenset({"club_id"}),
)

WALLET = Table(
    "ledger_wallet",
    (
        ("available", "bigint"),
        ("pending", "bigint"),
        ("held", "bigint"),
        ("debt", "bigint"),
        ("earned_ever", "bigint"),
        ("next_change_at", "timestamptz"),
        ("lapses_at", "timestamptz"),
        ("kind", "smallint"),
        ("member_id", "uuid"),
        ("club_id", "uuid"),
        ("unit", "text"),
    ),
    keys=("member_id", "unit"),
    changes=("available", "pending", "held", "debt", "earned_ever", "next_change_at", "lapses_at"),
    same=frozenset({"club_id"}),
    alike=(frozenset({"held", "debt", "lapses_at"}), frozenset({"pending"})),
)

WALLET_PLACED = WALLET.placed()

HOLD = Table(
    "ledger_hold",
    (
        ("amount", "bigint"),
        ("opened_at", "timestamptz"),
        ("expires_at", "timestamptz"),
        ("closed_at", "timestamptz"),
        ("state", "smallint"),
        ("member_id", "uuid"),
        ("id", "uuid"),
        ("club_id", "uuid"),
        ("posting_id", "uuid"),
        ("unit", "text"),
        ("purpose", "text"),
    ),
    same=frozenset({"club_id"}),
)

HOLD_CHANGE = Table(
    "ledger_hold",
    (("member_id", "uuid"), ("id", "uuid"), ("state", "smallint"), ("closed_at", "timestamptz")),
    keys=("member_id", "id"),
    changes=("state", "closed_at"),
    update=True,
)

Row = tuple[Any, ...]


@dataclass(slots=True)
class Rows:
    """Rows to be written together, in the columns' order of the tables above."""

    entries: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    lots: list[Row] = field(default_factory=list)
    lot_changes: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)
    wallets: list[Row] = field(default_factory=list)
    wallets_placed: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    hold_changes: list[Row] = field(default_factory=list)

    def rowsets(self) -> list[RowSet]:
        """Return the row sets for ``ground.batch.write``."""
        return [
            RowSet(ENTRY, self.entries),
            RowSet(POSTING, self.postings),
            RowSet(LOT, self.lots),
            RowSet(LOT_CHANGE, self.lot_changes),
            RowSet(ALLOCATION, self.allocations),
            RowSet(WALLET, self.wallets),
            RowSet(WALLET_PLACED, self.wallets_placed),
            RowSet(HOLD, self.holds),
            RowSet(HOLD_CHANGE, self.hold_changes),
        ]
