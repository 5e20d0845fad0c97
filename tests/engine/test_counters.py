"""Counters: nth purchases, streaks, sums over a window, days since another activity."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bashgah.engine import decide
from bashgah.engine.decisions import Used
from bashgah.engine.examples import run
from bashgah.engine.facts import Line
from bashgah.engine.states import State
from tests.engine.cases import PER_100K, SATURDAY, basket, compiled, custom, document, given, purchase, rule

FIVE = {"amount": "fixed", "params": {"units": 5}}


def counter(key: str, counts: str = "times", window: str = "ever", **more: Any) -> dict[str, Any]:
    return {"key": key, "name": {"en": key}, "counts": counts, "window": window, **more}


def when(key: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": f"counter.{key}", "op": op, "value": value}


class Club:
    """Decides fact after fact and keeps what a settlement would keep."""

    def __init__(self, counters: list[dict[str, Any]], *rules: dict[str, Any]) -> None:
        self.program = compiled(*rules, counters=counters)
        self.used: dict[tuple[str, date], int] = {}

    def gives(self, fact: Any) -> int:
        decision = decide(self.program, State(used=dict(self.used)), fact)
        for used in decision.used:
            key = used.limit, used.window_start
            self.used[key] = self.used.get(key, 0) + used.amount
        return given(decision)


def test_every_third_purchase_is_found_by_counting_it_too() -> None:
    club = Club([counter("buys")], rule("third", FIVE, when=when("buys", "every", 3)))
    assert [club.gives(purchase(1)) for _ in range(7)] == [0, 0, 5, 0, 0, 5, 0]


def test_the_second_purchase_of_a_month_counts_from_the_months_first_day() -> None:
    club = Club([counter("buys", window="month")], rule("second", FIVE, when=when("buys", "eq", 2)))
    days = [-10, -1, 0, 1, 2, 3]  # 30 Aban is day 0; Azar begins on day 1
    assert [club.gives(purchase(1, at=SATURDAY + timedelta(days=day))) for day in days] == [0, 5, 0, 0, 5, 0]


def test_a_counter_counts_only_what_its_condition_and_lines_say() -> None:
    dairy = {"field": "line.category", "op": "under", "value": "dairy"}
    club = Club(
        [counter("dairy", "pieces", lines=dairy)], rule("ten", FIVE, when=when("dairy", "gte", 10_000))
    )
    milk = Line(1, category=("food", "dairy"), quantity=4000, gross=100)
    bread = Line(2, category=("food", "bakery"), quantity=9000, gross=100)
    assert [club.gives(basket(milk, bread)) for _ in range(3)] == [0, 0, 5]
    assert club.gives(basket(bread)) == 5, "the count stays where it was, and so does the condition"
    assert club.used == {("#dairy", date.min): 12_000}


def test_a_streak_of_weeks_grows_once_a_week_and_breaks() -> None:
    club = Club([counter("weeks", "streak", "week")], rule("three", FIVE, when=when("weeks", "gte", 3)))
    days = [0, 3, 7, 14, 15, 28, 35, 42]
    gave = [club.gives(purchase(1, at=SATURDAY + timedelta(days=day))) for day in days]
    assert gave == [0, 0, 0, 5, 5, 0, 0, 5]


def test_money_in_a_year_counts_this_purchase() -> None:
    club = Club([counter("year", "money", "year")], rule("big", FIVE, when=when("year", "gt", 2_000_000)))
    assert [club.gives(purchase(100_000)) for _ in range(4)] == [0, 0, 5, 5]


def test_a_purchase_within_a_week_after_a_review() -> None:
    club = Club(
        [counter("reviewed", "days_since", trigger="custom:review")],
        rule("after", FIVE, when=when("reviewed", "lte", 7)),
    )
    review = custom("review", at=SATURDAY, stars=5)
    assert club.gives(purchase(1)) == 0, "never is not within a week"
    assert club.gives(review) == 0
    after: list[datetime] = [SATURDAY + timedelta(days=day) for day in (0, 7, 8)]
    assert [club.gives(purchase(1, at=at)) for at in after] == [5, 5, 0]


def test_what_no_rule_is_about_is_counted_all_the_same() -> None:
    program = compiled(counters=[counter("buys"), counter("last", "days_since")])
    assert decide(program, State(), purchase(1)).used == (
        Used("#buys", date.min, 1),
        Used("#last", date.min, SATURDAY.date().toordinal()),
    )


def test_a_program_reads_the_windows_of_its_counters() -> None:
    program = compiled(counters=[counter("buys"), counter("weeks", "streak", "week")])
    assert program.needs.limits == (("#buys", "ever"), ("#weeks", "week"), ("#weeks", "last_week"))


@pytest.mark.parametrize(
    ("counts", "window", "held", "value", "ok"),
    [("times", "ever", 2, 3, True), ("streak", "week", 2, 3, True), ("days_since", "ever", 3, 3, True)],
)
def test_an_example_says_what_a_counter_holds(
    counts: str, window: str, held: int, value: int, ok: bool
) -> None:
    guarded = rule(
        "guarded",
        PER_100K,
        when=when("it", "eq", value),
        examples=[
            {
                "name": {},
                "fact": {"gross": 10**6},
                "state": {"counters": {"it": held}},
                "expect": {"points": 10},
            },
            {"name": {}, "fact": {"gross": 10**6}, "expect": {}},
        ],
    )
    program = document(guarded, counters=[counter("it", counts, window)])
    assert [result.ok for result in run(program, program.rules[0])] == [ok, ok]
