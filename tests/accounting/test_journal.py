"""Deferred revenue and its release: every line balances, and a closed day exported again is the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.accounting.costs import accounts_on, accounts_set, cost_on, cost_set, costs_list, value
from bashgah.accounting.journal import journal
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger.roots import days_close
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = [pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def shop() -> Shop:
    """Day one: 31 earned. Day two: 5 spent, 3 expired, 4 given by hand. Day three: nothing."""
    shop = open_shop()
    hand = Hand(shop.club, shop.sara.id)
    hand.gives(28, now=NOW)
    hand.gives(3, now=NOW, expires_at=NOW + DAY)
    hand.passes(NOW + DAY)
    hand.captures(hand.holds(5, now=NOW + DAY), now=NOW + DAY)
    hand.adjusts(4, now=NOW + DAY)
    days_close(club=shop.club, now=NOW + 3 * DAY)
    return shop


def costs(shop: Shop, per_thousand: int, *, days: int | None = None) -> None:
    """Set the cost of a thousand points, from the beginning or from a day after NOW."""
    since = None if days is None else TODAY + days * DAY
    cost_set(
        club=shop.club, unit="points", per_thousand=per_thousand, since=since, actor=SYSTEM, now=NOW + 3 * DAY
    )


def entries(shop: Shop) -> list[tuple[int, str, str, int, int]]:
    """The journal as (day after NOW, kind, account, debit, credit)."""
    found = journal(shop.club, TODAY, TODAY + 9 * DAY)
    return [
        ((line.day - TODAY).days, line.kind, line.account.key, line.debit, line.credit)
        for line in found.lines
    ]


def test_revenue_is_deferred_at_earning_and_released_at_redemption_and_expiry(shop: Shop) -> None:
    costs(shop, 720_000)
    assert entries(shop) == [
        (0, "issued", "earning", 22_320, 0),
        (0, "issued", "deferred", 0, 22_320),
        (1, "redeemed", "deferred", 3_600, 0),
        (1, "redeemed", "redeemed", 0, 3_600),
        (1, "expired", "deferred", 2_160, 0),
        (1, "expired", "expired", 0, 2_160),
        (1, "adjusted", "adjusted", 2_880, 0),
        (1, "adjusted", "deferred", 0, 2_880),
    ]
    found = journal(shop.club, TODAY, TODAY + 9 * DAY)
    assert found.debit == found.credit == 30_960
    assert found.deferred == {"points": 27 * 720}
    assert found.until == TODAY + 2 * DAY


def test_rounding_and_a_new_cost_end_at_units_times_cost(shop: Shop) -> None:
    costs(shop, 1_333)
    # 31 units are worth 41.3, 5 are 6.7, 3 are 4.0, 4 are 5.3; the 27 left are worth 36.0
    assert [line for line in entries(shop) if line[2] == "deferred"] == [
        (0, "issued", "deferred", 0, 41),
        (1, "redeemed", "deferred", 7, 0),
        (1, "expired", "deferred", 4, 0),
        (1, "adjusted", "deferred", 0, 5),
        (1, "rounding", "deferred", 0, 1),
    ]
    costs(shop, 2_000, days=3)
    days_close(club=shop.club, now=NOW + 4 * DAY)
    assert entries(shop)[-2:] == [
        (3, "revaluation", "revalued", 18, 0),
        (3, "revaluation", "deferred", 0, 18),
    ]
    assert journal(shop.club, TODAY, TODAY + 9 * DAY).deferred == {"points": 54}


def test_what_was_exported_is_the_same_whatever_is_set_later(shop: Shop) -> None:
    costs(shop, 720_000)
    accounts_set(club=shop.club, changes={"deferred": ("24-01", "پیش‌دریافت")}, actor=SYSTEM, now=NOW)
    before = journal(shop.club, TODAY, TODAY + 2 * DAY)
    assert {line.account.code for line in before.lines if line.account.key == "deferred"} == {"24-01"}
    with pytest.raises(Refusal, match="day_closed"):
        costs(shop, 500_000, days=2)
    costs(shop, 500_000)
    accounts_set(club=shop.club, changes={"deferred": ("24-02", "پیش‌دریافت")}, actor=SYSTEM, now=NOW)
    assert journal(shop.club, TODAY, TODAY + 2 * DAY) == before
    days_close(club=shop.club, now=NOW + 4 * DAY)
    late = journal(shop.club, TODAY + 3 * DAY, TODAY + 3 * DAY)
    assert [(line.kind, line.account.code, line.debit) for line in late.lines] == [
        ("revaluation", "24-02", 5_940),
        ("revaluation", "8220", 0),
    ]
    assert journal(shop.club, TODAY, TODAY + 2 * DAY) == before


def test_a_wallet_valued_for_the_first_time_opens_with_what_is_outstanding(shop: Shop) -> None:
    assert journal(shop.club, TODAY, TODAY).without_cost == ("points",)
    costs(shop, 1_000, days=1)
    assert entries(shop)[-2:] == [(1, "opening", "revalued", 31, 0), (1, "opening", "deferred", 0, 31)]
    assert journal(shop.club, TODAY, TODAY + 2 * DAY).deferred == {"points": 27}


def test_of_two_costs_for_one_day_the_later_word_counts(shop: Shop) -> None:
    costs(shop, 1_000)
    costs(shop, 2_000, days=5)
    costs(shop, 3_000, days=5)
    found = costs_list(shop.club)
    assert [cost.per_thousand for cost in found] == [1_000, 3_000]
    assert [cost_on(found, "points", TODAY + days * DAY) for days in (4, 5)] == [1_000, 3_000]
    assert cost_on(found, "credit", TODAY) is None


def test_half_a_unit_of_money_is_rounded_away_from_zero() -> None:
    assert [value(units, 500) for units in (1, 3, -1, -3, 2)] == [1, 2, -1, -2, 1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"elsewhere": ("1", "x")}, "account_unknown"),
        ({"deferred": (" ", "x")}, "account_invalid"),
        ({"deferred": ("1", "x" * 101)}, "account_invalid"),
    ],
)
def test_an_account_needs_a_place_a_code_and_a_name(
    shop: Shop, changes: dict[str, tuple[str, str]], code: str
) -> None:
    with pytest.raises(Refusal, match=code):
        accounts_set(club=shop.club, changes=changes, actor=SYSTEM, now=NOW)
    assert accounts_on(shop.club, TODAY)["deferred"].code == "3310"


def test_a_cost_below_nothing_is_refused(shop: Shop) -> None:
    with pytest.raises(Refusal, match="cost_invalid"):
        costs(shop, -1)
