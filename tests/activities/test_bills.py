"""Points set aside for a bill: agreed to, captured by their purchase once, given back with the goods."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import CartIn, PaymentIn
from bashgah.clubs.services import settings_set
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.redemption import services
from bashgah.redemption.bills import payment_begin
from bashgah.redemption.selectors import redemption_get, redemptions_awaiting_yes
from bashgah.redemption.types import RedemptionInfo
from tests.activities.shop import Shop
from tests.activities.test_quotes import (
    BASKET,
    PAYING,
    SOON,
    evaluated,
    purchase,
    refusal,
    settles,
    shop_with,
)
from tests.cast import NOW, given

pytestmark = pytest.mark.django_db
OMID = Actor(kind="staff", id=public("staff", UUID(int=7)))
TILL = {"channel": "till", "branch": "101"}


@pytest.fixture
def shop() -> Shop:
    """Sara has 100 points, worth 10,000 rials each; the club always asks for her yes."""
    opened = shop_with(**PAYING)
    changed = settings_set(club=opened.club, changes={"redeem_consent": "always"}, now=NOW)
    given(changed, opened.sara, 100)
    return Shop(opened.cast, changed, opened.sara, opened.reza)


def set_aside(shop: Shop, amount: int = 50, **more: Any) -> RedemptionInfo:
    return payment_begin(
        club=shop.club,
        member_id=more.pop("member", shop.sara).id,
        unit="points",
        amount=amount,
        pays=amount * 10_000,
        actor=OMID,
        now=more.pop("now", SOON),
        **TILL,  # type: ignore[arg-type]
    )


def agrees(shop: Shop, found: RedemptionInfo, now: Any = SOON) -> RedemptionInfo:
    """Sara says yes in her portal."""
    sara = Actor(kind="member", id=public("member", shop.sara.id))
    return services.redemption_confirm(club=shop.club, redemption_id=found.id, way="app", actor=sara, now=now)


def quoted(shop: Shop, found: RedemptionInfo, pay: int = 50) -> Evaluated:
    cart = CartIn(member=shop.ref(shop.sara), branch="101", lines=BASKET, pay=pay)
    return cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=SOON, set_aside={"points": found.price})


def named(found: RedemptionInfo) -> tuple[PaymentIn, ...]:
    return (PaymentIn(redemption=public("redemption", found.id)),)


def points(shop: Shop) -> tuple[int, int]:
    found = wallets_get(shop.club, shop.sara.id, SOON)["points"]
    return found.available, found.held


def test_a_purchase_captures_what_was_set_aside_for_it_once_and_its_lines_give_it_back(shop: Shop) -> None:
    found = set_aside(shop)
    assert (found.awaits_yes, found.is_payment, points(shop)) == (True, True, (50, 50))
    assert (found.name.say("en"), say(found.gives, "en")) == ("Paying by points", "50,000 toman of a bill")
    assert [each.id for each in redemptions_awaiting_yes(shop.club, [shop.sara.id], now=SOON)] == [found.id]
    told = purchase(shop, quoted(shop, found), paid_with=named(found))
    assert refusal(shop, told).code == "yes_missing"
    agreed = agrees(shop, found)
    assert (agreed.state, agreed.yes_by, agreed.awaits_yes) == ("open", "app", False)
    assert redemptions_awaiting_yes(shop.club, [shop.sara.id], now=SOON) == []
    first, again = settles(shop, told), settles(shop, told)
    assert (first.repeated, again.repeated) == (False, True)
    assert points(shop) == (50 + first.points_of("points"), 0)
    assert redemption_get(shop.club, found.id, now=SOON).state == "captured"
    assert activity_get(shop.club, first.activity_id).fact.paid_by_points == 500_000
    back = shop.tell(shop.returns("R-1", "P-1", (1, 3000), at=SOON), now=SOON)
    assert [(each.wallet, each.amount) for each in back.given_back] == [("points", 19)]
    rest = shop.tell(shop.returns("R-2", "P-1", at=SOON), now=SOON)
    assert [(each.wallet, each.amount) for each in rest.given_back] == [("points", 31)]
    assert points(shop) == (100, 0)


def test_only_its_own_quote_member_and_time_can_use_it(shop: Shop) -> None:
    found = set_aside(shop)
    agrees(shop, found)
    other = evaluated(shop, member=shop.reza, now=SOON)
    told = purchase(shop, other, "P-9", member=shop.ref(shop.reza), paid_with=named(found))
    assert refusal(shop, told).code == "redemption_unfit"
    fewer = purchase(shop, quoted(shop, found, pay=40), paid_with=named(found))
    assert refusal(shop, fewer).code == "quote_payment_differs"
    late = SOON + timedelta(minutes=11)
    told = purchase(shop, quoted(shop, found), paid_with=named(found))
    assert refusal(shop, told, now=late).code == "redemption_closed"
    assert points(shop) == (50, 50)
    assert services.redemptions_due_release(now=late) == 1
    assert points(shop) == (100, 0)


def test_nothing_but_a_purchase_finishes_it(shop: Shop) -> None:
    found = set_aside(shop)
    agrees(shop, found)
    with pytest.raises(Refusal, match="redemption_of_purchase"):
        services.redemption_capture(club=shop.club, redemption_id=found.id, actor=OMID, now=SOON)
    settles(shop, purchase(shop, quoted(shop, found), paid_with=named(found)))
    with pytest.raises(Refusal, match="redemption_of_purchase"):
        services.redemption_cancel(
            club=shop.club, redemption_id=found.id, reason="a slip", actor=OMID, now=SOON
        )
    second = purchase(shop, evaluated(shop, now=SOON), "P-2", paid_with=named(found))
    assert refusal(shop, second).code == "redemption_closed"


def test_it_is_released_to_its_lots_and_refused_beyond_the_balance(shop: Shop) -> None:
    found = set_aside(shop, 100)
    with pytest.raises(Refusal, match="points_short"):
        set_aside(shop, 10)
    services.redemption_release(club=shop.club, redemption_id=found.id, actor=OMID, now=SOON)
    assert points(shop) == (100, 0)
    assert refusal(shop, purchase(shop, evaluated(shop), paid_with=named(found))).code == "redemption_closed"
