"""Promotions on carts: what each deal takes off, to the last rial, and every reason why not."""
# ruff: noqa: E501 a table reads best in one line a case

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bashgah.engine.decisions import Spent, Used
from bashgah.engine.document import Program
from bashgah.engine.facts import Fact, Line
from bashgah.engine.sentences import payment_sentence, promotion_sentence
from bashgah.engine.states import Standing, State
from bashgah.engine.validation import problems
from bashgah.kit.phrases import say
from tests.engine.carts import BREAD, DAIRY, bread, cart, milk, nets, program, promotion, quoted
from tests.engine.cases import SATURDAY, TEHRAN, WALLETS, rule

PERCENT = {"kind": "percent", "permille": 100}
WEIGHED = Line(0, sku="cheese", category=("food", "dairy"), quantity=1250, gross=1001)

DEALS: list[tuple[str, dict[str, Any], dict[str, Any], list[Line], list[int]]] = [
    ("ten percent of all", PERCENT, {}, [milk(1000), bread(500)], [900, 450]),
    ("rounded down once, shared by remainder", PERCENT, {}, [milk(333), milk(333), milk(333)], [300, 300, 300]),
    ("the last rial goes to the larger remainder", PERCENT, {}, [milk(105), bread(104)], [95, 94]),
    ("less than a rial is nothing", {"kind": "percent", "permille": 1}, {}, [milk(999)], [999]),
    ("everything off", {"kind": "percent", "permille": 1000}, {}, [milk(7), bread(5)], [0, 0]),
    ("on chosen lines", PERCENT, {"lines": DAIRY}, [milk(1000), bread(500)], [900, 500]),
    ("capped", PERCENT, {"most": 60}, [milk(1000), bread(500)], [960, 480]),
    ("a cap that is not reached", PERCENT, {"most": 150}, [milk(1000), bread(500)], [900, 450]),
    ("never below the lowest price", PERCENT, {"lowest_price": 950}, [milk(1000), bread(960)], [950, 950]),
    ("what is cheaper already stays", PERCENT, {"lowest_price": 950}, [milk(900)], [900]),
    ("the shop's own discount comes first", PERCENT, {}, [milk(1000, discount=400)], [540]),
    ("an amount for the order", {"kind": "amount", "amount": 100}, {}, [milk(200), bread(100)], [133, 67]),
    ("an amount larger than the order", {"kind": "amount", "amount": 900}, {}, [milk(200), bread(100)], [0, 0]),
    (
        "an amount finds place where a floor leaves it",
        {"kind": "amount", "amount": 100}, {"lowest_price": 90}, [milk(200), bread(100)], [108, 92],
    ),
    ("an amount a line", {"kind": "amount", "amount": 30, "per": "line"}, {}, [milk(200, 4), bread(20)], [170, 0]),
    ("an amount a piece", {"kind": "amount", "amount": 30, "per": "piece"}, {}, [milk(200, 4)], [80]),
    ("weighed goods are one piece", {"kind": "amount", "amount": 30, "per": "piece"}, {}, [WEIGHED], [971]),
    ("a fixed price a piece", {"kind": "fixed_price", "price": 40}, {}, [milk(200, 4), bread(39)], [160, 39]),
    ("a fixed price a kilogram, rounded up", {"kind": "fixed_price", "price": 333}, {}, [WEIGHED], [417]),
    ("buy two get one", {"kind": "buy_get", "buy": 2, "get": 1}, {}, [milk(300, 3)], [200]),
    ("two pieces are not three", {"kind": "buy_get", "buy": 2, "get": 1}, {}, [milk(200, 2)], [200]),
    ("the cheapest is free", {"kind": "buy_get", "buy": 2, "get": 1}, {}, [milk(90), milk(50), milk(70)], [90, 0, 70]),
    ("of equal prices the first", {"kind": "buy_get", "buy": 1, "get": 1}, {}, [milk(50), milk(50)], [0, 50]),
    ("two sets", {"kind": "buy_get", "buy": 2, "get": 1}, {}, [milk(600, 6)], [400]),
    ("at most one set", {"kind": "buy_get", "buy": 2, "get": 1, "times": 1}, {}, [milk(600, 6)], [500]),
    ("a begun set gives what it has", {"kind": "buy_get", "buy": 2, "get": 2}, {}, [milk(300, 3)], [200]),
    ("pieces of a price that does not divide", {"kind": "buy_get", "buy": 2, "get": 1}, {}, [milk(100, 3)], [67]),
    (
        "the second at half price",
        {"kind": "buy_get", "buy": 1, "get": 1, "permille": 500}, {}, [milk(101), milk(90)], [101, 45],
    ),
    (
        "another product free",
        {"kind": "buy_get", "buy": 2, "get": 1, "of": BREAD}, {"lines": DAIRY},
        [milk(400, 4), bread(90, 3)], [400, 30],
    ),
    (
        "another product that is there in part",
        {"kind": "buy_get", "buy": 1, "get": 1, "of": BREAD}, {"lines": DAIRY},
        [milk(400, 4), bread(50)], [400, 0],
    ),
    ("of three the cheapest", {"kind": "cheapest_free", "every": 3}, {}, [milk(90), bread(20), milk(50)], [90, 0, 50]),
    (
        "of six the two cheapest, wherever they lie",
        {"kind": "cheapest_free", "every": 3}, {}, [milk(400, 4), bread(40, 2)], [400, 0],
    ),
    ("of seven still two", {"kind": "cheapest_free", "every": 3}, {}, [milk(700, 7)], [500]),
    (
        "two of five",
        {"kind": "cheapest_free", "every": 5, "free": 2}, {}, [milk(300, 3), bread(20, 2)], [300, 0],
    ),
    (
        "the first bracket",
        {"kind": "brackets", "brackets": [{"at_least": 500, "permille": 50}, {"at_least": 1000, "permille": 100}]},
        {}, [milk(999)], [950],
    ),
    (
        "the best bracket",
        {"kind": "brackets", "brackets": [{"at_least": 500, "permille": 50}, {"at_least": 1000, "permille": 100}]},
        {}, [milk(1000)], [900],
    ),
    (
        "below every bracket",
        {"kind": "brackets", "brackets": [{"at_least": 500, "permille": 50}]}, {}, [milk(499)], [499],
    ),
    (
        "brackets by quantity, amounts off",
        {"kind": "brackets", "by": "quantity", "brackets": [{"at_least": 3000, "amount": 70}]},
        {}, [milk(200, 2), bread(100)], [153, 77],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("deal", "terms", "lines", "costs"), [row[1:] for row in DEALS], ids=[r[0] for r in DEALS]
)
def test_a_deal_takes_off(
    deal: dict[str, Any], terms: dict[str, Any], lines: list[Line], costs: list[int]
) -> None:
    found = quoted(program(promotion("offer", deal, **terms)), cart(*lines))
    assert nets(found) == costs
    assert found.goods == sum(costs)
    assert found.discount == sum(line.before for line in found.lines) - sum(costs)


def test_shipping_is_free_or_free_in_part() -> None:
    free = program(promotion("ship", {"kind": "free_shipping"}))
    assert quoted(free, cart(milk(100), shipping=50)).total == 100
    part = program(promotion("ship", {"kind": "free_shipping", "up_to": 30}))
    found = quoted(part, cart(milk(100), shipping=50))
    assert (found.goods, found.shipping, found.discount) == (100, 20, 30)
    assert say(found.given[0].reasons[0], "en") == "takes 3 toman off shipping"


def test_promotions_follow_one_another_by_priority_each_on_what_is_left() -> None:
    first = promotion("half", {"kind": "percent", "permille": 500}, priority=1)
    second = promotion("amount", {"kind": "amount", "amount": 100}, priority=2)
    assert nets(quoted(program(first, second), cart(milk(1000)))) == [400]
    assert nets(quoted(program({**second, "priority": 0}, first), cart(milk(1000)))) == [450]
    told = quoted(program(first, second), cart(milk(1000)))
    assert [(each.promotion, each.amount) for each in told.given] == [("half", 500), ("amount", 100)]
    assert told.lines[0].offs == (("half", 500), ("amount", 100))


def test_of_a_group_the_one_that_takes_most_is_given() -> None:
    found = quoted(
        program(
            promotion("ten", PERCENT, group="g"),
            promotion("hundred", {"kind": "amount", "amount": 150}, group="g"),
        ),
        cart(milk(1000)),
    )
    assert nets(found) == [850]
    (refused,) = found.refused
    assert refused.promotion == "ten"
    assert [say(reason, "en") for reason in refused.reasons] == ["“Offer hundred” is given instead"]


@pytest.mark.parametrize(
    ("permille", "given"), [(249, ["ten", "more"]), (251, ["alone"]), (235, ["ten", "more"])]
)
def test_what_stands_alone_is_given_where_it_takes_off_more(permille: int, given: list[str]) -> None:
    found = quoted(
        program(
            promotion("alone", {"kind": "percent", "permille": permille}, combines="alone"),
            promotion("ten", PERCENT),
            promotion("more", {"kind": "amount", "amount": 150}),
        ),
        cart(milk(1000)),
    )
    assert [each.promotion for each in found.given] == given
    assert len(found.refused) == 3 - len(given)


def test_a_code_is_needed_and_not_told_to_who_does_not_have_it() -> None:
    compiled = program(promotion("secret", PERCENT, codes=["YALDA-1405", "FRIEND"]))
    without = quoted(compiled, cart(milk(1000)))
    assert (nets(without), without.refused) == ([1000], ())
    with_it = quoted(compiled, cart(milk(1000), coupons=(" yalda-1405", "OTHER")))
    assert nets(with_it) == [900]
    assert with_it.unknown == ("OTHER",)


REFUSALS: list[tuple[dict[str, Any], State, str]] = [
    ({"minimum_value": 1500}, State(), "at least 150 toman of it is needed, 50 toman more"),
    ({"minimum_quantity": 3000}, State(), "at least 3 pieces of it are needed, 2 more"),
    ({"lines": BREAD}, State(), "nothing in the cart is part of it"),
    ({"schedule": {"weekdays": [6]}}, State(), "it applies only on Friday"),
    ({"schedule": {"occasions": ["yalda"]}}, State(), "it applies only at Yalda night"),
    (
        {"when": {"field": "member.tier.main", "op": "at_least", "value": "gold"}},
        State(standings={"main": Standing("silver")}),
        "the tier in Naderi tiers is Silver; Gold or higher is needed",
    ),
    (
        {"limits": [{"window": "ever", "most": 1}]},
        State(used={("~offer.#times.ever", date.min): 1}),
        "at most 1 times in all, and it was already given so often",
    ),
    ({"uses": 100}, State(budgets={("~offer.uses", date.min, ""): 0}), "all 100 of it have been given"),
]


@pytest.mark.parametrize(("terms", "state", "reason"), REFUSALS)
def test_every_reason_is_said(terms: dict[str, Any], state: State, reason: str) -> None:
    found = quoted(program(promotion("offer", PERCENT, **terms)), cart(milk(1000)), state)
    assert nets(found) == [1000]
    assert [say(each, "en") for each in found.refused[0].reasons] == [reason]


@pytest.mark.parametrize(
    ("deal", "terms", "reason"),
    [
        ({"kind": "buy_get", "buy": 3, "get": 1}, {}, "3 more pieces of it are needed"),
        ({"kind": "cheapest_free", "every": 4}, {}, "3 more pieces of it are needed"),
        (
            {"kind": "buy_get", "buy": 1, "get": 1, "of": BREAD},
            {"lines": DAIRY},
            "put into the cart what it gives: a line where the product is bread",
        ),
        ({"kind": "fixed_price", "price": 9999}, {}, "it takes nothing off this cart"),
        ({"kind": "free_shipping"}, {}, "it takes nothing off this cart"),
    ],
)
def test_what_is_missing_is_said(deal: dict[str, Any], terms: dict[str, Any], reason: str) -> None:
    found = quoted(program(promotion("offer", deal, **terms)), cart(milk(1000)))
    assert [say(each, "en") for each in found.refused[0].reasons] == [reason]


def test_limits_and_uses_count_what_was_given_alone() -> None:
    limited = {"limits": [{"window": "month", "most": 2}], "uses": 5}
    state = State(budgets={("~a.uses", date.min, ""): 1, ("~b.uses", date.min, ""): 9})
    found = quoted(
        program(promotion("a", PERCENT, **limited), promotion("b", {"kind": "free_shipping"}, **limited)),
        cart(milk(1000)),
        state,
    )
    assert found.used == (Used("~a.#times.month", date(2026, 10, 23), 1),)
    assert found.spent == (Spent(("~a.uses", date.min, ""), 1),)


def test_points_are_earned_on_what_is_paid() -> None:
    compiled = program(promotion("half", {"kind": "percent", "permille": 500}), rules=[rule()])
    found = quoted(compiled, cart(milk(4_000_000)))
    assert [(credit.wallet, credit.amount) for credit in found.decision.credits] == [("points", 20)]
    assert found.fact.lines[0].discount == 2_000_000


PAY = {"wallet": "points", "least": 50, "step": 10, "most_permille": 300}


@pytest.mark.parametrize(
    ("terms", "goods", "balance", "wanted", "units", "paid"),
    [
        ({}, 10_000, 1000, None, 300, 0),
        ({}, 10_000, 1000, 120, 300, 1200),
        ({}, 10_000, 1000, 129, 300, 1200),
        ({}, 10_000, 1000, 5000, 300, 3000),
        ({}, 10_000, 1000, 40, 300, 0),
        ({}, 10_000, 99, 99, 90, 900),
        ({"most_permille": 1000, "step": 1}, 1005, 1000, 1000, 100, 1000),
        ({"most_permille": 1000, "step": 1, "remainder": "one_more"}, 1005, 1000, 1000, 101, 1005),
        ({"most_permille": 999, "step": 1, "remainder": "one_more"}, 1005, 1000, 1000, 100, 1000),
    ],
)
def test_part_of_a_bill_is_paid_by_points(
    terms: dict[str, Any], goods: int, balance: int, wanted: int | None, units: int, paid: int
) -> None:
    compiled = program(pay_with_points={**PAY, **terms})
    found = quoted(compiled, cart(milk(goods)), State(balances={"points": balance}), pay=wanted)
    assert found.payment is not None
    assert (found.payment.units, found.payment.paid) == (units, paid)
    assert found.fact.paid_by_points == paid


@pytest.mark.parametrize(
    ("goods", "balance", "reason"),
    [
        (10_000, 20, "paying begins at 50 points; 30 points more are needed"),
        (1_000, 900, "paying begins at 50 points, worth 50 toman; the bill is too small"),
    ],
)
def test_why_points_cannot_pay_is_said(goods: int, balance: int, reason: str) -> None:
    found = quoted(program(pay_with_points=PAY), cart(milk(goods)), State(balances={"points": balance}))
    assert found.payment is not None
    assert [say(each, "en") for each in found.payment.reasons] == [reason]


def test_what_points_pay_lies_on_the_lines_and_earns_nothing() -> None:
    compiled = program(pay_with_points={**PAY, "most_permille": 500}, rules=[rule()])
    of = cart(milk(3_000_000), bread(1_000_000))
    found = quoted(compiled, of, State(balances={"points": 10**6}), pay=200_000)
    assert [line.paid_by_points for line in found.fact.lines] == [1_500_000, 500_000]
    assert [credit.amount for credit in found.decision.credits] == [20]


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"promotions": [promotion("a", PERCENT), promotion("a", PERCENT)]}, "/promotions/1/key"),
    (
        {"promotions": [promotion("a", {"kind": "cheapest_free", "every": 2, "free": 2})]},
        "/promotions/0/deal/free",
    ),
    (
        {"promotions": [promotion("a", {"kind": "brackets", "brackets": [{"at_least": 5}]})]},
        "/promotions/0/deal/brackets/0",
    ),
    (
        {"promotions": [promotion("a", PERCENT, lines={"field": "line.x", "op": "is", "value": "a"})]},
        "/promotions/0/lines/field",
    ),
    ({"promotions": [promotion("a", PERCENT, combines="alone", group="g")]}, "/promotions/0/group"),
    (
        {"promotions": [promotion("a", PERCENT, schedule={"occasions": ["no_day"]})]},
        "/promotions/0/schedule/occasions/0",
    ),
    ({"pay_with_points": {"wallet": "status"}}, "/pay_with_points/wallet"),
    ({"pay_with_points": {"wallet": "points"}}, "/pay_with_points/wallet"),
]


