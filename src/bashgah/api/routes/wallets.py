"""Wallets and the statement: what a member has, and every movement with its cause."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from bashgah.activities.receipts import prices_said
from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.published import wording_of
from bashgah.api.strict import QueryText
from bashgah.api.through import lang_of
from bashgah.api.values import MemberId, TextsOut, member_id_of, said
from bashgah.api.wording import Wording
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger import selectors
from bashgah.ledger.types import Cause, StatementRow, WalletKind
from bashgah.members.selectors import alias_set

router = Router(tags=["wallets"])

EXPIRING_WITHIN = timedelta(days=60)
KINDS: dict[WalletKind, Literal["points", "status", "credit"]] = {
    WalletKind.POINTS: "points",
    WalletKind.STATUS: "status",
    WalletKind.CREDIT: "credit",
}
CAUSES = {
    Cause.ACTIVITY: "activity",
    Cause.REDEMPTION: "redemption",
    Cause.EXPIRY: "expiry",
    Cause.ADJUSTMENT: "adjustment",
    Cause.TRANSFER: "transfer",
    Cause.MERGE: "merge",
    Cause.OPENING: "opening",
    Cause.RETURN: "return",
    Cause.MATURITY: "maturity",
    Cause.CONFIRMATION: "confirmation",
    Cause.RECOMPUTE: "recompute",
    Cause.POOL: "pool",
}
SENTENCES = {
    Cause.REDEMPTION: _("For a reward"),
    Cause.EXPIRY: _("Expired"),
    Cause.ADJUSTMENT: _("Adjusted by hand: {reason}"),
    Cause.TRANSFER: _("Transferred"),
    Cause.MERGE: _("Brought along by a merge"),
    Cause.OPENING: _("Opening balance"),
    Cause.MATURITY: _("Became available"),
    Cause.CONFIRMATION: _("Confirmed"),
    Cause.RECOMPUTE: _("Computed again"),
    Cause.POOL: _("Shared account"),
}
CANCELLED = _("Cancelled, because the purchase was not confirmed")
INACTIVE = _("Expired, because nothing happened for a long time")


class ExpiringOut(Schema):
    """Units that expire together."""

    amount: int
    expires_at: datetime


class WalletOut(Schema):
    """One wallet as it is now; money wallets count the currency's smallest unit."""

    wallet: str
    name: TextsOut
    kind: Literal["points", "status", "credit"]
    available: int
    pending: int
    held: int
    earned_ever: int
    expiring: Annotated[list[ExpiringOut], Field(description="What expires within 60 days.")]


class WalletsOut(Schema):
    """All wallets of a member."""

    currency: str
    wallets: list[WalletOut]


class HoldOut(Schema):
    """Units set aside until captured, released or timed out."""

    id: str
    wallet: str
    amount: int
    purpose: str
    opened_at: datetime
    expires_at: Annotated[datetime, Field(description="From then on they are given back.")]


class HoldsOut(Schema):
    """The open holds of a member, the oldest first."""

    holds: list[HoldOut]


class EndingOut(Schema):
    """Units of one wallet that expire at one instant unless they are used."""

    wallet: str
    name: TextsOut
    amount: int
    expires_at: datetime


class EndingsOut(Schema):
    """What a member loses if nothing happens, the soonest first."""

    expiring: list[EndingOut]


class MovementOut(Schema):
    """One movement; ``change`` is what it did to the available units."""

    id: str
    wallet: str
    change: int
    pending_change: int
    held_change: int
    cause: str
    cause_id: Annotated[
        str, Field(description="The activity, redemption or transfer behind it; empty for others.")
    ]
    rule: str
    why: str
    price: Annotated[
        list[str],
        Field(description="Of a purchase: what promotions took off and points paid, a sentence each."),
    ]
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    expires_at: datetime | None


class StatementOut(Schema):
    """One page of movements, newest first."""

    movements: list[MovementOut]
    next_cursor: NextCursor


@router.get(
    "/members/{member_id}/wallets", response=WalletsOut, auth=Bearer("wallets.read"), summary="Read wallets"
)
def wallet_list(request: Call, member_id: MemberId) -> WalletsOut:
    """What the member has now: available, pending, held, and what expires soon."""
    found = member_id_of(request.club, member_id)
    wording = wording_of(request.club, request.now)
    wallets = selectors.wallets_get(request.club, found, request.now)
    ending = selectors.expiring(request.club, found, request.now + EXPIRING_WITHIN, request.now)
    return WalletsOut(
        currency=request.club.currency,
        wallets=[
            WalletOut(
                wallet=wallet.unit,
                name=TextsOut.of(wording.wallet(wallet.unit)),
                kind=KINDS[WalletKind(wallet.kind)],
                available=wallet.available,
                pending=wallet.pending,
                held=wallet.held,
                earned_ever=wallet.earned_ever,
                expiring=[
                    ExpiringOut(amount=each.amount, expires_at=each.expires_at)
                    for each in ending
                    if each.unit == wallet.unit
                ],
            )
            for wallet in wallets.values()
        ],
    )


