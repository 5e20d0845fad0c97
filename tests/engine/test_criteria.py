"""Criteria: what is accepted, what is refused and where, what each comparison means."""

from datetime import timedelta
from typing import Any

import pytest

from bashgah.engine.catalogue import FIELDS, OPS, fields_for
from bashgah.engine.criteria import parse
from bashgah.engine.criteria.comparing import birthday
from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.criteria.tree import ladders_read, needs_lines, state_fields
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import Standing, State
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from tests.engine.cases import SATURDAY, TOMAN, basket, custom, document, purchase, rule

PROGRAM = document(
    rule(), activity_types={"review": {"stars": "number", "on": "date", "ok": "boolean", "text": "text"}}
)


def judged(when: dict[str, Any], fact: Fact, state: State | None = None, trigger: str = "purchase") -> bool:
    node = parse(when, program=PROGRAM, trigger=trigger)
    return holds(node, Scene(fact, state or State(), PROGRAM.calendar))


def field(key: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": key, "op": op} if value is None else {"field": key, "op": op, "value": value}


DAIRY = Line(
    1, sku="MILK", category=("food", "dairy"), brand="mihan", tags=("cold",), quantity=1500, gross=300
)
BREAD = Line(2, sku="BREAD", category=("food", "bakery"), brand="nan", quantity=2000, gross=200, discount=50)
BOUGHT = basket(DAIRY, BREAD, branch="vanak", city="tehran", channel="app", payment_methods=("card", "cash"))
SARA = State(
    values={
        "member.city": "shiraz",
        "member.tags": ("staff", "vip"),
        "history.purchases": 4,
        "member.attributes.size": 43,
        "member.attributes.vip": True,
        "member.birth_month_day": 830,
    },
    standings={"main": Standing("gold")},
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (field("fact.branch", "is", "vanak"), True),
        (field("fact.branch", "is_not", "vanak"), False),
        (field("fact.branch", "in", ["tajrish", "vanak"]), True),
        (field("fact.branch", "not_in", ["tajrish", "vanak"]), False),
        (field("fact.weekday", "in", [0]), True),
        (field("fact.weekday", "not_in", [0, 1]), False),
        (field("fact.hour", "between", [12, 13]), True),
        (field("fact.hour", "lt", 12), False),
        (field("purchase.gross", "gte", 500), True),
        (field("purchase.net", "gte", 451), False),
        (field("purchase.net", "eq", 450), True),
        (field("purchase.net", "ne", 450), False),
        (field("purchase.net", "gt", 450), False),
        (field("purchase.net", "lte", 450), True),
        (field("purchase.payment_methods", "has", "cash"), True),
        (field("purchase.payment_methods", "has_any", ["x", "cash"]), True),
        (field("purchase.payment_methods", "has_all", ["card", "cash"]), True),
        (field("purchase.payment_methods", "has_all", ["card", "x"]), False),
        (field("purchase.payment_methods", "has_none", ["x"]), True),
        (field("member.city", "is", "shiraz"), True),
        (field("member.gender", "is", "f"), False),
        (field("member.gender", "is_not", "f"), True),
        (field("member.gender", "not_in", ["f"]), True),
        (field("member.tags", "has_any", ["vip"]), True),
        (field("history.purchases", "gte", 4), True),
        (field("history.spend", "gte", 0), False),
        (field("history.spend", "ne", 0), True),
        (field("member.tier.main", "at_least", "silver"), True),
        (field("member.tier.main", "at_least", "diamond"), False),
        (field("member.tier.main", "in", ["gold", "diamond"]), True),
        (field("member.tier.main", "is_not", "gold"), False),
        (field("member.attributes.size", "gt", 42), True),
        (field("member.attributes.size", "is", 43), True),
        (field("member.attributes.vip", "is", True), True),
        (field("member.attributes.vip", "is", 1), False),
        (field("member.attributes.none", "is", "x"), False),
        (field("member.birth_month_day", "this_month"), True),
        (field("member.birth_month_day", "today"), True),
        (field("member.birth_month_day", "within_days", 0), True),
        ({"lines": {"measure": "sum", "op": "eq", "value": 450}}, True),
        ({"lines": {"measure": "sum", "of": "gross", "op": "eq", "value": 500}}, True),
        ({"lines": {"measure": "count", "op": "eq", "value": 2}}, True),
        ({"lines": {"measure": "quantity", "op": "gte", "value": 3500}}, True),
        (
            {
                "lines": {
                    "where": field("line.category", "under", "dairy"),
                    "measure": "sum",
                    "op": "lt",
                    "value": 301,
                }
            },
            True,
        ),
        (
            {
                "lines": {
                    "where": field("line.category", "under", "food"),
                    "measure": "count",
                    "op": "eq",
                    "value": 2,
                }
            },
            True,
        ),
        ({"lines": {"where": field("line.category", "under_none", ["food"]), "measure": "any"}}, False),
        ({"lines": {"where": field("line.brand", "is", "nan"), "measure": "any"}}, True),
        ({"lines": {"where": field("line.brand", "is", "nan"), "measure": "all"}}, False),
        ({"lines": {"where": field("line.net", "gte", 150), "measure": "all"}}, True),
        ({"lines": {"where": field("line.tags", "has_none", ["cold"]), "measure": "any"}}, True),
        ({"all": [field("fact.branch", "is", "vanak"), field("fact.city", "is", "x")]}, False),
        ({"any": [field("fact.branch", "is", "vanak"), field("fact.city", "is", "x")]}, True),
        ({"not": {"any": [field("fact.branch", "is", "x"), field("fact.city", "is", "x")]}}, True),
    ],
)
def test_what_a_condition_means(when: dict[str, Any], expected: bool) -> None:
    assert judged(when, BOUGHT, SARA) is expected


