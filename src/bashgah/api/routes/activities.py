"""Activities: lists, one of them, why it gave what it gave, and the claim of an anonymous purchase.

Recording them is the intake's.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Path, Query, Router, Schema
from pydantic import Field

from bashgah.activities import confirming, selectors, services
from bashgah.activities.naming import activity_name
from bashgah.activities.receipts import receipt_of
from bashgah.activities.types import ActivityFilters, ActivityInfo
from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.strict import Body, Instant, QueryText, Text
from bashgah.api.through import lang_of
from bashgah.api.values import AmountOut, DiscountOut, MemberId, TextsOut, branch_of, member_id_of, said
from bashgah.engine.decisions import TierMove
from bashgah.engine.facts import Fact
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal

router = Router(tags=["activities"])

ActivityId = Annotated[str, Path(..., description="`act_…`", max_length=60)]


class LineOut(Schema):
    """An invoice line; ``quantity`` in thousandths."""

    no: int
    sku: str
    name: str
    category: list[str]
    brand: str
    quantity: int
    gross: int
    discount: int
    tax: int
    paid_by_points: int


class EarnedOut(Schema):
    """Units given by one rule; below zero when a return took them back."""

    wallet: str
    amount: int
    rule: str
    available_from: datetime | None
    expires_at: datetime | None
    confirm_by: Annotated[
        datetime | None,
        Field(description="By when someone must confirm the purchase; then they are cancelled."),
    ]


class BalanceOut(Schema):
    """A wallet right after the activity."""

    wallet: str
    available: int
    pending: int
    held: int


class GivenOut(Schema):
    """Copies of a reward that a rule gave; below zero a return took them back, at zero they stay."""

    reward: str
    count: int
    rule: str


class MoveOut(Schema):
    """A step on a ladder that the activity caused."""

    ladder: str
    before: str
    after: str
    direction: str
    why: str


class ActivityRow(Schema):
    """An activity in a list."""

    id: str
    member_id: str
    kind: str
    type: str
    type_name: Annotated[
        str, Field(description="What it is called, by the program that decided it; for people to read.")
    ]
    source: str
    reference: str
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    branch: str
    channel: str
    currency: str
    gross: int
    net: int
    earned: list[EarnedOut]


class PriceStepOut(Schema):
    """A step from the price of a purchase to what was left to pay; ``amount`` below zero takes off."""

    name: str
    amount: int
    said: str


class ReceiptOut(Schema):
    """What a purchase cost; ``gross`` and the steps add up to ``due``, what was left to pay in money."""

    gross: int
    steps: list[PriceStepOut]
    due: int


class CouponUsedOut(Schema):
    """A coupon that the purchase used up, its reward, and the money it took off (0 where none is told)."""

    coupon: str
    reward: str
    name: TextsOut
    amount: int


class ActivityOut(ActivityRow):
    """An activity with its lines and what followed from it."""

    discount: int
    tax: int
    shipping: int
    paid_by_points: int
    payment_methods: list[str]
    lines: list[LineOut]
    attributes: dict[str, Any]
    program: Annotated[int, Field(description="The version of the program that decided.")]
    about_id: Annotated[str | None, Field(description="The purchase it is about.")]
    balances: list[BalanceOut]
    moves: list[MoveOut]
    given_back: Annotated[
        list[AmountOut], Field(description="Units a return put back because the purchase was paid with them.")
    ]
    coupons_back: Annotated[list[str], Field(description="Coupons that can be used again.")]
    discounts: Annotated[
        list[DiscountOut], Field(description="What promotions took off, as a quote promised it.")
    ]
    coupons: Annotated[list[CouponUsedOut], Field(description="Coupons that the purchase used up.")]
    rewards: Annotated[
        list[GivenOut],
        Field(description="Rewards of rules; coupons among them are issued a moment later."),
    ]
    receipt: Annotated[
        ReceiptOut | None, Field(description="What a purchase cost, step by step; only for purchases.")
    ]


class ActivityPageOut(Schema):
    """One page of activities, newest first."""

    activities: list[ActivityRow]
    next_cursor: NextCursor


class ClaimIn(Body):
    """An anonymous purchase by its source and reference, and whose it is."""

    source: Annotated[Text, Field(min_length=1, max_length=40)]
    reference: Annotated[Text, Field(min_length=1, max_length=120)]
    member_id: Annotated[Text, Field(max_length=60)]


class ConfirmationIn(Body):
    """What becomes of the units that wait; a cancellation needs a reason."""

    verdict: Literal["confirm", "cancel"]
    reason: Annotated[Text, Field("", max_length=500)]


class ConfirmedOut(Schema):
    """How many units were released or taken back."""

    activity_id: str
    verdict: Literal["confirm", "cancel"]
    units: int


@router.get(
    "/activities", response=ActivityPageOut, auth=Bearer("activities.read"), summary="List activities"
)
def activity_list(  # noqa: PLR0917 one parameter a line of the query
    request: Call,
    member_id: Annotated[QueryText, Query("", description="`mbr_…`: this member's alone.")],
    kind: Annotated[Literal["", "purchase", "return", "visit", "custom"], Query("")],
    branch: Annotated[QueryText, Query("", description="Code of the branch.")],
    source: Annotated[QueryText, Query("")],
    since: Annotated[Instant | None, Query(None)],
    until: Annotated[Instant | None, Query(None)],
    cursor: Cursor,
    limit: Limit,
) -> ActivityPageOut:
    """Settled activities, newest first."""
    filters = ActivityFilters(
        kind=kind,
        branch=branch_of(request.club, branch).code if branch else "",
        source=source,
        since=since,
        until=until,
        member_id=member_id_of(request.club, member_id) if member_id else None,
    )
    page = selectors.activity_list(request.club, filters, cursor=cursor or None, limit=limit)
    return ActivityPageOut(
        activities=[ActivityRow(**_row(request, info)) for info in page.rows], next_cursor=page.next_cursor
    )


@router.get(
    "/members/{member_id}/activities",
    response=ActivityPageOut,
    auth=Bearer("activities.read"),
    summary="List a member's activities",
)
def member_activity_list(request: Call, member_id: MemberId, cursor: Cursor, limit: Limit) -> ActivityPageOut:
    """The member's activities, newest first."""
    found = member_id_of(request.club, member_id)
    page = selectors.member_activities(request.club, found, cursor=cursor or None, limit=limit)
    return ActivityPageOut(
        activities=[ActivityRow(**_row(request, info)) for info in page.rows], next_cursor=page.next_cursor
    )


