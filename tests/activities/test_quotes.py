"""A cart's quote and the purchase that takes it: exactly what was promised, counted, given back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from msgspec import structs

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.promises import KEPT_FOR, VALID_FOR, quotes_sweep
from bashgah.activities.proving import promotions_against_purchases
from bashgah.activities.recomputing import member_recompute
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import CartIn, LineIn, MemberRef, PaymentIn, PurchaseIn, Settled
from bashgah.activities.whys import activity_why_all
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests.activities.shop import Shop, line, open_shop, program
from tests.cast import NOW, given

pytestmark = pytest.mark.django_db

DAIRY = {"field": "line.category", "op": "under", "value": "dairy"}
MILK = LineIn(sku="milk", category=("food", "dairy"), quantity=3000, gross=3_000_000)
RICE = LineIn(sku="rice", category=("food",), gross=5_000_000)
BASKET = (MILK, RICE)
SOON = NOW + timedelta(minutes=5)


def promotion(key: str, **terms: Any) -> dict[str, Any]:
    """Ten percent off dairy, unless the terms say otherwise."""
    deal = terms.pop("deal", {"kind": "percent", "permille": 100})
    return {
        "key": key,
        "name": {"fa": f"پیشنهاد {key}", "en": f"Offer {key}"},
        "deal": deal,
        "lines": DAIRY,
        **terms,
    }


def shop_with(*promotions: dict[str, Any], **document: Any) -> Shop:
    return open_shop(document={"promotions": list(promotions), **document})


def evaluated(shop: Shop, *lines: LineIn, member: Any = "sara", now: Any = NOW, **more: Any) -> Evaluated:
    ref = None if member is None else shop.ref(shop.sara if member == "sara" else member)
    preview = more.pop("preview_only", False)
    cart = CartIn(member=ref, branch="101", lines=lines or BASKET, **more)
    return cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=now, preview_only=preview)


def purchase(shop: Shop, quote: Evaluated, reference: str = "P-1", **more: Any) -> PurchaseIn:
    assert quote.id is not None
    nobody = more.pop("nobody", False)
    told = PurchaseIn(
        source="pos",
        reference=reference,
        occurred_at=SOON,
        member=None if nobody else shop.ref(shop.sara),
        quote=public("quote", quote.id),
    )
    return structs.replace(told, **more)


def settles(shop: Shop, told: PurchaseIn, now: Any = SOON) -> Settled:
    return shop.tell(told, now=now)


def refusal(shop: Shop, told: PurchaseIn, now: Any = SOON) -> Refusal:
    with pytest.raises(Refusal) as refused:
        shop.tell(told, now=now)
    assert "{" not in say(refused.value.phrase, "fa") + say(refused.value.phrase, "en")
    return refused.value


def counted(shop: Shop) -> tuple[dict[str, int], dict[str, int]]:
    """What members used and what all members took."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT limit_key, used FROM history_used WHERE limit_key LIKE '~%'")
        used = dict(cursor.fetchall())
        cursor.execute("SELECT key, spent FROM programs_budget WHERE key LIKE '~%'")
        return used, dict(cursor.fetchall())


LIMITED = {
    "limits": [{"window": "ever", "most": 1}], "uses": 10, "budget": 1_000_000,
    "codes": ["YALDA-1", "YALDA-2"], "single_use_codes": True,
}  # fmt: skip
COUNTS = (
    {"~limited.#times.ever": 1},
    {"~limited.uses": 1, "~limited.money": 300_000, "~limited.code.YALDA-1": 1},
)
NOTHING = ({"~limited.#times.ever": 0}, {"~limited.uses": 0, "~limited.money": 0, "~limited.code.YALDA-1": 0})


def test_a_cart_is_priced_by_line_and_says_what_it_would_earn() -> None:
    shop = shop_with(promotion("dairy"), promotion("more", minimum_quantity=5000))
    found = evaluated(shop)
    assert [(each.no, each.before, each.net) for each in found.quote.lines] == [
        (1, 3_000_000, 2_700_000), (2, 5_000_000, 5_000_000),
    ]  # fmt: skip
    assert (found.quote.goods, found.to_pay, dict(found.earns)) == (
        7_700_000,
        7_700_000,
        {"points": 7, "status": 7},
    )
    (missing,) = found.quote.refused
    assert [say(each, "en") for each in missing.reasons] == ["at least 5 pieces of it are needed, 2 more"]
    assert found.valid_until == NOW + VALID_FOR


