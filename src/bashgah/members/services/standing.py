"""The member lock, and whether a member is active, blocked or has left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import batch
from bashgah.ground import ids as fresh_ids
from bashgah.ground.asking import Question, Statement, ask
from bashgah.ground.audit import audit_post
from bashgah.ground.ids import NUMBER
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members.models import Change, State
from bashgah.members.services import belonging
from bashgah.members.services.erased import erased_refuse
from bashgah.members.types import LockedMember, Status

REASON_LENGTH = 500


def members_lock(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, LockedMember]:
    """Lock the members until the transaction ends, and return what is certain of them meanwhile.

    The only way to lock members: rows are taken in one order, people before the groups they are in and each
    by id, so that no two writers wait for each other in a circle. Ids of no member of the club are left out;
    the caller says what that means. Asked for outside a transaction it raises ``RuntimeError``, because the
    lock would be gone before it was of use.
    """
    with batch.cursor() as cursor:
        (locked,) = ask(cursor, members_locking(club, ids))
    return locked  # type: ignore[no-any-return]


def members_locking(club: ClubInfo, ids: Iterable[UUID]) -> Question:
    """Return the question that locks members, as ``members_lock`` does; to be asked with others after it."""
    if not connection.in_atomic_block:
        raise RuntimeError("members_lock holds only inside a transaction")
    return _LOCK.of(club.id, sorted(set(ids), key=NUMBER), read=_locked)


def _locked(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, LockedMember]:
    return {row[0]: LockedMember(*row) for row in rows}


_LOCK = Statement(
    """
    SELECT member_id, status, merged_into, kind, group_id FROM members_state
    WHERE club_id = $1 AND member_id = ANY($2) ORDER BY kind DESC, member_id FOR UPDATE
    """,
    "uuid",
    "uuid[]",
)


def member_lock(club: ClubInfo, id: UUID) -> LockedMember:
    """Lock one member that must exist and stand for themselves.

    Raises ``member_not_found`` (404), and ``member_merged`` (409) for one who is somebody else by now.
    """
    locked = members_lock(club, [id]).get(id)
    if locked is None:
        raise member_unknown()
    if locked.merged_into is not None:
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")))
    return locked


def member_unknown() -> Refusal:
    """Return the refusal of an id that is no member's of the club."""
    return Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)


def member_block(*, club: ClubInfo, id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Stop a member from earning and spending at once; blocking a blocked member changes nothing."""
    _status_set(club, id, "blocked", reason, actor, now)


def member_unblock(*, club: ClubInfo, id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Let a blocked member earn and spend again; one who left raises ``member_left`` (409)."""
    _status_set(club, id, "active", reason, actor, now, only_from="blocked")


def member_leave(*, club: ClubInfo, id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End the membership; books and history stay. Leaving twice is leaving once."""
    _status_set(club, id, "left", reason, actor, now)


def member_rejoin(*, club: ClubInfo, id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Take a member back who had left.

    A blocked one raises ``member_blocked`` (409), an erased one ``member_erased`` (409).
    """
    erased_refuse(id)
    _status_set(club, id, "active", reason, actor, now, only_from="left")


def _status_set(  # noqa: PLR0917 the one place that changes a status
    club: ClubInfo,
    id: UUID,
    after: Status,
    reason: str,
    actor: Actor,
    now: datetime,
    *,
    only_from: Status | None = None,
) -> None:
    reason = clean(reason, field="/reason", limit=REASON_LENGTH)
    if not reason:
        raise Refusal("reason_missing", Phrase(_("Say why.")), status=422, field="/reason")
    with transaction.atomic():
        locked = member_lock(club, id)
        if locked.status == after:
            return
        if only_from and locked.status != only_from:
            raise refused_for(locked.status)
        if locked.kind == "group" and "left" in (after, locked.status):
            raise Refusal("group_closes_itself", Phrase(_("A shared account is closed on its own page.")))
        if after == "left" and locked.group_id is not None:
            belonging.membership_ended(club=club, member_id=id, now=now)
        State.objects.filter(member_id=id).update(status=after)
        Change.objects.create(
            member_id=id,
            id=fresh_ids.fresh(),
            club_id=club.id,
            before=locked.status,
            after=after,
            reason=reason,
            actor_kind=actor.kind,
            actor_name=actor.name,
            at=now,
        )
        details = {"from": locked.status, "to": after}
        audit_post(
            club_id=club.id,
            actor=actor,
            action="member.status_changed",
            target=public("member", id),
            details=details,
            now=now,
        )
        news_post(club_id=club.id, kind="member.status_changed", member_id=id, payload=details, now=now)


def refused_for(status: Status) -> Refusal:
    """Return why a member of this status may not do what active members may."""
    if status == "blocked":
        return Refusal("member_blocked", Phrase(_("This member is blocked.")), status=409)
    return Refusal("member_left", Phrase(_("This member has left the club.")), status=409)
