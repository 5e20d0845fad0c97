"""The part of rewards taken in what a member takes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids
from bashgah.redemption.models import Redemption
from bashgah.redemption.selectors import redemptions_of_member


def redemptions_export(club: ClubInfo, members: Sequence[UUID], now: datetime) -> list[dict[str, Any]]:
    """Return every reward a person took or began to take, oldest first, and what became of it."""
    count = Redemption.objects.filter(club_id=club.id, member_id__in=members).count()
    return [
        {
            "id": ids.public("redemption", info.id),
            "reward": info.reward,
            "name": asdict(info.name),
            "wallet": info.unit,
            "price": info.price,
            "state": info.state,
            "channel": info.channel,
            "branch": info.branch,
            "begun_at": info.begun_at,
            "closed_at": info.closed_at,
            "cancelled_at": info.cancelled_at,
        }
        for info in reversed(redemptions_of_member(club, members, limit=count, now=now))
    ]
