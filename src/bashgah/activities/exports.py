"""The part of what happened in what a member takes along: purchases with their lines, returns, visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.activities.selectors import PAGE_MOST, member_activities
from bashgah.activities.types import ActivityInfo
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Line
from bashgah.kit import ids
from bashgah.kit.pages import rows_of_all


def activities_export(club: ClubInfo, members: Sequence[UUID], _now: datetime) -> list[dict[str, Any]]:
    """Return all a person did, oldest first, with what it earned; not who of the staff recorded it."""
    rows = rows_of_all(lambda at: member_activities(club, members[0], cursor=at, limit=PAGE_MOST))
    return [_activity(row) for row in reversed(list(rows))]


def _activity(row: ActivityInfo) -> dict[str, Any]:
    fact = row.fact
    return {
        "id": ids.public("activity", row.id),
        "kind": row.kind,
        "type": row.type,
        "at": row.occurred_at,
        "day": row.business_date,
        "branch": row.branch,
        "channel": row.channel,
        "source": row.source,
        "reference": row.reference,
        "about": ids.public("activity", row.about_id) if row.about_id else None,
        "currency": fact.currency,
        "gross": row.gross,
        "net": row.net,
        "tax": fact.tax,
        "shipping": fact.shipping,
        "paid_by_points": fact.paid_by_points,
        "payment_methods": list(fact.payment_methods),
        "lines": [_line(line) for line in fact.lines],
        "fields": dict(fact.attributes),
        "earned": [
            {"wallet": credit.wallet, "amount": credit.amount, "rule": credit.rule} for credit in row.credits
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity_thousandths": line.quantity,
        "gross": line.gross,
        "discount": line.discount,
        "tax": line.tax,
    }