def test_all_of_no_lines_does_not_hold() -> None:
    where = field("line.net", "gte", 0)
    assert not judged({"lines": {"where": where, "measure": "all"}}, basket())


@pytest.mark.parametrize(
    ("when", "stars", "expected"),
    [
        (field("activity.stars", "gte", 4), 5, True),
        (field("activity.stars", "gte", 4), "5", False),
        (field("activity.stars", "gte", 4), True, False),
        (field("activity.stars", "gte", 4), float("nan"), False),
        (field("activity.stars", "gte", 4), None, False),
        (field("activity.stars", "ne", 4), None, True),
    ],
)
def test_a_value_of_another_type_fails_every_test_but_denials(
    when: dict[str, Any], stars: Any, expected: bool
) -> None:
    assert judged(when, custom("review", stars=stars), trigger="custom:review") is expected


def test_dates_of_an_activity_are_compared_by_day() -> None:
    fact = custom("review", on="2026-11-21T08:00:00Z")
    assert judged(field("activity.on", "on", "2026-11-21"), fact, trigger="custom:review")
    assert judged(field("activity.on", "before", "2026-11-22"), fact, trigger="custom:review")
    assert not judged(field("activity.on", "on_or_after", "2026-11-22"), fact, trigger="custom:review")
    assert judged(
        field("activity.on", "between", ["2026-11-01", "2026-11-21"]), fact, trigger="custom:review"
    )


@pytest.mark.parametrize(
    ("born", "op", "days", "expected"),
    [
        (830, "today", 0, True),
        (829, "today", 0, False),
        (801, "this_month", 0, True),
        (901, "this_month", 0, False),
        (905, "within_days", 5, True),
        (905, "within_days", 4, False),
        (1230, "within_days", 0, False),
        (None, "this_month", 0, False),
        ("0830", "today", 0, False),
        (9999, "this_month", 0, False),
    ],
)
def test_a_birthday_is_judged_in_the_clubs_calendar(born: Any, op: str, days: int, expected: bool) -> None:
    assert birthday(born, op, days, SATURDAY.date(), "jalali") is expected


def test_a_birthday_near_the_turn_of_the_year() -> None:
    nowruz = SATURDAY.date().replace(year=2027, month=3, day=21)  # 1 Farvardin 1406
    assert birthday(1229, "within_days", 1, nowruz, "jalali")
    assert birthday(1230, "within_days", 1, nowruz, "jalali")
    assert birthday(102, "within_days", 1, nowruz - timedelta(days=1), "jalali") is False
    assert birthday(101, "within_days", 1, nowruz - timedelta(days=1), "jalali")
    assert birthday(229, "today", 0, nowruz.replace(month=2, day=28), "gregorian")


