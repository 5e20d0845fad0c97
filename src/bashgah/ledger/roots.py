"""Closes recorded days: sums and seals each, chained to the day before, and proves them again later.

A day is closed once every row recorded on it must be visible; a row that appears, changes or goes away after
that no longer fits the day's root. A root kept outside the database also finds a chain that was made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.db import transaction

from bashgah.clubs.selectors import club_list
from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import RowSet, Table, cursor, write
from bashgah.ground.proofs import Finding
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger import days
from bashgah.ledger.days import FIRST_BEFORE, Counted, Span
from bashgah.ledger.types import DayInfo, Flows, RootInfo

# what was recorded must be visible this long after; no transaction runs longer
VISIBLE_WITHIN = timedelta(hours=1)
CLOSING_LOCK = 0x6261736867_03
DAYS_AT_ONCE = 400

ROOT = Table(
    "ledger_root",
    (
        ("since", "timestamptz"),
        ("until", "timestamptz"),
        ("closed_at", "timestamptz"),
        ("entries", "bigint"),
        ("day", "date"),
        ("club_id", "uuid"),
        ("root", "bytea"),
    ),
    same=frozenset({"club_id", "closed_at"}),
)

DAY = Table(
    "ledger_day",
    (
        ("postings", "bigint"),
        ("allocations", "bigint"),
        ("issued", "bigint"),
        ("reversed", "bigint"),
        ("redeemed", "bigint"),
        ("expired", "bigint"),
        ("adjusted", "bigint"),
        ("transferred", "bigint"),
        ("closing", "bigint"),
        ("day", "date"),
        ("club_id", "uuid"),
        ("unit", "text"),
        ("movements_hash", "bytea"),
        ("allocations_hash", "bytea"),
    ),
    same=frozenset({"club_id"}),
)

_ROOTS = """
    SELECT r.day, r.since, r.until, r.closed_at, r.entries, encode(r.root, 'hex') AS root,
           lag(encode(r.root, 'hex'), 1, repeat('0', 64)) OVER (ORDER BY r.day) AS before
    FROM ledger_root r WHERE r.club_id = %(club)s
"""
_DAYS = """
    SELECT day, unit, postings, allocations, issued, reversed, redeemed, expired, adjusted, transferred,
           closing, encode(movements_hash, 'hex'), encode(allocations_hash, 'hex')
    FROM ledger_day WHERE club_id = %(club)s AND day >= %(first)s AND day <= %(last)s ORDER BY day, unit
"""


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A day as it is stored: its sums, its count of entries, its root and the one before."""

    span: Span
    rows: Sequence[DayInfo]
    entries: int
    root: str
    before: str


def days_close(*, club: ClubInfo, first: date | None = None, now: datetime) -> list[RootInfo]:
    """Seal every day that ended at least an hour ago and is not sealed yet; return the new roots.

    The first day is that of the club's first entry, or ``first``, which then takes in all that was recorded
    before it. Days without entries are sealed too. Doing it again, or twice at a time, changes nothing.
    """
    made: list[RootInfo] = []
    while some := _close_some(club, first, now):
        made += some
    return made


def roots_list(
    club: ClubInfo, *, since: date | None = None, until: date | None = None, limit: int = 400
) -> list[RootInfo]:
    """Return sealed days, the latest first; ``since`` and ``until`` are days, both included."""
    with cursor() as cur:
        rows = cur.execute(
            f"""
            SELECT r.day, r.since, r.until, r.closed_at, r.entries,
                   coalesce(d.postings, 0), coalesce(d.allocations, 0), r.root, r.before
            FROM ({_ROOTS}) r
            LEFT JOIN (SELECT day, sum(postings)::bigint AS postings, sum(allocations)::bigint AS allocations
                       FROM ledger_day WHERE club_id = %(club)s GROUP BY day) d ON d.day = r.day
            WHERE (%(first)s::date IS NULL OR r.day >= %(first)s)
              AND (%(last)s::date IS NULL OR r.day <= %(last)s)
            ORDER BY r.day DESC LIMIT %(limit)s
            """,
            {"club": club.id, "first": since, "last": until, "limit": limit},
        ).fetchall()
    return [RootInfo(*row) for row in rows]


