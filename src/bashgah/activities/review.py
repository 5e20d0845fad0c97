"""Facts held back for a person: too old or from the future, where the club wants to look at them first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction

from bashgah.activities.held import held_unpack
from bashgah.activities.services import settle_admitted
from bashgah.activities.types import Intake, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.pages import Page, id_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

ReviewState = Literal["waiting", "accepted", "discarded"]
STATES: tuple[ReviewState, ...] = ("waiting", "accepted", "discarded")
REASONS = ("occurred_too_late", "occurred_in_future")
PAGE_MOST = 200
COUNT_MOST = 100


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact that waits for a person's decision, or what a person decided about it.

    ``activity_id`` is what stands under the reference now, whoever recorded it; None while it is free.
    """

    id: UUID
    source: str
    reference: str
    reason: str
    branch: str
    occurred_at: datetime
    received_at: datetime
    state: ReviewState
    decided_at: datetime | None
    decided_by: str
    member_id: UUID | None
    activity_id: UUID | None
    intake: Intake


@dataclass(frozen=True, slots=True)
class ReviewFilters:
    """What narrows the list; ``branches`` are codes, None for all and for facts without a branch too."""

    state: ReviewState = "waiting"
    reason: str = ""
    reference: str = ""
    branches: Collection[str] | None = None


COLUMNS = """
    w.id, w.source, w.reference, w.reason, w.branch, w.occurred_at, w.received_at, w.decision, w.decided_at,
    w.decided_by, w.member_id, r.activity_id, w.body
"""
TABLES = """
    activities_review w LEFT JOIN activities_reference r
    ON r.club_id = w.club_id AND r.source = w.source AND r.reference = w.reference
"""


def reviews_list(
    club: ClubInfo, filters: ReviewFilters | None = None, *, after: str | None = None, limit: int = 50
) -> Page[HeldFact]:
    """Return one page of held facts: those that wait oldest first, decided ones newest first.

    ``after`` is the ``next_cursor`` of the page before; another text raises ``cursor_invalid`` (422).
    """
    wanted = filters or ReviewFilters()
    waits = wanted.state == "waiting"
    where, params = _conditions(club, wanted)
    if after is not None:
        where.append("w.id > %s" if waits else "w.id < %s")
        params.append(id_of(after))
    size = max(1, min(limit, PAGE_MOST))
    with cursor() as cur:
        rows = cur.execute(
            f"""
            SELECT {COLUMNS} FROM {TABLES}
            WHERE {" AND ".join(where)} ORDER BY w.id {"" if waits else "DESC"} LIMIT %s
            """,
            [*params, size + 1],
        ).fetchall()
    found = [_held(club, row) for row in rows[:size]]
    return Page(found, found[-1].id.hex if len(rows) > size else None)


def reviews_waiting(club: ClubInfo, branches: Collection[str] | None = None) -> int:
    """Count the facts that wait, a hundred at most: what a badge shows."""
    where, params = _conditions(club, ReviewFilters(branches=branches))
    with cursor() as cur:
        row = cur.execute(
            f"""
            SELECT count(*) FROM (
                SELECT FROM activities_review w WHERE {" AND ".join(where)} LIMIT %s) waiting
            """,
            [*params, COUNT_MOST],
        ).fetchone()
    assert row is not None  # noqa: S101 - a count always has a row
    return int(row[0])


def review_get(club: ClubInfo, id: UUID) -> HeldFact:
    """Return a held fact of the club, decided or not, or raise ``review_not_found`` (404)."""
    with cursor() as cur:
        row = cur.execute(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE w.club_id = %s AND w.id = %s", [club.id, id]
        ).fetchone()
    if row is None:
        raise _not_found()
    return _held(club, row)


def review_accept(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> Settled:
    """Settle a held fact after all, as it was told; its refusal leaves it waiting.

    Where the same fact was recorded meanwhile, it is decided and the first answer comes back (``repeated``);
    where its reference was used for something else, ``reference_reused`` (409) leaves it waiting, to be
    discarded. Decided by somebody else a moment ago: ``review_decided`` (409).
    """
    with transaction.atomic():
        held, member_id = _taken(club, id, "accepted", actor, now)
        settled = settle_admitted(held, club=club, member_id=member_id, actor=actor, now=now)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="review.accepted",
            target=public("review", id),
            details=_named(held)
            | {"activity": public("activity", settled.activity_id), "repeated": settled.repeated},
            now=now,
        )
    return settled


def review_discard(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> None:
    """Let a held fact go; its reference stays free. Raises as ``review_accept`` does."""
    with transaction.atomic():
        held, _member = _taken(club, id, "discarded", actor, now)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="review.discarded",
            target=public("review", id),
            details=_named(held),
            now=now,
        )


def _taken(
    club: ClubInfo, id: UUID, decision: str, actor: Actor, now: datetime
) -> tuple[Intake, UUID | None]:
    """Decide a fact that waits; the row's lock makes a second decision wait and then find this one."""
    with cursor() as cur:
        row = cur.execute(
            """
            UPDATE activities_review SET decided_at = %s, decision = %s, decided_by = %s
            WHERE club_id = %s AND id = %s AND decided_at IS NULL
            RETURNING source, reference, body, member_id
            """,
            [now, decision, actor.name, club.id, id],
        ).fetchone()
    if row is None:
        review_get(club, id)
        raise Refusal("review_decided", Phrase(_("Somebody has already decided about this.")))
    source, reference, body, member_id = row
    return held_unpack(club.id, source, reference, bytes(body)), member_id


def _named(held: Intake) -> dict[str, Any]:
    return {"source": held.source, "reference": held.reference}


def _conditions(club: ClubInfo, filters: ReviewFilters) -> tuple[list[str], list[Any]]:
    where, params = ["w.club_id = %s"], [club.id]
    if filters.state == "waiting":
        where.append("w.decided_at IS NULL")
    else:
        where.append("w.decision = %s AND w.decided_at IS NOT NULL")
        params.append(filters.state)
    for column, value in (("reason", filters.reason), ("reference", filters.reference)):
        if value:
            where.append(f"w.{column} = %s")
            params.append(value)
    if filters.branches is not None:
        where.append("w.branch = ANY(%s)")
        params.append(list(filters.branches))
    return where, params


def _held(club: ClubInfo, row: Sequence[Any]) -> HeldFact:
    *first, decision, decided_at, decided_by, member_id, activity_id, body = row
    intake = held_unpack(club.id, row[1], row[2], bytes(body))
    return HeldFact(*first, decision or "waiting", decided_at, decided_by, member_id, activity_id, intake)


def _not_found() -> Refusal:
    return Refusal("review_not_found", Phrase(_("There is nothing of this kind to look at.")), status=404)
