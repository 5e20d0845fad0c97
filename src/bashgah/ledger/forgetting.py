"""The ledger's part of an erasure: what is left to spend lapses, a debt is written off, words are emptied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.batch import cursor
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.ledger import between
from bashgah.ledger.book import Book
from bashgah.ledger.selectors import holds_open
from bashgah.ledger.types import Account, Cause
from bashgah.members.forgetting import ForgetPart, Leaving

ERASED = "erased"
"""The reason in the entry of units that lapse because their member was erased."""


def _forget(leaving: Leaving) -> None:
    with cursor() as cur:
        cur.execute("SELECT ledger_words_forget(%s::uuid[])", [leaving.ids])
    books = between.books_open(leaving.club, leaving.members, leaving.now)
    for book in books.values():
        _given_up(leaving, book)
    between.books_keep(books.values())


def gifts_forget(*, leaving: Leaving, gifts: Sequence[tuple[UUID, UUID]]) -> None:
    """Empty the words of gifts in the books of whoever gave to, or received from, an erased person.

    ``gifts`` are the other one's id and the gift's.
    """
    others, gift_ids = [other for other, _gift in gifts], [gift for _other, gift in gifts]
    with cursor() as cur:
        cur.execute(
            "SELECT ledger_gifts_forget(%s::uuid[], %s::uuid[], %s::uuid[])", [leaving.ids, others, gift_ids]
        )


def _given_up(leaving: Leaving, book: Book) -> None:
    """Let every lot of a book expire, waiting ones too, and write off what its member owes.

    Units that only qualify have no lots and stay: they are worth nothing to anybody.
    """
    now = leaving.now
    for wallet in [one for one in book.wallets.values() if one.has_lots]:
        lots = [lot for lot in book.lots.values() if lot.unit == wallet.unit and lot.remaining]
        if lots:
            book.expire(wallet, book.by_time(Cause.EXPIRY, now, now, ERASED), lots)
            wallet.next_change_at, wallet.is_dirty = None, True
        if wallet.debt:
            said = say(
                Phrase(_("A debt was written off: the personal data was erased.")), leaving.club.locale
            )
            entry = ids.fresh()
            origin = between.origin_of(leaving.club, Cause.ADJUSTMENT, entry, entry, leaving.actor, said, now)
            book.credit(
                origin, unit=wallet.unit, kind=wallet.kind, amount=wallet.debt, source=Account.ADJUSTED
            )


def _hindrances(club: ClubInfo, member_ids: list[UUID], _now: datetime) -> list[Phrase]:
    if any(holds_open(club, id_) for id_ in member_ids):
        return [Phrase(_("Points are on hold. Finish or release what they are for first."))]
    return []


PART = ForgetPart("ledger", _forget, hindrances=_hindrances)