def root_text(club: ClubInfo, root: RootInfo) -> str:
    """Return the text a root is the SHA-256 of, from the stored day; whoever doubts can hash it."""
    with cursor() as cur:
        rows = _stored(cur, club.id, root.day, root.day).get(root.day, [])
    return days.text(club.id, Span(root.day, root.since, root.until), root.entries, rows, root.before)


def verify(
    club_id: UUID | None = None, *, most: int = 100, kept: Mapping[date, str] | None = None
) -> list[Finding]:
    """Recompute every sealed day of one club or all and name those that do not fit, the earliest first.

    ``kept`` are roots by day (hex) that somebody kept elsewhere; each must be the one stored.
    """
    found: list[Finding] = []
    for club in club_list():
        if club_id is None or club.id == club_id:
            found += list(_misfits(club, kept or {}))[:most]
    return found


def _close_some(club: ClubInfo, first: date | None, now: datetime) -> list[RootInfo]:
    with transaction.atomic(), cursor() as cur:
        locked = cur.execute("SELECT pg_try_advisory_xact_lock(%s)", [CLOSING_LOCK]).fetchone()
        if locked is None or not locked[0]:
            return []
        last = cur.execute(f"{_ROOTS} ORDER BY r.day DESC LIMIT 1", {"club": club.id}).fetchone()
        spans = _open_days(cur, club, last, first, now)
        if not spans:
            return []
        before = last[5] if last else FIRST_BEFORE
        holdings = _holdings(cur, club.id, last[0]) if last else {}
        roots: list[tuple[Any, ...]] = []
        rows: list[tuple[Any, ...]] = []
        made = []
        for span, counted in zip(spans, days.count(cur, club.id, spans), strict=True):
            units = days.closed(counted, span.day, holdings)
            holdings = {row.unit: row.closing for row in units}
            root = days.seal(club.id, span, counted.entries, units, before)
            moved = (sum(row.postings for row in units), sum(row.allocations for row in units))
            made.append(
                RootInfo(span.day, span.since, span.until, now, counted.entries, *moved, root, before)
            )
            roots.append(
                (span.since, span.until, now, counted.entries, span.day, club.id, bytes.fromhex(root))
            )
            rows += [_day_row(club.id, row) for row in units]
            before = root
        write(cur, [RowSet(ROOT, roots), RowSet(DAY, rows)])
        return made


def _open_days(
    cur: psycopg.Cursor[Any], club: ClubInfo, last: Any, first: date | None, now: datetime
) -> list[Span]:
    """Return the days that are over and not sealed, in order, at most ``DAYS_AT_ONCE``."""
    zone = ZoneInfo(club.timezone)
    if last is not None:
        day, since = last[0] + timedelta(days=1), last[2]
    else:
        oldest = cur.execute(
            "SELECT min(recorded_at) FROM ledger_entry WHERE club_id = %s", [club.id]
        ).fetchone()
        if oldest is None or oldest[0] is None:
            return []
        begun = oldest[0].astimezone(zone).date()
        since = datetime.combine(begun, time.min, zone)
        day = max(begun, first or begun)
    spans: list[Span] = []
    while len(spans) < DAYS_AT_ONCE:
        until = max(datetime.combine(day + timedelta(days=1), time.min, zone), since)
        if until + VISIBLE_WITHIN > now:
            break
        spans.append(Span(day, since, until))
        day, since = day + timedelta(days=1), until
    return spans


