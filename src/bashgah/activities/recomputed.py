"""What computing a member again finds: units, rewards and tiers that differ, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bashgah.activities.regranting import GrantDifference
from bashgah.kit.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Difference:
    """What one activity gave by one rule, what it should have given, and why; both less what came back."""

    activity_id: UUID
    kind: str
    reference: str
    occurred_at: datetime
    program: int
    wallet: str
    rule: str
    given: int
    due: int
    reasons: tuple[Phrase, ...]

    @property
    def change(self) -> int:
        """Units to give (above zero) or to take."""
        return self.due - self.given


@dataclass(frozen=True, slots=True)
class TierDifference:
    """Where a member stands, and where they should."""

    ladder: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What computing a member again from a day finds; ``grants`` are rewards, also used ones that stay."""

    member_id: UUID
    since: date
    activities: int
    differences: tuple[Difference, ...]
    tiers: tuple[TierDifference, ...]
    grants: tuple[GrantDifference, ...] = ()

    @property
    def changes(self) -> dict[str, int]:
        """Units to give or take by wallet, all activities together."""
        sums: dict[str, int] = {}
        for each in self.differences:
            sums[each.wallet] = sums.get(each.wallet, 0) + each.change
        return sums

    @property
    def rewards(self) -> dict[str, int]:
        """Copies to give or take by reward, all activities together."""
        sums: dict[str, int] = {}
        for each in self.grants:
            if each.change:
                sums[each.reward] = sums.get(each.reward, 0) + each.change
        return sums

    @property
    def differing(self) -> tuple[Difference | GrantDifference, ...]:
        """All that is to be put right, units and rewards."""
        return *self.differences, *(each for each in self.grants if each.change)

    @property
    def is_right(self) -> bool:
        """True where nothing is to be put right."""
        return not self.differing and not self.tiers
