"""Movements between the books of two locked members: lots handed over, and given back as they were.

What leaves one book enters the other under the same posting id. So each half can be found from the other, a
lot's way can be followed, and a half written twice meets its own key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.actors import actor_columns
from bashgah.ground.batch import cursor, write
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import reading
from bashgah.ledger.book import Book
from bashgah.ledger.dues import earliest
from bashgah.ledger.states import Credited, LotState, Origin, WalletState
from bashgah.ledger.tables import Rows
from bashgah.ledger.types import Account, Cause, WalletKind
from bashgah.members.types import LockedMember


@dataclass(frozen=True, slots=True)
class Passed:
    """One recorded movement that left a book, with the lots it took and how much of each."""

    posting_id: UUID
    unit: str
    kind: WalletKind
    amount: int
    account: Account
    lots: tuple[tuple[LotState, int], ...]
    reversed_total: int = 0
    reversals: int = 0


def books_open(club: ClubInfo, locked: Iterable[LockedMember], now: datetime) -> dict[UUID, Book]:
    """Load the books of locked members and post what is due, so that no act sees a dead lot."""
    date_of = reading.local_date(club.timezone)
    books = {member.id: reading.book_load(member.id, club.id, date_of) for member in locked}
    for book in books.values():
        book.dues(now)
    return books


def books_keep(books: Iterable[Book]) -> None:
    """Write what was done to these books in one round trip."""
    rows = Rows()
    for book in books:
        book.rows_into(rows)
    with cursor() as cur:
        write(cur, rows.rowsets())


def origin_of(  # noqa: PLR0917 one entry from its parts
    club: ClubInfo, cause: Cause, id: UUID, cause_id: UUID, actor: Actor, reason: str, now: datetime
) -> Origin:
    """Return the entry both halves share: same id in either book."""
    actor_kind, actor_id = actor_columns(actor)
    day = reading.local_date(club.timezone)(now)
    return Origin(id, cause, cause_id, now, now, day, actor_kind, actor_id, reason)


def refuse_merged(locked: LockedMember) -> None:
    """Refuse with ``member_merged`` (409) to write in the book of a member who is another one now."""
    if locked.merged_into is not None:
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")))


def units_pass(giver: Book, receiver: Book, origin: Origin, unit: str, amount: int) -> None:
    """Hand over available units, the soonest-expiring lots first, each part with the expiry of its lot.

    Where the giver's wallet lapses by inactivity, that day is the last of what they give: whoever receives
    it may be livelier, and a gift prolongs nothing. What the receiver owes is repaid first. Refuses
    ``points_short`` (409).
    """
    wallet = giver._sufficient(unit, amount)
    rest = amount
    for lot in giver._spendable(unit, None) if wallet.has_lots else ():
        part = min(rest, lot.remaining)
        if part:
            _lot_pass(giver, receiver, origin, lot, part, earliest(lot.expires_at, wallet.lapses_at))
            rest -= part
    if rest:
        raise RuntimeError(f"lots of {unit} hold {rest} less than the wallet says")


def units_lend(giver: Book, receiver: Book, origin: Origin, unit: str, amount: int) -> None:
    """Hand over available units as ``units_pass`` does, each with its lot's own day: both are one person."""
    giver._sufficient(unit, amount)
    rest = amount
    for lot in giver._spendable(unit, None):
        part = min(rest, lot.remaining)
        if part:
            _lot_pass(giver, receiver, origin, lot, part, lot.expires_at)
            rest -= part


