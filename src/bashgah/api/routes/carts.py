"""Carts: what they would cost and earn, every reason why not, and the promise that a purchase may take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.couponed import CouponOff, coupon_parts
from bashgah.activities.discounts import promotion_name, promotion_said, took_off
from bashgah.activities.types import AmountsIn, CartIn, LineIn, MemberRef
from bashgah.api.bearer import Bearer, Call
from bashgah.api.once import once
from bashgah.api.routes.rewards import OfferOut, offer_out
from bashgah.api.strict import Body, Flag, Text, Whole
from bashgah.api.through import lang_of
from bashgah.api.values import AmountOut, DiscountPartOut, TextsOut, said
from bashgah.engine.promotions.quotes import Given, Payment, Refused
from bashgah.kit import ids

router = Router(tags=["carts"])

Short64 = Annotated[Text, Field(max_length=64)]
KeyText = Annotated[Text, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Money = Annotated[Whole, Field(le=10**15)]
Quantity = Annotated[Whole, Field(ge=1, le=10**12, description="thousandths: 1500 is one and a half")]


class CartMember(Body):
    """A member by one of their names; exactly one is given."""

    id: Short64 = ""
    mobile: Short64 = ""
    card: Short64 = ""
    external: Annotated[Text, Field(max_length=120)] = ""
    qr: Annotated[Text, Field(max_length=200)] = ""


class CartLine(Body):
    """One line; amounts are totals of the line, ``discount`` what the shop itself gives."""

    no: Annotated[Whole, Field(le=100_000)] = 0
    sku: Short64 = ""
    name: Annotated[Text, Field(max_length=200)] = ""
    category: Annotated[list[Short64], Field(max_length=8)] = []
    brand: Short64 = ""
    quantity: Quantity = 1000
    gross: Money
    discount: Money = 0
    tax: Money = 0


class CartAmounts(Body):
    """A cart known by its amounts alone: promotions on goods cannot be judged then."""

    gross: Money
    discount: Money = 0
    tax: Money = 0


class CartBody(Body):
    """A cart as the shop rang it up.

    ``codes`` are what was typed, ``coupons`` the member's coupons by code or id (``cpn_…``), ``pay_units``
    how many units the member wants to pay with.
    ``preview_only`` asks without being promised anything.
    """

    member: CartMember | None = None
    branch: Short64 = ""
    channel: KeyText = "pos"
    currency: Annotated[Text, Field(max_length=3)] = ""
    lines: Annotated[list[CartLine], Field(max_length=1000)] = []
    amounts: CartAmounts | None = None
    shipping: Money = 0
    payment_methods: Annotated[list[KeyText], Field(max_length=10)] = []
    codes: Annotated[list[Short64], Field(max_length=20)] = []
    coupons: Annotated[
        list[Short64],
        Field(
            max_length=20,
            description="Coupons the member wants to use, by code or id. What they take off comes off "
            "the shop's prices first, promotions see what is left; the purchase that takes the quote "
            "uses them up.",
        ),
    ] = []
    pay_units: Money = 0
    pool: Annotated[
        bool,
        Field(
            description="The units are those of the shared account (household or company) that the member is "
            "in, as far as their role and this month's limit let."
        ),
    ] = False
    preview_only: Flag = False


class PartOut(Schema):
    """What one promotion takes off a line."""

    promotion: str
    amount: int


class CouponPartOut(Schema):
    """What one coupon takes off a line."""

    coupon: str
    amount: int


class PricedLineOut(Schema):
    """A line at the shop's price, what coupons and promotions take off it, and what is left."""

    no: int
    before: int
    discount: int
    net: int
    promotions: list[PartOut]
    coupons: list[CouponPartOut]


class CouponOffOut(Schema):
    """A coupon the cart names and gets, and how much of which line; a cart without lines is line 0."""

    coupon: str
    name: TextsOut
    amount: int
    lines: list[DiscountPartOut]
    reasons: list[str]


