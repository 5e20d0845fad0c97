"""What rooms do when a person is erased: each puts its part on this shelf at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Registry
from bashgah.members.types import LockedMember


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whose data goes: every membership of one person, the one that counts now first; all are locked."""

    club: ClubInfo
    members: tuple[LockedMember, ...]
    actor: Actor
    now: datetime

    @property
    def ids(self) -> list[UUID]:
        """Their ids, the present one first."""
        return [member.id for member in self.members]


Told = Callable[[ClubInfo, list[UUID], datetime], list[Phrase]]


def nothing(_club: ClubInfo, _ids: list[UUID], _now: datetime) -> list[Phrase]:
    """Say that this room has nothing to say."""
    return []


@dataclass(frozen=True, slots=True)
class ForgetPart:
    """A room's part of an erasure.

    ``forget`` runs in the erasure's transaction and again once its news is heard, so that nothing a writer
    slipped in beside it stays: it must be safe to run twice. ``hindrances`` are sentences about what stands
    open and has to be finished first, ``losses`` about what the person gives up; both change nothing.
    """

    key: str
    forget: Callable[[Leaving], None]
    hindrances: Told = nothing
    losses: Told = nothing


PARTS: Registry[ForgetPart] = Registry("erasure")
