"""Writes of the history room outside a settlement: the club's days made anew, members joined and parted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import RowSet, cursor, write
from bashgah.history.tables import CLUB_DAY


def club_days_replace(*, club: ClubInfo, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put these rows (columns of ``CLUB_DAY``) in place of all the club's days, at once.

    Run it while the worker's deliveries are at rest, or what they add meanwhile counts twice.
    """
    with transaction.atomic(), cursor() as cur:
        cur.execute("DELETE FROM history_clubday WHERE club_id = %s", [club.id])
        write(cur, [RowSet(CLUB_DAY, list(rows))])


def limits_forget(cur: psycopg.Cursor[Any], members: Iterable[UUID], owners: Iterable[str]) -> None:
    """Forget what members used of the limits of these owners: what a key says before its first dot."""
    cur.execute(
        """
        UPDATE history_used SET used = 0
        WHERE member_id = ANY(%s) AND split_part(limit_key, '.', 1) = ANY(%s) AND used <> 0
        """,
        [list(members), list(owners)],
    )


def history_join(*, club: ClubInfo, survivor_id: UUID, merged_id: UUID) -> None:
    """Count a merged member's sums, days and used limits for the survivor too; both are locked.

    The merged member's own rows stay as they are: what they say now is what ``history_part`` takes away.
    """
    both = {"club": club.id, "into": survivor_id, "of": merged_id, "sign": 1}
    with cursor() as cur:
        cur.execute(_SUMS_ADD, both)
        cur.execute(_DAYS_ADD, both)
        cur.execute(_USED_ADD, both)


def history_part(
    *,
    club: ClubInfo,
    survivor_id: UUID,
    merged_id: UUID,
    first_at: datetime | None,
    last_purchase_at: datetime | None,
    last_activity_at: datetime | None,
) -> None:
    """Take a member's sums, days and used limits out of the survivor's again.

    The instants are the survivor's own: sums can be taken apart, a first and a last cannot.
    """
    both = {"club": club.id, "into": survivor_id, "of": merged_id, "sign": -1}
    with cursor() as cur:
        cur.execute(_SUMS_ADD, both)
        cur.execute(_DAYS_ADD, both)
        cur.execute(_USED_ADD, both)
        cur.execute(
            """
            UPDATE history_sums SET first_at = %s, last_purchase_at = %s, last_activity_at = %s
            WHERE member_id = %s AND club_id = %s
            """,
            [first_at, last_purchase_at, last_activity_at, survivor_id, club.id],
        )


_SUMS_ADD = """
    INSERT INTO history_sums AS t (member_id, club_id, spend, gross, qualifying, purchases, visits, returns,
                                   first_at, last_purchase_at, last_activity_at)
    SELECT %(into)s, club_id, %(sign)s * spend, %(sign)s * gross, %(sign)s * qualifying,
           %(sign)s * purchases, %(sign)s * visits, %(sign)s * returns,
           first_at, last_purchase_at, last_activity_at
    FROM history_sums WHERE member_id = %(of)s AND club_id = %(club)s
    ON CONFLICT (member_id) DO UPDATE SET
        spend = t.spend + EXCLUDED.spend, gross = t.gross + EXCLUDED.gross,
        qualifying = t.qualifying + EXCLUDED.qualifying, purchases = t.purchases + EXCLUDED.purchases,
        visits = t.visits + EXCLUDED.visits, returns = t.returns + EXCLUDED.returns,
        first_at = least(t.first_at, EXCLUDED.first_at),
        last_purchase_at = greatest(t.last_purchase_at, EXCLUDED.last_purchase_at),
        last_activity_at = greatest(t.last_activity_at, EXCLUDED.last_activity_at)
"""
_DAYS_ADD = """
    INSERT INTO history_day AS t (member_id, club_id, day, spend, qualifying, purchases, visits)
    SELECT %(into)s, club_id, day, %(sign)s * spend, %(sign)s * qualifying, %(sign)s * purchases,
           %(sign)s * visits
    FROM history_day WHERE member_id = %(of)s AND club_id = %(club)s
    ON CONFLICT (member_id, day) DO UPDATE SET
        spend = t.spend + EXCLUDED.spend, qualifying = t.qualifying + EXCLUDED.qualifying,
        purchases = t.purchases + EXCLUDED.purchases, visits = t.visits + EXCLUDED.visits
"""
_USED_ADD = """
    INSERT INTO history_used AS t (member_id, club_id, limit_key, window_start, used)
    SELECT %(into)s, club_id, limit_key, window_start, %(sign)s * used
    FROM history_used WHERE member_id = %(of)s AND club_id = %(club)s
    ON CONFLICT (member_id, limit_key, window_start) DO UPDATE SET used = t.used + EXCLUDED.used
"""
