"""The part of standing in what a member takes along: the tier now, and every step towards it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import asdict

from bashgah.clubs.types import ClubInfo
from bashgah.tiers.selectors import changes_list, stored_standings

STEPS_MOST = 10_000


def standings_export(club: ClubInfo, members: Sequence[UUID], _now: datetime) -> list[dict[str, Any]]:
    """Return where a person stands on each ladder they climbed; who never did stands on its lowest tier."""
    found = stored_standings(club, members[:1])[members[0]]
    return [{"ladder": ladder, **asdict(standing)} for ladder, standing in sorted(found.items())]


def changes_export(club: ClubInfo, members: Sequence[UUID], _now: datetime) -> list[dict[str, Any]]:
    """Return a person's steps on ladders, oldest first."""
    return [
        {"ladder": info.ladder, "before": info.before, "after": info.after, "at": info.at}
        for info in reversed(changes_list(club, members[0], limit=STEPS_MOST))
    ]
