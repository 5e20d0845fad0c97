"""Reads of the ledger: balances as of an instant, statements, lots, what a program gave and took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import cursor
from bashgah.kit.pages import Page, id_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import reading
from bashgah.ledger.types import (
    Account,
    Cause,
    ExpiringInfo,
    HoldInfo,
    HoldState,
    LotInfo,
    ProgramTotal,
    StatementRow,
    WalletInfo,
)
from bashgah.members.selectors import alias_set

PAGE_MOST = 200


def wallets_get(club: ClubInfo, member_id: UUID, now: datetime) -> dict[str, WalletInfo]:
    """Return the member's wallets by unit as they are at ``now``.

    Lots that matured or expired by then count as such even if no job has posted it yet. A member merged into
    another has the survivor's wallets; what either ever earned is the survivor's.
    """
    survivor, *others = alias_set(club, member_id)
    found = wallets_of(club, [survivor, *others], now)
    return {
        unit: replace(
            wallet,
            earned_ever=wallet.earned_ever
            + sum(found[other][unit].earned_ever for other in others if unit in found[other]),
        )
        for unit, wallet in found[survivor].items()
    }


def wallets_of(
    club: ClubInfo, member_ids: Sequence[UUID], now: datetime
) -> dict[UUID, dict[str, WalletInfo]]:
    """Return many members' wallets at once, for lists; a member without any has an empty dict."""
    date_of = reading.local_date(club.timezone)
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT member_id, NULL, unit, kind, available, pending, held, debt, earned_ever, next_change_at,
                   lapses_at
            FROM ledger_wallet WHERE member_id = ANY(%s) AND club_id = %s
            """,
            [list(member_ids), club.id],
        ).fetchall()
        by_member: dict[UUID, list[Any]] = {member_id: [] for member_id in member_ids}
        for wallet in rows:
            by_member[wallet[0]].append(wallet)
        books = {id_: reading.book_of(id_, club.id, wallets, date_of) for id_, wallets in by_member.items()}
        reading.lots_load(cur, [book for book in books.values() if book.is_due(now)])
    for book in books.values():
        book.dues(now)
    return {
        id_: {
            w.unit: WalletInfo(
                w.unit, w.kind, w.available, w.pending, w.held, w.earned_ever, w.next_change_at, w.lapses_at
            )
            for w in book.wallets.values()
        }
        for id_, book in books.items()
    }


def statement_list(
    club: ClubInfo,
    member_id: UUID,
    *,
    unit: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[StatementRow]:
    """Return the member's movements, newest first, with what caused each; merged members' included.

    What passed between memberships that are one by now moved nothing of theirs and is left out: both halves
    have the same id.

    ``cursor`` is where the page before ended; a made-up one is refused (``cursor_invalid``, 422).
    """
    before, ids = _cursor(cursor), alias_set(club, member_id)
    size = min(limit, PAGE_MOST)
    with _reader() as cur:
        rows = cur.execute(
            """
            SELECT p.id, p.entry_id, e.cause, e.cause_id, e.occurred_at, e.recorded_at, e.business_date,
                   p.unit, p.amount, p.debit, p.credit, p.rule, p.reverses, e.reason, l.expires_at
            FROM ledger_posting p
            JOIN ledger_entry e ON e.member_id = p.member_id AND e.id = p.entry_id
            LEFT JOIN ledger_lot l ON l.member_id = p.member_id AND l.id = p.id
            WHERE p.member_id = ANY(%s) AND p.club_id = %s AND (%s::text IS NULL OR p.unit = %s)
              AND p.id < %s AND NOT (p.debit >= 10 AND p.credit >= 10)
              AND (%s OR NOT EXISTS (SELECT FROM ledger_posting o WHERE o.member_id = ANY(%s)
                                     AND o.member_id <> p.member_id AND o.id = p.id))
            ORDER BY p.id DESC LIMIT %s
            """,
            [ids, club.id, unit, unit, before, len(ids) == 1, ids, size + 1],
        ).fetchall()
    page = [_statement_row(row) for row in rows[:size]]
    return Page(page, page[-1].posting_id.hex if len(rows) > size else None)


def lots_open(club: ClubInfo, member_id: UUID, unit: str | None = None) -> list[LotInfo]:
    """Return the member's open lots in the order they would be spent."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, unit, amount, remaining, available_from, expires_at, is_pending, confirm_by
            FROM ledger_lot
            WHERE member_id = %s AND club_id = %s AND is_open AND (%s::text IS NULL OR unit = %s)
            ORDER BY unit, expires_at NULLS LAST, id
            """,
            [member_id, club.id, unit, unit],
        ).fetchall()
    return [LotInfo(*row) for row in rows]


def pending_of(club: ClubInfo, member_id: UUID, entry_id: UUID, now: datetime) -> dict[str, int]:
    """Return what an entry gave and still waits at ``now``, by unit."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT l.unit, sum(l.remaining)::bigint
            FROM ledger_posting p
            JOIN ledger_lot l ON l.member_id = p.member_id AND l.id = p.id
            JOIN ledger_wallet w ON w.member_id = l.member_id AND w.unit = l.unit
            WHERE p.member_id = %s AND p.club_id = %s AND p.entry_id = %s AND l.is_open AND l.is_pending
              AND coalesce(least(l.available_from, l.confirm_by, l.expires_at, w.lapses_at), 'infinity') > %s
            GROUP BY l.unit ORDER BY l.unit
            """,
            [member_id, club.id, entry_id, now],
        ).fetchall()
    return dict(rows)


def pending_passed(
    club: ClubInfo, member_id: UUID, holder_id: UUID, entry_id: UUID, now: datetime
) -> dict[str, int]:
    """Return what an entry gave and still waits at ``now`` with whom it was passed on to, by unit.

    That is the survivor of a merge, or a group.
    """
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT l.unit, sum(l.remaining)::bigint
            FROM ledger_posting p
            JOIN ledger_allocation a ON a.member_id = p.member_id AND a.lot_id = p.id
            JOIN ledger_posting t ON t.member_id = a.member_id AND t.id = a.posting_id
             AND t.credit = %s AND t.reverses IS NULL
            JOIN ledger_entry e ON e.member_id = t.member_id AND e.id = t.entry_id AND e.cause = ANY(%s)
            JOIN ledger_lot l ON l.member_id = %s AND l.id = t.id
            JOIN ledger_wallet w ON w.member_id = l.member_id AND w.unit = l.unit
            WHERE p.member_id = %s AND p.club_id = %s AND p.entry_id = %s AND l.is_open AND l.is_pending
              AND coalesce(least(l.available_from, l.confirm_by, l.expires_at, w.lapses_at), 'infinity') > %s
            GROUP BY l.unit ORDER BY l.unit
            """,
            [
                int(Account.TRANSFERRED),
                [int(Cause.MERGE), int(Cause.POOL)],
                holder_id,
                member_id,
                club.id,
                entry_id,
                now,
            ],
        ).fetchall()
    return dict(rows)


