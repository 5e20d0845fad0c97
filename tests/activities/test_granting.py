"""What rules give beside points: each reward issued once, set aside where it cannot be, taken back unused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bashgah.activities.types import Settled
from bashgah.activities.verify import verify
from bashgah.ground import outbox
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.members.services import member_block, member_leave
from bashgah.redemption.granting import grant_issue, grant_retry
from bashgah.redemption.selectors import grants_of_activities, grants_waiting, redemptions_of_member
from bashgah.redemption.types import GrantInfo
from bashgah.rewards import services as rewards
from bashgah.rewards.selectors import coupon_list
from tests.activities.shop import Shop, line, open_shop, per_step, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db


def reward(key: str, kind: str, **params: Any) -> dict[str, Any]:
    """A reward that rules give."""
    return {"key": key, "kind": kind, "price": 0, "params": params, "name": {"en": key}, "channels": []}


def gives(key: str, *effects: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A rule on purchases."""
    return rule(key, "purchase", list(effects), **more)


TEN = {"kind": "reward", "reward": "ten"}
REWARDS = [
    reward("ten", "discount_coupon", percent=10, valid_days=30) | {"cost": 50_000},
    reward("tea", "free_product", sku="TEA", name={"fa": "چای", "en": "Tea"}),
    reward("cash", "store_credit", amount=200_000),
]


def shop_of(*rules: dict[str, Any], **more: Any) -> Shop:
    """A shop whose purchases also give what these rules say."""
    return open_shop(rules=list(rules), document={"rewards": REWARDS, **more})


def delivered() -> None:
    """Let the worker hand over all news."""
    while outbox.relay_once():
        pass
    while outbox.deliveries_run(now=NOW):
        pass


def granted(shop: Shop, told: Settled) -> list[GrantInfo]:
    """What a fact's rules gave, as it stands."""
    return grants_of_activities(shop.club, [shop.sara.id], [told.activity_id]).get(told.activity_id, [])


def coupons(shop: Shop) -> list[str]:
    """The states of Sara's coupons, oldest first."""
    return [each.state for each in reversed(coupon_list(shop.club, [shop.sara.id], now=NOW))]


def codes() -> set[str]:
    """What proving finds."""
    return {finding.code for finding in verify()}


def test_a_rule_gives_a_coupon_of_its_own_code() -> None:
    shop = shop_of(gives("gift", TEN))
    told = shop.buys("A-1", 250_000)
    assert [(line.reward, line.count, line.rule) for line in told.grants] == [("ten", 1, "gift")]
    assert coupons(shop) == []
    delivered()
    (found,) = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    assert (found.reward, found.state, found.value["percent"], len(found.code)) == ("ten", "issued", 10, 20)
    (info,) = granted(shop, told)
    assert (info.state, info.rule) == ("issued", "gift")
    (made,) = redemptions_of_member(shop.club, [shop.sara.id], now=NOW)
    assert (made.channel, made.price, made.state, made.id) == ("rule", 0, "captured", info.redemption_id)


def test_told_again_it_stays_one() -> None:
    shop = shop_of(gives("gift", TEN))
    first = shop.buys("A-1", 250_000)
    again = shop.buys("A-1", 250_000)
    assert (again.repeated, again.grants) == (True, first.grants)
    delivered()
    (info,) = granted(shop, first)
    for _time in range(2):
        done = grant_issue(club=shop.club, member_id=shop.sara.id, grant_id=info.id, now=NOW)
        assert done.state == "issued"
    assert coupons(shop) == ["issued"]


def test_the_rule_says_how_long_its_coupon_is_good() -> None:
    shop = shop_of(gives("gift", TEN | {"valid_days": 7}))
    told = shop.buys("A-1", 250_000)
    (info,) = granted(shop, told)
    grant_issue(club=shop.club, member_id=shop.sara.id, grant_id=info.id, now=NOW)
    (found,) = coupon_list(shop.club, [shop.sara.id], now=NOW)
    assert found.expires_at == datetime(2026, 11, 28, 20, 30, tzinfo=UTC)


