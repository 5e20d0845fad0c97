"""Two memberships of one person become one, and within thirty days two again.

No row changes its member. The ledger moves units by entries of cause merge, history counts the merged
member's sums for the survivor, the better tier holds, and the alias leads every card and number to the
survivor. Undoing takes each of these back.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from bashgah.activities.falling import standings_left
from bashgah.activities.lasting import lasting_reckon
from bashgah.activities.selectors import activity_span
from bashgah.clubs.types import ClubInfo
from bashgah.dealings import selectors
from bashgah.dealings.models import Merge
from bashgah.dealings.types import MergeInfo, MergePreview
from bashgah.engine.states import Standing
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.history import services as history
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.ledger import merging
from bashgah.members import services as members_services
from bashgah.members.types import LockedMember
from bashgah.tiers import services as tiers

UNDO_FOR = timedelta(days=30)
REASON_LENGTH = 500


def members_merge(
    *, club: ClubInfo, survivor_id: UUID, merged_id: UUID, reason: str = "", actor: Actor, now: datetime
) -> MergeInfo:
    """Let the survivor stand for both: points with their dates, history, tier, cards and numbers.

    Refuses what ``member_put_under`` and ``books_merge`` refuse, ``member_blocked`` and ``member_left`` (409)
    for a survivor who is not active, and ``merge_blocked`` (409) where a blocked member would become free.
    """
    reason = clean(reason, field="/reason", limit=REASON_LENGTH)
    with transaction.atomic():
        survivor, merged = _locked(club, survivor_id, merged_id)
        _may_be_merged(survivor, merged)
        members_services.member_put_under(club=club, survivor=survivor, merged=merged)
        members_services.groups_join(club=club, survivor=survivor, merged=merged, now=now)
        merge_id = ids.fresh()
        merging.books_merge(
            club=club, merge_id=merge_id, survivor=survivor, merged=merged, actor=actor, now=now
        )
        history.history_join(club=club, survivor_id=survivor.id, merged_id=merged.id)
        lasting_reckon(club=club, member_id=survivor.id, ids=(survivor.id, merged.id), now=now)
        members_services.consents_join(
            club=club, survivor_id=survivor.id, merged_id=merged.id, merge_id=merge_id, now=now
        )
        before = tiers.standings_join(club=club, survivor_id=survivor.id, merged_id=merged.id, now=now)
        row = Merge.objects.create(
            id=merge_id,
            club_id=club.id,
            survivor_id=survivor.id,
            merged_id=merged.id,
            made_at=now,
            undo_until=now + UNDO_FOR,
            made_by=actor.name,
            reason=reason,
            standings={key: _stored(standing) for key, standing in before.items()},
        )
        _told(club, row, actor, "members.merged", now)
        return selectors.merge_info(row)


def merge_undo(*, club: ClubInfo, merge_id: UUID, actor: Actor, now: datetime) -> MergeInfo:
    """Make two memberships of one again, within thirty days (``merge_final``, 409, after that).

    What the merged member brought returns to the lots it lay in; what was spent since was the survivor's, who
    pays with their other points and owes what those lack. Facts told since the merge stay with whose card or
    number told them: those of the merged member go with them, points, history, limits and tier. From now on
    cards and numbers lead to their own member. Undone before, the same answer.
    """
    with transaction.atomic():
        row = selectors.merge_row(club, merge_id)
        survivor, merged = _locked(club, row.survivor_id, row.merged_id)
        row = Merge.objects.get(id=row.id)
        if row.undone_at is not None:
            return selectors.merge_info(row)
        if now >= row.undo_until:
            raise Refusal("merge_final", Phrase(_("A merge can be undone for 30 days only.")))
        members_services.member_take_out(club=club, merged_id=merged.id)
        members_services.groups_part(club=club, survivor=survivor, merged=merged, now=now)
        merging.books_part(
            club=club,
            merge_id=row.id,
            undo_id=ids.fresh(),
            survivor=survivor,
            merged=merged,
            made_at=row.made_at,
            actor=actor,
            now=now,
        )
        span = activity_span(club, survivor.id)
        history.history_part(
            club=club,
            survivor_id=survivor.id,
            merged_id=merged.id,
            first_at=span[0],
            last_purchase_at=span[1],
            last_activity_at=span[2],
        )
        members_services.consents_part(
            club=club,
            survivor_id=survivor.id,
            merged_id=merged.id,
            merge_id=row.id,
            made_at=row.made_at,
            now=now,
        )
        lasting_reckon(club=club, member_id=survivor.id, ids=(survivor.id,), now=now)
        before = standings_left(
            club=club,
            member_id=survivor.id,
            standings={key: _standing(stored) for key, stored in row.standings.items()},
            since=row.made_at,
            now=now,
        )
        tiers.standings_part(club=club, survivor_id=survivor.id, merged_id=merged.id, before=before, now=now)
        row.undone_at, row.undone_by = now, actor.name
        row.save(update_fields=["undone_at", "undone_by"])
        _told(club, row, actor, "members.parted", now)
        return selectors.merge_info(row)


def merge_preview(*, club: ClubInfo, survivor_id: UUID, merged_id: UUID, now: datetime) -> MergePreview:
    """Both memberships side by side; ``obstacle`` says why the merge would be refused now. Writes nothing."""
    sides = selectors.sides_get(club, (survivor_id, merged_id), now)
    obstacle = None
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            survivor, merged = _locked(club, survivor_id, merged_id)
            _may_be_merged(survivor, merged)
            members_services.member_put_under(club=club, survivor=survivor, merged=merged)
            members_services.groups_join(club=club, survivor=survivor, merged=merged, now=now)
            merging.holds_refuse(club, merged)
        except Refusal as refusal:
            obstacle = refusal.phrase
        transaction.savepoint_rollback(point)
    return selectors.preview_of(sides[0], sides[1], obstacle)


def _may_be_merged(survivor: LockedMember, merged: LockedMember) -> None:
    if survivor.status == "blocked":
        raise Refusal("member_blocked", Phrase(_("This member is blocked.")))
    if survivor.status == "left":
        raise Refusal("member_left", Phrase(_("This member has left the club.")))
    if merged.status == "blocked":
        raise Refusal(
            "merge_blocked", Phrase(_("A blocked membership can't be merged into one that is not."))
        )


def _locked(club: ClubInfo, survivor_id: UUID, merged_id: UUID) -> tuple[LockedMember, LockedMember]:
    """Lock both, in id order."""
    locked = members_services.members_lock(club, {survivor_id, merged_id})
    if survivor_id not in locked or merged_id not in locked:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    return locked[survivor_id], locked[merged_id]


def _stored(standing: Standing | None) -> list[Any] | None:
    if standing is None:
        return None
    dates = (standing.since, standing.kept_until, standing.granted_until)
    return [standing.tier, *(day.isoformat() if day else None for day in dates)]


def _standing(stored: list[Any] | None) -> Standing | None:
    if stored is None:
        return None
    tier, *dates = stored
    return Standing(tier, *(date.fromisoformat(day) if day else None for day in dates))


def _told(club: ClubInfo, row: Merge, actor: Actor, action: str, now: datetime) -> None:
    """Write it down and tell other rooms."""
    details = {
        "survivor": public("member", row.survivor_id),
        "merged": public("member", row.merged_id),
    }
    audit_post(
        club_id=club.id, actor=actor, action=action, target=public("merge", row.id), details=details, now=now
    )
    news_post(
        club_id=club.id,
        kind=action,
        member_id=row.survivor_id,
        payload={"merge_id": row.id, "survivor_id": row.survivor_id, "merged_id": row.merged_id},
        now=now,
    )