def lots_recall(giver: Book, receiver: Book, origin: Origin, lot_ids: Sequence[UUID]) -> None:
    """Bring back to a merged member's lots what is left of them with the survivor, and what expired there.

    What the survivor spent stays spent. Each movement is reversed by so much, so the merge's undo takes back
    only the rest of it.
    """
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT DISTINCT e.id FROM ledger_allocation a
            JOIN ledger_posting p ON p.member_id = a.member_id AND p.id = a.posting_id
            JOIN ledger_entry e ON e.member_id = p.member_id AND e.id = p.entry_id
            WHERE a.member_id = %s AND a.lot_id = ANY(%s) AND p.credit = %s AND e.cause = %s
              AND p.reverses IS NULL
            """,
            [giver.member_id, list(lot_ids), int(Account.TRANSFERRED), int(Cause.MERGE)],
        ).fetchall()
    entries = [id_ for (id_,) in rows]
    if not entries:
        return
    lapse_follow(giver, receiver)
    came = {credited.posting_id: credited for credited in credited_read(receiver.member_id, entries)}
    for passed in passed_read(giver.member_id, entries):
        credited = came.get(passed.posting_id)
        if credited is None or not any(lot.id in lot_ids for lot, _amount in passed.lots):
            continue
        lot = receiver.lots.get(credited.posting_id)
        expired = credited.expired + receiver._just_expired.get(credited.posting_id, 0)
        # a hold that ends after a merge was undone leaves units in a lot that owes nobody any more
        left = min(
            (lot.remaining if lot is not None else 0) + expired, credited.amount - credited.reversed_total
        )
        if left:
            receiver.reverse(origin, credited, left)
            _restore(giver, origin, passed, left)
    giver.dues(origin.recorded_at)


def lapse_follow(merged: Book, survivor: Book) -> None:
    """Let a merged member's wallets live as long as the survivor's: one person did what either did."""
    for unit, wallet in merged.wallets.items():
        theirs = survivor.wallets.get(unit)
        if wallet.lapses_at is not None and theirs is not None:
            merged.keep_alive(unit, theirs.lapses_at)


def everything_pass(giver: Book, receiver: Book, origin: Origin) -> None:
    """Hand over all a book has: each lot with its dates, pending ones too, qualifying units, and debts.

    Units on hold stay; the caller has seen to it that there are none.
    """
    for wallet in list(giver.wallets.values()):
        # one person was last active when the livelier of the two was
        theirs = receiver.wallets.get(wallet.unit)
        lapses_at = wallet.lapses_at if theirs is None or theirs.lapses_at is not None else None
        for lot in sorted(giver.lots.values(), key=lambda lot: lot.id):
            if lot.unit == wallet.unit and lot.remaining:
                _lot_pass(giver, receiver, origin, lot, lot.remaining, lot.expires_at)
        if not wallet.has_lots and wallet.available > 0:
            posting_id = giver._post(
                origin, (Account.AVAILABLE, Account.TRANSFERRED), wallet.unit, wallet.available
            )
            receiver.credit(
                origin,
                unit=wallet.unit,
                kind=wallet.kind,
                amount=wallet.available,
                source=Account.TRANSFERRED,
                id=posting_id,
            )
            giver._take(wallet, posting_id, wallet.available)
        if owed(wallet):
            debt_pass(giver, receiver, origin, wallet.unit)
        if lapses_at is not None:
            receiver.keep_alive(wallet.unit, lapses_at)


def debt_pass(owing: Book, paying: Book, origin: Origin, unit: str) -> None:
    """Let another book pay what one owes; what that one lacks it owes itself from now on."""
    wallet = owing.wallet(unit)
    amount = owed(wallet)
    payer = paying.wallet(unit, wallet.kind)
    posting_id = paying._post(origin, (Account.AVAILABLE, Account.TRANSFERRED), unit, amount)
    paying._take(payer, posting_id, amount, may_owe=True)
    owing.credit(
        origin, unit=unit, kind=wallet.kind, amount=amount, source=Account.TRANSFERRED, id=posting_id
    )


def owed(wallet: WalletState) -> int:
    """What a wallet owes; qualifying units have no lots that could repay, so theirs is what is below zero."""
    return wallet.debt if wallet.has_lots else max(0, -wallet.available)


def passed_back(
    books: Mapping[UUID, Book],
    origin: Origin,
    passed: Mapping[UUID, list[Passed]],
    credited: Mapping[UUID, list[Credited]],
) -> None:
    """Undo recorded movements between books: what came is taken back, what left returns to its own lots.

    Whoever received gives all of it back: what is left of it, then other units soonest expiring first, then
    as a debt. Units that expired there are expired here too: they come back and end at their old day.
    """
    for member_id, credits in credited.items():
        for each in credits:
            if each.amount > each.reversed_total:
                books[member_id].reverse(origin, each, each.amount - each.reversed_total)
    for member_id, movements in passed.items():
        for movement in movements:
            _restore(books[member_id], origin, movement)
    for book in books.values():
        book.dues(origin.recorded_at)


def entries_read(
    member_id: UUID, cause: Cause, cause_ids: Sequence[UUID], first: UUID, since: datetime
) -> list[UUID]:
    """Return a member's entries of these causes from the first one on, which was recorded at an instant.

    Oldest first. Of those recorded at the same instant the ids say which came later.
    """
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id FROM ledger_entry
            WHERE member_id = %s AND cause = %s AND cause_id = ANY(%s)
              AND (recorded_at > %s OR recorded_at = %s AND id >= %s) ORDER BY id
            """,
            [member_id, int(cause), list(cause_ids), since, since, first],
        ).fetchall()
    return [id_ for (id_,) in rows]


