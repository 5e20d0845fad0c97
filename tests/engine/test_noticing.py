"""Rules that can never fire and rules that overlap are pointed out, and nothing that is not so."""

from datetime import date
from typing import Any

import pytest

from bashgah.engine.noticing import notices
from bashgah.kit.phrases import say
from tests.engine.cases import PER_100K, document, rule

DAIRY = {"field": "line.category", "op": "under", "value": "dairy"}
ECO = {"field": "line.brand", "op": "is", "value": "eco"}
VANAK = {"field": "fact.branch", "op": "is", "value": "vanak"}
TAJRISH = {"field": "fact.branch", "op": "in", "value": ["tajrish", "karaj"]}
DOUBLE = {"amount": "multiplier", "params": {"permille": 2000}}
FIXED = {"amount": "fixed", "params": {"units": 5}}


def said(*rules: dict[str, Any], today: date | None = None) -> list[tuple[str, str]]:
    return [(each.at, say(each.phrase, "en")) for each in notices(document(*rules), today)]


def spend(op: str, value: Any) -> dict[str, Any]:
    return {"field": "purchase.net", "op": op, "value": value}


@pytest.mark.parametrize(
    "when",
    [
        {"all": [VANAK, TAJRISH]},
        {"all": [spend("gte", 10), {"all": [spend("lt", 10)]}]},
        {"all": [spend("between", [5, 9]), spend("gt", 9)]},
        {"all": [spend("eq", 5), spend("eq", 6)]},
    ],
)
def test_conditions_that_are_never_both_so(when: dict[str, Any]) -> None:
    ((at, why),) = said(rule("never", when=when))
    assert at == "/rules/0"
    assert why.endswith("that are never both so: it never applies.")


@pytest.mark.parametrize(
    "when",
    [
        {"any": [VANAK, TAJRISH]},
        {"all": [spend("gte", 10), spend("lte", 10)]},
        {"all": [VANAK, {"field": "fact.branch", "op": "in", "value": ["vanak", "karaj"]}]},
        {"all": [{"not": VANAK}, VANAK]},
    ],
)
def test_what_may_be_so_is_not_pointed_out(when: dict[str, Any]) -> None:
    assert said(rule("may", when=when)) == []


def test_days_that_never_come() -> None:
    schedule = {
        "starts_at": "2026-11-21T00:00:00+03:30",
        "ends_at": "2026-11-24T00:00:00+03:30",
        "weekdays": [6],
    }
    ((_at, why),) = said(rule("never", schedule=schedule))
    assert why == "None of its days comes within a year: it never applies."
    assert said(rule("soon", schedule={**schedule, "weekdays": [0]})) == []
    assert said(rule("yalda", schedule={"occasions": ["yalda"]})) == []
    both = {"occasions": ["yalda"], "not_on": ["yalda"]}
    assert [at for at, _why in said(rule("both", schedule=both))] == ["/rules/0"]


def test_what_is_over_is_told_when_today_is_known() -> None:
    over = rule("over", schedule={"ends_at": "2026-11-20T00:00:00+03:30"})
    assert said(over) == []
    assert len(said(over, today=date(2026, 11, 21))) == 1


def test_lines_that_are_counted_and_left_out() -> None:
    ((_at, why),) = said(rule("none", {**PER_100K, "lines": DAIRY}, basis={"excluded_lines": DAIRY}))
    assert why == "The lines it counts are the lines it leaves out: it gives nothing."


def test_a_rule_behind_one_that_always_comes_first() -> None:
    first = rule("first", FIXED, priority=1, stacking={"group": "g", "mode": "exclusive"})
    behind = rule("behind", when=VANAK, stacking={"group": "g", "mode": "add"})
    assert said(first, behind) == [
        ("/rules/1", "“Rule first” always comes before it in the group “g”: it is never given.")
    ]
    sometimes = {**first, "limits": [{"window": "day", "most": 5}]}
    assert said(sometimes, behind) == []


def test_a_multiplier_of_nothing() -> None:
    assert said(rule("double", DOUBLE)) == [
        ("/rules/0", "No live rule gives what it multiplies: it gives nothing.")
    ]
    assert said(rule("double", DOUBLE), rule("base")) == []
    assert len(said(rule("double", DOUBLE), rule("base", stage="ended"))) == 1


OVERLAPS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"when": VANAK}, {"when": spend("gte", 5)}, True),
    ({"when": VANAK}, {"when": TAJRISH}, False),
    ({"when": VANAK}, {}, False),
    ({"schedule": {"weekdays": [5]}}, {"schedule": {"weekdays": [6]}}, False),
    ({"schedule": {"weekdays": [5, 6]}}, {"schedule": {"weekdays": [6]}}, True),
    ({"schedule": {"occasions": ["yalda"]}}, {"schedule": {"occasions": ["nowruz"]}}, False),
    (
        {"schedule": {"ends_at": "2026-11-20T00:00:00+03:30"}},
        {"schedule": {"starts_at": "2026-11-20T00:00:00+03:30"}},
        False,
    ),
    (
        {"when": VANAK, "stacking": {"group": "g", "mode": "add"}},
        {"when": spend("gte", 5), "stacking": {"group": "g", "mode": "best_of"}},
        False,
    ),
]


@pytest.mark.parametrize(("one", "other", "together"), OVERLAPS)
def test_rules_that_can_apply_together(one: dict[str, Any], other: dict[str, Any], together: bool) -> None:
    found = said(rule("one", **one), rule("other", **other))
    assert bool(found) is together
    if together:
        assert found[0][1].startswith("It can apply together with “Rule one”")


def test_rules_about_different_goods_do_not_overlap() -> None:
    other = {**ECO, "value": "plain"}
    assert said(rule("a", {**PER_100K, "lines": ECO}), rule("b", {**PER_100K, "lines": other})) == []
    assert len(said(rule("a", {**PER_100K, "lines": ECO}), rule("b", {**PER_100K, "lines": DAIRY}))) == 1
