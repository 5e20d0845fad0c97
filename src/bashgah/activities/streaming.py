"""Reads the club's settled facts in the order they were recorded, for whoever keeps a copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bashgah.activities import compact
from bashgah.activities.compact import Outcome
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact
from bashgah.ground.batch import cursor


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A settled fact with what it gave; ``outcome`` is that as it is stored (``compact.outcome_unpack``)."""

    id: UUID
    member_id: UUID
    about_id: UUID | None
    program: int
    fact: Fact
    given: Outcome
    outcome: bytes


def facts_after(club: ClubInfo, after: UUID, *, limit: int) -> Iterator[StoredFact]:
    """Yield up to ``limit`` facts recorded after the one of this id, oldest first."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, member_id, about_id, program, fact, outcome FROM activities_activity
            WHERE club_id = %s AND id > %s ORDER BY id LIMIT %s
            """,
            [club.id, after, limit],
            binary=True,
        ).fetchall()
    yield from _stored(rows)


def facts_of(club: ClubInfo, member_ids: Sequence[UUID]) -> Iterator[StoredFact]:
    """Yield every fact of these members, oldest first."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, member_id, about_id, program, fact, outcome FROM activities_activity
            WHERE club_id = %s AND member_id = ANY(%s) ORDER BY id
            """,
            [club.id, list(member_ids)],
            binary=True,
        ).fetchall()
    yield from _stored(rows)


def _stored(rows: Iterable[Sequence[Any]]) -> Iterator[StoredFact]:
    for id_, member_id, about_id, program, fact, outcome in rows:
        yield StoredFact(
            id_,
            member_id,
            about_id,
            program,
            compact.fact_unpack(fact),
            compact.outcome_unpack(outcome),
            bytes(outcome),
        )