def test_a_preview_promises_nothing() -> None:
    shop = shop_with(promotion("dairy"))
    assert evaluated(shop, preview_only=True).id is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM activities_quote")
        assert cursor.fetchone()[0] == 0


def test_a_purchase_gets_what_its_quote_promised() -> None:
    shop = shop_with(promotion("dairy"))
    settled = settles(shop, purchase(shop, evaluated(shop)))
    assert settled.points_of("points") == 7
    assert [(each.promotion, each.amount, each.lines) for each in settled.discounts] == [
        ("dairy", 300_000, ((1, 300_000),))
    ]
    kept = activity_get(shop.club, settled.activity_id)
    assert (kept.gross, kept.net, kept.branch) == (8_000_000, 7_700_000, "101")
    assert [each.discount for each in kept.fact.lines] == [300_000, 0]
    assert kept.fact.promotions == settled.discounts


def test_prices_stay_promised_when_the_promotion_is_gone_meanwhile() -> None:
    shop = shop_with(promotion("dairy"))
    quote = evaluated(shop)
    draft = draft_save(
        club=shop.club, document=program(), revision=draft_get(shop.club).revision, actor=SYSTEM, now=NOW
    )
    draft_publish(club=shop.club, revision=draft.revision, actor=SYSTEM, now=NOW + timedelta(minutes=1))
    assert evaluated(shop, now=SOON).quote.given == ()
    assert sum(each.amount for each in settles(shop, purchase(shop, quote)).discounts) == 300_000


@pytest.mark.parametrize("discount", [0, 300_000])
def test_lines_may_be_told_at_the_shops_prices_or_the_promised_ones(discount: int) -> None:
    shop = shop_with(promotion("dairy"))
    told = purchase(
        shop, evaluated(shop), branch="101", lines=(structs.replace(MILK, discount=discount), RICE)
    )
    assert activity_get(shop.club, settles(shop, told).activity_id).net == 7_700_000


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"branch": "101", "lines": (MILK,)}, "quote_cart_changed"),
    ({"branch": "102", "lines": BASKET}, "quote_cart_changed"),
    ({"branch": "101", "lines": (structs.replace(MILK, quantity=4000), RICE)}, "quote_cart_changed"),
    ({"branch": "101", "lines": (structs.replace(MILK, gross=2_900_000), RICE)}, "quote_cart_changed"),
    ({"branch": "101", "lines": (structs.replace(MILK, discount=299_999), RICE)}, "quote_price_mismatch"),
    ({"branch": "101", "lines": BASKET, "shipping": 1}, "quote_price_mismatch"),
    ({"quote": "qte_00000000000000000000000000"}, "quote_not_found"),
    ({"quote": "nonsense"}, "quote_not_found"),
]


@pytest.mark.parametrize(("change", "code"), CHANGES)
def test_another_cart_than_the_quoted_one_is_refused(change: dict[str, Any], code: str) -> None:
    shop = shop_with(promotion("dairy"))
    told = structs.replace(purchase(shop, evaluated(shop)), **change)
    assert refusal(shop, told).code == code


def test_a_quote_is_of_one_member_once_and_for_a_while() -> None:
    shop = shop_with(promotion("dairy"))
    quote = evaluated(shop)
    assert refusal(shop, purchase(shop, quote, member=shop.ref(shop.reza))).code == "quote_of_another"
    assert refusal(shop, purchase(shop, quote, nobody=True)).code == "quote_of_another"
    late = NOW + VALID_FOR + timedelta(seconds=1)
    assert refusal(shop, purchase(shop, quote), now=late).code == "quote_expired"
    first = settles(shop, purchase(shop, quote))
    assert refusal(shop, purchase(shop, quote, "P-2")).code == "quote_used"
    again = settles(shop, purchase(shop, quote), now=late)
    assert again.repeated
    assert again == structs.replace(first, repeated=True)


