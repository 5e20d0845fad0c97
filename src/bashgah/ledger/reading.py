"""Loads members' books: wallets with the state read, lots only where an act needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from bashgah.ground import ids
from bashgah.ground.batch import Part, cursor
from bashgah.ledger.book import Book, LocalDate
from bashgah.ledger.states import Credited, LotState, Spending, WalletState
from bashgah.ledger.types import Account, Cause, HoldInfo, HoldState, WalletKind

WALLETS = Part(
    "wallets",
    "ledger_wallet",
    (
        ("x.unit", "text"),
        ("x.kind", "bigint"),
        ("x.available", "bigint"),
        ("x.pending", "bigint"),
        ("x.held", "bigint"),
        ("x.debt", "bigint"),
        ("x.earned_ever", "bigint"),
        ("x.next_change_at", "timestamptz"),
        ("x.lapses_at", "timestamptz"),
    ),
    is_placed=True,
)
"""A member's wallets for a state read (``ground.batch.read``); ``book_of`` understands it."""


def book_of(member_id: UUID, club_id: UUID, wallets: Iterable[Sequence[Any]], local_date: LocalDate) -> Book:
    """Make a book from what ``WALLETS`` read; its lots are not known yet."""
    return Book(member_id, club_id, ids.fresh, local_date, wallets_of(wallets))


def wallets_of(read: Iterable[Sequence[Any]]) -> dict[str, WalletState]:
    """Make a member's wallets of what ``WALLETS`` read, by unit."""
    wallets = {}
    for _member, place, unit, kind, available, pending, held, debt, earned_ever, at, lapses_at in read:
        wallets[unit] = WalletState(
            unit, KINDS[kind], available, pending, held, debt, earned_ever, at, lapses_at, at, False, place
        )
    return wallets


KINDS = {int(kind): kind for kind in WalletKind}


def book_load(member_id: UUID, club_id: UUID, local_date: LocalDate) -> Book:
    """Load one locked member's whole book, lots included."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT unit, kind, available, pending, held, debt, earned_ever, next_change_at, lapses_at
            FROM ledger_wallet WHERE member_id = %s
            """,
            [member_id],
        ).fetchall()
        book = Book(member_id, club_id, ids.fresh, local_date)
        for unit, kind, available, pending, held, debt, earned_ever, at, lapses_at in rows:
            book.wallets[unit] = WalletState(
                unit, WalletKind(kind), available, pending, held, debt, earned_ever, at, lapses_at, at
            )
        lots_load(cur, [book])
    return book


def lots_load(cur: psycopg.Cursor[Any], books: Iterable[Book]) -> None:
    """Load the open lots of these books with one statement."""
    unknown = {book.member_id: book for book in books if not book.lots_known}
    if not unknown:
        return
    rows = cur.execute(
        """
        SELECT member_id, id, unit, amount, remaining, available_from, expires_at, is_pending, confirm_by
        FROM ledger_lot WHERE member_id = ANY(%s) AND is_open
        """,
        [list(unknown)],
    ).fetchall()
    for member_id, id_, *rest in rows:
        unknown[member_id].lots.setdefault(id_, LotState(id_, *rest))
    for book in unknown.values():
        book.lots_known = True


def credits_of(
    cur: psycopg.Cursor[Any],
    member_id: UUID,
    entry_ids: Sequence[UUID],
    source: Account = Account.ISSUED,
) -> list[Credited]:
    """Return what these entries credited from ``source``, in posting order.

    Each comes with what was reversed of it and what of it expired.
    """
    rows = cur.execute(
        """
        SELECT p.id, p.unit, w.kind, p.amount, p.rule,
               coalesce(r.total, 0), coalesce(r.n, 0), coalesce(x.expired, 0) - coalesce(r.from_expired, 0)
        FROM ledger_posting p
        JOIN ledger_wallet w ON w.member_id = p.member_id AND w.unit = p.unit
        LEFT JOIN LATERAL (
            SELECT max(v.reversed_total) AS total, max(v.n) AS n,
                   sum(v.amount) FILTER (WHERE v.debit = %(expired)s) AS from_expired
            FROM ledger_posting v WHERE v.member_id = p.member_id AND v.reverses = p.id) r ON true
        LEFT JOIN LATERAL (
            SELECT sum(a.amount) AS expired
            FROM ledger_allocation a
            JOIN ledger_posting e ON e.member_id = a.member_id AND e.id = a.posting_id
            WHERE a.member_id = p.member_id AND a.lot_id = p.id AND e.credit = %(expired)s) x ON true
        WHERE p.member_id = %(member)s AND p.entry_id = ANY(%(entries)s) AND p.debit = %(source)s
          AND p.reverses IS NULL
        ORDER BY p.id
        """,
        {
            "member": member_id,
            "entries": list(entry_ids),
            "source": int(source),
            "expired": int(Account.EXPIRED),
        },
    ).fetchall()
    return [
        Credited(id_, unit, WalletKind(kind), amount, rule, int(total), n, int(expired), source)
        for id_, unit, kind, amount, rule, total, n, expired in rows
    ]


