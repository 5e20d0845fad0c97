"""What programs mean, pinned: a basket, rules, and what they give to the last unit.

The carts of ``test_promotions`` and the histories of ``test_counters`` belong to the same table.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bashgah.engine import decide
from bashgah.engine.explaining import explain
from bashgah.engine.facts import Fact, Line
from bashgah.engine.program import CompiledProgram
from bashgah.engine.returns import share
from bashgah.engine.states import Standing, State
from tests.engine.carts import cart, milk, program, promotion, quoted
from tests.engine.cases import (
    SATURDAY,
    TEHRAN,
    TIER_MULTIPLIER,
    basket,
    compiled,
    custom,
    purchase,
    rule,
    visit,
)

K = 1_000_000  # 100,000 toman
DAIRY = {"field": "line.category", "op": "under", "value": "dairy"}
ECO = {"field": "line.tags", "op": "has", "value": "eco"}
TOBACCO = {"field": "line.category", "op": "under", "value": "tobacco"}
VANAK = {"field": "fact.branch", "op": "is", "value": "vanak"}
FRIDAY, THURSDAY = SATURDAY - timedelta(days=1), SATURDAY - timedelta(days=2)
DAY, WEEK, MONTH, YEAR = date(2026, 11, 21), date(2026, 11, 21), date(2026, 10, 23), date(2026, 3, 21)
GOLD = State(standings={"main": Standing("gold")})
SILVER = State(standings={"main": Standing("silver")})
NOBODY = State()


def per(units: int, step: int = K, wallet: str = "points", **more: Any) -> dict[str, Any]:
    params = {"units": units, "step": step} | ({"whole_steps": False} if more.pop("part", False) else {})
    return {"amount": "per_step", "params": params, "wallet": wallet, **more}


def fixed(units: int, wallet: str = "points", **more: Any) -> dict[str, Any]:
    return {"amount": "fixed", "params": {"units": units}, "wallet": wallet, **more}


def percent(permille: int, wallet: str = "points", **more: Any) -> dict[str, Any]:
    return {"amount": "percent", "params": {"permille": permille}, "wallet": wallet, **more}


def per_unit(units: int, per_: int = 1000, **more: Any) -> dict[str, Any]:
    return {
        "amount": "per_unit",
        "params": {"units": units, "per": per_, "whole": more.pop("whole", True)},
        **more,
    }


def times(permille: int, *rules: str, **more: Any) -> dict[str, Any]:
    return {"amount": "multiplier", "params": {"permille": permille, "rules": list(rules)}, **more}


def brackets(*rows: tuple[int, int], step: int = 0) -> dict[str, Any]:
    return {
        "amount": "table_by_bracket",
        "params": {"brackets": [{"at_least": at, "units": units} for at, units in rows], "step": step},
    }


def by_tier(step: int = 0, **units: int) -> dict[str, Any]:
    return {"amount": "table_by_tier", "params": {"ladder": "main", "units": units, "step": step}}


def dairy(gross: int, no: int = 1, **more: Any) -> Line:
    return Line(no, sku="milk", category=("food", "dairy"), gross=gross, **more)


def bread(gross: int, no: int = 2, **more: Any) -> Line:
    return Line(no, sku="bread", category=("food", "bakery"), gross=gross, **more)


def smoke(gross: int, no: int = 3) -> Line:
    return Line(no, sku="smoke", category=("tobacco",), gross=gross)


def group(mode: str, name: str = "g") -> dict[str, Any]:
    return {"stacking": {"group": name, "mode": mode}}


def limit(window: str, most: int, of: str = "units") -> dict[str, Any]:
    return {"window": window, "most": most, "of": of}


def used(key: str, start: date, units: int) -> State:
    return State(used={(key, start): units})


Case = tuple[str, list[dict[str, Any]], Fact, State, dict[str, int]]
B = rule("base", per(10))

CASES: list[Case] = [
    # steps
    ("twelve full steps", [B], purchase(gross=12 * K), NOBODY, {"points": 120}),
    ("a begun step gives nothing", [B], purchase(gross=12 * K + K - 1), NOBODY, {"points": 120}),
    ("one rial below a step", [B], purchase(gross=K - 1), NOBODY, {}),
    ("exactly a step", [B], purchase(gross=K), NOBODY, {"points": 10}),
    ("nothing bought", [B], purchase(gross=0), NOBODY, {}),
    (
        "steps of the whole invoice, not of each line",
        [B],
        basket(dairy(600_000), bread(600_000)),
        NOBODY,
        {"points": 10},
    ),
    (
        "parts of a step count",
        [rule("p", per(10, part=True))],
        purchase(gross=1_580_000),
        NOBODY,
        {"points": 15},
    ),
    (
        "half a point is rounded down",
        [rule("p", per(10, part=True))],
        purchase(gross=1_550_000),
        NOBODY,
        {"points": 15},
    ),
    # fixed, percent, pieces
    ("a fixed amount a purchase", [rule("f", fixed(7))], purchase(gross=1), NOBODY, {"points": 7}),
    ("a fixed amount of nothing bought", [rule("f", fixed(7))], purchase(gross=0), NOBODY, {"points": 7}),
    (
        "one percent as credit",
        [rule("p", percent(10, "credit"))],
        purchase(gross=1_234_567),
        NOBODY,
        {"credit": 12_345},
    ),
    ("everything back", [rule("p", percent(1000, "credit"))], purchase(gross=999), NOBODY, {"credit": 999}),
    ("half a percent of little", [rule("p", percent(5, "credit"))], purchase(gross=199), NOBODY, {}),
    ("three pieces", [rule("u", per_unit(4))], basket(dairy(K, quantity=3000)), NOBODY, {"points": 12}),
    (
        "a kilo and a half is one piece",
        [rule("u", per_unit(4))],
        basket(dairy(K, quantity=1500)),
        NOBODY,
        {"points": 4},
    ),
    (
        "a kilo and a half by weight",
        [rule("u", per_unit(4, whole=False))],
        basket(dairy(K, quantity=1500)),
        NOBODY,
        {"points": 6},
    ),
    (
        "pieces of two lines together",
        [rule("u", per_unit(5, 2000))],
        basket(dairy(K), bread(K)),
        NOBODY,
        {"points": 5},
    ),
    ("pieces cannot be judged without lines", [rule("u", per_unit(4))], purchase(gross=K), NOBODY, {}),
    # tables
    (
        "below every bracket",
        [rule("t", brackets((2 * K, 5), (5 * K, 20)))],
        purchase(gross=2 * K - 1),
        NOBODY,
        {},
    ),
    (
        "the first bracket",
        [rule("t", brackets((2 * K, 5), (5 * K, 20)))],
        purchase(gross=2 * K),
        NOBODY,
        {"points": 5},
    ),
    (
        "one rial below the second",
        [rule("t", brackets((2 * K, 5), (5 * K, 20)))],
        purchase(gross=5 * K - 1),
        NOBODY,
        {"points": 5},
    ),
    (
        "the second bracket alone, not both",
        [rule("t", brackets((2 * K, 5), (5 * K, 20)))],
        purchase(gross=9 * K),
        NOBODY,
        {"points": 20},
    ),
    (
        "a bracket for each step of all",
        [rule("t", brackets((0, 1), (3 * K, 2), step=K))],
        purchase(gross=3 * K + 5),
        NOBODY,
        {"points": 6},
    ),
    (
        "a tier in the table",
        [rule("t", by_tier(gold=30, silver=20))],
        purchase(gross=1),
        GOLD,
        {"points": 30},
    ),
    ("a tier that is not in the table", [rule("t", by_tier(diamond=30))], purchase(gross=1), GOLD, {}),
    (
        "no standing is the lowest tier",
        [rule("t", by_tier(bronze=3))],
        purchase(gross=1),
        NOBODY,
        {"points": 3},
    ),
    (
        "a tier that is gone is the lowest",
        [rule("t", by_tier(bronze=3))],
        purchase(gross=1),
        State(standings={"main": Standing("emerald")}),
        {"points": 3},
    ),
    (
        "by tier for each step",
        [rule("t", by_tier(K, gold=30))],
        purchase(gross=2 * K + 1),
        GOLD,
        {"points": 60},
    ),
    # what counts
    ("after discount", [B], basket(dairy(3 * K, discount=K + 1)), NOBODY, {"points": 10}),
    (
        "before discount",
        [{**B, "basis": {"of": "gross"}}],
        basket(dairy(3 * K, discount=K + 1)),
        NOBODY,
        {"points": 30},
    ),
    ("tax does not count", [B], basket(dairy(K, tax=900_000)), NOBODY, {"points": 10}),
    (
        "tax counts where the rule says so",
        [{**B, "basis": {"with_tax": True}}],
        basket(dairy(K, tax=K)),
        NOBODY,
        {"points": 20},
    ),
    ("shipping does not count", [B], basket(dairy(K), shipping=9 * K), NOBODY, {"points": 10}),
    (
        "shipping counts where the rule says so",
        [{**B, "basis": {"with_shipping": True}}],
        basket(dairy(K), shipping=K),
        NOBODY,
        {"points": 20},
    ),
    (
        "shipping of a part of the goods is none",
        [rule("d", per(10, lines=DAIRY), basis={"with_shipping": True})],
        basket(dairy(K), bread(K), shipping=K),
        NOBODY,
        {"points": 10},
    ),
    (
        "what points paid earns nothing",
        [B],
        basket(dairy(3 * K, paid_by_points=2 * K)),
        NOBODY,
        {"points": 10},
    ),
    (
        "what points paid earns where the rule says so",
        [{**B, "basis": {"with_points_paid": True}}],
        basket(dairy(3 * K, paid_by_points=2 * K)),
        NOBODY,
        {"points": 30},
    ),
    (
        "more paid by points than it costs is nothing, not less",
        [B],
        basket(dairy(K, paid_by_points=5 * K), bread(K)),
        NOBODY,
        {"points": 10},
    ),
    (
        "a discount above the price is nothing, not less",
        [B],
        basket(dairy(K, discount=3 * K), bread(2 * K)),
        NOBODY,
        {"points": 20},
    ),
    # lines
    (
        "chosen lines alone",
        [rule("d", per(10, lines=DAIRY))],
        basket(dairy(2 * K), bread(9 * K)),
        NOBODY,
        {"points": 20},
    ),
    ("no chosen line, nothing at all", [rule("d", fixed(5, lines=DAIRY))], basket(bread(9 * K)), NOBODY, {}),
    (
        "excluded lines",
        [{**B, "basis": {"excluded_lines": TOBACCO}}],
        basket(dairy(2 * K), smoke(9 * K)),
        NOBODY,
        {"points": 20},
    ),
    (
        "nothing but excluded lines",
        [rule("f", fixed(5), basis={"excluded_lines": TOBACCO})],
        basket(smoke(9 * K)),
        NOBODY,
        {},
    ),
    (
        "chosen and excluded at once",
        [rule("d", per(10, lines=DAIRY), basis={"excluded_lines": ECO})],
        basket(dairy(2 * K), dairy(5 * K, 2, tags=("eco",))),
        NOBODY,
        {"points": 20},
    ),
    (
        "line rules are not judged by amount alone",
        [rule("d", per(10, lines=DAIRY))],
        purchase(gross=9 * K),
        NOBODY,
        {},
    ),
    (
        "at least three dairy pieces",
        [{**B, "when": {"lines": {"where": DAIRY, "measure": "quantity", "op": "gte", "value": 3000}}}],
        basket(dairy(K, quantity=3000)),
        NOBODY,
        {"points": 10},
    ),
    (
        "two dairy pieces are not three",
        [{**B, "when": {"lines": {"where": DAIRY, "measure": "quantity", "op": "gte", "value": 3000}}}],
        basket(dairy(K, quantity=2999)),
        NOBODY,
        {},
    ),
    (
        "a sum over lines",
        [{**B, "when": {"lines": {"where": DAIRY, "measure": "sum", "op": "gt", "value": K}}}],
        basket(dairy(K), bread(K)),
        NOBODY,
        {},
    ),
    (
        "every line",
        [{**B, "when": {"lines": {"where": DAIRY, "measure": "all"}}}],
        basket(dairy(K), bread(K)),
        NOBODY,
        {},
    ),
    (
        "some line",
        [{**B, "when": {"lines": {"where": DAIRY, "measure": "any"}}}],
        basket(dairy(K), bread(K)),
        NOBODY,
        {"points": 20},
    ),
    # multipliers
    (
        "a tier's multiplier adds its part",
        [B, TIER_MULTIPLIER],
        purchase(gross=12 * K),
        GOLD,
        {"points": 180},
    ),
    (
        "a multiplier of a fraction is rounded once",
        [B, TIER_MULTIPLIER],
        purchase(gross=3 * K),
        SILVER,
        {"points": 36},
    ),
    (
        "three tenths three times is not rounded three times",
        [rule("a", per(1)), rule("m", times(1333))],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 3},
    ),
    (
        "two multipliers add up and do not multiply",
        [B, rule("x", times(2000)), rule("y", times(3000))],
        purchase(gross=K),
        NOBODY,
        {"points": 40},
    ),
    (
        "one and a half and two and a half are three",
        [B, TIER_MULTIPLIER, rule("y", times(2500))],
        purchase(gross=2 * K),
        GOLD,
        {"points": 60},
    ),
    (
        "a multiplier of named rules",
        [B, rule("f", fixed(7)), rule("m", times(2000, "f"))],
        purchase(gross=K),
        NOBODY,
        {"points": 24},
    ),
    (
        "a multiplier of its own wallet alone",
        [rule("b", per(10), per(10, wallet="status")), rule("m", times(2000))],
        purchase(gross=K),
        NOBODY,
        {"points": 20, "status": 10},
    ),
    (
        "triple on dairy alone",
        [B, rule("m", times(3000, lines=DAIRY))],
        basket(dairy(2 * K), bread(K)),
        NOBODY,
        {"points": 70},
    ),
    ("a multiplier of nothing", [rule("m", times(3000))], purchase(gross=9 * K), NOBODY, {}),
    (
        "a multiplier of a rule that did not apply",
        [rule("b", per(10), when=VANAK), rule("m", times(3000, "b"))],
        purchase(gross=K, branch="karaj"),
        NOBODY,
        {},
    ),
    # joining
    ("rules without a group add up", [B, rule("f", fixed(5))], purchase(gross=K), NOBODY, {"points": 15}),
    (
        "the best of a group",
        [{**B, **group("best_of")}, rule("f", fixed(25), **group("best_of"))],
        purchase(gross=2 * K),
        NOBODY,
        {"points": 25},
    ),
    (
        "the best is another for another basket",
        [{**B, **group("best_of")}, rule("f", fixed(25), **group("best_of"))],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 30},
    ),
    (
        "a tie goes to the first",
        [rule("one", fixed(5), **group("best_of")), rule("two", fixed(5), **group("best_of"))],
        purchase(gross=1),
        NOBODY,
        {"points": 5},
    ),
    (
        "best in each wallet apart",
        [
            rule("a", fixed(9), fixed(1, "status"), **group("best_of")),
            rule("b", fixed(2), fixed(8, "status"), **group("best_of")),
        ],
        purchase(gross=1),
        NOBODY,
        {"points": 9, "status": 8},
    ),
    (
        "an exclusive rule stands alone in its group",
        [rule("e", fixed(3), **group("exclusive")), {**B, **group("add")}],
        purchase(gross=9 * K),
        NOBODY,
        {"points": 3},
    ),
    (
        "an exclusive rule that gives nothing leaves the others",
        [rule("e", fixed(3), when=VANAK, **group("exclusive")), {**B, **group("add")}],
        purchase(gross=K),
        NOBODY,
        {"points": 10},
    ),
    (
        "exclusive concerns its group alone",
        [rule("e", fixed(3), **group("exclusive")), rule("o", fixed(4), **group("add", "other"))],
        purchase(gross=1),
        NOBODY,
        {"points": 7},
    ),
    (
        "nothing after the last",
        [
            rule("a", fixed(1), **group("add")),
            rule("b", fixed(2), **group("last")),
            rule("c", fixed(4), **group("add")),
        ],
        purchase(gross=1),
        NOBODY,
        {"points": 3},
    ),
    (
        "the last that gives nothing ends nothing",
        [rule("b", fixed(2), when=VANAK, **group("last")), rule("c", fixed(4), **group("add"))],
        purchase(gross=1),
        NOBODY,
        {"points": 4},
    ),
    (
        "priority decides which is last",
        [rule("c", fixed(4), priority=1, **group("add")), rule("b", fixed(2), priority=2, **group("last"))],
        purchase(gross=1),
        NOBODY,
        {"points": 6},
    ),
    (
        "the best of two multipliers",
        [B, rule("x", times(2000), **group("best_of")), rule("y", times(3000), **group("best_of"))],
        purchase(gross=K),
        NOBODY,
        {"points": 30},
    ),
    (
        "a multiplier against an amount",
        [B, rule("x", times(2000), **group("best_of")), rule("f", fixed(15), **group("best_of"))],
        purchase(gross=K),
        NOBODY,
        {"points": 25},
    ),
    # limits
    (
        "a cap of the day",
        [{**B, "limits": [limit("day", 25)]}],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 25},
    ),
    (
        "what is left of the day",
        [{**B, "limits": [limit("day", 25)]}],
        purchase(gross=3 * K),
        used("base.points.day", DAY, 20),
        {"points": 5},
    ),
    (
        "nothing is left",
        [{**B, "limits": [limit("day", 25)]}],
        purchase(gross=3 * K),
        used("base.points.day", DAY, 25),
        {},
    ),
    (
        "more than the cap was given before",
        [{**B, "limits": [limit("day", 25)]}],
        purchase(gross=3 * K),
        used("base.points.day", DAY, 90),
        {},
    ),
    (
        "yesterday's does not count",
        [{**B, "limits": [limit("day", 25)]}],
        purchase(gross=3 * K),
        used("base.points.day", DAY - timedelta(days=1), 25),
        {"points": 25},
    ),
    (
        "the tighter of two caps",
        [{**B, "limits": [limit("day", 25), limit("week", 40)]}],
        purchase(gross=3 * K),
        used("base.points.week", WEEK, 30),
        {"points": 10},
    ),
    (
        "a cap of the Jalali month",
        [{**B, "limits": [limit("month", 25)]}],
        purchase(gross=3 * K),
        used("base.points.month", MONTH, 24),
        {"points": 1},
    ),
    (
        "a cap of the Jalali year",
        [{**B, "limits": [limit("year", 25)]}],
        purchase(gross=3 * K),
        used("base.points.year", YEAR, 24),
        {"points": 1},
    ),
    (
        "a cap for ever",
        [{**B, "limits": [limit("ever", 25)]}],
        purchase(gross=3 * K),
        used("base.points.ever", date.min, 24),
        {"points": 1},
    ),
    (
        "a cap trims its own rule alone",
        [{**B, "limits": [limit("day", 25)]}, rule("f", fixed(5))],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 30},
    ),
    (
        "what a multiplier makes of a capped rule is the multiplier's",
        [{**B, "limits": [limit("day", 25)]}, rule("m", times(2000))],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 55},
    ),
    (
        "a multiplier's own cap",
        [B, rule("m", times(3000), limits=[limit("week", 50)])],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 80},
    ),
    (
        "each wallet has its cap",
        [rule("b", per(10), per(10, wallet="status"), limits=[limit("day", 15)])],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 15, "status": 15},
    ),
    (
        "two effects share the cap of their wallet",
        [rule("b", fixed(10), fixed(10), limits=[limit("day", 15)])],
        purchase(gross=1),
        NOBODY,
        {"points": 15},
    ),
    (
        "once a day",
        [rule("f", fixed(7), limits=[limit("day", 1, "times")])],
        purchase(gross=1),
        used("f.#times.day", DAY, 1),
        {},
    ),
    (
        "twice a day, the second",
        [rule("f", fixed(7), limits=[limit("day", 2, "times")])],
        purchase(gross=1),
        used("f.#times.day", DAY, 1),
        {"points": 7},
    ),
    (
        "a budget cut at its end",
        [rule("f", fixed(7), budget={"most": 100})],
        purchase(gross=1),
        State(budgets={("f.points.units.ever", date.min, ""): 4}),
        {"points": 4},
    ),
    (
        "a budget skipped at its end",
        [rule("f", fixed(7), budget={"most": 100, "at_limit": "skip"})],
        purchase(gross=1),
        State(budgets={("f.points.units.ever", date.min, ""): 4}),
        {},
    ),
    # when
    ("Friday is not Saturday", [{**B, "schedule": {"weekdays": [6]}}], purchase(gross=K), NOBODY, {}),
    ("Friday", [{**B, "schedule": {"weekdays": [6]}}], purchase(gross=K, at=FRIDAY), NOBODY, {"points": 10}),
    (
        "an instant begins",
        [{**B, "schedule": {"starts_at": SATURDAY.isoformat()}}],
        purchase(gross=K),
        NOBODY,
        {"points": 10},
    ),
    (
        "an instant ends before itself",
        [{**B, "schedule": {"ends_at": SATURDAY.isoformat()}}],
        purchase(gross=K),
        NOBODY,
        {},
    ),
    ("noon is not before noon", [{**B, "schedule": {"to_hour": "12:00"}}], purchase(gross=K), NOBODY, {}),
    (
        "noon is from noon",
        [{**B, "schedule": {"from_hour": "12:00"}}],
        purchase(gross=K),
        NOBODY,
        {"points": 10},
    ),
    (
        "Friday's night lasts into Saturday",
        [{**B, "schedule": {"weekdays": [6], "from_hour": "22:00", "to_hour": "02:00"}}],
        purchase(gross=K, at=SATURDAY.replace(hour=1)),
        NOBODY,
        {"points": 10},
    ),
    (
        "Friday's first hours are Thursday's night",
        [{**B, "schedule": {"weekdays": [6], "from_hour": "22:00", "to_hour": "02:00"}}],
        purchase(gross=K, at=FRIDAY.replace(hour=1)),
        NOBODY,
        {},
    ),
    (
        "the thirteenth of Farvardin",
        [{**B, "schedule": {"occasions": ["nowruz"]}}],
        purchase(gross=K, at=datetime(2026, 4, 2, 9, tzinfo=TEHRAN)),
        NOBODY,
        {"points": 10},
    ),
    (
        "the fourteenth of Farvardin",
        [{**B, "schedule": {"occasions": ["nowruz"]}}],
        purchase(gross=K, at=datetime(2026, 4, 3, 9, tzinfo=TEHRAN)),
        NOBODY,
        {},
    ),
    (
        "a day that is left out",
        [{**B, "schedule": {"not_on": ["nowruz"]}}],
        purchase(gross=K, at=datetime(2026, 4, 2, 9, tzinfo=TEHRAN)),
        NOBODY,
        {},
    ),
    # conditions
    (
        "all of no known city",
        [{**B, "when": {"field": "member.city", "op": "is", "value": "تهران"}}],
        purchase(gross=K),
        NOBODY,
        {},
    ),
    (
        "a denial is true of the unknown",
        [{**B, "when": {"field": "member.city", "op": "is_not", "value": "تهران"}}],
        purchase(gross=K),
        NOBODY,
        {"points": 10},
    ),
    (
        "gold is at least silver",
        [{**B, "when": {"field": "member.tier.main", "op": "at_least", "value": "silver"}}],
        purchase(gross=K),
        GOLD,
        {"points": 10},
    ),
    (
        "bronze is not at least silver",
        [{**B, "when": {"field": "member.tier.main", "op": "at_least", "value": "silver"}}],
        purchase(gross=K),
        NOBODY,
        {},
    ),
    (
        "the first purchase",
        [{**B, "when": {"field": "history.purchases", "op": "eq", "value": 0}}],
        purchase(gross=K),
        State(values={"history.purchases": 0}),
        {"points": 10},
    ),
    (
        "the second purchase is not the first",
        [{**B, "when": {"field": "history.purchases", "op": "eq", "value": 0}}],
        purchase(gross=K),
        State(values={"history.purchases": 1}),
        {},
    ),
    (
        "paid by two methods",
        [{**B, "when": {"field": "purchase.payment_methods", "op": "has", "value": "wallet"}}],
        purchase(gross=K, payment_methods=("card", "wallet")),
        NOBODY,
        {"points": 10},
    ),
    (
        "a birthday across the new year",
        [{**B, "when": {"field": "member.birth_month_day", "op": "within_days", "value": 5}}],
        purchase(gross=K, at=datetime(2026, 3, 22, 9, tzinfo=TEHRAN)),
        State(values={"member.birth_month_day": 1228}),
        {"points": 10},
    ),
    (
        "thirty Esfand is the last day",
        [{**B, "when": {"field": "member.birth_month_day", "op": "today"}}],
        purchase(gross=K, at=datetime(2026, 3, 20, 9, tzinfo=TEHRAN)),
        State(values={"member.birth_month_day": 1230}),
        {"points": 10},
    ),
    (
        "the fifth that is a multiple of five",
        [{**B, "when": {"field": "history.purchases", "op": "every", "value": 5}}],
        purchase(gross=K),
        State(values={"history.purchases": 10}),
        {"points": 10},
    ),
    (
        "none is no multiple",
        [{**B, "when": {"field": "history.purchases", "op": "every", "value": 5}}],
        purchase(gross=K),
        State(values={"history.purchases": 0}),
        {},
    ),
    # other facts
    ("a visit", [rule("v", fixed(5), trigger="visit")], visit(), NOBODY, {"points": 5}),
    ("a purchase is no visit", [rule("v", fixed(5), trigger="visit")], purchase(gross=K), NOBODY, {}),
    (
        "a ready activity",
        [
            rule(
                "r",
                fixed(5),
                trigger="custom:review",
                when={"field": "activity.stars", "op": "gte", "value": 4},
            )
        ],
        custom("review", stars=4),
        NOBODY,
        {"points": 5},
    ),
    (
        "a ready activity below",
        [
            rule(
                "r",
                fixed(5),
                trigger="custom:review",
                when={"field": "activity.stars", "op": "gte", "value": 4},
            )
        ],
        custom("review", stars=3),
        NOBODY,
        {},
    ),
    (
        "a renewal by its amount",
        [
            rule(
                "r",
                fixed(50),
                trigger="custom:contract_renewed",
                when={"field": "activity.amount", "op": "gte", "value": K},
            )
        ],
        custom("contract_renewed", amount=K),
        NOBODY,
        {"points": 50},
    ),
    (
        "a draft and what is off give nothing",
        [{**B, "stage": "draft"}, rule("f", fixed(5), stage="ended")],
        purchase(gross=K),
        NOBODY,
        {},
    ),
    # rounding
    (
        "thirds of ten rules are three, not none",
        [rule(f"r{i}", per(1, 3 * K, part=True)) for i in range(10)],
        purchase(gross=K),
        NOBODY,
        {"points": 3},
    ),
    (
        "fractions of wallets are rounded apart",
        [rule("a", per(1, 2 * K, part=True), per(1, 2 * K, "status", part=True))],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 1, "status": 1},
    ),
    (
        "a cap keeps whole units",
        [rule("a", per(1, 2 * K, part=True), limits=[limit("day", 1)])],
        purchase(gross=3 * K),
        NOBODY,
        {"points": 1},
    ),
]


def decided(rules: list[dict[str, Any]]) -> CompiledProgram:
    return compiled(*rules)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_program_means(case: Case) -> None:
    _name, rules, fact, state, expected = case
    program_ = decided(rules)
    got: dict[str, int] = {}
    for credit in decide(program_, state, fact).credits:
        got[credit.wallet] = got.get(credit.wallet, 0) + credit.amount
    assert got == expected
    assert dict(explain(program_, state, fact).totals) == expected


def test_the_table_is_long_enough() -> None:
    from tests.engine.test_promotions import DEALS

    assert len(CASES) + len(DEALS) >= 150


RETURNS: list[tuple[str, dict[str, Any], list[Line], dict[int, tuple[int, int]], int, int]] = [
    ("one of three", {"kind": "cheapest_free", "every": 3}, [milk(6 * K, 3)], {1: (1000, 3000)}, 40, 13),
    ("all of three", {"kind": "cheapest_free", "every": 3}, [milk(6 * K, 3)], {1: (3000, 3000)}, 40, 40),
    (
        "the line that was free",
        {"kind": "buy_get", "buy": 1, "get": 1},
        [milk(5 * K), milk(3 * K)],
        {2: (1, 1)},
        50,
        0,
    ),
    (
        "the line that was paid",
        {"kind": "buy_get", "buy": 1, "get": 1},
        [milk(5 * K), milk(3 * K)],
        {1: (1, 1)},
        50,
        50,
    ),
    (
        "half of a percentage",
        {"kind": "percent", "permille": 100},
        [milk(10 * K, 2)],
        {1: (1000, 2000)},
        90,
        45,
    ),
]


@pytest.mark.parametrize(
    ("deal", "lines", "back", "earned", "taken"),
    [row[1:] for row in RETURNS],
    ids=[row[0] for row in RETURNS],
)
def test_a_return_after_a_promotion_takes_back_what_was_earned_on_what_was_paid(
    deal: dict[str, Any], lines: list[Line], back: dict[int, tuple[int, int]], earned: int, taken: int
) -> None:
    found = quoted(program(promotion("offer", deal), rules=[B]), cart(*lines))
    (credit,) = found.decision.credits
    assert credit.amount == earned
    assert share(credit.amount, credit.base, back, 0) == taken
