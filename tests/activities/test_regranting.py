"""A recomputation gives the rewards that should have been given, and takes back those that were not used."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from bashgah.activities.recomputing import member_recompute, member_recompute_apply
from bashgah.activities.recomputing_many import recompute_begin, recompute_run
from bashgah.activities.verify import verify
from bashgah.ground import outbox
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import used_get
from bashgah.ledger.selectors import wallets_get
from bashgah.redemption.models import Grant
from bashgah.redemption.selectors import grants_of_member
from bashgah.rewards import services as rewards
from bashgah.rewards.selectors import coupon_list
from tests.activities.shop import Shop, line, rule
from tests.activities.test_granting import TEN, coupons, gives, shop_of
from tests.activities.test_recompute import DAY, MILLION, since
from tests.cast import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + 10 * DAY
FIRST = {"when": {"field": "history.purchases", "op": "eq", "value": 0}}
ONCE = {"limits": [{"window": "ever", "most": 1, "of": "times"}]}


def found(shop: Shop) -> Any:
    return member_recompute(club=shop.club, member_id=shop.sara.id, since=since(-30), now=LATER)


def delivered() -> None:
    """Let the worker hand over all news, when everything has happened."""
    while outbox.relay_once():
        pass
    while outbox.deliveries_run(now=LATER):
        pass


def put_right(shop: Shop) -> Any:
    return member_recompute_apply(
        club=shop.club, member_id=shop.sara.id, since=since(-30), actor=SYSTEM, now=LATER
    )


def differences(answer: Any) -> list[tuple[str, str, str, int, int, int]]:
    return [(g.reference, g.reward, g.rule, g.given, g.due, g.change) for g in answer.grants]


def states(shop: Shop) -> list[tuple[str, bool, bool]]:
    """Copies of what rules gave Sara, oldest first: how they stand, and what recomputations did."""
    rows = Grant.objects.filter(member_id=shop.sara.id).order_by("id")
    return [(row.state, row.is_anew, row.is_undone) for row in rows]


def told_late(shop: Shop) -> None:
    """A-2 of the day after is told first and counts as the first purchase; then A-1 of today comes."""
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.tell(shop.purchase("A-1", line("egg", MILLION), at=NOW), now=NOW + 2 * DAY)


def test_the_right_purchase_gets_the_reward_and_the_wrong_one_gives_it_back() -> None:
    shop = shop_of(gives("gift", TEN, **FIRST))
    told_late(shop)
    delivered()
    before = coupon_list(shop.club, [shop.sara.id], now=NOW)
    answer = found(shop)
    assert differences(answer) == [
        ("A-1", "ten", "gift", 0, 1, 1),
        ("A-2", "ten", "gift", 1, 0, -1),
    ]
    assert (answer.rewards, answer.is_right, answer.differences) == ({"ten": 0}, False, ())
    assert coupons(shop) == ["issued"], "a look changes nothing"
    assert differences(put_right(shop)) == differences(answer)
    assert [each.state for each in coupon_list(shop.club, [shop.sara.id], now=LATER)] == ["void"]
    delivered()
    delivered()
    now = coupon_list(shop.club, [shop.sara.id], now=LATER)
    assert sorted(each.state for each in now) == ["issued", "void"]
    assert {each.id for each in before} < {each.id for each in now}
    assert states(shop) == [("taken_back", False, True), ("issued", True, False)]
    assert found(shop).is_right
    assert put_right(shop).grants == ()
    delivered()
    assert len(coupon_list(shop.club, [shop.sara.id], now=LATER)) == 2
    assert verify() == []


def test_a_used_coupon_is_shown_and_not_taken() -> None:
    shop = shop_of(gives("gift", TEN, **FIRST))
    told_late(shop)
    delivered()
    (coupon,) = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    rewards.coupon_use(club=shop.club, code=coupon.code, actor=SYSTEM, now=NOW + 3 * DAY)
    put_right(shop)
    delivered()
    assert sorted(coupons(shop)) == ["issued", "used"]
    again = found(shop)
    assert differences(again) == [("A-2", "ten", "gift", 1, 0, 0)]
    assert ([each.used for each in again.grants], again.is_right, again.rewards) == ([1], True, {})
    assert verify() == []


def test_what_was_not_issued_yet_is_withdrawn_and_never_issued() -> None:
    shop = shop_of(gives("gift", TEN, **FIRST))
    told_late(shop)
    put_right(shop)
    delivered()
    assert states(shop) == [("withdrawn", False, True), ("issued", True, False)]
    assert coupons(shop) == ["issued"]
    assert verify() == []


def test_store_credit_goes_back_as_points_do_also_where_it_was_spent() -> None:
    shop = shop_of(gives("gift", {"kind": "reward", "reward": "cash"}, **FIRST))
    told_late(shop)
    delivered()
    assert wallets_get(shop.club, shop.sara.id, LATER)["credit"].available == 200_000
    put_right(shop)
    assert wallets_get(shop.club, shop.sara.id, LATER)["credit"].available == 0
    delivered()
    assert wallets_get(shop.club, shop.sara.id, LATER)["credit"].available == 200_000
    assert found(shop).is_right
    assert verify() == []


def test_a_return_takes_back_what_a_recomputation_gave_and_gives_no_budget_back() -> None:
    budget = {"budget": {"reward": "ten", "most": 5}}
    shop = shop_of(gives("gift", TEN, **FIRST, **budget))
    told_late(shop)
    delivered()
    put_right(shop)
    delivered()
    assert verify() == []
    back = shop.tell(shop.returns("R-1", "A-1", at=NOW + 11 * DAY), now=NOW + 11 * DAY)
    assert [(each.reward, each.count) for each in back.grants] == [("ten", -1)]
    assert states(shop) == [("taken_back", False, True), ("taken_back", True, False)]
    assert verify() == []
    late = shop.tell(shop.returns("R-2", "A-2", at=NOW + 12 * DAY), now=NOW + 12 * DAY)
    assert late.grants == ()
    assert verify() == []


def test_a_limit_of_times_is_of_the_purchase_that_should_have_it() -> None:
    shop = shop_of(gives("gift", TEN, **ONCE))
    told_late(shop)
    delivered()
    assert differences(put_right(shop)) == [("A-1", "ten", "gift", 0, 1, 1), ("A-2", "ten", "gift", 1, 0, -1)]
    delivered()
    shop.tell(shop.returns("R-2", "A-2", at=NOW + 11 * DAY), now=NOW + 11 * DAY)
    later = shop.tell(shop.purchase("A-3", amount=MILLION, at=NOW + 12 * DAY), now=NOW + 12 * DAY)
    assert later.grants == (), "A-1 has had it"
    shop.tell(shop.returns("R-1", "A-1", at=NOW + 13 * DAY), now=NOW + 13 * DAY)
    again = shop.tell(shop.purchase("A-4", amount=MILLION, at=NOW + 14 * DAY), now=NOW + 14 * DAY)
    assert [each.reward for each in again.grants] == ["ten"]
    assert verify() == []


@pytest.mark.parametrize("on_return", ["take_back", "keep"])
def test_where_facts_came_in_order_nothing_differs(on_return: str) -> None:
    shop = shop_of(gives("gift", TEN | {"count": 2, "on_return": on_return}, **ONCE))
    shop.buys("A-1", MILLION)
    delivered()
    (coupon, _other) = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    rewards.coupon_use(club=shop.club, code=coupon.code, actor=SYSTEM, now=NOW)
    shop.tell(shop.returns("R-1", "A-1", at=NOW + DAY), now=NOW + DAY)
    shop.buys("A-2", MILLION, at=NOW + 2 * DAY)
    delivered()
    used = used_get(shop.club, shop.sara.id, [])
    answer = put_right(shop)
    assert (answer.is_right, answer.grants) == (True, ())
    assert used_get(shop.club, shop.sara.id, []) == used
    assert [len(grants_of_member(shop.club, [shop.sara.id])), verify()] == [2, []]


def test_many_members_are_counted_with_their_rewards() -> None:
    shop = shop_of(gives("gift", TEN, when={"field": "history.spend", "op": "gte", "value": MILLION * 10}))
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.tell(shop.purchase("A-1", amount=MILLION, at=NOW), now=NOW + 2 * DAY)
    delivered()
    # told late A-1 found the spend of A-2; in its time A-2 finds that of A-1
    assert differences(found(shop)) == [("A-1", "ten", "gift", 1, 0, -1), ("A-2", "ten", "gift", 0, 1, 1)]
    shop.buys("B-1", MILLION, member=shop.reza, at=NOW + DAY)
    run = recompute_begin(club=shop.club, since=since(-30), apply=True, actor=SYSTEM, now=LATER)
    done = recompute_run(club=shop.club, id=run.id, now=LATER)
    assert (done.differing, done.changes) == (1, {"reward:ten": 0})
    delivered()
    assert verify() == []


@pytest.mark.corrupts
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", ["is_anew", "is_undone"])
def test_rewards_that_no_recomputation_gave_or_took_are_found(
    owner_connection: psycopg.Connection, column: str
) -> None:
    shop = shop_of(gives("gift", TEN, **FIRST))
    told_late(shop)
    delivered()
    put_right(shop)
    delivered()
    assert verify() == []
    owner_connection.execute(f"UPDATE redemption_grant SET {column} = false WHERE {column}")
    codes = {finding.code for finding in verify(shop.club.id)}
    assert "grants_recomputed_differ" in codes


@pytest.mark.corrupts
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("key", "of"), [("first", "units"), ("gift", "copies")])
def test_a_budget_is_proved_where_a_recomputation_gave_more_and_goods_came_back(
    owner_connection: psycopg.Connection, key: str, of: str
) -> None:
    points = rule(
        "first", "purchase", [{"wallet": "points", "amount": "fixed", "params": {"units": 50}}], **FIRST,
        budget={"most": 1_000},
    )  # fmt: skip
    shop = shop_of(points, gives("gift", TEN, **FIRST, budget={"reward": "ten", "most": 9}))
    told_late(shop)
    shop.buys("B-1", MILLION, member=shop.reza)
    delivered()
    put_right(shop)
    delivered()
    shop.tell(shop.returns("R-1", "A-1", at=NOW + 11 * DAY), now=NOW + 11 * DAY)
    shop.tell(shop.returns("R-2", "A-2", at=NOW + 12 * DAY), now=NOW + 12 * DAY)
    assert verify() == []
    planted = owner_connection.execute(
        "UPDATE programs_budget SET spent = spent + 1 WHERE key LIKE %s", [f"{key}.%"]
    )
    assert planted.rowcount == 1, of
    assert {finding.code for finding in verify(shop.club.id)} == {"budget_spent_differs"}