class GivenOut(Schema):
    """A promotion the cart gets; ``sentence`` is what it says, ``reasons`` what it did here."""

    promotion: str
    name: TextsOut
    sentence: str
    amount: int
    shipping: int
    lines: list[DiscountPartOut]
    reasons: list[str]


class NotGivenOut(Schema):
    """A promotion the cart does not get: every reason, with what is missing."""

    promotion: str
    name: TextsOut
    sentence: str
    reasons: list[str]


class PointsPaymentOut(Schema):
    """What of the bill units may pay: at most ``units`` worth ``money``, in steps, from ``least`` on.

    ``chosen`` of them pay ``paid`` of this cart; ``rest`` of the goods is left to be paid in money.
    """

    wallet: str
    worth: Annotated[int, Field(description="What one unit pays.")]
    least: int
    step: int
    most_permille: int
    remainder: str
    units: int
    money: int
    chosen: int
    paid: int
    rest: int
    reasons: list[str]


class CartCouponOut(Schema):
    """A coupon of the member's or one the cart names, and every reason why this cart cannot use it."""

    id: str
    name: TextsOut
    kind: str
    gives: str
    code_end: str
    expires_at: datetime | None
    usable: bool
    reasons: list[str]


class WhyEarnedOut(Schema):
    """What one earning rule would give for the cart, and why."""

    rule: str
    amounts: list[AmountOut]
    reasons: list[str]


class CartOut(Schema):
    """A cart's prices and points; ``id`` (``qte_…``) is what a purchase commits until ``valid_until``."""

    id: str | None
    valid_until: datetime | None
    member_id: str | None
    currency: str
    lines: list[PricedLineOut]
    promotions: list[GivenOut]
    coupon_discounts: Annotated[
        list[CouponOffOut],
        Field(description="What the coupons that the cart names take off."),
    ]
    not_given: list[NotGivenOut]
    unknown_codes: list[str]
    goods: int
    shipping: int
    tax: int
    discount: Annotated[int, Field(description="What promotions and coupons take off.")]
    total: Annotated[int, Field(description="Goods and shipping after promotions, before points pay.")]
    to_pay: Annotated[int, Field(description="What is left to pay in money, tax included.")]
    earns: list[AmountOut]
    why: list[WhyEarnedOut]
    pay_with_points: PointsPaymentOut | None
    rewards: list[OfferOut]
    coupons: list[CartCouponOut]


@router.post("/carts/evaluate", response=CartOut, auth=Bearer("activities.write"), summary="Evaluate a cart")
@once()
def cart_evaluation(request: Call, body: CartBody) -> CartOut:
    """What a cart costs after promotions, what it earns, what points can pay, what is missing for more.

    The answer is a quote: a purchase that names it gets exactly these prices while it is valid, and uses up
    the coupons in ``coupon_discounts`` (``coupon_used`` where another purchase was quicker: nothing of it is
    recorded then). Wrong codes are counted and soon refused with 429.
    """
    found = cart_evaluate(
        club=request.club,
        cart=_cart(body),
        actor=request.actor,
        now=request.now,
        preview_only=body.preview_only,
        rewards_for="till" if body.channel == "pos" else "api",
    )
    return _out(request, found)


def _cart(body: CartBody) -> CartIn:
    member, amounts = body.member, body.amounts
    return CartIn(
        member=None if member is None else MemberRef(**member.model_dump()),
        branch=body.branch,
        channel=body.channel,
        currency=body.currency,
        lines=tuple(LineIn(**{**line.model_dump(), "category": tuple(line.category)}) for line in body.lines),
        amounts=None if amounts is None else AmountsIn(**amounts.model_dump()),
        shipping=body.shipping,
        payment_methods=tuple(body.payment_methods),
        codes=tuple(body.codes),
        coupons=tuple(body.coupons),
        pay=body.pay_units,
        pool=body.pool,
    )