def _misfits(club: ClubInfo, kept: Mapping[date, str]) -> Iterator[Finding]:
    with transaction.atomic(), cursor() as cur:
        stored = cur.execute(f"{_ROOTS} ORDER BY r.day", {"club": club.id}).fetchall()
        if not stored:
            yield from (_finding("root_missing", club, day) for day in sorted(kept))
            return
        spans = [Span(row[0], row[1], row[2]) for row in stored]
        early = cur.execute(
            "SELECT count(*) FROM ledger_entry WHERE club_id = %s AND recorded_at < %s",
            [club.id, spans[0].since],
        ).fetchone()
        if early and early[0]:
            yield _finding("day_before_the_first", club, spans[0].day, 0, early[0])
        counted = days.count(cur, club.id, spans)
        by_day = _stored(cur, club.id, spans[0].day, spans[-1].day)
    before, holdings, previous = FIRST_BEFORE, dict[str, int](), None
    for span, there, row in zip(spans, counted, stored, strict=True):
        if previous and (span.day != previous.day + timedelta(days=1) or span.since != previous.until):
            yield _finding("root_missing", club, previous.day + timedelta(days=1))
        rows = by_day.get(span.day, [])
        yield from _misfit(club, _Sealed(span, rows, row[4], row[5], before), there, holdings)
        if span.day in kept and kept[span.day].lower() != row[5]:
            yield _finding("root_is_not_the_kept_one", club, span.day)
        before, previous = row[5], span
        holdings = {each.unit: each.closing for each in rows}
    known = {span.day for span in spans}
    yield from (_finding("root_missing", club, day) for day in sorted(kept) if day not in known)


def _misfit(club: ClubInfo, sealed: _Sealed, there: Counted, holdings: dict[str, int]) -> Iterator[Finding]:
    """Compare one day: what the ledger says now, what was summed, and what was sealed."""
    span, rows = sealed.span, sealed.rows
    if days.seal(club.id, span, sealed.entries, rows, sealed.before) != sealed.root:
        yield _finding("root_differs", club, span.day)
    expected = days.closed(there, span.day, holdings)
    if there.entries == sealed.entries and expected == list(rows):
        return
    yield _finding(
        "day_differs_from_its_root",
        club,
        span.day,
        sum(row.postings for row in rows),
        sum(row.postings for row in expected),
    )


def _stored(cur: psycopg.Cursor[Any], club_id: UUID, first: date, last: date) -> dict[date, list[DayInfo]]:
    by_day: dict[date, list[DayInfo]] = {}
    params = {"club": club_id, "first": first, "last": last}
    for row in day_rows(cur.execute(_DAYS, params)):
        by_day.setdefault(row.day, []).append(row)
    return {day: sorted(rows, key=lambda row: row.unit) for day, rows in by_day.items()}


def day_rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[DayInfo]:
    """Make values of stored days, in the order of their columns."""
    for day, unit, postings, allocations, *figures, closing, moved, allocated in rows:
        yield DayInfo(day, unit, postings, allocations, Flows(*figures), closing, moved, allocated)


def days_list(club: ClubInfo, since: date, until: date, *, unit: str = "") -> list[DayInfo]:
    """Return closed days by unit, first to last, both included."""
    with cursor() as cur:
        rows = cur.execute(_DAYS, {"club": club.id, "first": since, "last": until})
        return [row for row in day_rows(rows) if not unit or row.unit == unit]


def _holdings(cur: psycopg.Cursor[Any], club_id: UUID, day: date) -> dict[str, int]:
    rows = cur.execute(
        "SELECT unit, closing FROM ledger_day WHERE club_id = %s AND day = %s", [club_id, day]
    ).fetchall()
    return dict(rows)


def _day_row(club_id: UUID, row: DayInfo) -> tuple[Any, ...]:
    flows = row.flows
    return (
        row.postings,
        row.allocations,
        flows.issued,
        flows.reversed,
        flows.redeemed,
        flows.expired,
        flows.adjusted,
        flows.transferred,
        row.closing,
        row.day,
        club_id,
        row.unit,
        bytes.fromhex(row.movements_hash),
        bytes.fromhex(row.allocations_hash),
    )


SAID = {
    "root_differs": _("A day's root is not the one its sums and the day before make."),
    "day_differs_from_its_root": _(
        "The ledger no longer holds what was sealed that day: {expected} movements sealed, {found} found."
    ),
    "root_missing": _("A day in the chain has no root."),
    "root_is_not_the_kept_one": _("The root is not the one that was kept elsewhere."),
    "day_before_the_first": _("{found} entries claim to be older than the first sealed day."),
}


def _finding(code: str, club: ClubInfo, day: date, expected: int = 0, found: int = 0) -> Finding:
    phrase = Phrase(SAID[code], {"expected": expected, "found": found})
    return Finding(code, f"{club.slug} {day.isoformat()}", phrase)