@router.post(
    "/activities/claim",
    response=ActivityOut,
    auth=Bearer("activities.write"),
    summary="Claim an anonymous purchase",
)
@once()
def activity_claim(request: Call, body: ClaimIn) -> ActivityOut:
    """Give a purchase nobody showed a card for to its member, once; it settles as a new activity."""
    try:
        member_id = member_id_of(request.club, body.member_id)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.phrase, status=422, field="/member_id") from refusal
    anonymous = selectors.anonymous_find(request.club, body.source, body.reference)
    settled = services.anonymous_claim(
        club=request.club,
        anonymous_id=anonymous.id,
        member_id=member_id,
        actor=request.actor,
        now=request.now,
    )
    return _out(request, selectors.activity_get(request.club, settled.activity_id))


@router.get(
    "/activities/{activity_id}",
    response=ActivityOut,
    auth=Bearer("activities.read"),
    summary="Read an activity",
)
def activity_get(request: Call, activity_id: ActivityId) -> ActivityOut:
    """One activity with its lines and what followed from it."""
    info = selectors.activity_get(request.club, ids.parse("activity", activity_id))
    return _out(request, info)


@router.post(
    "/activities/{activity_id}/confirmation",
    response=ConfirmedOut,
    auth=Bearer("points.confirm"),
    summary="Confirm or cancel pending units",
)
@once()
def activity_confirmation(request: Call, activity_id: ActivityId, body: ConfirmationIn) -> ConfirmedOut:
    """Release at once what a purchase gave and still waits, or take it back for good."""
    units = confirming.pending_decide(
        club=request.club,
        activity_id=ids.parse("activity", activity_id),
        verdict=body.verdict,
        reason=body.reason,
        actor=request.actor,
        now=request.now,
    )
    return ConfirmedOut(activity_id=activity_id, verdict=body.verdict, units=units)


