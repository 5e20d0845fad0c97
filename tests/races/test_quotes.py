"""Many hands taking quotes: what all members share is never exceeded, one quote is taken once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from bashgah.activities import promises, sharing
from bashgah.activities.carts import cart_evaluate
from bashgah.activities.services import settle_one
from bashgah.activities.types import CartIn, LineIn, MemberRef, PurchaseIn, Settled
from bashgah.engine.states import Slot
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.members.services import member_enrol
from bashgah.programs import budgets
from tests.activities.shop import Shop, open_shop
from tests.cast import LONG_AGO, NOW
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


def shop_with(**terms: Any) -> Shop:
    offer = {
        "key": "offer",
        "name": {"fa": "پیشنهاد", "en": "Offer"},
        "deal": {"kind": "percent", "permille": 100},
        **terms,
    }
    return open_shop(document={"promotions": [offer]})


def quoted(shop: Shop, member: UUID | None, *codes: str) -> str:
    ref = None if member is None else MemberRef(id=public("member", member))
    cart = CartIn(member=ref, branch="101", lines=(LineIn(sku="a", gross=1_000_000),), codes=codes)
    found = cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=NOW)
    assert found.id is not None
    assert found.quote.discount == 100_000
    return public("quote", found.id)


def taken(shop: Shop, member: UUID | None, quote: str, reference: str) -> str:
    ref = None if member is None else MemberRef(id=public("member", member))
    told = PurchaseIn(source="pos", reference=reference, occurred_at=NOW, member=ref, quote=quote)
    try:
        settled = settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)
    except Refusal as refusal:
        return refusal.code
    assert isinstance(settled, Settled)
    return "settled"


def members(shop: Shop, count: int) -> list[UUID]:
    return [
        member_enrol(club=shop.club, mobile=f"0912000{i:04d}", channel="till", now=LONG_AGO).id
        for i in range(count)
    ]


def spent() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(spent) FROM programs_budget")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("terms", "codes", "most", "took"),
    [
        ({"uses": 3}, (), 3, 3),
        ({"budget": 350_000}, (), 3, 300_000),
        ({"codes": ["ONLY-ONE"], "single_use_codes": True}, ("ONLY-ONE",), 1, 1),
    ],
)
def test_many_hands_share_a_promotion_to_its_end_and_not_beyond(
    terms: dict[str, Any], codes: tuple[str, ...], most: int, took: int
) -> None:
    shop = shop_with(**terms)
    people = members(shop, HANDS)
    quotes = [quoted(shop, person, *codes) for person in people]
    got = at_once(HANDS, lambda place: taken(shop, people[place], quotes[place], f"P-{place}"))
    assert sorted(map(str, got)) == ["promotion_used_up"] * (HANDS - most) + ["settled"] * most
    assert spent() == took


def test_one_member_has_what_is_once_a_customer_once() -> None:
    shop = shop_with(limits=[{"window": "ever", "most": 1}])
    quotes = [quoted(shop, shop.sara.id) for _ in range(HANDS)]
    got = at_once(HANDS, lambda place: taken(shop, shop.sara.id, quotes[place], f"P-{place}"))
    assert sorted(map(str, got)) == ["promotion_used_up"] * (HANDS - 1) + ["settled"]


@pytest.mark.parametrize("nobody", [False, True])
def test_many_hands_take_one_quote_once(nobody: bool) -> None:
    shop = shop_with(uses=100)
    member = None if nobody else shop.sara.id
    quote = quoted(shop, member)
    got = at_once(HANDS, lambda place: taken(shop, member, quote, f"P-{place}"))
    assert sorted(map(str, got)) == ["quote_used"] * (HANDS - 1) + ["settled"]
    assert spent() == 1


@pytest.mark.corrupts
def test_without_the_lock_of_the_row_two_hands_take_the_last_use(monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_read = threading.Barrier(2)

    def careless(cur: psycopg.Cursor[Any], club_id: UUID, slots: Iterable[Slot]) -> dict[Slot, int]:
        found = budgets.budgets_read(cur, club_id, slots)
        both_have_read.wait(timeout=10)
        return found

    shop = shop_with(uses=2)
    people = members(shop, 3)
    quotes = [quoted(shop, person) for person in people]
    assert taken(shop, people[2], quotes[2], "P-first") == "settled"
    monkeypatch.setattr(sharing, "budgets_lock", careless)
    got = at_once(2, lambda place: taken(shop, people[place], quotes[place], f"P-{place}"))
    assert got == ["settled", "settled"], "both took the last use"
    assert spent() == 3


@pytest.mark.corrupts
def test_without_the_lock_of_the_quote_two_hands_take_a_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)

    def careless(_cur: psycopg.Cursor[Any], _promises: Iterable[promises.Promise]) -> None:
        both.wait(timeout=10)

    shop = shop_with()
    quote = quoted(shop, None)
    monkeypatch.setattr(promises, "promises_lock", careless)
    assert at_once(2, lambda place: taken(shop, None, quote, f"P-{place}")) == ["settled", "settled"]