def test_two_purchases_of_one_batch_do_not_take_one_quote() -> None:
    from bashgah.activities.services import settle

    shop = shop_with(promotion("dairy"))
    quote = evaluated(shop)
    first, second = settle(
        [purchase(shop, quote), purchase(shop, quote, "P-2")], club=shop.club, actor=SYSTEM, now=SOON
    )
    assert isinstance(first, Settled)
    assert second.refusal.code == "quote_used"  # type: ignore[union-attr]


def test_every_limit_is_counted_and_given_back_by_a_whole_return_alone() -> None:
    shop = shop_with(promotion("limited", **LIMITED))
    settles(shop, purchase(shop, evaluated(shop, codes=("yalda-1",))))
    assert counted(shop) == COUNTS
    shop.tell(shop.returns("R-1", "P-1", (1, 1000), at=SOON), now=SOON)
    assert counted(shop) == COUNTS
    shop.tell(shop.returns("R-2", "P-1", at=SOON), now=SOON)
    assert counted(shop) == NOTHING
    assert evaluated(shop, codes=("YALDA-1",), now=SOON).quote.discount == 300_000


def test_goods_come_back_at_the_price_that_was_paid() -> None:
    shop = shop_with(promotion("dairy", deal={"kind": "amount", "amount": 100_000}))
    settles(shop, purchase(shop, evaluated(shop)))
    nets = []
    for count in range(3):
        back = shop.tell(shop.returns(f"R-{count}", "P-1", (1, 1000), at=SOON), now=SOON)
        nets.append(activity_get(shop.club, back.activity_id).net)
    assert nets == [966_667, 966_667, 966_666]
    assert sum(nets) == 2_900_000


def test_what_was_used_up_meanwhile_refuses_the_quote_and_says_which() -> None:
    shop = shop_with(promotion("once", limits=[{"window": "day", "most": 1}]))
    first, second = evaluated(shop), evaluated(shop)
    settles(shop, purchase(shop, first))
    refused = refusal(shop, purchase(shop, second, "P-2"))
    assert (refused.code, refused.extra["promotion"]) == ("promotion_used_up", "once")
    (told,) = evaluated(shop, now=SOON).quote.refused
    assert [say(each, "en") for each in told.reasons] == [
        "at most 1 times a day, and today it was already given so often"
    ]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"uses": 1}, "all 1 of it have been given"),
        (
            {"budget": 400_000},
            "of its budget of 40,000 toman only 10,000 toman are left, which is not enough",
        ),
        ({"codes": ["ONE-CODE"], "single_use_codes": True}, "this code was used before"),
    ],
)
def test_what_members_share_is_never_exceeded(terms: dict[str, Any], reason: str) -> None:
    shop = shop_with(promotion("few", **terms))
    codes = tuple(terms.get("codes", ()))
    quotes = [evaluated(shop, codes=codes), evaluated(shop, member=shop.reza, codes=codes)]
    settles(shop, purchase(shop, quotes[0]))
    refused = refusal(shop, purchase(shop, quotes[1], "P-2", member=shop.ref(shop.reza)))
    assert refused.code == "promotion_used_up"
    (told,) = evaluated(shop, member=shop.reza, codes=codes).quote.refused
    assert [say(each, "en") for each in told.reasons] == [reason]


def test_a_stranger_gets_what_is_not_counted_by_member() -> None:
    shop = shop_with(promotion("open", uses=2), promotion("once", limits=[{"window": "ever", "most": 1}]))
    quote = evaluated(shop, member=None)
    assert [each.promotion for each in quote.quote.given] == ["open"]
    assert [say(each, "en") for each in quote.quote.refused[0].reasons] == [
        "it is counted for each member: name the member"
    ]
    told = purchase(shop, quote, nobody=True)
    assert settles(shop, told).member_id is None
    assert refusal(shop, purchase(shop, quote, "P-2", nobody=True)).code == "quote_used"
    assert counted(shop)[1] == {"~open.uses": 1}
    shop.tell(shop.returns("R-1", "P-1", at=SOON), now=SOON)
    assert counted(shop)[1] == {"~open.uses": 0}


