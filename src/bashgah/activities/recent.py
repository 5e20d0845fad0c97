"""Facts of the last days for trying a rule on: all of them where they are few, else a spread of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from bashgah.activities import compact
from bashgah.activities.compact import KIND_CODES
from bashgah.activities.selectors import no_activity
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact
from bashgah.engine.states import State
from bashgah.ground.batch import cursor
from bashgah.kit.ids import uuid_of

POINTS = 60
A_POINT = 12
NEAR = 200
COUNTED_MOST = 50_000
# the planner cannot know that facts of the span lie under the newest ids and would read the whole table
_BY_INDEX = (
    "SELECT set_config(name, CASE WHEN %s THEN 'off' ELSE reset_val END, true) FROM pg_settings"
    " WHERE name IN ('enable_seqscan', 'enable_bitmapscan')"
)
_READ = "id, member_id, program, fact, state"


@dataclass(frozen=True, slots=True)
class RecentFact:
    """A settled fact with the state it was decided from, as far as its program version read one."""

    id: UUID
    member_id: UUID
    program: int
    fact: Fact
    state: State


@dataclass(frozen=True, slots=True)
class Recent:
    """Facts of a span of time; ``is_whole`` says that none of the span is missing.

    ``seen`` is how many there are at least: all, as far as they were counted.
    """

    facts: tuple[RecentFact, ...]
    seen: int
    is_whole: bool


def facts_recent(
    club: ClubInfo,
    trigger: str,
    since: datetime,
    until: datetime,
    *,
    member_ids: Sequence[UUID] = (),
    most: int,
    counted: int = COUNTED_MOST,
) -> Recent:
    """Return the facts of a trigger that happened in the half-open span, newest last.

    Where there are more than ``most``, about 700 are taken at places spread over the span by recording, the
    same ones all day long, so that a count does not jump while a rule is being written. ``counted`` says how
    far to count them; below ``most`` it is only said that there are more.

    Nothing here reads on and on: history that was imported lies under new ids, where facts of the span may be
    few, so around each place only ``NEAR`` facts are looked at.
    """
    kind, _colon, type_ = trigger.partition(":")
    where = "club_id = %(club)s AND kind = %(kind)s AND occurred_at >= %(since)s AND occurred_at < %(until)s"
    params: dict[str, Any] = {
        "club": club.id,
        "kind": KIND_CODES.get(kind, -1),  # type: ignore[call-overload]
        "since": since,
        "until": until,
        "type": type_,
        "low": _first_id(since),
        "most": most + 1,
        "members": list(member_ids),
    }
    where += " AND type = %(type)s" if type_ else ""
    where += " AND member_id = ANY(%(members)s)" if member_ids else ""
    with transaction.atomic(), cursor() as cur:
        cur.execute(_BY_INDEX, [True])
        newest = cur.execute(
            f"""
            SELECT id FROM activities_activity WHERE {where} AND id >= %(low)s ORDER BY id DESC LIMIT %(most)s
            """,
            params,
        ).fetchall()
        if len(newest) <= most:
            params |= {"ids": [row[0] for row in newest]}
            rows = cur.execute(
                f"SELECT {_READ} FROM activities_activity WHERE club_id = %(club)s AND id = ANY(%(ids)s)"
                " ORDER BY id",
                params,
            ).fetchall()
            cur.execute(_BY_INDEX, [False])
            return Recent(tuple(_read(row) for row in rows), len(rows), True)
        first = cur.execute(
            "SELECT id FROM activities_activity WHERE club_id = %(club)s AND id >= %(low)s"
            " ORDER BY id LIMIT 1",
            params,
        ).fetchone()
        places = _places(club, first[0] if first else params["low"], newest[0][0], until)
        rows = cur.execute(
            f"""
            SELECT DISTINCT ON (found.id) found.*
            FROM unnest(%(points)s::uuid[]) AS place(id) CROSS JOIN LATERAL (
                SELECT {_READ} FROM (
                    SELECT * FROM activities_activity
                    WHERE club_id = %(club)s AND id >= place.id ORDER BY id LIMIT %(near)s
                ) near WHERE {where} ORDER BY id LIMIT %(a_point)s
            ) found ORDER BY found.id
            """,
            params | {"points": places, "a_point": A_POINT, "near": NEAR},
        ).fetchall()
        seen = None
        if counted > most:
            seen = cur.execute(
                f"""
                SELECT count(*) FROM (SELECT FROM activities_activity WHERE {where} AND id >= %(low)s
                                      LIMIT %(counted)s) AS seen
                """,
                params | {"counted": counted},
            ).fetchone()
        cur.execute(_BY_INDEX, [False])
    return Recent(tuple(_read(row) for row in rows), seen[0] if seen else len(newest), False)


def fact_get(club: ClubInfo, id: UUID) -> RecentFact:
    """Return one settled fact of the club, or raise ``activity_not_found`` (404)."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT id, member_id, program, fact, state FROM activities_activity
            WHERE club_id = %s AND id = %s
            """,
            [club.id, id],
        ).fetchone()
    if row is None:
        raise no_activity()
    return _read(row)


def _first_id(at: datetime) -> UUID:
    """The lowest id that could have been made at a moment."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def _places(club: ClubInfo, first: UUID, last: UUID, until: datetime) -> list[UUID]:
    """Places between two ids, the same for a club on one day."""
    chance = random.Random(f"{club.id}{until:%Y-%m-%d}")  # noqa: S311 a sample, not a secret
    return [uuid_of(chance.randrange(first.int, last.int + 1)) for _ in range(POINTS)]


def _read(row: tuple[Any, ...]) -> RecentFact:
    id_, member_id, program, fact, state = row
    return RecentFact(id_, member_id, program, compact.fact_unpack(fact), compact.state_unpack(state))
