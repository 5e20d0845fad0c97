"""What rules may ask about members, read in bulk with everything else a settlement reads."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from bashgah.clubs.types import ClubInfo
from bashgah.ground.asking import Question, Statement
from bashgah.ground.batch import Part, cursor
from bashgah.members.facts import MemberFacts

MEMBER = Part(
    "member",
    "members_member",
    (
        (
            """
            jsonb_build_array(x.city, x.gender, x.tags, x.birth_date, x.attributes,
                              (x.enrolled_at AT TIME ZONE %(zone)s::text)::date)
            """,
            "text",
        ),
    ),
    member="id",
)
"""A member's profile for a state read (``ground.batch.read``); ``members.facts.facts_of`` understands it."""


def members_facts(club: ClubInfo, after: UUID, *, limit: int) -> list[tuple[UUID, UUID, MemberFacts]]:
    """Return (id, survivor of a merge or itself, facts) of up to ``limit`` members after this id, by id."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT x.id, coalesce(s.merged_into, x.id), x.city, x.gender, x.tags, x.birth_date, x.attributes,
                   (x.enrolled_at AT TIME ZONE %s)::date
            FROM members_member x JOIN members_state s ON s.member_id = x.id
            WHERE x.club_id = %s AND x.id > %s ORDER BY x.id LIMIT %s
            """,
            [club.timezone, club.id, after, limit],
        ).fetchall()
    decode = msgspec.json.decode  # this cursor leaves JSON as text
    return [
        (id_, survivor, MemberFacts(city, gender, tuple(tags), birth, decode(own), enrolled, survivor.hex))
        for id_, survivor, city, gender, tags, birth, own, enrolled in rows
    ]


def members_together(club: ClubInfo, ids: Collection[UUID]) -> Question:
    """Return the question which of these members move each other's points; it answers with one id for each.

    Those who gave way to one and the same, and those of one shared account, have the same.
    """
    return _TOGETHER.of(club.id, list(ids), read=dict)


_TOGETHER = Statement(
    """
    SELECT x.member_id, coalesce(s.group_id, s.member_id, x.group_id, x.member_id)
    FROM members_state x LEFT JOIN members_state s ON s.member_id = x.merged_into
    WHERE x.club_id = $1 AND x.member_id = ANY($2)
    """,
    "uuid",
    "uuid[]",
)