def test_a_claimed_purchase_gives_its_use_back_once() -> None:
    from bashgah.activities.services import anonymous_claim

    shop = shop_with(promotion("open", uses=2))
    bought = settles(shop, purchase(shop, evaluated(shop, member=None), nobody=True))
    shop.tell(shop.returns("R-1", "P-1", (1, 3000), at=SOON), now=SOON)
    anonymous_claim(
        club=shop.club, anonymous_id=bought.activity_id, member_id=shop.sara.id, actor=SYSTEM, now=SOON
    )
    assert counted(shop)[1] == {"~open.uses": 1}
    shop.tell(shop.returns("R-2", "P-1", at=SOON), now=SOON)
    assert counted(shop)[1] == {"~open.uses": 0}


PAYING = {
    "wallets": [
        {"key": "points", "kind": "points", "name": {"fa": "امتیاز", "en": "Points"}, "worth": 10_000},
        {"key": "status", "kind": "status", "name": {"fa": "امتیاز سطح", "en": "Status"}},
        {"key": "credit", "kind": "credit", "name": {"fa": "اعتبار", "en": "Credit"}, "worth": 1},
    ],
    "pay_with_points": {"least": 10, "step": 10, "most_permille": 500},
}


def test_points_pay_the_part_that_was_promised() -> None:
    shop = shop_with(promotion("dairy"), **PAYING)
    given(shop.club, shop.sara, 100)
    quote = evaluated(shop, pay=75)
    assert quote.quote.payment is not None
    assert (quote.quote.payment.chosen, quote.quote.payment.paid, quote.to_pay) == (70, 700_000, 7_000_000)
    settled = settles(shop, purchase(shop, quote))
    assert (settled.points_of("points"), dict(quote.earns)["points"]) == (7, 7)
    assert settled.balances[0].available == 37
    shop.tell(shop.returns("R-1", "P-1", at=SOON), now=SOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT available FROM ledger_wallet WHERE unit = 'points'")
        assert cursor.fetchone()[0] == 100


def test_payment_of_a_quote_is_checked_like_any_other() -> None:
    shop = shop_with(**PAYING)
    given(shop.club, shop.sara, 100)
    quote = evaluated(shop, pay=100)
    other = PaymentIn(wallet="points", amount=50)
    assert refusal(shop, purchase(shop, quote, paid_with=(other,))).code == "quote_payment_differs"
    settles(shop, purchase(shop, evaluated(shop, pay=50), "P-0"))
    assert refusal(shop, purchase(shop, quote)).code == "points_short"


def test_a_quote_that_would_earn_less_by_now_says_so() -> None:
    capped = {"limits": [{"window": "week", "most": 10}]}
    shop = open_shop(base=capped, document={"promotions": [promotion("dairy")]})
    first, second = evaluated(shop), evaluated(shop)
    settles(shop, purchase(shop, first))
    refused = refusal(shop, purchase(shop, second, "P-2"))
    assert (refused.code, refused.extra["promised"], refused.extra["now"]) == ("quote_outdated", 7, 3)


def test_wrong_codes_are_counted_and_right_ones_are_not() -> None:
    shop = shop_with(promotion("dairy", codes=["REAL-CODE"]))
    for _ in range(25):
        assert evaluated(shop, codes=("real-code",)).quote.discount == 300_000
    for number in range(20):
        assert evaluated(shop, codes=(f"GUESS-{number}",)).quote.unknown == (f"GUESS-{number}",)
    with pytest.raises(Refusal) as refused:
        evaluated(shop, codes=("REAL-CODE",))
    assert (refused.value.code, refused.value.status) == ("too_many", 429)


def test_a_code_may_be_typed_in_persian_digits() -> None:
    shop = shop_with(promotion("dairy", codes=["SALE-20"]))
    for typed in ("sale-۲۰", "SALE-٢٠"):
        assert evaluated(shop, codes=(typed,)).quote.discount == 300_000


def test_many_codes_in_one_cart_are_as_many_guesses() -> None:
    shop = shop_with(promotion("dairy", codes=["REAL-CODE"]))
    many = tuple(f"GUESS-{number}" for number in range(14))
    assert len(evaluated(shop, codes=(*many, "REAL-CODE")).quote.unknown) == 14
    with pytest.raises(Refusal, match="too_many"):
        evaluated(shop, codes=many)
    assert evaluated(shop, codes=(*many[:5], "REAL-CODE")).quote.discount == 300_000
    with pytest.raises(Refusal, match="too_many"):
        evaluated(shop, codes=("GUESS-A", "GUESS-B"))


def test_an_amount_alone_is_told_that_promotions_by_line_cannot_be_judged() -> None:
    from bashgah.activities.types import AmountsIn

    shop = shop_with(promotion("dairy"))
    cart = CartIn(member=shop.ref(shop.sara), branch="101", amounts=AmountsIn(gross=8_000_000))
    found = cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=NOW)
    assert [say(each, "en") for each in found.quote.refused[0].reasons] == [
        "not judged: the purchase was recorded by amount alone, without invoice lines"
    ]
    assert dict(found.earns)["points"] == 8


