"""The shared account of a group: units a person's book passes to the group's, and what comes back of them.

Both halves of a movement share the entry's id, like transfers. The person's half names the group as its cause
and the group's half the person: so either statement says with whom, and what somebody contributed is a sum
over their own postings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from msgspec import structs

from bashgah.clubs.types import ClubInfo
from bashgah.engine.exact import apportion
from bashgah.ground import ids
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.ledger import between, rows
from bashgah.ledger.book import Book
from bashgah.ledger.selectors import holds_open
from bashgah.ledger.states import Credited, LotState, Origin
from bashgah.ledger.types import Account, Cause, Negative, WalletKind
from bashgah.members.types import LockedMember

PASSED_ON = f"""
    SELECT e.member_id, e.id AS entry_id, e.cause_id AS group_id, c.cause_id AS activity_id, p.unit,
           p.amount AS passed, coalesce(arrived.amount, 0) AS arrived, lot.amount AS credited,
           coalesce(here.back, 0) AS returned, coalesce(there.back, 0) AS given_back,
           coalesce(gone.whole, 0) AS reversed, coalesce(gone.by_returns, 0) AS by_returns
    FROM ledger_entry e
    JOIN ledger_posting p ON p.member_id = e.member_id AND p.entry_id = e.id
     AND p.credit = {int(Account.TRANSFERRED)} AND p.reverses IS NULL
    JOIN ledger_allocation a ON a.member_id = p.member_id AND a.posting_id = p.id
    JOIN ledger_posting lot ON lot.member_id = a.member_id AND lot.id = a.lot_id
    JOIN ledger_entry c ON c.member_id = lot.member_id AND c.id = lot.entry_id
    LEFT JOIN ledger_posting arrived ON arrived.member_id = e.cause_id AND arrived.id = p.id
     AND arrived.unit = p.unit
    LEFT JOIN LATERAL (SELECT sum(amount) AS back FROM ledger_posting r
                       WHERE r.member_id = p.member_id AND r.reverses = p.id) here ON true
    LEFT JOIN LATERAL (SELECT sum(amount) AS back FROM ledger_posting r
                       WHERE r.member_id = e.cause_id AND r.reverses = p.id) there ON true
    LEFT JOIN LATERAL (
        SELECT sum(r.amount) AS whole,
               sum(r.amount) FILTER (WHERE w.cause = {int(Cause.RETURN)}) AS by_returns
        FROM ledger_posting r JOIN ledger_entry w ON w.member_id = r.member_id AND w.id = r.entry_id
        WHERE r.member_id = lot.member_id AND r.reverses = lot.id) gone ON true
    WHERE e.cause = {int(Cause.POOL)}
"""
"""What was passed on of each credit, as both books have it, and what came back of both; for proofs."""

SENT = f"""
    SELECT DISTINCT e.member_id, e.club_id, e.cause_id AS group_id, e.id AS entry_id
    FROM ledger_entry e
    JOIN ledger_posting p ON p.member_id = e.member_id AND p.entry_id = e.id
     AND p.credit = {int(Account.TRANSFERRED)} AND p.reverses IS NULL
    WHERE e.cause = {int(Cause.POOL)}
"""
"""Every entry by which one book gave to another's in a group, whatever for; for proofs."""

CALLED_BACK = f"""
    SELECT r.member_id, r.club_id, p.entry_id, sum(r.amount) AS amount
    FROM ledger_posting r
    JOIN ledger_posting p ON p.member_id = r.member_id AND p.id = r.reverses
    JOIN ledger_entry e ON e.member_id = r.member_id AND e.id = r.entry_id AND e.cause = {int(Cause.POOL)}
    WHERE r.debit = {int(Account.TRANSFERRED)}
    GROUP BY r.member_id, r.club_id, p.entry_id
"""
"""What people were given back of what they had passed on, by the entry that passed it; for proofs."""


@dataclass(slots=True)
class Share:
    """One lot's part that went to a group when it was earned: the way there, and the credit it became.

    ``credited`` follows what was taken back; returns of one batch see one another in it.
    """

    posting_id: UUID
    unit: str
    kind: WalletKind
    amount: int
    account: Account
    lot: LotState
    credited: Credited
    times: int = 0

    @property
    def back(self) -> int:
        """How much of it the group gave back so far."""
        return self.credited.reversed_total