def test_several_copies_have_codes_of_their_own() -> None:
    shop = shop_of(gives("gift", TEN | {"count": 3}))
    told = shop.buys("A-1", 250_000)
    assert [line.count for line in told.grants] == [3]
    delivered()
    found = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    assert len({each.code for each in found}) == 3


def test_points_and_a_reward_of_one_rule_come_together() -> None:
    shop = shop_of(gives("gift", per_step("points"), TEN))
    told = shop.buys("A-1", 250_000)
    assert told.points_of("points") == 4
    assert [line.reward for line in told.grants] == ["ten"]
    delivered()


def test_what_is_out_of_stock_is_set_aside_and_tried_again() -> None:
    shop = shop_of(gives("gift", TEN))
    _named(shop, "ten")
    rewards.stock_set(club=shop.club, reward="ten", remaining=0, actor=SYSTEM, now=NOW)
    told = shop.buys("A-1", 250_000)
    delivered()
    (waiting,) = grants_waiting(shop.club)
    assert (waiting.state, waiting.reason, coupons(shop)) == ("aside", "reward_out_of_stock", [])
    assert grant_retry(club=shop.club, grant_id=waiting.id, actor=SYSTEM, now=NOW).state == "aside"
    rewards.stock_set(club=shop.club, reward="ten", remaining=1, actor=SYSTEM, now=NOW)
    assert grant_retry(club=shop.club, grant_id=waiting.id, actor=SYSTEM, now=NOW).state == "issued"
    assert coupons(shop) == ["issued"]
    assert [each.state for each in granted(shop, told)] == ["issued"]


@pytest.mark.parametrize(
    ("ends", "reason"), [(member_block, "member_blocked"), (member_leave, "member_left")]
)
def test_who_may_not_have_it_any_more_finds_it_set_aside(ends: Any, reason: str) -> None:
    shop = shop_of(gives("gift", TEN))
    told = shop.buys("A-1", 250_000)
    ends(club=shop.club, id=shop.sara.id, reason="x", actor=SYSTEM, now=NOW)
    (grant,) = grants_of_activities(shop.club, [shop.sara.id], [told.activity_id])[told.activity_id]
    found = grant_issue(club=shop.club, member_id=shop.sara.id, grant_id=grant.id, now=NOW)
    assert (found.state, found.reason, coupons(shop)) == ("aside", reason, [])


def test_the_whole_purchase_takes_an_unused_coupon_back() -> None:
    shop = shop_of(gives("gift", TEN))
    told = shop.tell(shop.purchase("A-1", line("egg", 250_000), line("rice", 100_000)))
    delivered()
    part = shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    assert (part.grants, coupons(shop)) == ((), ["issued"])
    rest = shop.tell(shop.returns("R-2", "A-1"))
    assert [(line.reward, line.count, line.rule) for line in rest.grants] == [("ten", -1, "gift")]
    assert coupons(shop) == ["void"]
    assert [each.state for each in granted(shop, told)] == ["taken_back"]


def test_a_used_coupon_stays_and_it_is_said() -> None:
    shop = shop_of(gives("gift", TEN))
    shop.buys("A-1", 250_000)
    delivered()
    (found,) = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    rewards.coupon_use(club=shop.club, code=found.code, actor=SYSTEM, now=NOW)
    back = shop.tell(shop.returns("R-1", "A-1"))
    assert [(line.reward, line.count) for line in back.grants] == [("ten", 0)]
    assert coupons(shop) == ["used"]


def test_what_a_rule_lets_stay_stays() -> None:
    shop = shop_of(gives("gift", TEN | {"on_return": "keep"}))
    shop.buys("A-1", 250_000)
    delivered()
    shop.tell(shop.returns("R-1", "A-1"))
    assert coupons(shop) == ["issued"]


def test_returned_before_it_was_issued_it_never_is() -> None:
    shop = shop_of(gives("gift", TEN))
    told = shop.buys("A-1", 250_000)
    shop.tell(shop.returns("R-1", "A-1"))
    delivered()
    assert [each.state for each in granted(shop, told)] == ["withdrawn"]
    assert coupons(shop) == []