def expiring(club: ClubInfo, member_id: UUID, until: datetime, now: datetime) -> list[ExpiringInfo]:
    """Return what will expire after ``now`` and before ``until``, soonest first.

    A wallet that lapses by inactivity counts at that date, as if the member did nothing until then.
    """
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT unit, ends_at, sum(remaining)::bigint FROM (
                SELECT l.unit, l.remaining, least(l.expires_at, w.lapses_at) AS ends_at
                FROM ledger_lot l JOIN ledger_wallet w ON w.member_id = l.member_id AND w.unit = l.unit
                WHERE l.member_id = %s AND l.club_id = %s AND l.is_open) ending
            WHERE ends_at > %s AND ends_at < %s
            GROUP BY unit, ends_at ORDER BY ends_at, unit
            """,
            [member_id, club.id, now, until],
        ).fetchall()
    return [ExpiringInfo(*row) for row in rows]


def hold_get(club: ClubInfo, member_id: UUID, hold_id: UUID) -> HoldInfo:
    """Return a hold, or raise ``hold_not_found`` (404)."""
    with cursor() as cur:
        found = reading.hold_read(cur, member_id, hold_id)
    if found is None:
        raise Refusal("hold_not_found", Phrase(_("There is no such hold.")), status=404)
    return found[0]


def holds_open(club: ClubInfo, member_id: UUID) -> list[HoldInfo]:
    """Return the member's open holds, oldest first."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, member_id, unit, amount, state, expires_at, purpose, opened_at, closed_at
            FROM ledger_hold WHERE member_id = %s AND club_id = %s AND state = %s ORDER BY id
            """,
            [member_id, club.id, int(HoldState.OPEN)],
        ).fetchall()
    return [reading.hold_of(row) for row in rows]


def program_totals(club: ClubInfo) -> list[ProgramTotal]:
    """Return what each program account gave to members and took from them, by unit, over everything."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT unit, account, sum(given)::bigint, sum(taken)::bigint FROM (
                SELECT unit, debit AS account, amount AS given, 0 AS taken FROM ledger_posting
                WHERE club_id = %(club)s AND debit >= 10
                UNION ALL
                SELECT unit, credit, 0, amount FROM ledger_posting
                WHERE club_id = %(club)s AND credit >= 10) moves
            GROUP BY unit, account ORDER BY unit, account
            """,
            {"club": club.id},
        ).fetchall()
    return [ProgramTotal(unit, Account(account), given, taken) for unit, account, given, taken in rows]


def outstanding(club: ClubInfo) -> dict[str, tuple[int, int, int]]:
    """Return what members hold of each unit: (available, pending, held), as posted."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT unit, sum(available)::bigint, sum(pending)::bigint, sum(held)::bigint
            FROM ledger_wallet WHERE club_id = %s GROUP BY unit
            """,
            [club.id],
        ).fetchall()
    return {unit: (available, pending, held) for unit, available, pending, held in rows}


_reader = cursor


def _statement_row(row: tuple[Any, ...]) -> StatementRow:
    (
        id_,
        entry,
        cause,
        cause_id,
        occurred,
        recorded,
        day,
        unit,
        amount,
        debit,
        credit,
        rule,
        rev,
        reason,
        exp,
    ) = row
    debit, credit = Account(debit), Account(credit)

    def change(account: Account) -> int:
        return int(amount) * ((credit is account) - (debit is account))

    return StatementRow(
        posting_id=id_,
        entry_id=entry,
        cause=Cause(cause),
        cause_id=cause_id,
        occurred_at=occurred,
        recorded_at=recorded,
        business_date=day,
        unit=unit,
        amount=amount,
        debit=debit,
        credit=credit,
        rule=rule,
        reverses=rev,
        reason=reason,
        change=change(Account.AVAILABLE),
        pending_change=change(Account.PENDING),
        held_change=change(Account.HELD),
        expires_at=exp,
    )


def _cursor(text: str | None) -> UUID:
    if text is None:
        return UUID(int=(1 << 128) - 1)
    return id_of(text)
