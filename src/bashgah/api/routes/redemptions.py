"""Redemptions: begin, the member's yes, capture or release; safe to repeat by reference."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Path, Router, Schema, Status
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.routes.rewards import CouponOut, coupon_out
from bashgah.api.strict import Body, Flag, Short, Text
from bashgah.api.through import lang_of
from bashgah.api.values import (
    MemberId,
    TextsOut,
    branch_code_of,
    cursor_id,
    member_id_of,
    member_in_body,
    page_of,
    said,
)
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import alias_set
from bashgah.redemption import selectors, services
from bashgah.redemption.types import RedemptionInfo

router = Router(tags=["redemptions"])

RedemptionId = Annotated[str, Path(..., description="`rdm_…`", max_length=60)]
Source = Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,39}$")]


class RedemptionIn(Body):
    """Who wants which reward; source and reference are yours and bind this wish for good."""

    member_id: Annotated[Text, Field(max_length=60)]
    reward: Annotated[Text, Field(min_length=1, max_length=40)]
    source: Source
    reference: Annotated[Text, Field(min_length=1, max_length=120)]
    branch: Short = ""
    from_group: Annotated[
        Flag, Field(description="Pay from the household or company the member is in, if they may.")
    ] = False


class YesIn(Body):
    """The member's yes: the one-time code of a request, or the portal's QR as scanned."""

    way: Literal["code", "qr"]
    proof: Annotated[Text, Field(min_length=1, max_length=300)]
    request_id: Annotated[Text, Field(max_length=40)] = ""


class ReleaseIn(Body):
    """Why it ends without the reward."""

    reason: Literal["cancelled", "refused"] = "cancelled"


class CodeSentOut(Schema):
    """A one-time code is on its way to the member."""

    request_id: str
    expires_at: datetime


class CancelIn(Body):
    """Why a captured redemption is called off."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class RedemptionOut(Schema):
    """A redemption: open while the member's yes is awaited, then captured or released.

    A captured one may be cancelled, which gives everything back.
    """

    id: str
    member_id: str
    payer_id: Annotated[str, Field(description="The group whose points pay; empty for the member's own.")]
    reward: str
    kind: str
    name: TextsOut
    gives: str
    wallet: str
    price: int
    state: Literal["open", "captured", "released", "cancelled"]
    awaits_yes: bool
    yes_by: str
    channel: str
    branch: str
    begun_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    reason: str
    coupon: CouponOut | None
    credited: int
    credited_wallet: str
    cancelled_at: datetime | None
    cancel_reason: str
    repeated: bool


class RedemptionPageOut(Schema):
    """One page of redemptions, newest first."""

    redemptions: list[RedemptionOut]
    next_cursor: NextCursor


@router.post(
    "/redemptions",
    response={201: RedemptionOut, 200: RedemptionOut},
    auth=Bearer("redemptions.make"),
    summary="Begin a redemption",
)
@once()
def redemption_begin(request: Call, body: RedemptionIn) -> Status[RedemptionOut]:
    """Set the units aside. Where the club wants the member's yes, `awaits_yes` is true; else it is done."""
    info = services.redemption_begin(
        club=request.club,
        member_id=member_in_body(request.club, body.member_id, "/member_id"),
        reward_key=body.reward,
        from_group=body.from_group,
        channel="api",
        branch=branch_code_of(request.club, body.branch),
        reference=(body.source, body.reference),
        actor=request.actor,
        now=request.now,
    )
    return Status(200 if info.repeated else 201, _out(request, info))


@router.get(
    "/redemptions/{redemption_id}",
    response=RedemptionOut,
    auth=Bearer("redemptions.read"),
    summary="Read a redemption",
)
def redemption_get(request: Call, redemption_id: RedemptionId) -> RedemptionOut:
    """One redemption as it is now."""
    found = ids.parse("redemption", redemption_id)
    return _out(request, selectors.redemption_get(request.club, found, now=request.now))


@router.post(
    "/redemptions/{redemption_id}/code",
    response={202: CodeSentOut},
    auth=Bearer("redemptions.make"),
    summary="Send the member a one-time code",
)
@once()
def redemption_code_send(request: Call, redemption_id: RedemptionId) -> Status[CodeSentOut]:
    """Send a code that agrees to this redemption alone; the member reads it out."""
    issued = services.redemption_code_send(
        club=request.club, redemption_id=ids.parse("redemption", redemption_id), now=request.now
    )
    return Status(202, CodeSentOut(request_id=issued.request_id.hex, expires_at=issued.expires_at))


