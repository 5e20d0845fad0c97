"""Transfers: points of one member for another, with the giver's yes where the club wants it; their undo."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Path, Router, Schema, Status
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.routes.redemptions import CodeSentOut, Source, request_id_of
from bashgah.api.strict import BIGGEST, Body, Short, Text
from bashgah.api.values import MemberId, cursor_id, member_id_of, member_in_body, page_of
from bashgah.dealings import selectors, services
from bashgah.dealings.types import TransferInfo
from bashgah.kit import ids

router = Router(tags=["transfers"])

TransferId = Annotated[str, Path(..., description="`trf_…`", max_length=60)]
Amount = Annotated[int, Field(strict=True, ge=1, le=BIGGEST)]


class TransferIn(Body):
    """Who gives how much of which wallet to whom; source and reference bind this wish for good."""

    giver_id: Annotated[Text, Field(max_length=60)]
    receiver_id: Annotated[Text, Field(max_length=60)]
    wallet: Annotated[Text, Field(min_length=1, max_length=40)] = "points"
    amount: Amount
    source: Source
    reference: Annotated[Text, Field(min_length=1, max_length=120)]
    note: Short = ""


class AgreementIn(Body):
    """The giver's one-time code and the request it answers."""

    request_id: Annotated[Text, Field(max_length=40)]
    code: Annotated[Text, Field(min_length=1, max_length=20)]


class UndoIn(Body):
    """Why it is taken back."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class TransferOut(Schema):
    """A transfer: open while the giver's yes is awaited, then done; undone when staff took it back."""

    id: str
    giver_id: str
    receiver_id: str
    wallet: str
    amount: int
    state: Literal["open", "done", "cancelled", "undone"]
    awaits_yes: bool
    yes_by: str
    note: str
    channel: str
    begun_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    undone_at: datetime | None
    undo_reason: str
    repeated: bool


class TransfersOut(Schema):
    """One page of a member's transfers, newest first."""

    transfers: list[TransferOut]
    next_cursor: NextCursor


@router.post(
    "/transfers",
    response={201: TransferOut, 200: TransferOut},
    auth=Bearer("points.transfer"),
    summary="Begin a transfer",
)
@once()
def transfer_begin(request: Call, body: TransferIn) -> Status[TransferOut]:
    """Give at once, or, where the club wants the giver's yes (`awaits_yes`), after the one-time code."""
    info = services.transfer_begin(
        club=request.club,
        giver_id=member_in_body(request.club, body.giver_id, "/giver_id"),
        receiver_id=member_in_body(request.club, body.receiver_id, "/receiver_id"),
        unit=body.wallet,
        amount=body.amount,
        note=body.note,
        channel="api",
        reference=(body.source, body.reference),
        actor=request.actor,
        now=request.now,
    )
    return Status(200 if info.repeated else 201, _out(info))


@router.get(
    "/transfers/{transfer_id}",
    response=TransferOut,
    auth=Bearer("wallets.read"),
    summary="Read a transfer",
)
def transfer_get(request: Call, transfer_id: TransferId) -> TransferOut:
    """One transfer as it is now."""
    return _out(selectors.transfer_get(request.club, ids.parse("transfer", transfer_id)))


@router.post(
    "/transfers/{transfer_id}/code",
    response={202: CodeSentOut},
    auth=Bearer("points.transfer"),
    summary="Send the giver a one-time code",
)
@once()
def transfer_code_send(request: Call, transfer_id: TransferId) -> Status[CodeSentOut]:
    """Send a code that agrees to this transfer alone; the giver reads it out."""
    issued = services.transfer_code_send(
        club=request.club, transfer_id=ids.parse("transfer", transfer_id), now=request.now
    )
    return Status(202, CodeSentOut(request_id=issued.request_id.hex, expires_at=issued.expires_at))


@router.post(
    "/transfers/{transfer_id}/confirm",
    response=TransferOut,
    auth=Bearer("points.transfer"),
    summary="Confirm a transfer with the giver's yes",
)
@once()
def transfer_confirm(request: Call, transfer_id: TransferId, body: AgreementIn) -> TransferOut:
    """Take the giver's yes and give; wrong codes are counted."""
    info = services.transfer_confirm(
        club=request.club,
        transfer_id=ids.parse("transfer", transfer_id),
        request_id=request_id_of(body.request_id),
        code=body.code,
        actor=request.actor,
        now=request.now,
    )
    return _out(info)


@router.post(
    "/transfers/{transfer_id}/cancel",
    response=TransferOut,
    auth=Bearer("points.transfer"),
    summary="Give up a transfer",
)
@once()
def transfer_cancel(request: Call, transfer_id: TransferId) -> TransferOut:
    """Give up a transfer that awaits its yes; nothing had moved."""
    found = ids.parse("transfer", transfer_id)
    return _out(services.transfer_cancel(club=request.club, transfer_id=found, now=request.now))


@router.post(
    "/transfers/{transfer_id}/undo",
    response=TransferOut,
    auth=Bearer("points.transfer"),
    summary="Undo a transfer",
)
@once()
def transfer_undo(request: Call, transfer_id: TransferId, body: UndoIn) -> TransferOut:
    """Take a done transfer back; what the receiver spent becomes their debt. Twice is once."""
    info = services.transfer_undo(
        club=request.club,
        transfer_id=ids.parse("transfer", transfer_id),
        reason=body.reason,
        actor=request.actor,
        now=request.now,
    )
    return _out(info)


@router.get(
    "/members/{member_id}/transfers",
    response=TransfersOut,
    auth=Bearer("wallets.read"),
    summary="List transfers",
)
def transfer_list(request: Call, member_id: MemberId, cursor: Cursor, limit: Limit) -> TransfersOut:
    """What the member gave and received, newest first."""
    member = member_id_of(request.club, member_id)
    found = selectors.transfers_of_member(
        request.club, member, before=cursor_id("transfer", cursor), limit=limit + 1
    )
    page, following = page_of("transfer", found, limit)
    return TransfersOut(transfers=[_out(info) for info in page], next_cursor=following)


def _out(info: TransferInfo) -> TransferOut:
    return TransferOut(
        id=ids.public("transfer", info.id),
        giver_id=ids.public("member", info.giver_id),
        receiver_id=ids.public("member", info.receiver_id),
        wallet=info.unit,
        amount=info.amount,
        state=info.state,
        awaits_yes=info.awaits_yes,
        yes_by=info.yes_by,
        note=info.note,
        channel=info.channel,
        begun_at=info.begun_at,
        expires_at=info.expires_at,
        closed_at=info.closed_at,
        undone_at=info.undone_at,
        undo_reason=info.undo_reason,
        repeated=info.repeated,
    )
