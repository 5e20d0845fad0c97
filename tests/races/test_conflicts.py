"""Two who wait for each other: the one the database ends begins anew, from the outermost transaction."""

from __future__ import annotations

import pytest

from bashgah.activities.services import settle_one
from bashgah.activities.types import Settled
from bashgah.ground.conflicts import once_more
from bashgah.ground.types import SYSTEM
from bashgah.members.services import members_lock
from tests.activities.shop import Shop, open_shop, per_step, rule
from tests.cast import NOW
from tests.ledger.hand import Hand
from tests.races.crossing import crossed

pytestmark = pytest.mark.django_db(transaction=True)
SHARED = rule("shared", "purchase", [per_step("points")], budget={"most": 900, "window": "year"})
BUDGET = "SELECT 1 FROM programs_budget FOR UPDATE"


@pytest.fixture
def shop() -> Shop:
    made = open_shop(rules=[SHARED])
    made.buys("A-0", 100_000)
    return made


def test_a_settlement_ended_for_another_is_settled_all_the_same(shop: Shop, app_url: str) -> None:
    told = shop.purchase("A-1", amount=500_000)
    settled = crossed(
        app_url, BUDGET, shop.sara.id, lambda: settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)
    )
    assert isinstance(settled, Settled)
    assert Hand(shop.club, shop.sara.id).wallet(NOW).available == 12


def test_inside_a_callers_transaction_the_caller_begins_anew(shop: Shop, app_url: str) -> None:
    """The caller's own lock is what the other waits for: trying again inside would be ended again."""
    told, begun = shop.purchase("A-1", amount=500_000), []

    def act() -> Settled:
        begun.append(members_lock(shop.club, [shop.sara.id]))
        return settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)

    settled = crossed(app_url, BUDGET, shop.sara.id, lambda: once_more(act))
    assert isinstance(settled, Settled), settled
    assert (len(begun), settled.repeated) == (2, False)
    assert Hand(shop.club, shop.sara.id).wallet(NOW).available == 12
