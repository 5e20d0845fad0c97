"""Purchases of people in a household or a company: the group's share of what they earn, and its way back.

A fact stays its person's, with tier, limits and history; only units move on to the group's book, in the same
transaction. Which group that was stays with the activity, so that a return finds it after the person left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from msgspec import structs

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.batch import cursor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import pooling as ledger
from bashgah.ledger.states import Origin
from bashgah.ledger.types import Cause, Negative
from bashgah.members.services import group_allowed, group_spent, groups_lock
from bashgah.members.types import LockedGroup, LockedMember

if TYPE_CHECKING:
    from bashgah.activities.recording import Batch
    from bashgah.activities.returning import Purchase
    from bashgah.activities.running import Running

Touched = dict[UUID, list[tuple[UUID, UUID | None]]]
"""By activity: the groups it gave to or was paid from, and the entry that gave (None for payments)."""


def groups_found(batch: Batch, locked: Mapping[UUID, LockedMember], named: Iterable[UUID]) -> None:
    """Lock the groups of these people, and those that the named purchases gave to or were paid from."""
    wanted = {member.group_id for member in locked.values() if member.group_id is not None}
    batch.bare_groups = {member.id for member in locked.values() if member.kind == "group"}
    purchases = list(named)
    if purchases:
        batch.touched = touched_read(batch.club, list(locked), purchases)
        wanted |= {group_id for found in batch.touched.values() for group_id, _entry in found}
    if not wanted:
        return
    batch.groups = groups_lock(batch.club, wanted)
    batch.in_group = {
        member.id: member.group_id for member in locked.values() if member.group_id in batch.groups
    }


def pools_join(batch: Batch) -> None:
    """Give each running member the book of the group they are in."""
    for member_id, group_id in batch.in_group.items():
        member, group = batch.members.get(member_id), batch.groups[group_id]
        if member is not None:
            member.pool = batch.members[group_id]
            member.share = group.share if group.is_active else 0


def earned_share(member: Running, pool: Running, origin: Origin, given: Sequence[UUID]) -> None:
    """Pass the group's share of new lots on."""
    entry = structs.replace(origin, id=ids.fresh(), cause=Cause.POOL)
    if ledger.lots_share(member.points, pool.points, entry, given, member.share):
        member.shared.append(
            touched_row(member.club_id, member.member_id, origin.id, pool.member_id, entry.id)
        )
        pool.pass_time(origin.recorded_at)


def touched_row(
    club_id: UUID, member_id: UUID, activity_id: UUID, group_id: UUID, entry_id: UUID | None
) -> tuple[Any, ...]:
    """The row that remembers with which group an activity had to do."""
    return member_id, activity_id, group_id, club_id, entry_id


def touched_read(club: ClubInfo, member_ids: Sequence[UUID], activity_ids: Sequence[UUID]) -> Touched:
    """Return the groups that activities gave to or were paid from."""
    found: Touched = {}
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT activity_id, group_id, entry_id FROM activities_pooled
            WHERE club_id = %s AND member_id = ANY(%s) AND activity_id = ANY(%s)
            """,
            [club.id, list(member_ids), list(activity_ids)],
        ).fetchall()
    for activity_id, group_id, entry_id in rows:
        found.setdefault(activity_id, []).append((group_id, entry_id))
    return found


def shares_load(cur: psycopg.Cursor[Any], batch: Batch) -> None:
    """Read what the named purchases passed on; a group that is closed by now has nothing to give back."""
    for purchase in batch.purchases.values():
        for group_id, entry_id in batch.touched.get(purchase.id, ()):
            group = batch.groups.get(group_id)
            if entry_id is None or group is None or group.member.status == "left":
                continue
            for share in ledger.shares_read(cur, purchase.member_id, group_id, entry_id):
                purchase.shares_out[share.lot.id] = (batch.members[group_id], share)


def called_back(  # noqa: PLR0917 one credit of one purchase
    running: Running, purchase: Purchase, place: int, amount: int, origin: Origin, negative: Negative
) -> None:
    """Before a credit is reversed, bring back the part of it that went to a group.

    In proportion to all that is reversed of the credit, rounded down until the whole is; never more than is
    reversed now.
    """
    credited = purchase.credited[place]
    pool, share = purchase.shares_out.get(credited.posting_id, (None, None))
    if pool is None or share is None:
        return
    due = share.amount * (credited.reversed_total + amount) // credited.amount - share.back
    due = min(due, amount)
    if due > 0:
        entry = structs.replace(origin, id=ids.fresh(), cause=Cause.POOL)
        ledger.share_call_back(running.points, pool.points, entry, share, due, negative)


def may_pay(  # noqa: PLR0917 one question about one payment
    club: ClubInfo, group: LockedGroup | None, member_id: UUID, unit: str, amount: int, now: datetime
) -> LockedGroup:
    """Return the group a member pays from, or refuse as ``group_allowed`` does."""
    if group is None:
        raise Refusal("not_in_group", Phrase(_("This member is not in the shared account.")))
    group_allowed(club, group, member_id, unit, amount, now)
    return group


def spends_by_person() -> Refusal:
    """The refusal of a purchase by the shared account's own card that would spend its points."""
    return Refusal(
        "group_spends_by_person",
        Phrase(_("One of its members spends for a shared account.")),
        field="/paid_with",
    )


def spent_count(  # noqa: PLR0917 what one person spent of one group
    club: ClubInfo, group_id: UUID, member_id: UUID, unit: str, amount: int, at: datetime
) -> None:
    """Count what a member spent of the group against the month's limit; below zero takes it back."""
    group_spent(club=club, group_id=group_id, member_id=member_id, unit=unit, amount=amount, at=at)
