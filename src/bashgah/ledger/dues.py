"""What time does to lots: when each of them changes by itself, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import IntEnum

from bashgah.ledger.states import LotState, WalletState


class Due(IntEnum):
    """What becomes of a lot by itself, in the order in which it does so at one instant."""

    MATURITY = 0
    CANCELLATION = 1
    EXPIRY = 2
    LAPSE = 3


REASONS = {Due.CANCELLATION: "unconfirmed", Due.LAPSE: "inactivity"}
"""What stands in the entry of a step that is not plain maturity or expiry."""


def due_by(
    lots: Iterable[LotState], wallet: WalletState, now: datetime
) -> list[tuple[datetime, Due, list[LotState]]]:
    """Return what happened to a wallet's lots until now, in the order of the instants.

    A lot may be named more than once (it matures, then expires): what an earlier step closed has nothing
    left for a later one.
    """
    found: dict[tuple[datetime, Due], list[LotState]] = defaultdict(list)
    for lot in lots:
        if lot.unit != wallet.unit or not lot.remaining:
            continue
        for at, what in _changes(lot, wallet):
            if at <= now:
                found[at, what].append(lot)
    return [(at, what, found[at, what]) for at, what in sorted(found)]


def next_change(lots: Iterable[LotState], wallet: WalletState, *, all_known: bool) -> datetime | None:
    """Return when a wallet changes next by itself.

    Of lots that are not at hand it is known when the soonest changes (``stored_next_at``); a lapse takes
    everything, so it counts while there is anything to take.
    """
    left = [lot for lot in lots if lot.unit == wallet.unit and lot.remaining]
    lapses_at = wallet.lapses_at if left or not all_known else None
    return earliest(*(lot.next_at for lot in left), lapses_at, None if all_known else wallet.stored_next_at)


def waiting_parts(lots: Iterable[LotState], unit: str, amount: int) -> list[tuple[LotState, int]] | None:
    """Return the pending lots that cover an amount, the soonest to expire first, or None if they cannot."""
    parts: list[tuple[LotState, int]] = []
    waiting = [lot for lot in lots if lot.unit == unit and lot.is_pending and lot.remaining]
    for lot in sorted(waiting, key=lambda lot: (lot.expires_at is None, lot.expires_at, lot.id.int)):
        part = min(amount, lot.remaining)
        if part:
            parts.append((lot, part))
            amount -= part
    return None if amount else parts


def earliest(*dates: datetime | None) -> datetime | None:
    """Return the first of the dates that are known."""
    return min((at for at in dates if at is not None), default=None)


def _changes(lot: LotState, wallet: WalletState) -> Iterator[tuple[datetime, Due]]:
    if lot.is_pending and lot.available_from is not None:
        yield lot.available_from, Due.MATURITY
    if lot.is_pending and lot.confirm_by is not None:
        yield lot.confirm_by, Due.CANCELLATION
    if lot.expires_at is not None:
        yield lot.expires_at, Due.EXPIRY
    if wallet.lapses_at is not None:
        yield wallet.lapses_at, Due.LAPSE
