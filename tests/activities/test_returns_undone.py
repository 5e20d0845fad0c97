"""A purchase that comes back was never the last one, no link of a streak, and took of no shared budget."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from bashgah.activities.recomputing import member_recompute
from bashgah.activities.services import settle
from bashgah.activities.types import Settled
from bashgah.engine.windows import EVER
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import sums_get
from tests.activities.shop import Shop, line, open_shop, per_step, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MILLION = 1_000_000
TEN = {"wallet": "points", "amount": "fixed", "params": {"units": 10}}


def counts(window: str, counts_: str) -> Shop:
    """A shop that counts Sara's purchases of a million or more under "it"."""
    dear = {"field": "purchase.gross", "op": "gte", "value": 10 * MILLION}
    counter = {"key": "it", "name": {"en": "It"}, "trigger": "purchase", "counts": counts_, "window": window}
    return open_shop(
        rules=[{**rule("gift", "purchase", [TEN]), "when": {"field": "counter.it", "op": "gte", "value": 3}}],
        document={"counters": [{**counter, "when": dear}]},
    )


def kept(shop: Shop) -> dict[date, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT window_start, used FROM history_used
            WHERE member_id = %s AND limit_key = %s AND used <> 0
            """,
            [shop.sara.id, "#it"],
        )
        return dict(cursor.fetchall())


def spent() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT spent FROM programs_budget ORDER BY key, start, branch")
        return [row[0] for row in cursor.fetchall()]


def last(shop: Shop) -> datetime | None:
    return sums_get(shop.club, shop.sara.id).last_purchase_at


def back(shop: Shop, of: str, *lines: tuple[int, int]) -> Settled:
    return shop.tell(shop.returns(f"back of {of}", of, *lines))


def test_the_last_purchase_is_the_last_that_is_left() -> None:
    shop = open_shop()
    for days in (9, 5, 2):
        shop.buys(f"A-{days}", MILLION, at=NOW - days * DAY)
    back(shop, "A-5")
    assert last(shop) == NOW - 2 * DAY
    back(shop, "A-2")
    assert last(shop) == NOW - 9 * DAY
    back(shop, "A-9")
    assert last(shop) is None


def test_a_part_that_comes_back_leaves_the_purchase_the_last_one() -> None:
    shop = open_shop()
    shop.buys("A-9", MILLION, at=NOW - 9 * DAY)
    shop.tell(shop.purchase("B", line("egg", MILLION, pieces=2), at=NOW - DAY))
    back(shop, "B", (1, 1000))
    assert last(shop) == NOW - DAY


def test_returns_of_one_batch_and_a_purchase_among_them_see_one_another() -> None:
    shop = open_shop()
    for days in (9, 5, 2):
        shop.buys(f"A-{days}", MILLION, at=NOW - days * DAY)
    batch = [
        shop.returns("R-1", "A-5"),
        shop.purchase("A-7", amount=MILLION, at=NOW - 7 * DAY),
        shop.returns("R-2", "A-2"),
    ]
    assert all(isinstance(told, Settled) for told in settle(batch, club=shop.club, actor=SYSTEM, now=NOW))
    assert last(shop) == NOW - 7 * DAY


def test_a_streak_breaks_where_its_purchase_comes_back() -> None:
    shop = counts("day", "streak")
    for days in (4, 3, 2, 1):
        shop.buys(f"A-{days}", MILLION, at=NOW - days * DAY)
    today = NOW.date()
    assert kept(shop) == {today - days * DAY: 5 - days for days in (4, 3, 2, 1)}
    back(shop, "A-3")
    assert kept(shop) == {today - 4 * DAY: 1, today - 2 * DAY: 1, today - DAY: 2}
    shop.buys("A-0", MILLION)
    assert kept(shop)[today] == 3
    assert member_recompute(club=shop.club, member_id=shop.sara.id, since=today, now=NOW).differences == ()


def test_a_streak_holds_where_another_purchase_of_that_day_is_left() -> None:
    shop = counts("day", "streak")
    for number, days in enumerate((2, 2, 1)):
        shop.buys(f"A-{number}", MILLION, at=NOW - days * DAY)
    back(shop, "A-0")
    assert kept(shop) == {NOW.date() - 2 * DAY: 1, NOW.date() - DAY: 2}
    shop.buys("A-9", MILLION - 1, at=NOW - DAY)
    back(shop, "A-1")
    assert kept(shop) == {NOW.date() - DAY: 1}


def test_the_days_since_are_counted_from_the_last_that_is_left() -> None:
    shop = counts("ever", "days_since")
    for days in (9, 5, 2):
        shop.buys(f"A-{days}", MILLION, at=NOW - days * DAY)
    back(shop, "A-2")
    assert kept(shop) == {EVER: (NOW.date() - 5 * DAY).toordinal()}
    back(shop, "A-9")
    back(shop, "A-5")
    assert kept(shop) == {}


def gifted(told: Any) -> int:
    assert isinstance(told, Settled)
    return sum(credit.amount for credit in told.credits if credit.rule == "gift")


def budgeted(**budget: Any) -> Shop:
    return open_shop(rules=[rule("gift", "purchase", [per_step("points")], budget={"most": 25, **budget})])


def test_what_comes_back_is_in_the_budget_again_for_others() -> None:
    shop = budgeted()
    shop.tell(shop.purchase("A", line("egg", 2_000_000, pieces=4)))
    assert (spent(), gifted(shop.buys("B", MILLION, member=shop.reza))) == ([20], 5)
    back(shop, "A", (1, 3000))
    assert spent() == [10]
    assert gifted(shop.buys("C", 2_000_000, member=shop.reza)) == 15


def test_no_more_goes_back_to_a_budget_than_was_taken_of_it() -> None:
    shop = budgeted(most=7)
    taken = shop.tell(shop.purchase("A", line("egg", MILLION, pieces=3)))
    assert (gifted(taken), spent()) == (7, [7])
    for number, left in enumerate((5, 3, 0)):
        shop.tell(shop.returns(f"R-{number}", "A", (1, 1000)))
        assert spent() == [left]


def test_a_budget_in_money_gets_back_what_the_units_are_worth() -> None:
    shop = open_shop(
        points={"worth": 2000},
        rules=[rule("gift", "purchase", [per_step("points")], budget={"most": 50_000, "of": "money"})],
    )
    shop.tell(shop.purchase("A", line("egg", MILLION, pieces=2)))
    assert spent() == [20_000]
    back(shop, "A", (1, 1000))
    assert spent() == [10_000]


def test_a_return_and_a_purchase_of_one_batch_share_what_is_left() -> None:
    shop = budgeted(most=10)
    shop.buys("A", MILLION)
    batch = [shop.returns("R", "A"), shop.purchase("B", amount=MILLION, member=shop.reza)]
    answers = settle(batch, club=shop.club, actor=SYSTEM, now=NOW)
    assert [gifted(told) for told in answers] == [-10, 10]
    assert spent() == [10]


def test_a_branchs_budget_gets_back_its_own() -> None:
    shop = budgeted(per="branch", window="day", most=100)
    shop.buys("A", MILLION, at=NOW - DAY)
    shop.buys("B", 2_000_000)
    back(shop, "A")
    assert spent() == [0, 20]
