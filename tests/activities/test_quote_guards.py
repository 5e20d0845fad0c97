"""What keeps quotes honest at their edges: a use is given back once, codes are not guessed one by one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.services import anonymous_claim
from bashgah.activities.types import CartIn
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.refusals import Refusal
from bashgah.members.services import member_enrol
from bashgah.members.types import MemberInfo
from tests.activities.test_quotes import (
    BASKET,
    SOON,
    counted,
    evaluated,
    promotion,
    purchase,
    settles,
    shop_with,
)
from tests.cast import LONG_AGO, NOW

pytestmark = pytest.mark.django_db


def test_a_purchase_claimed_after_all_of_it_came_back_gives_no_use_back_again() -> None:
    shop = shop_with(promotion("open", uses=5))
    bought = settles(shop, purchase(shop, evaluated(shop, member=None), nobody=True))
    settles(shop, purchase(shop, evaluated(shop, member=None), "P-2", nobody=True))
    shop.tell(shop.returns("R-1", "P-1", at=SOON), now=SOON)
    assert counted(shop)[1] == {"~open.uses": 1}
    anonymous_claim(
        club=shop.club, anonymous_id=bought.activity_id, member_id=shop.sara.id, actor=SYSTEM, now=SOON
    )
    assert counted(shop)[1] == {"~open.uses": 1}


def test_who_guesses_codes_for_one_member_after_another_is_stopped() -> None:
    shop = shop_with(promotion("dairy", codes=["REAL-CODE"]))
    till, other = Actor("key", "key_till", "Till"), Actor("key", "key_other", "Other")
    members = [
        member_enrol(club=shop.club, mobile=f"0912000{number:04d}", channel="till", now=LONG_AGO)
        for number in range(16)
    ]

    def tries(member: MemberInfo, *codes: str, actor: Actor = till, now: datetime = NOW) -> Evaluated:
        cart = CartIn(member=shop.ref(member), branch="101", lines=BASKET, codes=codes)
        return cart_evaluate(club=shop.club, cart=cart, actor=actor, now=now, preview_only=True)

    for member in members[:15]:
        tries(member, *(f"GUESS-{number}" for number in range(20)))
    with pytest.raises(Refusal) as refused:
        tries(members[15], "REAL-CODE")
    assert (refused.value.code, refused.value.status) == ("too_many", 429)
    assert refused.value.extra == {"retry_after": 600}
    assert tries(members[15], "REAL-CODE", actor=other).quote.discount == 300_000
    later = NOW + timedelta(seconds=600)
    assert tries(members[15], "REAL-CODE", now=later).quote.discount == 300_000
