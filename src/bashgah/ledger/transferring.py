"""Transfers of units from one member to another, and their undo: two entries with one id, both or neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from msgspec import structs

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import between
from bashgah.ledger.states import Origin
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
    survivors: Mapping[UUID, LockedMember] = MappingProxyType({}),
    actor: Actor,
    reason: str,
    now: datetime,
) -> None:
    """Undo a transfer: the receiver returns all of it, the giver's lots are as they were.

    What the receiver spent meanwhile is taken from their other points, then owed. Units whose day passed
    expire at once, whoever has them. Where one of them was merged since, ``survivors`` says into whom (locked
    too): what is left of the gift there is brought back first, and what the undo gives or leaves owing goes
    on, so that the merge's undo finds it. The caller sees to it that it happens once.
    """
    books = between.books_open(club, (giver, receiver, *survivors.values()), now)
    origin = between.origin_of(club, Cause.TRANSFER, undo_id, transfer_id, actor, reason, now)
    received = between.credited_read(receiver.id, [transfer_id])
    if receiver.id in survivors:
        lots, survivor = [credited.posting_id for credited in received], survivors[receiver.id]
        between.lots_recall(books[receiver.id], books[survivor.id], _merge_entry(receiver.id, origin), lots)
    between.passed_back(
        books,
        origin,
        {giver.id: between.passed_read(giver.id, [transfer_id])},
        {receiver.id: between.credited_read(receiver.id, [transfer_id])},
    )
    for merged_id, survivor in survivors.items():
        between.everything_pass(books[merged_id], books[survivor.id], _merge_entry(merged_id, origin))
    between.books_keep(books.values())


def _merge_entry(merged_id: UUID, origin: Origin) -> Origin:
    """Return an entry of a merge; the cause's id is the merged member's, so the merge's undo finds it."""
    return structs.replace(origin, id=ids.fresh(), cause=Cause.MERGE, cause_id=merged_id)
