"""Units that wait for a yes or a day: released or taken back by hand, wherever a merge has brought them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.ledger import between, reading
from bashgah.ledger.book import Book
from bashgah.ledger.pooling import Share, share_call_back, shares_read
from bashgah.ledger.refusals import nothing_pending
from bashgah.ledger.states import Credited, LotState, Origin
from bashgah.ledger.types import Cause
from bashgah.members.types import LockedMember

Shared = tuple[LockedMember, UUID]
"""A group that a part was passed on to, locked, and the entry that passed it."""


def pending_confirm(
    *,
    club: ClubInfo,
    locked: LockedMember,
    survivor: LockedMember | None = None,
    shares: Sequence[Shared] = (),
    entry_id: UUID,
    actor: Actor,
    reason: str = "",
    now: datetime,
) -> int:
    """Make what an entry gave and still waits available now; return how many units.

    Of a merged member the units lie with the ``survivor``, locked too: they are confirmed as the merged
    member's and go back to the survivor in the same breath, so that an undo finds them confirmed. What went
    on to a shared account (``shares``) is released there.
    Refuses ``nothing_pending`` (409) when nothing of it waits: confirmed, cancelled, matured or taken back
    before, and what time did by ``now`` counts.
    """
    work = _Work(club, locked, survivor, shares, actor, now)
    origin, waiting = work.origin(entry_id, reason), work.waiting(entry_id)
    units = work.book.confirm(origin, [lot for lot, _credited in waiting])
    for pool, share in work.shared:
        units += pool.confirm(origin, [pool.lots[share.posting_id]])
    work.keep()
    return units


def pending_cancel(
    *,
    club: ClubInfo,
    locked: LockedMember,
    survivor: LockedMember | None = None,
    shares: Sequence[Shared] = (),
    entry_id: UUID,
    actor: Actor,
    reason: str = "",
    now: datetime,
) -> int:
    """Take back what an entry gave and still waits, for good; return how many units.

    A merged member's units are found with the ``survivor``, as ``pending_confirm`` finds them, and a shared
    account gives back what waits there.
    Refuses ``nothing_pending`` (409) as ``pending_confirm`` does.
    """
    work = _Work(club, locked, survivor, shares, actor, now)
    origin, units = work.origin(entry_id, reason), 0
    work.call_back(origin)
    for lot, credited in work.waiting(entry_id):
        units += lot.remaining
        work.book.reverse(origin, credited, lot.remaining)
    work.keep()
    return units


def _waits(lot: LotState | None) -> bool:
    return lot is not None and lot.is_pending and lot.remaining > 0


class _Work:
    """The book whose entry it is, and the one that has its units after a merge."""

    def __init__(  # noqa: PLR0917 one act
        self,
        club: ClubInfo,
        locked: LockedMember,
        survivor: LockedMember | None,
        shares: Sequence[Shared],
        actor: Actor,
        now: datetime,
    ) -> None:
        if survivor is None:
            between.refuse_merged(locked)
        self._club, self._actor, self._now = club, actor, now
        members = [locked] if survivor is None else [locked, survivor]
        members += {group.id: group for group, _entry in shares}.values()
        self._books = between.books_open(club, members, now)
        self.book: Book = self._books[locked.id]
        self._theirs = None if survivor is None else self._books[survivor.id]
        with cursor() as cur:
            self.shared: list[tuple[Book, Share]] = [
                (self._books[group.id], share)
                for group, entry in shares
                for share in shares_read(cur, locked.id, group.id, entry)
                if _waits(self._books[group.id].lots.get(share.posting_id))
            ]

    def origin(self, entry_id: UUID, reason: str) -> Origin:
        """Return the entry of a confirmation about another entry."""
        id_ = ids.fresh()
        return between.origin_of(
            self._club, Cause.CONFIRMATION, id_, entry_id, self._actor, reason, self._now
        )

    def waiting(self, entry_id: UUID) -> list[tuple[LotState, Credited]]:
        """Return what still waits of an entry, brought back from the survivor; refuse when nothing does."""
        with cursor() as cur:
            found = reading.credits_of(cur, self.book.member_id, [entry_id])
        if self._theirs is not None:
            lots = [credited.posting_id for credited in found]
            between.lots_recall(self.book, self._theirs, self._merge(), lots)
        waiting = [
            (lot, credited)
            for credited in found
            if (lot := self.book.lots.get(credited.posting_id)) is not None and _waits(lot)
        ]
        if not waiting and not self.shared:
            raise nothing_pending()
        return waiting

    def call_back(self, origin: Origin) -> None:
        """Let shared accounts give back what waits there, into the lots it was passed on from."""
        for pool, share in self.shared:
            entry = replace(origin, id=ids.fresh(), cause=Cause.POOL)
            share_call_back(self.book, pool, entry, share, share.amount - share.back)

    def keep(self) -> None:
        """Let the survivor have what is the merged member's, and write both books."""
        if self._theirs is not None:
            between.everything_pass(self.book, self._theirs, self._merge())
        between.books_keep(self._books.values())

    def _merge(self) -> Origin:
        return between.origin_of(
            self._club, Cause.MERGE, ids.fresh(), self.book.member_id, self._actor, "", self._now
        )