def _row(request: Call, info: ActivityInfo) -> dict[str, Any]:
    return {
        "id": ids.public("activity", info.id),
        "member_id": ids.public("member", info.member_id),
        "kind": info.kind,
        "type": info.type,
        "type_name": said(request.club, activity_name(request.club, info), lang_of(request)),
        "source": info.source,
        "reference": info.reference,
        "occurred_at": info.occurred_at,
        "recorded_at": info.recorded_at,
        "business_date": info.business_date,
        "branch": info.branch,
        "channel": info.channel,
        "currency": info.fact.currency,
        "gross": info.gross,
        "net": info.net,
        "earned": [
            EarnedOut(
                wallet=credit.wallet,
                amount=credit.amount,
                rule=credit.rule,
                available_from=credit.available_from,
                expires_at=credit.expires_at,
                confirm_by=credit.confirm_by,
            )
            for credit in info.credits
        ],
    }


def _out(request: Call, info: ActivityInfo) -> ActivityOut:
    fact = info.fact
    return ActivityOut(
        **_row(request, info),
        discount=fact.discount,
        tax=fact.tax,
        shipping=fact.shipping,
        paid_by_points=fact.paid_by_points,
        payment_methods=list(fact.payment_methods),
        lines=_lines(fact),
        attributes=dict(fact.attributes),
        program=info.program,
        about_id=ids.public("activity", info.about_id) if info.about_id else None,
        balances=[
            BalanceOut(
                wallet=balance.wallet,
                available=balance.available,
                pending=balance.pending,
                held=balance.held,
            )
            for balance in info.balances
        ],
        moves=[move_out(request, move) for move in info.moves],
        given_back=[AmountOut(wallet=back.wallet, amount=back.amount) for back in info.given_back],
        coupons_back=[ids.public("coupon", id_) for id_ in info.coupons_back],
        discounts=[DiscountOut.of(each) for each in fact.promotions],
        coupons=[
            CouponUsedOut(
                coupon=ids.public("coupon", line.id),
                reward=line.reward,
                name=TextsOut.of(line.name),
                amount=line.amount,
            )
            for line in info.coupons
        ],
        rewards=[GivenOut(reward=line.reward, count=line.count, rule=line.rule) for line in info.grants],
        receipt=_receipt(request, info) if info.kind == "purchase" else None,
    )


def _receipt(request: Call, info: ActivityInfo) -> ReceiptOut:
    club, lang = request.club, lang_of(request)
    found = receipt_of(club, info)
    return ReceiptOut(
        gross=found.gross,
        steps=[
            PriceStepOut(
                name=said(club, step.name, lang), amount=step.amount, said=said(club, step.said, lang)
            )
            for step in found.steps
        ],
        due=found.due,
    )


def _lines(fact: Fact) -> list[LineOut]:
    return [
        LineOut(
            no=line.no,
            sku=line.sku,
            name=line.name,
            category=list(line.category),
            brand=line.brand,
            quantity=line.quantity,
            gross=line.gross,
            discount=line.discount,
            tax=line.tax,
            paid_by_points=line.paid_by_points,
        )
        for line in fact.lines
    ]


def move_out(request: Call, move: TierMove) -> MoveOut:
    """Return a step on a ladder as the API shows it."""
    return MoveOut(
        ladder=move.ladder,
        before=move.before,
        after=move.after,
        direction=move.direction,
        why=said(request.club, move.why, lang_of(request)),
    )
