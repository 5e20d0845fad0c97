"""Working values of the books as rows, in the order of the columns in ``ledger.tables``."""

from __future__ import annotations

from uuid import UUID

from bashgah.ledger.states import LotState, Origin, WalletState
from bashgah.ledger.tables import Row
from bashgah.ledger.types import Account, HoldInfo

Reversal = tuple[UUID, int, int, int]
"""Which posting is reversed, the number of this reversal, the running total and what it may reach."""

NO_REVERSAL = (None, None, None, None)


def entry_row(origin: Origin, member_id: UUID, club_id: UUID) -> Row:
    """Return the row of a cause."""
    return (
        origin.occurred_at if origin.instant is None else origin.instant,
        origin.recorded_at,
        origin.business_date,
        origin.cause,
        origin.actor_kind,
        member_id,
        origin.id,
        club_id,
        origin.cause_id,
        origin.actor_id,
        origin.reason,
    )


def posting_row(  # noqa: PLR0917 one row, its columns
    owner: tuple[UUID, UUID],
    posting_id: UUID,
    entry_id: UUID,
    sides: tuple[Account, Account],
    unit: str,
    amount: int,
    rule: str,
    reversal: Reversal | tuple[None, None, None, None],
) -> Row:
    """Return the row of a movement from ``sides[0]`` to ``sides[1]``; ``owner`` is (member, club)."""
    reverses, n, total, original = reversal
    return (
        amount,
        original,
        total,
        sides[0],
        sides[1],
        n,
        owner[0],
        posting_id,
        entry_id,
        owner[1],
        reverses,
        unit,
        rule,
    )


def lot_row(lot: LotState, member_id: UUID, club_id: UUID) -> Row:
    """Return the row of a new lot."""
    return (
        lot.amount,
        lot.remaining,
        lot.available_from,
        lot.expires_at,
        lot.confirm_by,
        lot.remaining > 0,
        lot.is_pending,
        member_id,
        lot.id,
        club_id,
        lot.unit,
    )


def wallet_row(wallet: WalletState, member_id: UUID | bytes, club_id: UUID) -> Row:
    """Return the row of a wallet, new or changed."""
    return (
        wallet.available,
        wallet.pending,
        wallet.held,
        wallet.debt,
        wallet.earned_ever,
        wallet.next_change_at,
        wallet.lapses_at,
        wallet.kind,
        member_id,
        club_id,
        wallet.unit,
    )


def wallet_placed_row(wallet: WalletState) -> Row:
    """Return the row of a wallet that is changed where it lies."""
    return (
        wallet.place,
        wallet.available,
        wallet.pending,
        wallet.held,
        wallet.debt,
        wallet.earned_ever,
        wallet.next_change_at,
        wallet.lapses_at,
    )


def hold_row(hold: HoldInfo, club_id: UUID, posting_id: UUID) -> Row:
    """Return the row of a hold that was just opened."""
    return (
        hold.amount,
        hold.opened_at,
        hold.expires_at,
        None,
        int(hold.state),
        hold.member_id,
        hold.id,
        club_id,
        posting_id,
        hold.unit,
        hold.purpose,
    )