def test_store_credit_goes_back_as_points_do() -> None:
    shop = shop_of(gives("gift", {"kind": "reward", "reward": "cash"}))
    shop.buys("A-1", 250_000)
    delivered()
    assert wallets_get(shop.club, shop.sara.id, NOW)["credit"].available == 200_000
    back = shop.tell(shop.returns("R-1", "A-1"))
    assert [(c.wallet, c.amount) for c in back.credits if c.wallet == "credit"] == [("credit", -200_000)]
    assert wallets_get(shop.club, shop.sara.id, NOW)["credit"].available == 0


def test_once_a_member_is_once_even_after_a_return_of_what_was_used() -> None:
    once = {"limits": [{"window": "ever", "most": 1, "of": "times"}]}
    shop = shop_of(gives("gift", TEN, **once))
    shop.buys("A-1", 250_000)
    delivered()
    (found,) = coupon_list(shop.club, [shop.sara.id], now=NOW, with_codes=True)
    rewards.coupon_use(club=shop.club, code=found.code, actor=SYSTEM, now=NOW)
    shop.tell(shop.returns("R-1", "A-1"))
    assert shop.buys("A-2", 250_000).grants == ()


def test_a_return_of_the_unused_frees_the_limit() -> None:
    once = {"limits": [{"window": "ever", "most": 1, "of": "times"}]}
    shop = shop_of(gives("gift", TEN, **once))
    shop.buys("A-1", 250_000)
    delivered()
    assert shop.buys("A-2", 250_000).grants == ()
    shop.tell(shop.returns("R-1", "A-1"))
    assert [line.count for line in shop.buys("A-3", 250_000).grants] == [1]
    delivered()


def test_the_last_of_a_shared_budget_is_given_once_and_comes_back() -> None:
    budget = {"budget": {"reward": "ten", "most": 1}}
    shop = shop_of(gives("gift", TEN, **budget))
    shop.buys("A-1", 250_000)
    assert shop.buys("A-2", 250_000, member=shop.reza).grants == ()
    delivered()
    shop.tell(shop.returns("R-1", "A-1"))
    assert [each.count for each in shop.buys("A-3", 250_000, member=shop.reza).grants] == [1]
    delivered()


def test_a_budget_of_money_counts_what_one_costs() -> None:
    budget = {"budget": {"reward": "ten", "of": "money", "most": 120_000}}
    shop = shop_of(gives("gift", TEN | {"count": 2}, **budget))
    assert [each.count for each in shop.buys("A-1", 250_000).grants] == [2]
    assert shop.buys("A-2", 250_000, member=shop.reza).grants == ()
    delivered()


def test_a_planted_corruption_is_found() -> None:
    from bashgah.ground.batch import cursor

    shop = shop_of(gives("gift", TEN))
    told = shop.buys("A-1", 250_000)
    delivered()
    assert codes() == set()
    (info,) = granted(shop, told)
    with cursor() as cur:
        cur.execute("UPDATE redemption_grant SET rule = 'other' WHERE id = %s", [info.id])
        assert codes() == {"grants_differ"}
        cur.execute("UPDATE redemption_grant SET rule = 'gift' WHERE id = %s", [info.id])
        cur.execute("UPDATE redemption_redemption SET state = 'released' WHERE id = %s", [info.redemption_id])
        assert codes() == {"grant_not_issued"}
        cur.execute("UPDATE redemption_redemption SET state = 'captured' WHERE id = %s", [info.redemption_id])
        cur.execute(
            "UPDATE redemption_grant SET state = 'due', redemption_id = NULL WHERE id = %s", [info.id]
        )
        assert codes() == {"issued_without_grant"}
        cur.execute(
            "UPDATE redemption_grant SET state = 'issued', redemption_id = %s WHERE id = %s",
            [info.redemption_id, info.id],
        )
    assert codes() == set()


def _named(shop: Shop, key: str) -> None:
    from bashgah.kit.text import Texts

    rewards.reward_save(club=shop.club, key=key, name=Texts("کوپن", "Coupon"), actor=SYSTEM, now=NOW)
