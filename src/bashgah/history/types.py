"""What the history room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class MemberSums:
    """Everything a member did; ``spend`` is net of returns."""

    purchases: int = 0
    spend: int = 0
    gross: int = 0
    visits: int = 0
    returns: int = 0
    qualifying: int = 0
    first_at: datetime | None = None
    last_purchase_at: datetime | None = None
    last_activity_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClubDayInfo:
    """One day at one branch, of members or of anonymous buyers; ``spend`` is before returns are taken off."""

    day: date
    branch: str
    is_anonymous: bool
    purchases: int
    returns: int
    visits: int
    gross: int
    spend: int
    discount: int
    returned: int
    points_issued: int
    points_back: int
