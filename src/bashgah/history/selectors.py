"""Reads of the history: in bulk for a settlement, and plain sums for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.engine.states import Needs
from bashgah.engine.windows import measure_start, window_start
from bashgah.ground.batch import Part, cursor
from bashgah.history.keeping import Book, Tally
from bashgah.history.types import ClubDayInfo, MemberSums
from bashgah.kit.jalali import Calendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SUMS = Part(
    "sums",
    """
    (SELECT jsonb_build_array(s.purchases, s.spend, s.visits, s.qualifying, s.gross, s.returns,
            (extract(epoch FROM s.last_purchase_at) * 1000000)::bigint)
     FROM history_sums s WHERE s.member_id = m.id)
    """,
)
DAYS = Part(
    "days",
    """
    (SELECT jsonb_agg(jsonb_build_array(d.day, d.purchases, d.spend, d.visits, d.qualifying))
     FROM history_day d WHERE d.member_id = m.id AND d.day >= %(days_from)s)
    """,
)
USED = Part(
    "used",
    """
    (SELECT jsonb_agg(jsonb_build_array(u.limit_key, u.window_start - '0001-01-01'::date, u.used))
     FROM history_used u
     JOIN unnest(%(limit_keys)s::text[], %(window_starts)s::date[]) k(key, start)
       ON u.limit_key = k.key AND u.window_start = k.start
     WHERE u.member_id = m.id)
    """,
)


def parts_for(
    needs: Needs, days: Iterable[date], calendar: Calendar
) -> tuple[tuple[Part, ...], dict[str, Any]]:
    """Return which parts of the history facts on these days need, and their parameters' values."""
    found: list[Part] = []
    params: dict[str, Any] = {}
    local = set(days)
    lifetime = any(window == "lifetime" for _ladder, _measure, window in needs.measures)
    if lifetime or any(name.startswith("history.") for name in needs.fields):
        found.append(SUMS)
    starts = [
        measure_start(window, day, calendar)
        for _ladder, _measure, window in needs.measures
        if window != "lifetime"
        for day in local
    ]
    if starts:
        found.append(DAYS)
        params["days_from"] = min(starts)
    pairs = {(key, window_start(window, day, calendar)) for key, window in needs.limits for day in local}
    if pairs:
        found.append(USED)
        params["limit_keys"] = [key for key, _start in sorted(pairs)]
        params["window_starts"] = [start for _key, start in sorted(pairs)]
    return tuple(found), params


def book_of(member_id: UUID, club_id: UUID, read: Mapping[str, Any]) -> Book:
    """Make a member's history book of what the parts read (by part name; what was not read is empty)."""
    book = Book(member_id, club_id)
    if sums := read.get("sums"):
        *counts, last_purchase = sums
        book.sums = Tally(*counts)
        if last_purchase is not None:
            book.last_purchase_at = EPOCH + timedelta(microseconds=last_purchase)
    for day, *counts in read.get("days") or ():
        book.days[date.fromisoformat(day)] = Tally(*counts)
    for key, start, used in read.get("used") or ():
        book.used[key, date.min + timedelta(days=start)] = used
    return book


def sums_get(club: ClubInfo, member_id: UUID) -> MemberSums:
    """Return everything a member did, summed up; a member without activities has zeros."""
    return sums_of(club, [member_id])[member_id]


def sums_of(club: ClubInfo, member_ids: Sequence[UUID]) -> dict[UUID, MemberSums]:
    """Return many members' sums, for lists."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT member_id, purchases, spend, gross, visits, returns, qualifying, first_at,
                   last_purchase_at, last_activity_at
            FROM history_sums WHERE member_id = ANY(%s) AND club_id = %s
            """,
            [list(member_ids), club.id],
        ).fetchall()
    found = {row[0]: MemberSums(*row[1:]) for row in rows}
    return {member_id: found.get(member_id) or MemberSums() for member_id in member_ids}


def window_value(club: ClubInfo, member_id: UUID, measure: str, start: date, until: date) -> int:
    """Return a measure's value over a half-open window of local days; ``date.min`` is the lifetime."""
    column = {
        "qualifying_points": "qualifying",
        "spend": "spend",
        "visits": "visits",
        "purchases": "purchases",
    }[measure]
    if start == date.min:
        sql = f"SELECT {column} FROM history_sums WHERE member_id = %s AND club_id = %s"
        params: list[Any] = [member_id, club.id]
    else:
        sql = f"""
            SELECT sum({column}) FROM history_day
            WHERE member_id = %s AND club_id = %s AND day >= %s AND day < %s
        """
        params = [member_id, club.id, start, until]
    with cursor() as cur:
        row = cur.execute(sql, params).fetchone()
    return int(row[0] or 0) if row else 0


def used_get(
    club: ClubInfo, member_id: UUID, limits: Iterable[tuple[str, date]]
) -> dict[tuple[str, date], int]:
    """Return units already given under these limits (key, window start); unused ones are left out."""
    pairs = list(limits)
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT u.limit_key, u.window_start, u.used FROM history_used u
            JOIN unnest(%s::text[], %s::date[]) k(key, start)
              ON u.limit_key = k.key AND u.window_start = k.start
            WHERE u.member_id = %s AND u.club_id = %s
            """,
            [[key for key, _ in pairs], [start for _, start in pairs], member_id, club.id],
        ).fetchall()
    return {(key, start): used for key, start, used in rows}


def club_days(
    club: ClubInfo, since: date, until: date, branches: Sequence[str] | None = None
) -> list[ClubDayInfo]:
    """Return the club's days in the half-open window, branches and both kinds of buyers apart."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT day, branch, is_anonymous, purchases, returns, visits, gross, spend, discount, returned,
                   points_issued, points_back
            FROM history_clubday
            WHERE club_id = %s AND day >= %s AND day < %s AND (%s::text[] IS NULL OR branch = ANY(%s::text[]))
            ORDER BY day, branch, is_anonymous
            """,
            [club.id, since, until, branches, branches],
        ).fetchall()
    return [ClubDayInfo(*row) for row in rows]
