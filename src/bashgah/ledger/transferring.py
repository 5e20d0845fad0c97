"""Transfers of units from one member to another, and their undo: two entries with one id, both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import between
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members.types import LockedMember


@dataclass(frozen=True, slots=True)
class Transfer:
    """Who gives what to whom; its id is the id of both entries."""

    id: UUID
    giver: LockedMember
    receiver: LockedMember
    unit: str
    amount: int


def transfer_post(
    *, club: ClubInfo, transfer: Transfer, reason: str = "", actor: Actor, now: datetime
) -> None:
    """Move units between two locked members: each part keeps the expiry of the lot it comes from.

    Refuses ``transfer_to_self`` (422), ``amount_invalid`` (422), ``wallet_not_transferable`` (409) for units
    that only qualify, ``member_merged`` (409) and ``points_short`` (409). Written a second time under its id
    it fails at the keys, so whoever repeats it looks first.
    """
    giver, receiver = transfer.giver, transfer.receiver
    if giver.id == receiver.id:
        raise Refusal(
            "transfer_to_self", Phrase(_("Points can't be given to oneself.")), status=422, field="/to"
        )
    if transfer.amount <= 0:
        raise Refusal(
            "amount_invalid", Phrase(_("The amount must be above zero.")), status=422, field="/amount"
        )
    for member in (giver, receiver):
        between.refuse_merged(member)
    books = between.books_open(club, (giver, receiver), now)
    wallet = books[giver.id].wallets.get(transfer.unit)
    if wallet is not None and wallet.kind is WalletKind.STATUS:
        raise Refusal("wallet_not_transferable", Phrase(_("These points can't be given to others.")))
    origin = between.origin_of(club, Cause.TRANSFER, transfer.id, transfer.id, actor, reason, now)
    between.units_pass(books[giver.id], books[receiver.id], origin, transfer.unit, transfer.amount)
    between.books_keep(books.values())


def transfer_reverse(
    *,
    club: ClubInfo,
    transfer_id: UUID,
    undo_id: UUID,
    giver: LockedMember,
    receiver: LockedMember,
    actor: Actor,
    reason: str,
    now: datetime,
) -> None:
    """Undo a transfer: the receiver returns all of it, the giver's lots are as they were.

    What the receiver spent meanwhile is taken from their other points, then owed. Units whose day passed
    expire at once, whoever has them. The caller sees to it that it happens once.
    """
    books = between.books_open(club, (giver, receiver), now)
    origin = between.origin_of(club, Cause.TRANSFER, undo_id, transfer_id, actor, reason, now)
    between.passed_back(
        books,
        origin,
        {giver.id: between.passed_read(giver.id, [transfer_id])},
        {receiver.id: between.credited_read(receiver.id, [transfer_id])},
    )
    between.books_keep(books.values())
