"""What others hear of a settlement: ids and figures, in the same transaction, nothing personal."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from bashgah.activities.services import settle
from bashgah.activities.types import AmountsIn, PurchaseIn
from bashgah.ground.types import SYSTEM
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW, SARA_MOBILE

pytestmark = pytest.mark.django_db


def news(shop: Shop) -> list[tuple[str, dict[str, object]]]:
    """The club's news of settlements so far, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, payload FROM ground_news"
            " WHERE club_id = %s AND kind ~ 'settled|anonymous|^tier' ORDER BY id",
            [shop.club.id],
        )
        return [(kind, json.loads(payload)) for kind, payload in cursor.fetchall()]


def test_a_purchase_tells_its_credits_balances_and_the_rise() -> None:
    shop = open_shop()
    answer = shop.buys("A-1", 10_000_000)
    (first, told), (rise, step) = news(shop)
    assert (first, rise) == ("purchase.settled", "tier.raised")
    assert told["activity"] == str(answer.activity_id)
    assert (told["day"], told["branch"], told["net"]) == ("2026-11-21", "101", 100_000_000)
    assert told["credits"] == [{"wallet": "points", "amount": 100}, {"wallet": "status", "amount": 100}]
    assert told["balances"] == [{"wallet": "points", "available": 100}, {"wallet": "credit", "available": 0}]
    assert (step["before"], step["after"], step["name"]) == ("", "gold", {"fa": "طلایی", "en": "Gold"})
    assert SARA_MOBILE not in json.dumps(news(shop))
    assert "سارا" not in json.dumps(news(shop), ensure_ascii=False)


def test_a_refused_or_repeated_fact_is_no_news() -> None:
    shop = open_shop()
    told = shop.purchase("A-1", amount=100_000)
    settle([told, told, shop.purchase("A-1", amount=200_000)], club=shop.club, actor=SYSTEM, now=NOW)
    shop.tell(told)
    assert [kind for kind, _ in news(shop)] == ["purchase.settled", "tier.raised"]


def test_an_anonymous_purchase_is_news_of_nobody() -> None:
    shop = open_shop()
    shop.tell(PurchaseIn(source="pos", reference="N-1", occurred_at=NOW, amounts=AmountsIn(gross=10)))
    ((kind, told),) = news(shop)
    assert (kind, told["net"], told["credits"]) == ("purchase.anonymous", 10, [])
