"""Reads of the history: in bulk for a settlement, and plain sums for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bashgah.clubs.types import ClubInfo
from bashgah.engine.states import Needs
from bashgah.engine.windows import measure_start, window_start
from bashgah.ground.batch import Part, cursor
from bashgah.ground.outbox import unheard_since
from bashgah.history.keeping import Book, Past, Tally
from bashgah.history.types import ClubDayInfo, MemberSums
from bashgah.kit.jalali import Calendar

SUMS = Part(
    "sums",
    "history_sums",
    (
        ("x.purchases", "bigint"),
        ("x.spend", "bigint"),
        ("x.visits", "bigint"),
        ("x.qualifying", "bigint"),
        ("x.gross", "bigint"),
        ("x.returns", "bigint"),
        ("x.last_purchase_at", "timestamptz"),
    ),
    is_placed=True,
)
DAYS = Part(
    "days",
    "history_day",
    (
        ("x.day", "date"),
        ("x.purchases", "bigint"),
        ("x.spend", "bigint"),
        ("x.visits", "bigint"),
        ("x.qualifying", "bigint"),
    ),
    where="x.day >= %(days_from)s::date",
    is_placed=True,
)
USED = Part(
    "used",
    "history_used",
    (("x.limit_key", "text"), ("x.window_start", "date"), ("x.used", "bigint")),
    where="x.limit_key = ANY(%(limit_keys)s::text[]) AND x.window_start = ANY(%(window_starts)s::date[])",
)


def parts_for(
    needs: Needs, days: Iterable[date], calendar: Calendar
) -> tuple[tuple[Part, ...], dict[str, Any]]:
    """Return which parts of the history facts on these days need, and their parameters' values."""
    found = [SUMS]
    params: dict[str, Any] = {}
    local = set(days)
    starts = [
        measure_start(window, day, calendar)
        for _ladder, _measure, window in needs.measures
        if window != "lifetime"
        for day in local
    ]
    if local:  # the facts' own days too: their rows are changed where they lie
        found.append(DAYS)
        params["days_from"] = min(*starts, *local, date.max)
    pairs = {(key, window_start(window, day, calendar)) for key, window in needs.limits for day in local}
    if pairs:
        found.append(USED)
        params["limit_keys"] = sorted({key for key, _start in pairs})
        params["window_starts"] = sorted({start for _key, start in pairs})
    return tuple(found), params


def book_of(member_id: UUID, club_id: UUID, read: Mapping[str, Sequence[Sequence[Any]]]) -> Book:
    """Make a member's history book of what the parts read (by part name; what was not read is empty)."""
    past = past_of(read)
    book = Book(past.sums, past.days, past.used, past.last_purchase_at, member_id=member_id, club_id=club_id)
    for row in read.get("sums", ()):
        book.place = row[1]
    for row in read.get("days", ()):
        book.day_places[row[2]] = row[1]
    return book


def past_of(read: Mapping[str, Sequence[Sequence[Any]]]) -> Past:
    """Make what the parts read of a member a past that rules can ask."""
    past = Past()
    for _member, _place, bought, spend, visits, qualifying, gross, returns, last in read.get("sums", ()):
        past.sums = Tally(bought, spend, visits, qualifying, gross, returns)
        past.last_purchase_at = last
    for _member, _place, day, bought, spend, visits, qualifying in read.get("days", ()):
        past.days[day] = Tally(bought, spend, visits, qualifying)
    for _member, key, start, used in read.get("used", ()):
        past.used[key, start] = used
    return past


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


def days_get(member_id: UUID) -> dict[date, Tally]:
    """Return what a member did on each day of their life, for judging it again."""
    with cursor() as cur:
        rows = cur.execute(
            "SELECT day, purchases, spend, visits, qualifying FROM history_day WHERE member_id = %s",
            [member_id],
        ).fetchall()
    return {day: Tally(*counts) for day, *counts in rows}


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


def club_days_wait_since(club: ClubInfo) -> datetime | None:
    """Return since when recorded facts wait to be added to the club's days; none where all are added."""
    return unheard_since(club.id, "history.on_settled")


def last_bought_on(club: ClubInfo, days: Sequence[date]) -> dict[UUID, date]:
    """Return the members whose last purchase was on one of these local days, with the day.

    One pass over the club's sums whatever the number of days: last purchases change too often for an index.
    """
    if not days:
        return {}
    zone = ZoneInfo(club.timezone)
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT s.member_id, d.day FROM history_sums s
            JOIN unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) d (day, begins, ends)
              ON s.last_purchase_at >= d.begins AND s.last_purchase_at < d.ends
            WHERE s.club_id = %s AND s.last_purchase_at >= %s AND s.purchases > 0
            """,
            [
                list(days),
                [datetime.combine(day, time(), zone) for day in days],
                [datetime.combine(day + timedelta(days=1), time(), zone) for day in days],
                club.id,
                datetime.combine(min(days), time(), zone),
            ],
        ).fetchall()
    return dict(rows)
