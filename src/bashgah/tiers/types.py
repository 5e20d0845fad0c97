"""What the tiers room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bashgah.engine.ladders import Distance
from bashgah.kit.phrases import Phrase


@dataclass(frozen=True, slots=True)
class StandingInfo:
    """Where a member stands on one ladder, and what is missing."""

    ladder: str
    tier: str
    since: date | None
    kept_until: date | None
    granted_until: date | None
    value: int
    distance: Distance


@dataclass(frozen=True, slots=True)
class ChangeInfo:
    """One step on a ladder with its reason."""

    id: UUID
    ladder: str
    before: str
    after: str
    is_raise: bool
    at: datetime
    why: Phrase
    activity_id: UUID | None


@dataclass(frozen=True, slots=True)
class RiseInfo:
    """One step up: from which tier, when it was written, and by which fact (None: by none)."""

    ladder: str
    before: str
    at: datetime
    activity_id: UUID | None