def reversed_by(
    cur: psycopg.Cursor[Any], member_id: UUID, posting_ids: Sequence[UUID]
) -> dict[UUID, dict[Cause, int]]:
    """Return how much of these credits was reversed by entries of which cause."""
    found: dict[UUID, dict[Cause, int]] = {}
    for posting_id, cause, amount in cur.execute(
        """
        SELECT v.reverses, e.cause, sum(v.amount) FROM ledger_posting v
        JOIN ledger_entry e ON e.member_id = v.member_id AND e.id = v.entry_id
        WHERE v.member_id = %s AND v.reverses = ANY(%s) GROUP BY v.reverses, e.cause
        """,
        [member_id, list(posting_ids)],
    ).fetchall():
        found.setdefault(posting_id, {})[Cause(cause)] = int(amount)
    return found


def entries_about(
    cur: psycopg.Cursor[Any], member_id: UUID, cause: Cause, cause_ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Return the entries of one cause by what they name (an activity), oldest first."""
    found: dict[UUID, list[UUID]] = {}
    for cause_id, id_ in cur.execute(
        """
        SELECT cause_id, id FROM ledger_entry
        WHERE member_id = %s AND cause = %s AND cause_id = ANY(%s) ORDER BY id
        """,
        [member_id, int(cause), list(cause_ids)],
    ).fetchall():
        found.setdefault(cause_id, []).append(id_)
    return found


def given_by_activities(
    cur: psycopg.Cursor[Any], member_id: UUID
) -> tuple[dict[UUID, dict[tuple[str, str], int]], set[UUID]]:
    """Return what each of a member's activities gave by (unit, rule), less all that was taken back.

    Recomputations count with the activity they name. The second answer is the activities of which something
    was cancelled otherwise (never confirmed, undone): what they should give is not what their rules say.
    """
    given: dict[UUID, dict[tuple[str, str], int]] = {}
    cancelled: set[UUID] = set()
    for activity_id, unit, rule, units, other in cur.execute(
        """
        SELECT e.cause_id, p.unit, p.rule, sum(p.amount - coalesce(r.total, 0)), bool_or(r.other)
        FROM ledger_entry e
        JOIN ledger_posting p ON p.member_id = e.member_id AND p.entry_id = e.id AND p.debit = %(issued)s
        LEFT JOIN LATERAL (
            SELECT sum(v.amount) AS total, bool_or(b.cause <> ALL(%(known)s)) AS other
            FROM ledger_posting v JOIN ledger_entry b ON b.member_id = v.member_id AND b.id = v.entry_id
            WHERE v.member_id = p.member_id AND v.reverses = p.id) r ON true
        WHERE e.member_id = %(member)s AND e.cause = ANY(%(causes)s)
        GROUP BY e.cause_id, p.unit, p.rule
        """,
        {
            "member": member_id,
            "issued": int(Account.ISSUED),
            "causes": [int(Cause.ACTIVITY), int(Cause.RECOMPUTE)],
            "known": [int(Cause.RETURN), int(Cause.RECOMPUTE)],
        },
    ).fetchall():
        given.setdefault(activity_id, {})[unit, rule] = int(units)
        if other:
            cancelled.add(activity_id)
    return given, cancelled


def credited_get(cur: psycopg.Cursor[Any], member_id: UUID, posting_id: UUID) -> Credited:
    """Return one credit as it stands, by its posting; the member must be locked."""
    row = cur.execute(
        "SELECT entry_id FROM ledger_posting WHERE member_id = %s AND id = %s", [member_id, posting_id]
    ).fetchone()
    if row is None:
        raise LookupError(f"posting {posting_id} is not this member's")
    found = credits_of(cur, member_id, [row[0]])
    return next(credited for credited in found if credited.posting_id == posting_id)


def spendings_of(
    cur: psycopg.Cursor[Any], member_id: UUID, posting_ids: Sequence[UUID]
) -> dict[UUID, Spending]:
    """Return what these postings took out of lots and how much of it went back; the member must be locked."""
    rows = cur.execute(
        """
        SELECT p.id, p.unit, p.amount, coalesce(max(v.reversed_total), 0), coalesce(max(v.n), 0)
        FROM ledger_posting p
        LEFT JOIN ledger_posting v ON v.member_id = p.member_id AND v.reverses = p.id
        WHERE p.member_id = %s AND p.id = ANY(%s) GROUP BY p.id, p.unit, p.amount
        """,
        [member_id, list(posting_ids)],
    ).fetchall()
    return {
        id_: Spending(id_, unit, amount, lots_taken(cur, member_id, id_), int(given), times)
        for id_, unit, amount, given, times in rows
    }


def hold_read(cur: psycopg.Cursor[Any], member_id: UUID, hold_id: UUID) -> tuple[HoldInfo, UUID] | None:
    """Return a hold and the posting that opened it."""
    row = cur.execute(
        """
        SELECT id, member_id, unit, amount, state, expires_at, purpose, opened_at, closed_at, posting_id
        FROM ledger_hold WHERE member_id = %s AND id = %s
        """,
        [member_id, hold_id],
    ).fetchone()
    if row is None:
        return None
    return hold_of(row[:-1]), row[-1]


def hold_of(row: tuple[Any, ...]) -> HoldInfo:
    """Make a hold of its columns (id, member, unit, amount, state, times and purpose as above)."""
    id_, member, unit, amount, state, expires_at, purpose, opened_at, closed_at = row
    return HoldInfo(id_, member, unit, amount, HoldState(state), expires_at, purpose, opened_at, closed_at)


def lots_taken(cur: psycopg.Cursor[Any], member_id: UUID, posting_id: UUID) -> list[tuple[LotState, int]]:
    """Return the lots a posting took from, closed ones too, and how much."""
    rows = cur.execute(
        """
        SELECT l.id, l.unit, l.amount, l.remaining, l.available_from, l.expires_at, l.is_pending,
               l.confirm_by, a.amount
        FROM ledger_allocation a
        JOIN ledger_lot l ON l.member_id = a.member_id AND l.id = a.lot_id
        WHERE a.member_id = %s AND a.posting_id = %s
        """,
        [member_id, posting_id],
    ).fetchall()
    return [(LotState(*lot), amount) for *lot, amount in rows]


@lru_cache(maxsize=256)
def local_date(timezone: str) -> LocalDate:
    """Return the function that tells an instant's date in a zone."""
    zone = ZoneInfo(timezone)
    return lambda at: at.astimezone(zone).date()


_OF_DAYS = """
    e.club_id = %(club)s AND e.recorded_at >= %(since)s::date - 2 AND e.cause = ANY(%(causes)s)
    AND e.business_date BETWEEN %(since)s AND %(until)s
    AND (%(all)s OR e.member_id = ANY(%(members)s::uuid[]))
"""
ENTRIES_SPAN = f"""
    SELECT min(e.id::text COLLATE "C")::uuid, max(e.id::text COLLATE "C")::uuid FROM ledger_entry e
    WHERE {_OF_DAYS}
"""
RULES_GIVEN = f"""
    SELECT p.unit, p.rule,
           sum(p.amount * CASE WHEN p.debit = %(issued)s THEN 1 WHEN p.credit = %(issued)s THEN -1 END)
    FROM ledger_entry e
    JOIN ledger_posting p ON p.member_id = e.member_id AND p.entry_id = e.id
    WHERE {_OF_DAYS} AND p.entry_id BETWEEN %(first)s AND %(last)s AND %(issued)s IN (p.debit, p.credit)
    GROUP BY p.unit, p.rule
"""


def rules_given(
    cur: psycopg.Cursor[Any], club_id: UUID, since: date, until: date, members: Collection[UUID] | None = None
) -> dict[tuple[str, str], int]:
    """Return what activities of these days gave by (unit, rule), less what returns of these days took back.

    ``members`` narrows it to some. Only what was written in these days is read: entries by when they were
    recorded, and postings between the first and the last of their ids.
    """
    params: dict[str, Any] = {
        "issued": int(Account.ISSUED),
        "club": club_id,
        "since": since,
        "until": until,
        "all": members is None,
        "members": list(members or ()),
        "causes": [int(Cause.ACTIVITY), int(Cause.RETURN), int(Cause.RECOMPUTE)],
    }
    first, last = cur.execute(ENTRIES_SPAN, params).fetchone() or (None, None)
    if first is None:
        return {}
    rows = cur.execute(RULES_GIVEN, params | {"first": first, "last": last}).fetchall()
    return {(unit, rule): int(amount) for unit, rule, amount in rows}