def test_quotes_nobody_took_are_swept_and_taken_ones_stay() -> None:
    shop = shop_with(promotion("dairy"))
    settles(shop, purchase(shop, evaluated(shop)))
    evaluated(shop, now=SOON)
    assert quotes_sweep(SOON + VALID_FOR + KEPT_FOR - timedelta(seconds=1)) == 0
    assert quotes_sweep(SOON + VALID_FOR + KEPT_FOR + timedelta(seconds=1)) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM activities_quote WHERE activity_id IS NOT NULL")
        assert cursor.fetchone()[0] == 1


def test_windows_are_those_of_the_purchases_day() -> None:
    shop = shop_with(promotion("daily", limits=[{"window": "day", "most": 1}]))
    settles(shop, purchase(shop, evaluated(shop)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT window_start, used FROM history_used WHERE limit_key LIKE '~%'")
        assert cursor.fetchall() == [(date(2026, 11, 21), 1)]


def test_a_member_is_named_in_any_way() -> None:
    shop = shop_with(promotion("dairy"))
    cart = CartIn(member=MemberRef(mobile="09121234567"), branch="101", lines=BASKET)
    assert cart_evaluate(club=shop.club, cart=cart, actor=SYSTEM, now=NOW).member_id == shop.sara.id
    assert line("x", 1).gross == 10


@pytest.mark.corrupts
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE history_used SET used = used + 1 WHERE limit_key LIKE '~%'", "promotion_uses_differ"),
        ("UPDATE history_used SET used = 0 WHERE limit_key LIKE '~%'", "promotion_uses_differ"),
        (
            "UPDATE programs_budget SET spent = spent - 1 WHERE key = '~limited.money'",
            "promotion_spent_differs",
        ),
        ("UPDATE activities_quote SET activity_id = id", "quote_without_purchase"),
    ],
)
def test_proof_counts_the_uses_again(statement: str, code: str) -> None:
    shop = shop_with(promotion("limited", **LIMITED))
    settles(shop, purchase(shop, evaluated(shop, codes=("YALDA-1",))))
    assert [finding.code for finding in promotions_against_purchases(shop.club.id)] == []
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert code in {finding.code for finding in promotions_against_purchases(None)}


def test_computed_again_a_quoted_purchase_keeps_the_program_of_its_quote() -> None:
    shop = shop_with(promotion("dairy"))
    quote = evaluated(shop)
    doubled = program(base={"effects": [{"wallet": "points", "amount": "fixed", "params": {"units": 500}}]})
    draft = draft_save(
        club=shop.club, document=doubled, revision=draft_get(shop.club).revision, actor=SYSTEM, now=NOW
    )
    draft_publish(club=shop.club, revision=draft.revision, actor=SYSTEM, now=NOW + timedelta(minutes=1))
    assert settles(shop, purchase(shop, quote)).points_of("points") == 7
    found = member_recompute(club=shop.club, member_id=shop.sara.id, since=date(2026, 1, 1), now=SOON)
    assert found.is_right


def test_why_names_the_promotions_and_what_they_took_off() -> None:
    shop = shop_with(promotion("dairy"))
    settled = settles(shop, purchase(shop, evaluated(shop)))
    told = activity_why_all(shop.club, activity_get(shop.club, settled.activity_id), now=SOON)
    assert [say(each.why, "en") for each in told.discounts] == ["“Offer dairy” took 30,000 toman off"]