@pytest.mark.parametrize(("terms", "at"), FAULTS)
def test_a_fault_is_found_with_its_place(terms: dict[str, Any], at: str) -> None:
    assert at in [each.at for each in problems(Program.model_validate({"wallets": WALLETS, **terms}))]


def test_a_sentence_leaves_nothing_out() -> None:
    terms = {
        "lines": DAIRY, "codes": ["YALDA"], "minimum_value": 5000, "minimum_quantity": 3000, "most": 900,
        "lowest_price": 100, "limits": [{"window": "ever", "most": 1}], "uses": 1000, "group": "dairy", "priority": 7,
        "schedule": {"occasions": ["yalda"]},
        "when": {"field": "fact.branch", "op": "is", "value": "vanak"},
    }  # fmt: skip
    compiled = program(promotion("full", PERCENT, **terms))
    said = promotion_sentence(compiled.document.promotions[0], compiled.document, "en")
    assert said == (
        "At Yalda night: When the branch is vanak: 10 percent off goods where the category is under dairy. "
        "It needs one of its 1 codes. At least 500 toman of these goods are needed. "
        "At least 3 pieces of these goods are needed. It takes off at most 90 toman. "
        "No piece becomes cheaper than 10 toman by it. Each member can have it at most once in all. "
        "It can be had 1,000 times by all members together. "
        "Of the promotions in “dairy” only the one that takes off most is given. "
        "Its priority is 7; smaller goes first."
    )
    fa = promotion_sentence(compiled.document.promotions[0], compiled.document, "fa")
    assert "YALDA" not in said + fa
    assert not any(
        letter.isascii() and letter.isalpha() for letter in fa.replace("vanak", "").replace("dairy", "")
    )


@pytest.mark.parametrize("row", DEALS, ids=[row[0] for row in DEALS])
def test_every_deal_is_said_in_both_languages(row: Any) -> None:
    compiled = program(promotion("offer", row[1], **row[2]))
    for lang in ("fa", "en"):
        said = promotion_sentence(compiled.document.promotions[0], compiled.document, lang)
        assert "{" not in said


def test_paying_by_points_is_said() -> None:
    compiled = program(pay_with_points=PAY)
    assert compiled.document.pay_with_points is not None
    assert payment_sentence(compiled.document.pay_with_points, compiled.document, "en") == (
        "At most 30 percent of the goods can be paid by Points, 1 toman for each unit. "
        "It begins at 50 points and goes in steps of 10 points. What units do not divide is paid in money."
    )


def test_a_schedule_uses_the_carts_moment() -> None:
    night = datetime(2026, 12, 21, 20, tzinfo=TEHRAN)
    compiled = program(promotion("yalda", PERCENT, schedule={"occasions": ["yalda"]}))
    moments = [SATURDAY, night, night + timedelta(days=1)]
    carts: list[Fact] = [cart(milk(1000), at=at) for at in moments]
    assert [nets(quoted(compiled, each)) for each in carts] == [[1000], [900], [1000]]
