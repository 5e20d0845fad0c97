"""Rewards of rules that a recomputation gives or takes back; the caller holds the member's lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.engine.decisions import Grant as Granted
from bashgah.ground import ids
from bashgah.ground.types import Actor
from bashgah.redemption.granting import HELD, grant_taken_back
from bashgah.redemption.models import Grant, Redemption
from bashgah.redemption.types import GrantBack, GrantHeld
from bashgah.rewards.selectors import coupons_used


def grants_held(club: ClubInfo, member_id: UUID) -> dict[UUID, list[GrantHeld]]:
    """Return by activity the copies a member has of what rules gave, due ones too, oldest first.

    A copy whose coupon was used stays theirs whatever comes.
    """
    rows = list(
        Grant.objects.filter(club_id=club.id, member_id=member_id, state__in=HELD)
        .order_by("id")
        .values_list("id", "activity_id", "rule", "reward", "redemption_id")
    )
    issued = [redemption for *_names, redemption in rows if redemption is not None]
    coupons = dict(
        Redemption.objects.filter(club_id=club.id, id__in=issued, coupon_id__isnull=False).values_list(
            "id", "coupon_id"
        )
    )
    used = coupons_used(club, coupons.values())
    found: dict[UUID, list[GrantHeld]] = {}
    for id_, activity_id, rule, reward, redemption in rows:
        is_used = coupons.get(redemption) in used
        found.setdefault(activity_id, []).append(
            GrantHeld(id_, rule, reward, redemption is not None, is_used)
        )
    return found


def grants_give(
    *,
    club: ClubInfo,
    member_id: UUID,
    activity_id: UUID,
    program: int,
    granted: Granted,
    count: int,
    now: datetime,
) -> list[UUID]:
    """Write down more copies of what a rule gives for an activity; they are issued once the news is heard."""
    rows = [
        Grant(
            granted_at=now,
            member_id=member_id,
            id=ids.fresh(),
            club_id=club.id,
            activity_id=activity_id,
            program=program,
            valid_days=granted.valid_days,
            stays=granted.stays,
            rule=granted.rule,
            reward=granted.reward,
            is_anew=True,
        )
        for _copy in range(count)
    ]
    Grant.objects.bulk_create(rows)
    return [row.id for row in rows]


def grants_undo(
    *,
    club: ClubInfo,
    member_id: UUID,
    grant_ids: Sequence[UUID],
    books: Collection[UUID],
    actor: Actor,
    now: datetime,
) -> list[GrantBack]:
    """Take back copies that should not have been given, as a whole return does; a used one stays."""
    rows = Grant.objects.filter(member_id=member_id, id__in=list(grant_ids), state__in=HELD).order_by("id")
    taken = [grant_taken_back(club, row, books, "recomputed", actor=actor, now=now) for row in rows]
    gone = [row.id for row, back in zip(rows, taken, strict=True) if back.is_gone]
    Grant.objects.filter(member_id=member_id, id__in=gone).update(is_undone=True)
    return taken


def grants_anew(member_ids: Iterable[UUID], activity_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of these activities for which a recomputation gave rewards."""
    found = Grant.objects.filter(
        member_id__in=list(member_ids), activity_id__in=list(activity_ids), is_anew=True
    )
    return set(found.values_list("activity_id", flat=True))
