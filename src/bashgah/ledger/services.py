"""Writes of the ledger outside a settlement: holds, single credits, adjustments, and what time does.

Each takes the member as ``members.services.members_lock`` handed it out, inside the transaction that locked
it: the lock is what makes two hands on one balance take turns.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import structs

from bashgah.clubs.selectors import club_get
from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.actors import actor_columns
from bashgah.ground.batch import cursor, write
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.ledger import reading
from bashgah.ledger.between import refuse_merged
from bashgah.ledger.book import Book
from bashgah.ledger.spending import give_back
from bashgah.ledger.states import Origin
from bashgah.ledger.tables import Rows
from bashgah.ledger.types import Account, Cause, HoldInfo, HoldState, WalletKind
from bashgah.members.services import members_lock
from bashgah.members.types import LockedMember

REASON_LENGTH = 500


def hold_open(
    *,
    club: ClubInfo,
    locked: LockedMember,
    unit: str,
    amount: int,
    expires_at: datetime,
    purpose: str,
    actor: Actor = SYSTEM,
    cause_id: UUID | None = None,
    now: datetime,
) -> HoldInfo:
    """Set units aside until captured, released or timed out; the lots are chosen now, soonest-expiring first.

    Refuses ``points_short`` (409, with ``missing``) when fewer are available, counting what expires by now.
    ``purpose`` and ``cause_id`` say what for (a redemption's id); without a cause the hold is its own.
    """
    _positive(amount)
    book = _book(club, locked, now)
    hold_id = ids.fresh()
    origin = _origin(club, Cause.REDEMPTION, cause_id or hold_id, actor, now)
    hold = book.hold_open(
        origin, id=hold_id, unit=unit, amount=amount, expires_at=expires_at, purpose=purpose
    )
    _keep(book)
    return hold


def hold_capture(
    *,
    club: ClubInfo,
    locked: LockedMember,
    hold_id: UUID,
    actor: Actor = SYSTEM,
    cause_id: UUID | None = None,
    now: datetime,
) -> HoldInfo:
    """Spend what a hold set aside. Captured before: the same answer again; released before: ``hold_closed``.

    A hold past its time that nobody released yet can still be captured: it is what the member agreed to.
    """
    hold, _posting = _hold(locked, hold_id)
    if hold.state is HoldState.CAPTURED:
        return hold
    if hold.state is HoldState.RELEASED:
        raise _closed()
    book = _book(club, locked, now)
    book.hold_capture(_origin(club, Cause.REDEMPTION, cause_id or hold_id, actor, now), hold)
    _keep(book)
    return _as(hold, HoldState.CAPTURED, now)


def hold_release(
    *,
    club: ClubInfo,
    locked: LockedMember,
    hold_id: UUID,
    actor: Actor = SYSTEM,
    cause_id: UUID | None = None,
    reason: str = "",
    now: datetime,
) -> HoldInfo:
    """Give back what a hold set aside to exactly the lots it came from, with their old expiry.

    Released before: the same answer again; captured before: ``hold_closed``. Units whose day passed while
    they were held expire in the same breath.
    """
    hold, posting_id = _hold(locked, hold_id)
    if hold.state is HoldState.RELEASED:
        return hold
    if hold.state is HoldState.CAPTURED:
        raise _closed()
    book = _book(club, locked, now)
    with cursor() as cur:
        taken = reading.lots_taken(cur, locked.id, posting_id)
    origin = structs.replace(_origin(club, Cause.REDEMPTION, cause_id or hold_id, actor, now), reason=reason)
    book.hold_release(origin, hold, taken)
    _keep(book)
    return _as(hold, HoldState.RELEASED, now)


def spending_undo(
    *,
    club: ClubInfo,
    locked: LockedMember,
    payer: LockedMember | None = None,
    hold_id: UUID | None,
    credit_id: UUID | None,
    cause_id: UUID,
    reason: str,
    grace_until: datetime | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> None:
    """Undo what a captured hold spent and the credit that was given for it, in one entry.

    Units go back to exactly the lots they came from; ``grace_until`` is for those whose lot has expired. With
    a ``payer``, locked too, the hold is theirs.
    Refuses ``credit_spent`` (409) where less of the given credit is left than is to be taken back.
    """
    book = _book(club, locked, now)
    holder = payer or locked
    purse = book if holder.id == locked.id else _book(club, holder, now)
    origin = structs.replace(_origin(club, Cause.REDEMPTION, cause_id, actor, now), reason=reason)
    with cursor() as cur:
        if credit_id is not None:
            given = reading.credited_get(cur, locked.id, credit_id)
            if book.wallet(given.unit, given.kind).available < given.amount - given.reversed_total:
                raise Refusal(
                    "credit_spent", Phrase(_("The credit was used in part, so it cannot be taken back."))
                )
            book.reverse(origin, given, given.amount - given.reversed_total)
        if hold_id is not None:
            hold, posting_id = _hold(holder, hold_id)
            if hold.state is not HoldState.CAPTURED:
                raise _closed()
            spending = reading.spendings_of(cur, holder.id, [posting_id])[posting_id]
            left = spending.amount - spending.given
            if left:
                give_back(purse, origin, spending, left, grace_until=grace_until)
    _keep(book)
    if purse is not book:
        _keep(purse)


def holds_due_release(*, now: datetime, limit: int = 500) -> int:
    """Release holds past their time, each member in a transaction of its own; return how many.

    A hold that was captured or released meanwhile is left as it is.
    """
    with cursor() as cur:
        due = cur.execute(
            """
            SELECT club_id, member_id, id FROM ledger_hold
            WHERE state = %s AND expires_at <= %s ORDER BY expires_at LIMIT %s
            """,
            [int(HoldState.OPEN), now, limit],
        ).fetchall()
    released = 0
    for club_id, member_id, hold_id in due:
        club = club_get(club_id)
        with transaction.atomic():
            locked = members_lock(club, [member_id])[member_id]
            hold, _posting = _hold(locked, hold_id)
            if hold.state is not HoldState.OPEN:
                continue
            hold_release(club=club, locked=locked, hold_id=hold_id, reason="timeout", now=now)
            released += 1
    return released


def credit_post(
    *,
    club: ClubInfo,
    locked: LockedMember,
    unit: str,
    kind: WalletKind,
    amount: int,
    cause: Cause,
    cause_id: UUID,
    rule: str = "",
    reason: str = "",
    available_from: datetime | None = None,
    expires_at: datetime | None = None,
    confirm_by: datetime | None = None,
    lapses_at: datetime | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> UUID:
    """Give units for one cause outside a settlement (store credit, a welcome, an opening balance) as one lot.

    Returns the posting's id, which is the lot's too. The caller keeps it from happening twice. ``lapses_at``
    is when the wallet expires by inactivity if it has no such date yet.
    """
    _positive(amount)
    book = _book(club, locked, now)
    posting_id = book.credit(
        structs.replace(_origin(club, cause, cause_id, actor, now), reason=reason),
        unit=unit,
        kind=kind,
        amount=amount,
        rule=rule,
        available_from=available_from,
        expires_at=expires_at,
        confirm_by=confirm_by,
    )
    if lapses_at is not None and book.wallet(unit).lapses_at is None:
        book.keep_alive(unit, lapses_at)
    _keep(book)
    return posting_id


def entry_adjust(
    *,
    club: ClubInfo,
    locked: LockedMember,
    unit: str,
    kind: WalletKind,
    amount: int,
    reason: str,
    limit: int | None,
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Correct a balance by hand: ``amount`` above zero gives, below zero takes; return the entry's id.

    A reason is required (``reason_missing``, 422). ``limit`` is what the author may move at once
    (``adjustment_over_limit``, 403; None is no limit). Taking more than is available: ``points_short``.
    """
    if not reason.strip() or len(reason) > REASON_LENGTH:
        raise Refusal(
            "reason_missing",
            Phrase(_("Say why, in at most {most} letters."), {"most": REASON_LENGTH}),
            status=422,
            field="/reason",
        )
    _positive(abs(amount))
    if limit is not None and abs(amount) > limit:
        raise Refusal(
            "adjustment_over_limit",
            Phrase(_("You may correct at most {limit} at once."), {"limit": Points(limit, unit)}),
            status=403,
            extra={"limit": limit},
        )
    book = _book(club, locked, now)
    origin = _origin(club, Cause.ADJUSTMENT, ids.fresh(), actor, now)
    origin = structs.replace(origin, cause_id=origin.id, reason=reason.strip())
    if amount > 0:
        book.credit(
            origin, unit=unit, kind=kind, amount=amount, expires_at=expires_at, source=Account.ADJUSTED
        )
    else:
        book.debit(origin, unit=unit, amount=-amount, to=Account.ADJUSTED)
    _keep(book)
    return origin.id


def dues_post(*, club: ClubInfo, locked: LockedMember, now: datetime) -> bool:
    """Post what time did to a locked member: maturity and expiry until now; return whether anything moved."""
    book = reading.book_load(locked.id, club.id, reading.local_date(club.timezone))
    if not book.is_due(now):
        return False
    moved = book.dues(now)
    _keep(book)
    return moved


def dues_run(*, club: ClubInfo, now: datetime, limit: int = 1000, after: UUID | None = None) -> UUID | None:
    """Post dues of up to ``limit`` members of the club, each in a transaction of its own.

    Returns the member to go on after, or None when the club is through. Killed at any point and run again it
    posts each lot once: the lot itself says that it is closed. Reads are right without it.
    """
    with cursor() as cur:
        due = [
            row[0]
            for row in cur.execute(
                """
                SELECT DISTINCT member_id FROM ledger_wallet
                WHERE club_id = %s AND next_change_at <= %s AND member_id > %s
                ORDER BY member_id LIMIT %s
                """,
                [club.id, now, after or UUID(int=0), limit],
            ).fetchall()
        ]
    for member_id in due:
        with transaction.atomic():
            locked = members_lock(club, [member_id])[member_id]
            dues_post(club=club, locked=locked, now=now)
    return due[-1] if len(due) == limit else None


def _book(club: ClubInfo, locked: LockedMember, now: datetime) -> Book:
    """Load the locked member's book and post what is due first, so that no act sees a dead lot."""
    refuse_merged(locked)
    book = reading.book_load(locked.id, club.id, reading.local_date(club.timezone))
    book.dues(now)
    return book


def _keep(book: Book) -> None:
    rows = Rows()
    book.rows_into(rows)
    with cursor() as cur:
        write(cur, rows.rowsets())


def _origin(club: ClubInfo, cause: Cause, cause_id: UUID, actor: Actor, now: datetime) -> Origin:
    actor_kind, actor_id = actor_columns(actor)
    return Origin(
        id=ids.fresh(),
        cause=cause,
        cause_id=cause_id,
        occurred_at=now,
        recorded_at=now,
        business_date=reading.local_date(club.timezone)(now),
        actor_kind=actor_kind,
        actor_id=actor_id,
    )


def _hold(locked: LockedMember, hold_id: UUID) -> tuple[HoldInfo, UUID]:
    with cursor() as cur:
        found = reading.hold_read(cur, locked.id, hold_id)
    if found is None:
        raise Refusal("hold_not_found", Phrase(_("There is no such hold.")), status=404)
    return found


def _as(hold: HoldInfo, state: HoldState, now: datetime) -> HoldInfo:
    return replace(hold, state=state, closed_at=now)


def _closed() -> Refusal:
    return Refusal("hold_closed", Phrase(_("This hold was closed before.")))


def _positive(amount: int) -> None:
    if amount <= 0:
        raise Refusal(
            "amount_invalid", Phrase(_("The amount must be above zero.")), status=422, field="/amount"
        )
