"""Adjustments by hand: at once within the limit for keys, beyond it waiting for a person in the console.

No operation approves: a key is nobody's second pair of eyes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.routes.redemptions import Source
from bashgah.api.strict import BIGGEST, Body, QueryText, Text
from bashgah.api.values import MemberId, cursor_id, member_id_of, page_of
from bashgah.dealings import selectors, services
from bashgah.dealings.types import AdjustmentInfo
from bashgah.kit import ids

router = Router(tags=["adjustments"])

AdjustmentId = Annotated[str, Path(..., description="`adj_…`", max_length=60)]
Signed = Annotated[int, Field(strict=True, ge=-BIGGEST, le=BIGGEST)]
State = Literal["waiting", "done", "approved", "refused", "withdrawn", "expired"]


class AdjustmentIn(Body):
    """How much of which wallet (below zero takes), why, and your own name for it."""

    wallet: Annotated[Text, Field(min_length=1, max_length=40)] = "points"
    amount: Signed
    reason: Annotated[
        Text, Field(min_length=1, max_length=40, description="A key of the club's list of reasons.")
    ]
    note: Annotated[Text, Field(max_length=400)] = ""
    source: Source
    reference: Annotated[Text, Field(min_length=1, max_length=120)]


class AdjustmentOut(Schema):
    """An adjustment: done at once, or waiting until a person approves or refuses it."""

    id: str
    member_id: str
    wallet: str
    amount: int
    reason: str
    note: str
    state: State
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decision_note: str
    over_day: Annotated[
        bool,
        Field(description="It waits only because of what was moved for this member earlier the same day."),
    ]
    repeated: bool


class AdjustmentPageOut(Schema):
    """One page of adjustments, newest first."""

    adjustments: list[AdjustmentOut]
    next_cursor: NextCursor


@router.post(
    "/members/{member_id}/adjustments",
    response={201: AdjustmentOut, 202: AdjustmentOut, 200: AdjustmentOut},
    auth=Bearer("points.adjust"),
    summary="Adjust points by hand",
)
@once()
def adjustment_make(request: Call, member_id: MemberId, body: AdjustmentIn) -> Status[AdjustmentOut]:
    """201: done. 202: beyond the limit for keys, by itself or with what was moved for this member today, so a
    person other than the key's maker decides.
    """
    info = services.adjustment_make(
        club=request.club,
        member_id=member_id_of(request.club, member_id),
        unit=body.wallet,
        amount=body.amount,
        reason=body.reason,
        note=body.note,
        limit=request.club.settings.adjustment_key_limit,
        reference=(body.source, body.reference),
        actor=request.actor,
        now=request.now,
    )
    if info.repeated:
        return Status(200, _out(info))
    return Status(202 if info.state == "waiting" else 201, _out(info))


@router.get(
    "/adjustments",
    response=AdjustmentPageOut,
    auth=Bearer("wallets.read"),
    summary="List adjustments",
)
def adjustment_list(
    request: Call,
    state: Annotated[QueryText, Query("", description="`waiting`, `approved` … alone.")],
    cursor: Cursor,
    limit: Limit,
) -> AdjustmentPageOut:
    """All adjustments of the club, newest first."""
    found = selectors.adjustment_list(
        request.club, state=state, before=cursor_id("adjustment", cursor), limit=limit + 1
    )
    page, following = page_of("adjustment", found, limit)
    return AdjustmentPageOut(adjustments=[_out(info) for info in page], next_cursor=following)


@router.get(
    "/adjustments/{adjustment_id}",
    response=AdjustmentOut,
    auth=Bearer("wallets.read"),
    summary="Read an adjustment",
)
def adjustment_get(request: Call, adjustment_id: AdjustmentId) -> AdjustmentOut:
    """One adjustment as it is now."""
    return _out(selectors.adjustment_get(request.club, ids.parse("adjustment", adjustment_id)))


@router.post(
    "/adjustments/{adjustment_id}/withdraw",
    response=AdjustmentOut,
    auth=Bearer("points.adjust"),
    summary="Withdraw an adjustment",
)
@once()
def adjustment_withdraw(request: Call, adjustment_id: AdjustmentId) -> AdjustmentOut:
    """Take back what this key asked for and nobody has decided yet."""
    info = services.adjustment_withdraw(
        club=request.club,
        adjustment_id=ids.parse("adjustment", adjustment_id),
        actor=request.actor,
        now=request.now,
    )
    return _out(info)


def _out(info: AdjustmentInfo) -> AdjustmentOut:
    return AdjustmentOut(
        id=ids.public("adjustment", info.id),
        member_id=ids.public("member", info.member_id),
        wallet=info.unit,
        amount=info.amount,
        reason=info.reason,
        note=info.note,
        state=info.state,
        asked_by=info.asked_by,
        asked_at=info.asked_at,
        expires_at=info.expires_at,
        decided_at=info.decided_at,
        decision_note=info.decision_note,
        over_day=info.over_day,
        repeated=info.repeated,
    )
