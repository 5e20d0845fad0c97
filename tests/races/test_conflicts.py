"""Two who wait for each other: the one the database ends begins anew, from the outermost transaction."""

from __future__ import annotations

import pytest
from django.db import connection

from bashgah.activities.services import settle, settle_one
from bashgah.activities.types import PaymentIn, Settled
from bashgah.ground.apart import attempt
from bashgah.ground.conflicts import once_more
from bashgah.ground.throttle import throttle_return, throttle_take
from bashgah.ground.types import SYSTEM, Limit
from bashgah.kit.phrases import Phrase
from bashgah.kit.refusals import Refusal
from bashgah.members.services import members_lock
from bashgah.rewards.codes import RANDOM_BYTES, code_from
from tests.activities.shop import Shop, open_shop, per_step, rule
from tests.cast import NOW
from tests.ledger.hand import Hand
from tests.races.crossing import crossed

pytestmark = pytest.mark.django_db(transaction=True)
SHARED = rule("shared", "purchase", [per_step("points")], budget={"most": 900, "window": "year"})
BUDGET = "SELECT 1 FROM programs_budget FOR UPDATE"
WALLET = "SELECT 1 FROM ledger_wallet FOR UPDATE"


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


def tries(key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(cardinality(hits)), 0) FROM ground_throttle WHERE key LIKE %s", [f"{key}%"]
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(("returned", "left"), [(0, 4), (1, 3), (3, 1)])
def test_what_is_begun_anew_counts_its_tries_once(shop: Shop, app_url: str, returned: int, left: int) -> None:
    """One of four tries was another's of the same moment; of three, so many turn out to be no guesses."""
    throttle_take(key="k", limits=[Limit(4, 600)], now=NOW)
    told, begun = shop.purchase("A-1", amount=500_000), []

    def act() -> Settled:
        begun.append("once")
        throttle_take(key="k", limits=[Limit(4, 600)], times=3, now=NOW)
        if returned:
            throttle_return(key="k", times=returned, now=NOW)
        return settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)

    settled = crossed(app_url, BUDGET, shop.sara.id, lambda: once_more(act))
    assert isinstance(settled, Settled), settled
    assert (len(begun), tries("k")) == (2, left)


def test_a_settlement_begun_anew_counts_a_wrong_code_once(shop: Shop, app_url: str) -> None:
    told = [
        shop.purchase("A-1", amount=500_000),
        shop.purchase("A-2", amount=500_000, paid_with=(PaymentIn(coupon=code_from(bytes(RANDOM_BYTES))),)),
    ]
    settled, refused = crossed(
        app_url, WALLET, shop.sara.id, lambda: settle(told, club=shop.club, actor=SYSTEM, now=NOW)
    )
    assert isinstance(settled, Settled)
    assert refused.refusal.code == "coupon_not_found"
    assert tries("coupon:") == 3, "one try under the limits of who asks, two, and of the club, one"


def test_a_wrong_code_of_a_settlement_within_what_is_begun_anew_counts_once(shop: Shop, app_url: str) -> None:
    """The settlement itself was through; what its caller did afterwards was ended."""
    wrong = shop.purchase("A-1", amount=1, paid_with=(PaymentIn(coupon=code_from(bytes(RANDOM_BYTES))),))
    told = shop.purchase("A-2", amount=500_000)

    def act() -> Settled:
        settle([wrong], club=shop.club, actor=SYSTEM, now=NOW)
        return settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)

    settled = crossed(app_url, WALLET, shop.sara.id, lambda: once_more(act))
    assert isinstance(settled, Settled), settled
    assert tries("coupon:") == 3


def test_a_refusal_takes_no_try_back(shop: Shop) -> None:
    def guesses() -> None:
        throttle_take(key="k", limits=[Limit(3, 600)], now=NOW)
        raise Refusal("wrong", Phrase("no"))

    for _ in range(2):
        with pytest.raises(Refusal), attempt():
            once_more(guesses)
    assert tries("k") == 2
