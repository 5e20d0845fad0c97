"""Returns told before their purchase: kept until it comes, then settled as if they had come after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import transaction

from bashgah.activities.drafts import Draft
from bashgah.activities.recording import Batch, reference_reused
from bashgah.activities.types import ReturnIn
from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal


@dataclass(frozen=True, slots=True)
class WaitingReturn:
    """A return told before its purchase: it settles when the purchase comes."""

    id: UUID
    source: str
    reference: str
    purchase_source: str
    purchase_reference: str
    occurred_at: datetime
    received_at: datetime
    intake: ReturnIn
    actor_kind: int
    actor_id: UUID | None
    closed_at: datetime | None
    outcome: str


COLUMNS = """
    id, source, reference, purchase_source, purchase_reference, occurred_at, received_at, body, actor_kind,
    actor_id, closed_at, outcome
"""
_decoder = msgspec.json.Decoder(ReturnIn)


def waits() -> Refusal:
    """Return the answer to a return whose purchase is not told yet: kept, nothing settled (202)."""
    return Refusal(
        "return_waits",
        Phrase(_("The purchase is not known yet. This return is kept and settles when the purchase comes.")),
        status=202,
    )


def waiting_add(cur: psycopg.Cursor[Any], batch: Batch, draft: Draft) -> Refusal:
    """Keep a return until its purchase comes, and return what is answered.

    Told again it is kept once; another body under the same reference is ``reference_reused``.
    """
    intake = draft.intake
    assert isinstance(intake, ReturnIn)  # noqa: S101 - only returns wait
    known = cur.execute(
        """
        SELECT body_hash FROM activities_waiting
        WHERE club_id = %s AND source = %s AND reference = %s AND closed_at IS NULL
        """,
        [batch.club.id, intake.source, intake.reference],
    ).fetchone()
    if known is not None:
        return waits() if bytes(known[0]) == draft.body else reference_reused()
    held = batch.waiting.get(draft.key)
    if held is not None:
        return waits() if held[-2] == draft.body else reference_reused()
    batch.waiting[draft.key] = (
        intake.occurred_at,
        batch.now,
        batch.actor_kind,
        batch.club.id,
        ids.fresh(),
        batch.actor_id,
        intake.source,
        intake.reference,
        intake.purchase.source or intake.source,
        intake.purchase.reference,
        "",
        draft.body,
        msgspec.json.encode(intake),
    )
    return waits()


def waiting_ready(club_ids: Sequence[UUID]) -> list[tuple[UUID, WaitingReturn]]:
    """Return the clubs' waiting returns whose purchase is known by now, oldest first."""
    with cursor() as cur:
        rows = cur.execute(
            f"""
            SELECT club_id, {COLUMNS} FROM activities_waiting w
            WHERE club_id = ANY(%s) AND closed_at IS NULL AND EXISTS (
                SELECT FROM activities_reference r WHERE r.club_id = w.club_id
                AND r.source = w.purchase_source AND r.reference = w.purchase_reference)
            ORDER BY id
            """,
            [list(club_ids)],
        ).fetchall()
    return [(row[0], _waiting(row[1:])) for row in rows]


def waiting_take(club: ClubInfo, id: UUID) -> bool:
    """Lock a waiting return; false where it was closed meanwhile, or another hand is at it."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT 1 FROM activities_waiting WHERE club_id = %s AND id = %s AND closed_at IS NULL
            FOR UPDATE SKIP LOCKED
            """,
            [club.id, id],
        ).fetchone()
    return row is not None


def waiting_close(club: ClubInfo, id: UUID, outcome: str, now: datetime) -> None:
    """Close a waiting return with what became of it: ``settled``, ``discarded``, or its refusal's code."""
    with cursor() as cur:
        cur.execute(
            """
            UPDATE activities_waiting SET closed_at = %s, outcome = %s
            WHERE club_id = %s AND id = %s AND closed_at IS NULL
            """,
            [now, outcome, club.id, id],
        )


def returns_waiting(club: ClubInfo, *, limit: int = 100) -> list[WaitingReturn]:
    """Return the returns that wait for their purchase, oldest first, then those that were refused lately."""
    with cursor() as cur:
        rows = cur.execute(
            f"""
            SELECT {COLUMNS} FROM activities_waiting
            WHERE club_id = %s AND (closed_at IS NULL OR outcome NOT IN ('settled', 'discarded'))
            ORDER BY closed_at IS NOT NULL, id LIMIT %s
            """,
            [club.id, limit],
        ).fetchall()
    return [_waiting(row) for row in rows]


def return_discard(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> None:
    """Let a waiting return go; its reference is free again."""
    with transaction.atomic():
        if not waiting_take(club, id):
            raise Refusal("return_not_found", Phrase(_("No return of this kind waits.")), status=404)
        waiting_close(club, id, "discarded", now)
        audit_post(
            club_id=club.id, actor=actor, action="return.discarded", target=public("activity", id), now=now
        )


def _waiting(row: Sequence[Any]) -> WaitingReturn:
    *head, body, actor_kind, actor_id, closed_at, outcome = row
    return WaitingReturn(*head, _decoder.decode(body), actor_kind, actor_id, closed_at, outcome)
