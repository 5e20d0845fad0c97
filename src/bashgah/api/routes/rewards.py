"""Rewards: the catalogue, what one member can have with every reason why not, coupons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.once import once
from bashgah.api.strict import Body, Short, Text
from bashgah.api.through import lang_of
from bashgah.api.values import MemberId, TextsOut, branch_code_of, member_id_of, said
from bashgah.kit import ids
from bashgah.members.selectors import alias_set
from bashgah.rewards import offers, selectors, services
from bashgah.rewards.types import CouponInfo, RewardOffer

router = Router(tags=["rewards"])

Code = Annotated[Text, Field(min_length=1, max_length=100)]


class RewardOut(Schema):
    """A reward of the catalogue; ``stock`` is null where it never runs out."""

    key: str
    name: TextsOut
    description: TextsOut
    conditions: TextsOut
    picture: str
    is_visible: bool
    stock: int | None


class RewardsOut(Schema):
    """The catalogue in the club's own order."""

    rewards: list[RewardOut]


class OfferOut(Schema):
    """A reward as one member sees it now, with every reason why it can't be had."""

    key: str
    kind: str
    name: TextsOut
    description: TextsOut
    conditions: TextsOut
    picture: str
    gives: str
    wallet: str
    price: int
    stock: int | None
    until: date | None
    needs_yes: bool
    can_have: bool
    missing: Annotated[int, Field(description="Units the member lacks for it; 0 when there are enough.")]
    reasons: list[str]


class OffersOut(Schema):
    """What the member can have comes first."""

    offers: list[OfferOut]


class CouponOut(Schema):
    """A coupon; ``code`` is filled only at the moment it is issued, ``code_end`` always."""

    id: str
    member_id: str
    reward: str
    kind: str
    name: TextsOut
    gives: str
    value: dict[str, Any]
    state: str
    code: str
    code_end: str
    issued_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None


class CouponsOut(Schema):
    """A member's coupons, newest first."""

    coupons: list[CouponOut]


class CouponKey(Body):
    """A coupon by its code."""

    code: Code


class CouponUse(Body):
    """Use a coupon up; the same reference again is answered the same."""

    code: Code
    reference: Annotated[Text, Field(min_length=1, max_length=120)]
    branch: Short = ""


@router.get("/rewards", response=RewardsOut, auth=Bearer("rewards.read"), summary="List rewards")
def reward_list(request: Call) -> RewardsOut:
    """The catalogue with its stock."""
    return RewardsOut(
        rewards=[
            RewardOut(
                key=each.key,
                name=TextsOut.of(each.name),
                description=TextsOut.of(each.description),
                conditions=TextsOut.of(each.conditions),
                picture=each.picture,
                is_visible=each.is_visible,
                stock=each.stock,
            )
            for each in selectors.reward_list(request.club)
        ]
    )


@router.get(
    "/members/{member_id}/rewards", response=OffersOut, auth=Bearer("rewards.read"), summary="List offers"
)
def offer_list(request: Call, member_id: MemberId) -> OffersOut:
    """What the member can have now, and what not with all reasons at once."""
    found = member_id_of(request.club, member_id)
    listed = offers.reward_list_for(request.club, found, channel="api", now=request.now)
    return OffersOut(offers=[offer_out(request, each) for each in listed])


@router.get(
    "/members/{member_id}/coupons", response=CouponsOut, auth=Bearer("rewards.read"), summary="List coupons"
)
def coupon_list(request: Call, member_id: MemberId) -> CouponsOut:
    """The member's coupons; codes stay with their owner."""
    found = member_id_of(request.club, member_id)
    listed = selectors.coupon_list(request.club, alias_set(request.club, found), now=request.now)
    return CouponsOut(coupons=[coupon_out(request, each) for each in listed])


@router.post("/coupons/find", response=CouponOut, auth=Bearer("redemptions.make"), summary="Find a coupon")
def coupon_find(request: Call, body: CouponKey) -> CouponOut:
    """Look a coupon up by its code; wrong codes are counted and soon refused with 429."""
    found = services.coupon_find(club=request.club, code=body.code, actor=request.actor, now=request.now)
    return coupon_out(request, found)


@router.post("/coupons/use", response=CouponOut, auth=Bearer("redemptions.make"), summary="Use a coupon")
@once()
def coupon_use(request: Call, body: CouponUse) -> CouponOut:
    """Use a coupon up, once; of two tills with one code exactly one succeeds."""
    used = services.coupon_use(
        club=request.club,
        code=body.code,
        branch=branch_code_of(request.club, body.branch),
        reference=body.reference,
        actor=request.actor,
        now=request.now,
    )
    return coupon_out(request, used)


def coupon_out(request: Call, coupon: CouponInfo) -> CouponOut:
    """Return a coupon as the API shows it."""
    return CouponOut(
        id=ids.public("coupon", coupon.id),
        member_id=ids.public("member", coupon.member_id),
        reward=coupon.reward,
        kind=coupon.kind,
        name=TextsOut.of(coupon.name),
        gives=said(request.club, coupon.gives, lang_of(request)),
        value=dict(coupon.value),
        state=coupon.state,
        code=coupon.code,
        code_end=coupon.code_end,
        issued_at=coupon.issued_at,
        expires_at=coupon.expires_at,
        closed_at=coupon.closed_at,
    )


def offer_out(request: Call, offer: RewardOffer) -> OfferOut:
    """Return an offer as the API shows it."""
    lang = lang_of(request)
    return OfferOut(
        key=offer.key,
        kind=offer.kind,
        name=TextsOut.of(offer.name),
        description=TextsOut.of(offer.description),
        conditions=TextsOut.of(offer.conditions),
        picture=offer.picture,
        gives=said(request.club, offer.gives, lang),
        wallet=offer.unit,
        price=offer.price,
        stock=offer.stock,
        until=offer.until,
        needs_yes=offer.needs_yes,
        can_have=offer.can_have,
        missing=offer.missing,
        reasons=[said(request.club, reason, lang) for reason in offer.reasons],
    )
