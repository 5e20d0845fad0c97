"""Purchases whose price is a story: a promotion, a coupon, points that pay, and what is left."""

from __future__ import annotations

from bashgah.activities.carts import cart_evaluate
from bashgah.activities.services import settle_one
from bashgah.activities.types import (
    AmountsIn,
    CartIn,
    LineIn,
    MemberRef,
    PaymentIn,
    PurchaseIn,
    Settled,
)
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.members.types import MemberInfo
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests.cast import given
from tests.coupons import coupon_of


def bought_with_points(club: ClubInfo, member: MemberInfo) -> Settled:
    """500,000 toman, a fifth off by «شب یلدا», 250 points pay 25,000 toman of the rest."""
    now, draft = clock.now(), draft_get(club)
    wallets = [
        {**each, "worth": 1_000} if each["key"] == "points" else each for each in draft.document["wallets"]
    ]
    yalda = {"key": "yalda", "name": {"fa": "شب یلدا", "en": "Yalda night"}}
    deal = {"kind": "percent", "permille": 200}
    document = {
        **draft.document,
        "wallets": wallets,
        "promotions": [{**yalda, "deal": deal}],
        "pay_with_points": {"least": 10},
    }
    saved = draft_save(club=club, document=document, revision=draft.revision, actor=SYSTEM, now=now)
    draft_publish(club=club, revision=saved.revision, actor=SYSTEM, now=now)
    given(club, member, 300, now=now)
    now, ref = clock.now(), MemberRef(id=public("member", member.id))
    cart = CartIn(member=ref, branch="101", lines=(LineIn(sku="tv", gross=5_000_000),), pay=250)
    found = cart_evaluate(club=club, cart=cart, actor=SYSTEM, now=now)
    assert found.id is not None
    told = PurchaseIn(
        source="pos", reference="Y-1", occurred_at=now, member=ref, quote=public("quote", found.id)
    )
    return settle_one(told, club=club, actor=SYSTEM, now=now)


def bought_with_coupon(club: ClubInfo, member: MemberInfo) -> Settled:
    """500,000 toman, of which a coupon takes a tenth off and the shop itself 20,000."""
    now = clock.now()
    coupon = coupon_of(club, member, now=now, amount=500_000)
    told = PurchaseIn(
        source="pos",
        reference="Y-2",
        occurred_at=now,
        member=MemberRef(id=public("member", member.id)),
        amounts=AmountsIn(gross=5_000_000, discount=700_000),
        paid_with=(PaymentIn(coupon=coupon.code),),
    )
    return settle_one(told, club=club, actor=SYSTEM, now=now)
