"""The ledger's part of what a member takes along: balances, and every movement behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids
from bashgah.kit.pages import rows_of_all
from bashgah.ledger.selectors import PAGE_MOST, lots_open, statement_list, wallets_get
from bashgah.ledger.types import StatementRow


def wallets_export(club: ClubInfo, members: Sequence[UUID], now: datetime) -> list[dict[str, Any]]:
    """Return a person's wallets with what is in them, and when parts of it expire."""
    lots: dict[str, list[dict[str, Any]]] = {}
    for lot in lots_open(club, members[0]):
        row = {"remaining": lot.remaining, "available_from": lot.available_from, "expires_at": lot.expires_at}
        lots.setdefault(lot.unit, []).append(row)
    return [
        {
            "wallet": unit,
            "available": wallet.available,
            "pending": wallet.pending,
            "held": wallet.held,
            "earned_ever": wallet.earned_ever,
            "lots": lots.get(unit, []),
        }
        for unit, wallet in sorted(wallets_get(club, members[0], now).items())
    ]


def statement_export(club: ClubInfo, members: Sequence[UUID], _now: datetime) -> list[dict[str, Any]]:
    """Return every movement of a person's wallets, oldest first; who of the staff made it is left out."""
    rows = rows_of_all(lambda at: statement_list(club, members[0], cursor=at, limit=PAGE_MOST))
    return [_row(row) for row in reversed(list(rows))]


def _row(row: StatementRow) -> dict[str, Any]:
    return {
        "id": ids.public("posting", row.posting_id),
        "at": row.occurred_at,
        "day": row.business_date,
        "wallet": row.unit,
        "cause": row.cause.name.lower(),
        "rule": row.rule,
        "reason": row.reason,
        "available_change": row.change,
        "pending_change": row.pending_change,
        "held_change": row.held_change,
        "expires_at": row.expires_at,
        "reverses": ids.public("posting", row.reverses) if row.reverses else None,
    }