@router.post(
    "/redemptions/{redemption_id}/confirm",
    response=RedemptionOut,
    auth=Bearer("redemptions.make"),
    summary="Confirm with the member's yes",
)
@once()
def redemption_confirm(request: Call, redemption_id: RedemptionId, body: YesIn) -> RedemptionOut:
    """Take the member's yes and finish; wrong codes are counted."""
    info = services.redemption_confirm(
        club=request.club,
        redemption_id=ids.parse("redemption", redemption_id),
        way=body.way,
        proof=body.proof,
        request_id=request_id_of(body.request_id),
        actor=request.actor,
        now=request.now,
    )
    return _out(request, info)


@router.post(
    "/redemptions/{redemption_id}/capture",
    response=RedemptionOut,
    auth=Bearer("redemptions.make"),
    summary="Capture a redemption",
)
@once()
def redemption_capture(request: Call, redemption_id: RedemptionId) -> RedemptionOut:
    """Finish an open redemption that needs no yes; captured before, the same answer again."""
    found = ids.parse("redemption", redemption_id)
    info = services.redemption_capture(
        club=request.club, redemption_id=found, actor=request.actor, now=request.now
    )
    return _out(request, info)


@router.post(
    "/redemptions/{redemption_id}/release",
    response=RedemptionOut,
    auth=Bearer("redemptions.make"),
    summary="Release a redemption",
)
@once()
def redemption_release(request: Call, redemption_id: RedemptionId, body: ReleaseIn) -> RedemptionOut:
    """Give everything back, units to exactly their lots; released before, the same answer again."""
    info = services.redemption_release(
        club=request.club,
        redemption_id=ids.parse("redemption", redemption_id),
        reason=body.reason,
        actor=request.actor,
        now=request.now,
    )
    return _out(request, info)


@router.post(
    "/redemptions/{redemption_id}/cancel",
    response=RedemptionOut,
    auth=Bearer("redemptions.cancel"),
    summary="Cancel a captured redemption",
)
@once()
def redemption_cancel(request: Call, redemption_id: RedemptionId, body: CancelIn) -> RedemptionOut:
    """Undo what was done: units go to exactly their lots, the coupon is void, the reward is in stock again.

    Cancelled before, the same answer again. A coupon or credit that was used stands against it.
    """
    info = services.redemption_cancel(
        club=request.club,
        redemption_id=ids.parse("redemption", redemption_id),
        reason=body.reason,
        actor=request.actor,
        now=request.now,
    )
    return _out(request, info)


@router.get(
    "/members/{member_id}/redemptions",
    response=RedemptionPageOut,
    auth=Bearer("redemptions.read"),
    summary="List redemptions",
)
def redemption_list(
    request: Call,
    member_id: MemberId,
    cursor: Cursor,
    limit: Limit,
) -> RedemptionPageOut:
    """The member's redemptions, newest first."""
    everyone = alias_set(request.club, member_id_of(request.club, member_id))
    found = selectors.redemptions_of_member(
        request.club, everyone, before=cursor_id("redemption", cursor), limit=limit + 1, now=request.now
    )
    page, following = page_of("redemption", found, limit)
    return RedemptionPageOut(redemptions=[_out(request, info) for info in page], next_cursor=following)


def request_id_of(text: str) -> UUID | None:
    """Return the code request a body names, or None where it names none."""
    if not text:
        return None
    try:
        return UUID(hex=text)
    except ValueError as error:
        phrase = Phrase(_("This is not the id of a code request."))
        raise Refusal("request_id_invalid", phrase, status=422, field="/request_id") from error


def _out(request: Call, info: RedemptionInfo) -> RedemptionOut:
    return RedemptionOut(
        id=ids.public("redemption", info.id),
        member_id=ids.public("member", info.member_id),
        payer_id=ids.public("member", info.payer_id) if info.payer_id else "",
        reward=info.reward,
        kind=info.kind,
        name=TextsOut.of(info.name),
        gives=said(request.club, info.gives, lang_of(request)),
        wallet=info.unit,
        price=info.price,
        state=info.state,
        awaits_yes=info.awaits_yes,
        yes_by=info.yes_by,
        channel=info.channel,
        branch=info.branch,
        begun_at=info.begun_at,
        expires_at=info.expires_at,
        closed_at=info.closed_at,
        reason=info.reason,
        coupon=coupon_out(request, info.coupon) if info.coupon else None,
        credited=info.credited,
        credited_wallet=info.credited_unit,
        cancelled_at=info.cancelled_at,
        cancel_reason=info.cancel_reason,
        repeated=info.repeated,
    )
