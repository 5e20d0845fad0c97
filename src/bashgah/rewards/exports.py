"""The part of coupons in what a member takes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids
from bashgah.rewards.selectors import coupon_list


def coupons_export(club: ClubInfo, members: Sequence[UUID], now: datetime) -> list[dict[str, Any]]:
    """Return a person's coupons, oldest first.

    Of a code only its end: a file that lies about must not be money. The whole code stands in the portal.
    """
    return [
        {
            "id": ids.public("coupon", info.id),
            "reward": info.reward,
            "name": asdict(info.name),
            "kind": info.kind,
            "state": info.state,
            "code_end": info.code_end,
            "issued_at": info.issued_at,
            "expires_at": info.expires_at,
            "closed_at": info.closed_at,
            "used_reference": info.used_reference,
        }
        for info in reversed(coupon_list(club, members, now=now))
    ]