def _out(request: Call, found: Evaluated) -> CartOut:
    quote, club, lang = found.quote, request.club, lang_of(request)
    taken = coupon_parts(found.coupon_offs)
    return CartOut(
        id=ids.public("quote", found.id) if found.id else None,
        valid_until=found.valid_until,
        member_id=ids.public("member", found.member_id) if found.member_id else None,
        currency=club.currency,
        lines=[
            PricedLineOut(
                no=line.no,
                before=line.before + sum(part for _name, part in taken.get(line.no, ())),
                discount=line.before + sum(part for _name, part in taken.get(line.no, ())) - line.net,
                net=line.net,
                promotions=[PartOut(promotion=key, amount=part) for key, part in line.offs],
                coupons=[CouponPartOut(coupon=name, amount=part) for name, part in taken.get(line.no, ())],
            )
            for line in quote.lines
        ],
        promotions=[_given(request, found, each) for each in quote.given],
        coupon_discounts=[_coupon_off(request, each) for each in found.coupon_offs],
        not_given=[_refused(request, found, each) for each in quote.refused],
        unknown_codes=list(quote.unknown),
        goods=quote.goods,
        shipping=quote.shipping,
        tax=quote.fact.tax,
        discount=found.discount,
        total=quote.total,
        to_pay=found.to_pay,
        earns=AmountOut.list_of(found.earns),
        why=[
            WhyEarnedOut(
                rule=each.rule,
                amounts=AmountOut.list_of(each.amounts),
                reasons=[said(club, reason, lang) for reason in each.reasons],
            )
            for each in quote.decision.trace
        ],
        pay_with_points=_payment(request, found, quote.payment) if quote.payment else None,
        rewards=[offer_out(request, each) for each in found.rewards],
        coupons=[
            CartCouponOut(
                id=ids.public("coupon", each.coupon.id),
                name=TextsOut.of(each.coupon.name),
                kind=each.coupon.kind,
                gives=said(club, each.coupon.gives, lang),
                code_end=each.coupon.code_end,
                expires_at=each.coupon.expires_at,
                usable=not each.reasons,
                reasons=[said(club, reason, lang) for reason in each.reasons],
            )
            for each in found.coupons
        ],
    )


def _coupon_off(request: Call, off: CouponOff) -> CouponOffOut:
    told = took_off(off.coupon.name, off.amount, request.club.currency)
    return CouponOffOut(
        coupon=ids.public("coupon", off.coupon.id),
        name=TextsOut.of(off.coupon.name),
        amount=off.amount,
        lines=[DiscountPartOut(no=no, amount=part) for no, part in off.lines],
        reasons=[said(request.club, told, lang_of(request))],
    )


def _given(request: Call, found: Evaluated, given: Given) -> GivenOut:
    lang = lang_of(request)
    return GivenOut(
        promotion=given.promotion,
        name=TextsOut.of(promotion_name(found.compiled, given.promotion)),
        sentence=promotion_said(found.compiled, given.promotion, lang, request.club),
        amount=given.amount,
        shipping=given.shipping,
        lines=[DiscountPartOut(no=no, amount=part) for no, part in given.lines],
        reasons=[said(request.club, reason, lang) for reason in given.reasons],
    )


def _refused(request: Call, found: Evaluated, refused: Refused) -> NotGivenOut:
    lang = lang_of(request)
    return NotGivenOut(
        promotion=refused.promotion,
        name=TextsOut.of(promotion_name(found.compiled, refused.promotion)),
        sentence=promotion_said(found.compiled, refused.promotion, lang, request.club),
        reasons=[said(request.club, reason, lang) for reason in refused.reasons],
    )


def _payment(request: Call, found: Evaluated, payment: Payment) -> PointsPaymentOut:
    terms, lang = found.compiled.document.pay_with_points, lang_of(request)
    assert terms is not None  # noqa: S101 - a quote has a payment only where the program has terms
    return PointsPaymentOut(
        wallet=payment.wallet,
        worth=found.compiled.wallets[payment.wallet].worth,
        least=terms.least,
        step=terms.step,
        most_permille=terms.most_permille,
        remainder=terms.remainder,
        units=payment.units,
        money=payment.money,
        chosen=payment.chosen,
        paid=payment.paid,
        rest=found.quote.goods - payment.paid,
        reasons=[said(request.club, reason, lang) for reason in payment.reasons],
    )