def lots_share(person: Book, pool: Book, origin: Origin, posting_ids: Iterable[UUID], percent: int) -> bool:
    """Pass a percentage of each of these new lots on to the group, rounded down; return whether any moved.

    Each part keeps the lot's dates. What repaid a debt is not there to be shared, and what waits for a
    confirmation stays with who it waits for.
    """
    moved = False
    for posting_id in posting_ids:
        lot = person.lots.get(posting_id)
        if lot is None or lot.confirm_by is not None:
            continue
        amount = min(lot.amount * percent // 100, lot.remaining)
        if amount:
            halves_begin(person, pool, origin)
            between._lot_pass(person, pool, origin, lot, amount, lot.expires_at)
            moved = True
    return moved


def shares_read(cur: psycopg.Cursor[Any], member_id: UUID, group_id: UUID, entry_id: UUID) -> list[Share]:
    """Return what one entry passed on from a person to a group, as it stands; both must be locked."""
    came = {credited.posting_id: credited for credited in between.credited_read(group_id, [entry_id])}
    passed = between.passed_read(member_id, [entry_id])
    times = dict(
        cur.execute(
            """
            SELECT reverses, count(*) FROM ledger_posting
            WHERE member_id = %s AND reverses = ANY(%s) GROUP BY reverses
            """,
            [member_id, [one.posting_id for one in passed]],
        ).fetchall()
    )
    return [
        Share(
            one.posting_id,
            one.unit,
            one.kind,
            one.amount,
            one.account,
            one.lots[0][0],
            came[one.posting_id],
            times.get(one.posting_id, 0),
        )
        for one in passed
    ]


def share_call_back(  # noqa: PLR0917 one share, from there to here
    person: Book, pool: Book, origin: Origin, share: Share, amount: int, negative: Negative = "allow"
) -> None:
    """Let the group give back a part of what was passed on to it.

    The group gives what is left of that very lot, then other units soonest expiring first, then owes. The
    person has it in the lot it was taken from, whatever became of the rest of that lot meanwhile.
    """
    total = share.back + amount
    halves_begin(person, pool, origin)
    share.credited = pool.reverse(origin, share.credited, amount, negative=negative)
    share.times += 1
    wallet = person.wallet(share.unit, share.kind)
    lot = person.lots.setdefault(share.lot.id, share.lot)
    posting_id = person._post(
        origin,
        (Account.TRANSFERRED, share.account),
        share.unit,
        amount,
        reversal=(share.posting_id, share.times, total, share.amount),
    )
    person._allocate(posting_id, lot, -amount)
    wallet.is_dirty = True
    if lot.is_pending:
        wallet.pending += amount
    else:
        wallet.available += amount
        if share.account is Account.PENDING:  # the lot has matured since: so has what comes back to it
            person._post(origin, (Account.PENDING, Account.AVAILABLE), share.unit, amount)
    person._expect(wallet, lot)


def pool_contribute(
    *, club: ClubInfo, person: LockedMember, group: LockedMember, unit: str, amount: int, actor: Actor,
    now: datetime,
) -> UUID:  # fmt: skip
    """Move units of a person's wallet into the group's, lots with their dates; return the entry's id.

    Refuses ``amount_invalid`` (422), ``wallet_not_transferable`` (409) and ``points_short`` (409).
    """
    if amount <= 0:
        raise Refusal(
            "amount_invalid", Phrase(_("The amount must be above zero.")), status=422, field="/amount"
        )
    books = between.books_open(club, (person, group), now)
    wallet = books[person.id].wallets.get(unit)
    if wallet is not None and wallet.kind is WalletKind.STATUS:
        raise Refusal("wallet_not_transferable", Phrase(_("These points can't be given to others.")))
    origin = origin_of(club, group.id, actor, now)
    halves_begin(books[person.id], books[group.id], origin)
    between.units_pass(books[person.id], books[group.id], origin, unit, amount)
    between.books_keep(books.values())
    return origin.id


def pool_share_out(
    *,
    club: ClubInfo,
    group: LockedMember,
    people: Sequence[LockedMember],
    weights: Mapping[str, Sequence[int]],
    only: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> dict[UUID, dict[str, int]]:
    """Share what a group has among people by weights (per unit, in their order); return who got what.

    Exact by largest remainder, all zero means equally, and every lot is divided in the same proportion, so
    nobody gets only what expires tomorrow. With ``only``, that one alone is given their part and the rest
    stays. A debt stays too.
    """
    books = between.books_open(club, (group, *people), now)
    pool = books[group.id]
    got: dict[UUID, dict[str, int]] = {}
    origins = {one.id: origin_of(club, group.id, actor, now) for one in people}
    for unit, wallet in pool.wallets.items():
        if not wallet.has_lots:
            continue
        shares = list(weights.get(unit, ())) or [0] * len(people)
        if not any(shares):
            shares = [1] * len(people)
        for is_pending in (False, True):
            lots = [
                lot
                for lot in pool.lots.values()
                if lot.unit == unit and lot.remaining and lot.is_pending is is_pending
            ]
            needs = apportion(sum(lot.remaining for lot in lots), shares)
            for lot in sorted(lots, key=lambda lot: (lot.expires_at is None, lot.expires_at, lot.id.int)):
                parts = apportion(lot.remaining, needs)
                needs = [need - part for need, part in zip(needs, parts, strict=True)]
                for one, part in zip(people, parts, strict=True):
                    if not part or only not in (None, one.id):
                        continue
                    halves_begin(books[one.id], pool, origins[one.id])
                    between._lot_pass(pool, books[one.id], origins[one.id], lot, part, lot.expires_at)
                    units = got.setdefault(one.id, {})
                    units[unit] = units.get(unit, 0) + part
    between.books_keep(books.values())
    return got


def pool_refuse_busy(club: ClubInfo, group: LockedMember, now: datetime) -> None:
    """Refuse to empty a group's wallets while units are on hold (``holds_open``) or owed (``group_owes``)."""
    if holds_open(club, group.id):
        raise Refusal(
            "holds_open", Phrase(_("Points of the shared account are on hold. Finish or release them first."))
        )
    for book in between.books_open(club, (group,), now).values():
        for wallet in book.wallets.values():
            if between.owed(wallet):
                raise Refusal(
                    "group_owes",
                    Phrase(
                        _("The shared account owes {units}. Pay that in first."),
                        {"units": Points(wallet.debt, wallet.unit)},
                    ),
                )


def contributed(club: ClubInfo, group_id: UUID, member_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Return what each of these ids paid into a group by unit, less what it got back; never below zero."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT p.member_id, p.unit,
                   sum(CASE WHEN p.credit = %(out)s THEN p.amount WHEN p.debit = %(out)s THEN -p.amount END)
            FROM ledger_entry e
            JOIN ledger_posting p ON p.member_id = e.member_id AND p.entry_id = e.id
            WHERE e.member_id = ANY(%(members)s) AND e.club_id = %(club)s AND e.cause = %(pool)s
              AND e.cause_id = %(group)s AND %(out)s IN (p.debit, p.credit)
            GROUP BY p.member_id, p.unit
            """,
            {
                "out": int(Account.TRANSFERRED),
                "members": list(member_ids),
                "club": club.id,
                "pool": int(Cause.POOL),
                "group": group_id,
            },
        ).fetchall()
    found: dict[UUID, dict[str, int]] = {}
    for member_id, unit, units in rows:
        found.setdefault(member_id, {})[unit] = max(0, int(units))
    return found


def origin_of(club: ClubInfo, group_id: UUID, actor: Actor, now: datetime) -> Origin:
    """Return the entry of a movement between a person and a group, as the person's half has it."""
    return between.origin_of(club, Cause.POOL, ids.fresh(), group_id, actor, "", now)


def halves_begin(person: Book, pool: Book, origin: Origin) -> None:
    """Write both halves' entries down, each naming the other; what follows must move something."""
    for book, other in ((person, pool), (pool, person)):
        if origin.id not in book._entries:
            half = structs.replace(origin, cause=Cause.POOL, cause_id=other.member_id)
            book._entries[origin.id] = rows.entry_row(half, book.member_id, book.club_id)
