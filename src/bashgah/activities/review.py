"""Facts held back for a person: too old or from the future, where the club wants to look at them first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from bashgah.activities.services import settle_admitted
from bashgah.activities.types import Intake, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact that waits for a person's decision."""

    id: UUID
    source: str
    reference: str
    reason: str
    occurred_at: datetime
    received_at: datetime
    intake: Intake


_decoder = msgspec.json.Decoder(Intake)


def reviews_list(club: ClubInfo, *, limit: int = 100) -> list[HeldFact]:
    """Return facts that wait, oldest first."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, source, reference, reason, occurred_at, received_at, body FROM activities_review
            WHERE club_id = %s AND decided_at IS NULL ORDER BY id LIMIT %s
            """,
            [club.id, limit],
        ).fetchall()
    return [HeldFact(*row[:6], _decoder.decode(row[6])) for row in rows]


def review_accept(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> Settled:
    """Settle a held fact after all, as it was told; its refusal leaves it waiting."""
    with transaction.atomic():
        held = _taken(club, id, "accepted", actor, now)
        return settle_admitted(held, club=club, actor=actor, now=now)


def review_discard(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> None:
    """Let a held fact go; its reference stays free."""
    with transaction.atomic():
        _taken(club, id, "discarded", actor, now)


def _taken(club: ClubInfo, id: UUID, decision: str, actor: Actor, now: datetime) -> Intake:
    with cursor() as cur:
        row = cur.execute(
            """
            UPDATE activities_review SET decided_at = %s, decision = %s
            WHERE club_id = %s AND id = %s AND decided_at IS NULL RETURNING body
            """,
            [now, decision, club.id, id],
        ).fetchone()
    if row is None:
        raise Refusal("review_not_found", Phrase(_("There is nothing of this kind to look at.")), status=404)
    audit_post(
        club_id=club.id,
        actor=actor,
        action=f"activity.{decision}",
        target=public("activity", id),
        now=now,
    )
    return _decoder.decode(row[0])
