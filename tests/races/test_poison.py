"""A fact the database refuses never fails its neighbours: the batch is split by halves down to it."""

from __future__ import annotations

import psycopg
import pytest

from bashgah.activities.services import settle
from bashgah.activities.types import Refused, Settled
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from tests.activities.shop import open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("place", [0, 4, 8])
def test_neighbours_of_a_fact_the_database_refuses_are_settled_once(
    owner_connection: psycopg.Connection, place: int
) -> None:
    shop = open_shop()
    owner_connection.execute(
        "ALTER TABLE activities_activity ADD CONSTRAINT poison CHECK (reference <> 'poison')"
    )
    try:
        batch = [
            shop.purchase("poison" if number == place else f"A-{number}", amount=100_000)
            for number in range(9)
        ]
        outcomes = settle(batch, club=shop.club, actor=SYSTEM, now=NOW)
    finally:
        owner_connection.execute("ALTER TABLE activities_activity DROP CONSTRAINT poison")
    refused = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Refused)]
    assert refused == [place]
    assert outcomes[place].refusal.code == "settlement_failed"
    assert all(isinstance(outcome, Settled) and not outcome.repeated for outcome in outcomes[:place])
    assert wallets_get(shop.club, shop.sara.id, NOW)["points"].available == 8
    again = settle(batch, club=shop.club, actor=SYSTEM, now=NOW)
    assert [getattr(outcome, "repeated", None) for outcome in again].count(True) == 8
    assert wallets_get(shop.club, shop.sara.id, NOW)["points"].available == 9