@router.get(
    "/members/{member_id}/holds", response=HoldsOut, auth=Bearer("wallets.read"), summary="List open holds"
)
def hold_list(request: Call, member_id: MemberId) -> HoldsOut:
    """What is set aside for the member now, and until when."""
    found = selectors.holds_open(request.club, member_id_of(request.club, member_id))
    return HoldsOut(
        holds=[
            HoldOut(
                id=ids.public("hold", hold.id),
                wallet=hold.unit,
                amount=hold.amount,
                purpose=hold.purpose,
                opened_at=hold.opened_at,
                expires_at=hold.expires_at,
            )
            for hold in found
        ]
    )


@router.get(
    "/members/{member_id}/expiring",
    response=EndingsOut,
    auth=Bearer("wallets.read"),
    summary="List what expires",
)
def expiring_list(
    request: Call,
    member_id: MemberId,
    days: Annotated[int, Query(60, ge=1, le=3660, description="How many days ahead.")],
) -> EndingsOut:
    """What the member loses in the coming days if nothing is used, by instant and wallet."""
    wording = wording_of(request.club, request.now)
    found = selectors.expiring(
        request.club,
        member_id_of(request.club, member_id),
        request.now + timedelta(days=days),
        request.now,
    )
    return EndingsOut(
        expiring=[
            EndingOut(
                wallet=each.unit,
                name=TextsOut.of(wording.wallet(each.unit)),
                amount=each.amount,
                expires_at=each.expires_at,
            )
            for each in found
        ]
    )


@router.get(
    "/members/{member_id}/statement",
    response=StatementOut,
    auth=Bearer("wallets.read"),
    summary="Read the statement",
)
def statement(
    request: Call,
    member_id: MemberId,
    wallet: Annotated[QueryText, Query("", description="This wallet alone.")],
    cursor: Cursor,
    limit: Limit,
) -> StatementOut:
    """Every movement with its cause in words, newest first."""
    club, member = request.club, member_id_of(request.club, member_id)
    page = selectors.statement_list(club, member, unit=wallet or None, cursor=cursor or None, limit=limit)
    wording, lang = wording_of(club, request.now), lang_of(request)
    bought = [row.cause_id for row in page.rows if row.cause is Cause.ACTIVITY]
    prices = prices_said(club, alias_set(club, member), bought)
    return StatementOut(
        movements=[
            _movement(
                row,
                said(club, _why(row, wording), lang),
                [said(club, each, lang) for each in prices.get(row.cause_id, ())],
            )
            for row in page.rows
        ],
        next_cursor=page.next_cursor,
    )


def _movement(row: StatementRow, why: str, price: list[str]) -> MovementOut:
    cause_id = ""
    if row.cause in {Cause.ACTIVITY, Cause.RETURN} or (
        row.cause is Cause.CONFIRMATION and row.cause_id != row.entry_id
    ):
        cause_id = ids.public("activity", row.cause_id)
    elif row.cause is Cause.REDEMPTION:
        cause_id = ids.public("redemption", row.cause_id)
    elif row.cause is Cause.TRANSFER:
        cause_id = ids.public("transfer", row.cause_id)
    elif row.cause is Cause.POOL:
        cause_id = ids.public("member", row.cause_id)
    return MovementOut(
        id=ids.public("posting", row.posting_id),
        wallet=row.unit,
        change=row.change,
        pending_change=row.pending_change,
        held_change=row.held_change,
        cause=CAUSES[row.cause],
        cause_id=cause_id,
        rule=row.rule,
        why=why,
        price=price,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        business_date=row.business_date,
        expires_at=row.expires_at,
    )


def _why(row: StatementRow, wording: Wording) -> Phrase:
    if row.cause is Cause.RETURN:
        return Phrase(_("Taken back with returned goods: {rule}"), {"rule": wording.rule(row.rule)})
    if row.cause is Cause.CONFIRMATION and row.pending_change + row.change < 0:
        return Phrase(CANCELLED)
    if row.cause is Cause.EXPIRY and row.reason == "inactivity":
        return Phrase(INACTIVE)
    if row.cause is Cause.ACTIVITY and not row.rule:
        return Phrase(_("Paid for a purchase"))
    if row.cause is Cause.ACTIVITY:
        return Phrase(_("By the rule “{rule}”"), {"rule": wording.rule(row.rule)})
    return Phrase(SENTENCES[row.cause], {"reason": row.reason})
