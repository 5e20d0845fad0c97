"""What a fact may name wrongly, and what is asked of things that are not there: each has its own code."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from msgspec import structs

from bashgah.activities.recomputing_many import recompute_get, recompute_run
from bashgah.activities.review import review_accept, review_discard, review_get, reviews_list
from bashgah.activities.types import CustomIn, PaymentIn, PurchaseIn, PurchaseRef
from bashgah.activities.waiting import return_discard, returns_waiting
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from tests.activities.shop import Shop, line, open_shop
from tests.activities.test_review import held
from tests.cast import NOW, ketab
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def refusal_of(act: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code, refused.value.status


def custom(shop: Shop, purchase: PurchaseRef) -> CustomIn:
    return CustomIn(
        source="pos",
        reference="V-1",
        occurred_at=NOW,
        member=shop.ref(shop.sara),
        type="review",
        attributes={"stars": 5, "text": "x"},
        purchase=purchase,
    )


def test_a_fact_about_a_purchase_of_nobody_is_refused(shop: Shop) -> None:
    bought = PurchaseIn(source="pos", reference="A-1", occurred_at=NOW, lines=(line("milk", 100_000),))
    shop.tell(bought)
    about = custom(shop, PurchaseRef(reference="A-1"))
    assert refusal_of(lambda: shop.tell(about)) == ("purchase_anonymous", 409)


@pytest.mark.parametrize("both", [True, False])
def test_a_purchase_is_named_in_one_way(shop: Shop, both: bool) -> None:
    bought = shop.tell(shop.purchase("A-1", amount=100_000))
    named = PurchaseRef(activity=public("activity", bought.activity_id), reference="A-1")
    back = structs.replace(shop.returns("R-1", "A-1"), purchase=named if both else PurchaseRef())
    assert refusal_of(lambda: shop.tell(back)) == ("purchase_unclear", 422)


def test_a_hold_of_somebody_else_pays_nothing(shop: Shop) -> None:
    shop.buys("A-0", 2_000_000, member=shop.reza)
    hold = Hand(shop.club, shop.reza.id).holds(12, now=NOW)
    paid = PaymentIn(hold=public("hold", hold.id))
    told = shop.purchase("A-1", amount=100_000, paid_with=(paid,))
    assert refusal_of(lambda: shop.tell(told)) == ("hold_not_found", 404)


@pytest.mark.parametrize("wallet", ["nothing", "status"])
def test_a_wallet_that_is_not_there_or_counts_no_money_pays_nothing(shop: Shop, wallet: str) -> None:
    told = shop.purchase("A-1", amount=100_000, paid_with=(PaymentIn(wallet=wallet, amount=1),))
    assert refusal_of(lambda: shop.tell(told)) == ("wallet_not_found", 422)


def test_goods_come_back_by_the_lines_they_were_bought_by(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("milk", 250_000), line("rice", 480_000)))
    shop.buys("A-2", 100_000)
    assert refusal_of(lambda: shop.tell(shop.returns("R-1", "A-1", (3, 1000)))) == ("line_not_found", 422)
    assert refusal_of(lambda: shop.tell(shop.returns("R-2", "A-2", (1, 1000)))) == ("line_not_found", 422)
    by_amount = structs.replace(shop.returns("R-3", "A-1"), amount=100)
    assert refusal_of(lambda: shop.tell(by_amount)) == ("return_needs_lines", 422)


def test_a_held_fact_of_another_club_is_not_there(shop: Shop) -> None:
    club, other = held(shop, "A-1"), ketab().club
    (waits,) = reviews_list(club).rows
    for act in (review_accept, review_discard):
        decides = refusal_of(lambda act=act: act(club=other, id=waits.id, actor=SYSTEM, now=NOW))
        assert decides == ("review_not_found", 404)
    assert refusal_of(lambda: review_get(other, waits.id)) == ("review_not_found", 404)
    assert review_get(club, waits.id).state == "waiting"


def test_a_return_that_waits_is_let_go_once_and_by_its_own_club(shop: Shop) -> None:
    assert refusal_of(lambda: shop.tell(shop.returns("R-1", "NEVER-TOLD"))) == ("return_waits", 202)
    (waits,) = returns_waiting(shop.club)
    other = ketab().club

    def lets_go(club: object = shop.club) -> tuple[str, int]:
        return refusal_of(lambda: return_discard(club=club, id=waits.id, actor=SYSTEM, now=NOW))

    assert lets_go(other) == ("return_not_found", 404)
    return_discard(club=shop.club, id=waits.id, actor=SYSTEM, now=NOW)
    assert lets_go() == ("return_not_found", 404)


def test_a_run_of_computing_again_that_is_not_there(shop: Shop) -> None:
    assert refusal_of(lambda: recompute_get(shop.club, uuid4())) == ("recompute_not_found", 404)
    runs = refusal_of(lambda: recompute_run(club=shop.club, id=uuid4(), now=NOW))
    assert runs == ("recompute_not_found", 404)