REFUSED: list[tuple[Any, str, str]] = [
    (None, "/", "missing"),
    ([], "/", "missing"),
    ({}, "/", "no condition"),
    ({"all": []}, "/all", "empty"),
    ({"any": {}}, "/any", "list"),
    ({"all": [{"any": [7]}]}, "/all/0/any/0", "missing"),
    ({"all": [], "any": []}, "/", "no condition"),
    (field("nope", "is", "x"), "/field", "no field"),
    ({"field": 7, "op": "is", "value": "x"}, "/field", "no field"),
    (field("fact.branch", "gte", 5), "/op", "cannot be compared"),
    (field("fact.branch", "is"), "/value", "missing"),
    (field("fact.branch", "is", "  "), "/value", "missing"),
    (field("fact.branch", "is", 7), "/value", "missing"),
    (field("fact.branch", "is", "x" * 201), "/value", "longer"),
    (field("fact.branch", "in", []), "/value", "at least one"),
    (field("fact.branch", "in", "vanak"), "/value", "at least one"),
    (field("fact.branch", "in", [str(i) for i in range(1001)]), "/value", "more than"),
    (field("purchase.net", "gte", 1.5), "/value", "whole number"),
    (field("purchase.net", "gte", True), "/value", "whole number"),
    (field("purchase.net", "gte", 10**16), "/value", "between"),
    (field("purchase.net", "between", [5]), "/value", "lowest and the highest"),
    (field("purchase.net", "between", [6, 5]), "/value", "above"),
    (field("fact.weekday", "in", [7]), "/value/0", "between"),
    (field("line.sku", "is", "x"), "/field", "cannot be used here"),
    (field("member.tier.main", "is", "platinum"), "/value", "no tier"),
    (field("member.tier.other", "is", "gold"), "/field", "no field"),
    (field("member.birth_month_day", "this_month", 3), "/value", "takes no value"),
    (field("member.birth_month_day", "within_days", 200), "/value", "between"),
    (field("member.attributes.", "is", 3), "/field", "no field"),
    (field("activity.stars", "gte", 3), "/field", "no field"),
    ({"lines": 5}, "/lines", "no condition"),
    ({"lines": {"measure": "mean"}}, "/lines/measure", "measured"),
    ({"lines": {"measure": "sum"}}, "/lines/op", "does not fit"),
    ({"lines": {"measure": "sum", "op": "gte", "value": "x"}}, "/lines/value", "whole number"),
    ({"lines": {"measure": "sum", "of": "tax", "op": "gte", "value": 1}}, "/lines/of", "after or before"),
    ({"lines": {"measure": "any"}}, "/lines/where", "which lines"),
    (
        {"lines": {"measure": "any", "where": field("line.sku", "is", "x"), "op": "gte"}},
        "/lines/op",
        "nothing",
    ),
    ({"lines": {"measure": "any", "where": field("fact.branch", "is", "x")}}, "/lines/where/field", "cannot"),
    (
        {"lines": {"measure": "any", "where": {"lines": {"measure": "count"}}}},
        "/lines/where/lines",
        "no lines",
    ),
]


@pytest.mark.parametrize(("when", "at", "said"), REFUSED)
def test_what_cannot_be_understood_is_refused_with_a_pointer(when: Any, at: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(when, program=PROGRAM)
    assert (refused.value.code, refused.value.status, refused.value.field) == ("criteria_invalid", 422, at)
    assert said in say(refused.value.phrase, "en")
    assert say(refused.value.phrase, "fa") != say(refused.value.phrase, "en")


def test_depth_and_size_are_limited() -> None:
    deep: dict[str, Any] = field("fact.branch", "is", "x")
    for _ in range(8):
        deep = {"not": deep}
    with pytest.raises(Refusal, match="deeper"):
        parse(deep)
    wide = {"all": [field("fact.branch", "is", "x")] * 200}
    with pytest.raises(Refusal, match="more than"):
        parse(wide)
    assert parse({"all": [field("fact.branch", "is", "x")] * 199})


def test_a_visit_has_no_lines_and_no_purchase_amount() -> None:
    for when in ({"lines": {"measure": "count", "op": "gte", "value": 1}}, field("purchase.net", "gte", 1)):
        with pytest.raises(Refusal, match="urchases"):
            parse(when, program=PROGRAM, trigger="visit")


def test_a_reward_sees_the_member_and_the_day_alone() -> None:
    assert parse(field("member.city", "is", "x"), trigger="reward")
    assert parse(field("fact.weekday", "in", [6]), trigger="reward")
    with pytest.raises(Refusal, match="cannot be used here"):
        parse(field("fact.branch", "is", "x"), trigger="reward")


def test_what_a_criterion_needs_is_known() -> None:
    node = parse(
        {
            "any": [
                field("member.city", "is", "x"),
                field("member.tier.main", "is", "gold"),
                {"not": {"lines": {"measure": "count", "op": "gte", "value": 1}}},
            ]
        },
        program=PROGRAM,
    )
    assert state_fields(node) == {"member.city"}
    assert ladders_read(node) == {"main"}
    assert needs_lines(node)


def test_repeated_values_are_kept_once_and_yes_is_not_one() -> None:
    node = parse(field("member.attributes.x", "in", [1, True, 1, "1"]))
    assert node.value == (1, True, "1")


def test_the_catalogue_offers_a_form_what_a_trigger_can_use() -> None:
    bought = {each.key for each in fields_for(PROGRAM, "purchase")}
    assert {"purchase.net", "line.category", "member.tier.main", "fact.branch"} <= bought
    reviewed = {each.key for each in fields_for(PROGRAM, "custom:review")}
    assert {"activity.stars", "member.tier.main", "fact.branch"} <= reviewed
    assert not {"purchase.net", "line.category"} & reviewed


@pytest.mark.parametrize("each", list(FIELDS), ids=lambda each: each.key)
def test_every_field_has_a_name_in_both_languages_and_comparisons(each: Any) -> None:
    assert each.ops == OPS[each.type]
    assert say(each.label, "fa") != say(each.label, "en")


def test_reading_a_purchase_by_amount_alone_is_total() -> None:
    fact = purchase(100)
    for each in FIELDS:
        each.read(fact, State(), None)
    assert judged(field("purchase.net", "eq", 100 * TOMAN), fact)