def passed_read(member_id: UUID, entry_ids: Sequence[UUID]) -> list[Passed]:
    """Return what entries handed over out of a member's book, in the order it left."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT p.id, p.unit, w.kind, p.amount, p.debit, coalesce(r.total, 0), coalesce(r.n, 0)
            FROM ledger_posting p
            JOIN ledger_wallet w ON w.member_id = p.member_id AND w.unit = p.unit
            LEFT JOIN LATERAL (
                SELECT max(v.reversed_total) AS total, max(v.n) AS n FROM ledger_posting v
                WHERE v.member_id = p.member_id AND v.reverses = p.id) r ON true
            WHERE p.member_id = %s AND p.entry_id = ANY(%s) AND p.credit = %s AND p.reverses IS NULL
            ORDER BY p.id
            """,
            [member_id, list(entry_ids), int(Account.TRANSFERRED)],
        ).fetchall()
        return [
            Passed(
                id_, unit, WalletKind(kind), amount, Account(debit),
                tuple(reading.lots_taken(cur, member_id, id_)), int(total), n,
            )
            for id_, unit, kind, amount, debit, total, n in rows
        ]  # fmt: skip


def credited_read(member_id: UUID, entry_ids: Sequence[UUID]) -> list[Credited]:
    """Return what entries brought into a member's book out of another's."""
    with cursor() as cur:
        return reading.credits_of(cur, member_id, entry_ids, Account.TRANSFERRED)


def _lot_pass(  # noqa: PLR0917 one lot, from here to there
    giver: Book, receiver: Book, origin: Origin, lot: LotState, amount: int, expires_at: datetime | None
) -> None:
    """Move units of one lot; the new lot has the posting's id and the old one's dates."""
    wallet = giver.wallet(lot.unit)
    account = Account.PENDING if lot.is_pending else Account.AVAILABLE
    posting_id = giver._post(origin, (account, Account.TRANSFERRED), lot.unit, amount)
    giver._allocate(posting_id, lot, amount)
    if lot.is_pending:
        wallet.pending -= amount
    else:
        wallet.available -= amount
    wallet.is_dirty = True
    giver._settle_next(wallet)
    receiver.credit(
        origin,
        unit=lot.unit,
        kind=wallet.kind,
        amount=amount,
        available_from=lot.available_from if lot.is_pending else None,
        expires_at=expires_at,
        confirm_by=lot.confirm_by if lot.is_pending else None,
        source=Account.TRANSFERRED,
        id=posting_id,
    )


def _restore(book: Book, origin: Origin, passed: Passed, most: int | None = None) -> None:
    """Give back to exactly the lots it was taken from; what no lot gave (a debt taken over) is credited.

    At ``most`` so much of it, and never what was given back before: only what left one lot is given back in
    parts.
    """
    wallet = book.wallet(passed.unit, passed.kind)
    whole = sum(amount for _lot, amount in passed.lots) if wallet.has_lots else passed.amount
    taken = whole - passed.reversed_total if most is None else most
    if taken:
        reversal = (passed.posting_id, passed.reversals + 1, passed.reversed_total + taken, passed.amount)
        posting_id = book._post(
            origin, (Account.TRANSFERRED, passed.account), passed.unit, taken, reversal=reversal
        )
        wallet.is_dirty = True
        if passed.account is Account.PENDING:
            wallet.pending += taken
            _ripen(book, wallet, passed, taken, origin.recorded_at)
        else:
            wallet.available += taken
        for stored, amount in passed.lots:
            lot = book.lots.setdefault(stored.id, stored)
            book._allocate(posting_id, lot, -(taken if len(passed.lots) == 1 else amount))
            book._expect(wallet, lot)
        book._repay(wallet, posting_id)
    if passed.amount > whole and most is None:
        book.credit(
            origin,
            unit=passed.unit,
            kind=passed.kind,
            amount=passed.amount - whole,
            source=Account.TRANSFERRED,
        )


def _ripen(book: Book, wallet: WalletState, passed: Passed, amount: int, now: datetime) -> None:
    """Make units available that come back to a lot which became available meanwhile.

    They left it pending; what was brought back of it before, for a return, was there when its day came.
    """
    for stored, _amount in passed.lots:
        lot = book.lots.get(stored.id, stored)
        if lot.is_pending:
            continue
        origin = book.by_time(Cause.MATURITY, lot.available_from or now, now)
        book._post(origin, (Account.PENDING, Account.AVAILABLE), wallet.unit, amount)
        wallet.pending -= amount
        wallet.available += amount
