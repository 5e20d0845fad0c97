"""Reads about erasures: who waits, what stands in the way, what a person would give up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase
from bashgah.members.forgetting import PARTS
from bashgah.members.models import Erasure, Member
from bashgah.members.selectors.people import alias_set
from bashgah.members.types import ErasureInfo, ErasureLook

COUNT_MOST = 100


def erasure_look(club: ClubInfo, id: UUID, now: datetime) -> ErasureLook:
    """Return what an erasure would take from the person and what hinders it now; nothing is changed."""
    ids = alias_set(club, id)
    losses: list[Phrase] = []
    hindrances: list[Phrase] = []
    for part in PARTS:
        losses += part.losses(club, ids, now)
        hindrances += part.hindrances(club, ids, now)
    return ErasureLook(tuple(losses), tuple(hindrances))


def erasure_waiting(club: ClubInfo, id: UUID) -> ErasureInfo | None:
    """Return the wish of a member that waits, if there is one."""
    found = Erasure.objects.filter(club_id=club.id, member_id__in=alias_set(club, id), state="waiting")
    row = found.first()
    return erasure_info(row) if row else None


def erasure_list(
    club: ClubInfo, *, state: str = "waiting", branches: Collection[UUID] | None = None, limit: int = 200
) -> list[ErasureInfo]:
    """Return wishes in a state: those that wait by their day, closed ones newest first."""
    found = Erasure.objects.filter(club_id=club.id, state=state)
    if branches is not None:
        members = Member.objects.filter(club_id=club.id, branch_id__in=branches)
        found = found.filter(member_id__in=members.values("id"))
    order = ("due_at", "id") if state == "waiting" else ("-closed_at", "-id")
    return [erasure_info(row) for row in found.order_by(*order)[:limit]]


def erasures_waiting(club: ClubInfo) -> int:
    """Count the wishes that wait, a hundred at most: what a badge shows."""
    return Erasure.objects.filter(club_id=club.id, state="waiting").order_by()[:COUNT_MOST].count()


def erasure_info(row: Erasure) -> ErasureInfo:
    """Return a wish as other rooms see it."""
    return ErasureInfo(
        row.id,
        row.member_id,
        row.asked_at,
        row.due_at,
        row.closed_at,
        row.state,  # type: ignore[arg-type]
        row.reason,  # type: ignore[arg-type]
        row.asked_kind,
    )
