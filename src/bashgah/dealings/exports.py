"""The part of gifts in what a member takes along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from bashgah.clubs.types import ClubInfo
from bashgah.dealings.models import Transfer
from bashgah.kit import ids


def transfers_export(club: ClubInfo, members: Sequence[UUID], _now: datetime) -> list[dict[str, Any]]:
    """Return what a person gave and received, oldest first, without naming the other one.

    Words a giver wrote are the giver's; a gift that was never confirmed is not told to whom it was meant for.
    """
    given = Q(member_id__in=members)
    received = Q(receiver_id__in=members, state__in=["done", "undone"])
    rows = Transfer.objects.filter(given | received, club_id=club.id).order_by("id")
    return [
        {
            "id": ids.public("transfer", row.id),
            "direction": "given" if row.member_id in members else "received",
            "wallet": row.unit,
            "amount": row.amount,
            "state": row.state,
            "note": row.note if row.member_id in members else "",
            "begun_at": row.begun_at,
            "closed_at": row.closed_at,
        }
        for row in rows
    ]
