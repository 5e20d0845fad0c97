"""What the demo hands out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bashgah.clubs.types import ClubInfo

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """One colleague and how they sign in."""

    role: str
    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class MemberSignIn:
    """One member and the number their code goes to; ``tier`` is empty while the club is being filled."""

    name: str
    mobile: str
    tier: str = ""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was made, and how long it took."""

    club: ClubInfo
    members: int
    purchases: int
    anonymous: int
    returns: int
    visits: int
    redemptions: int
    refused: int
    seconds: float

    @property
    def activities(self) -> int:
        """All facts together."""
        return self.purchases + self.anonymous + self.returns + self.visits
