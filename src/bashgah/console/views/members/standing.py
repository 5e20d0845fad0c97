"""Points, tier and last purchase of the members of one list page, in a few queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.history import selectors as history
from bashgah.ledger import selectors as ledger
from bashgah.ui.types import Lang, Stat


@dataclass(frozen=True, slots=True)
class Standing:
    """What a list shows of a member beside the profile."""

    points: int = 0
    tier: str = ""
    tone: str = ""
    last_purchase: datetime | None = None
    progress: tuple[Stat, ...] = ()


NOTHING = Standing()


def of_members(club: ClubInfo, member_ids: Sequence[UUID], lang: Lang, now: datetime) -> dict[UUID, Standing]:
    """The standing of each member of the page."""
    wallets = ledger.wallets_of(club, member_ids, now)
    sums = history.sums_of(club, member_ids)
    found = {}
    for member_id in member_ids:
        points = wallets[member_id].get("points")
        found[member_id] = Standing(
            points=points.available if points else 0, last_purchase=sums[member_id].last_purchase_at
        )
    return found
