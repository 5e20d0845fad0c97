"""What was spent goes back: which lots get which of the units that were taken from them, and until when.

A part of ``Book`` that stands apart for its length: it works on the book's own steps.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bashgah.ledger.book import Book
from bashgah.ledger.states import LotState, Origin, Spending
from bashgah.ledger.types import Account


def give_back(
    book: Book, origin: Origin, spending: Spending, amount: int, *, grace_until: datetime | None = None
) -> None:
    """Give back units that were redeemed to the lots they were taken from, the latest to expire first.

    A lot that has expired since takes its units and lets them expire in the same breath; with a
    ``grace_until`` they become a lot of their own that is good until then. What comes back first repays a
    debt. Never more than was taken: the reversals are numbered and the database adds them up.
    """
    parts = parted(spending, amount)
    wallet = book.wallet(spending.unit)
    wallet.is_dirty = True
    graced = 0
    if grace_until is not None:
        graced = sum(units for lot, units in parts if _is_over(lot, origin.recorded_at))
        parts = [part for part in parts if not _is_over(part[0], origin.recorded_at)]
    if parts:
        posting_id = _posted(book, origin, spending, amount - graced)
        wallet.available += amount - graced
        for stored, units in parts:
            lot = book.lots.setdefault(stored.id, stored)
            book._allocate(posting_id, lot, -units)
            book._expect(wallet, lot)
        book._repay(wallet, posting_id)
    if graced:
        posting_id = _posted(book, origin, spending, graced)
        wallet.available += graced
        fresh = LotState(
            posting_id, spending.unit, graced, graced, None, grace_until, False, is_new=True, is_dirty=True
        )
        book.lots[fresh.id] = fresh
        book._repay(wallet, posting_id)
        book._expect(wallet, fresh)
    book.dues(origin.recorded_at)


def parted(spending: Spending, amount: int) -> list[tuple[LotState, int]]:
    """Split units that go back among their lots: what was taken last goes back first.

    Lots were taken soonest-expiring first, so the member gets back the longest-lived units first. What went
    back before is passed over.
    """
    order = sorted(
        spending.taken,
        key=lambda part: (part[0].expires_at is None, part[0].expires_at, part[0].id.int),
        reverse=True,
    )
    passed, left = spending.given, amount
    parts = []
    for lot, taken in order:
        over = min(passed, taken)
        passed -= over
        part = min(left, taken - over)
        if part:
            parts.append((lot, part))
            left -= part
    if left:
        raise RuntimeError(f"{left} units of {spending.unit} would go back that were never taken")
    return parts


def is_closing(book: Book, hold_id: UUID) -> bool:
    """Say whether a hold was closed already by what is not written yet."""
    return any(change[1] == hold_id for change in book._hold_changes)


def _is_over(lot: LotState, at: datetime) -> bool:
    return lot.expires_at is not None and lot.expires_at <= at


def _posted(book: Book, origin: Origin, spending: Spending, amount: int) -> UUID:
    spending.given += amount
    spending.times += 1
    return book._post(
        origin,
        (Account.REDEEMED, Account.AVAILABLE),
        spending.unit,
        amount,
        reversal=(spending.posting_id, spending.times, spending.given, spending.amount),
    )
