"""What will expire: of a member, of a whole club by day, and of the members to be warned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import cursor

ENDING = """
    SELECT l.member_id, l.unit, l.expires_at AS ends_at, l.remaining
    FROM ledger_lot l JOIN ledger_wallet w ON w.member_id = l.member_id AND w.unit = l.unit
    WHERE l.club_id = %(club)s AND l.is_open AND l.expires_at > %(since)s AND l.expires_at <= %(until)s
      AND (w.lapses_at IS NULL OR w.lapses_at >= l.expires_at)
    UNION ALL
    SELECT l.member_id, l.unit, w.lapses_at, l.remaining
    FROM ledger_wallet w JOIN ledger_lot l ON l.member_id = w.member_id AND l.unit = w.unit AND l.is_open
    WHERE w.club_id = %(club)s AND w.lapses_at > %(since)s AND w.lapses_at <= %(until)s
      AND (l.expires_at IS NULL OR l.expires_at > w.lapses_at)
"""
"""What a club's members lose in a span of time if nothing happens, lot by lot; for a statement of another
room. Lots by their own date are found by the summary index over dates, lapses by the club's wallets."""


@dataclass(frozen=True, slots=True)
class EndingInfo:
    """Units of one member's wallet that end at one instant."""

    member_id: UUID
    unit: str
    ends_at: datetime
    amount: int


def endings_list(
    club: ClubInfo, since: datetime, until: datetime, *, after: UUID | None = None, members: int = 500
) -> list[EndingInfo]:
    """Return what ends after ``since`` and by ``until``, of so many members after the given one."""
    with cursor() as cur:
        rows = cur.execute(
            f"""
            WITH ending AS MATERIALIZED (
                SELECT member_id, unit, ends_at, sum(remaining)::bigint AS amount
                FROM ({ENDING}) e WHERE member_id > %(after)s
                GROUP BY member_id, unit, ends_at),
            few AS (SELECT DISTINCT member_id FROM ending ORDER BY member_id LIMIT %(members)s)
            SELECT e.member_id, e.unit, e.ends_at, e.amount
            FROM ending e JOIN few USING (member_id) ORDER BY e.member_id, e.ends_at, e.unit
            """,
            {
                "club": club.id,
                "since": since,
                "until": until,
                "after": after or UUID(int=0),
                "members": members,
            },
        ).fetchall()
    return [EndingInfo(*row) for row in rows]
