"""Credits written straight to rows, as ``Book`` does where nothing else can follow of them.

A book is quiet when nothing of it is due, owed or lapsing. Units good at once then change no lot that is
there, so none is read, and no book is made. The law in ``tests/laws/test_usual.py`` holds it to the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bashgah.engine.decisions import Credit
from bashgah.ground.ids import fresh_bytes
from bashgah.ledger import rows
from bashgah.ledger.states import WalletState
from bashgah.ledger.tables import Rows
from bashgah.ledger.types import Account, Cause, WalletKind

Entry = tuple[int, datetime, date, int, bytes]
"""An activity's entry: when it happened (as columns take it) and was recorded, its day, by whom, its id."""

_ISSUED, _AVAILABLE, _ACTIVITY, _STATUS = Account.ISSUED, Account.AVAILABLE, Cause.ACTIVITY, WalletKind.STATUS


def is_quiet(wallets: Iterable[Sequence[Any]], now: datetime) -> bool:
    """Say of rows as ``reading.WALLETS`` reads them whether nothing is due by now, owed or lapsing."""
    for _member, _place, _unit, _kind, _available, _pending, _held, debt, _ever, at, lapses_at in wallets:
        if debt or lapses_at is not None or (at is not None and at <= now):
            return False
    return True


def credits_written(  # noqa: PLR0917 one entry, its credits
    into: Rows,
    owner: tuple[bytes, UUID],
    entry: Entry,
    credits_: Iterable[Credit],
    wallets: dict[str, WalletState],
    kinds: Mapping[str, WalletKind],
) -> None:
    """Give units that are good at once, of a quiet book: entry, postings, lots and wallets, changed in place.

    ``owner`` is (the member's bytes, the club). There is at least one credit; none is pending, and none
    expired by now.
    """
    (member_id, club_id), (at, now, day, actor_kind, entry_id) = owner, entry
    into.entries.append(
        (at, now, day, _ACTIVITY, actor_kind, member_id, entry_id, club_id, entry_id, None, "")
    )
    for credit in credits_:
        unit, amount, expires_at = credit.wallet, credit.amount, credit.expires_at
        wallet, posting_id = wallets.get(unit), fresh_bytes()
        if wallet is None:
            wallet = wallets[unit] = WalletState(unit, kinds[unit])
        into.postings.append(
            (amount, None, None, _ISSUED, _AVAILABLE, None, member_id, posting_id, entry_id, club_id, None,
             unit, credit.rule)
        )  # fmt: skip
        wallet.available += amount
        wallet.earned_ever += amount
        wallet.is_dirty = True
        if wallet.kind is _STATUS:
            continue
        into.lots.append(
            (amount, amount, None, expires_at, None, True, False, member_id, posting_id, club_id, unit)
        )
        if expires_at is not None:
            soonest = wallet.next_change_at
            if soonest is None or expires_at < soonest:
                wallet.next_change_at = expires_at
    for wallet in wallets.values():
        if not wallet.is_dirty:
            continue
        if wallet.place is None:
            into.wallets.append(rows.wallet_row(wallet, member_id, club_id))
        else:
            into.wallets_placed.append(rows.wallet_placed_row(wallet))
