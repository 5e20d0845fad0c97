"""Rewards, promises and the books themselves: what comes at the moment of another act sees what it did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bashgah.activities import confirming
from bashgah.activities.openings import Answer, NotOpened, Opened, OpeningIn, openings_post
from bashgah.activities.recomputing import member_recompute_apply
from bashgah.dealings.services import members_merge
from bashgah.ground.types import SYSTEM
from bashgah.ledger import services as ledger
from bashgah.ledger.selectors import lots_open, wallets_get
from bashgah.members.services import member_block
from bashgah.redemption import granting
from bashgah.redemption.selectors import grants_of_activities
from tests.activities.shop import Shop, open_shop, per_step
from tests.activities.test_confirming import shop_with
from tests.activities.test_granting import gives, shop_of
from tests.activities.test_recompute import FIRST
from tests.cast import NOW, given
from tests.dealings.test_groups import home_of
from tests.ledger.hand import Hand
from tests.races.overtaking import overtaken

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
MILLION = 1_000_000
CASH = {"kind": "reward", "reward": "cash"}


def blocks(shop: Shop) -> None:
    member_block(club=shop.club, id=shop.sara.id, reason="x", actor=SYSTEM, now=NOW)


def merges(shop: Shop) -> None:
    """Reza becomes Sara."""
    members_merge(club=shop.club, survivor_id=shop.sara.id, merged_id=shop.reza.id, actor=SYSTEM, now=NOW)


def sara(shop: Shop) -> Hand:
    return Hand(shop.club, shop.sara.id)


# rewards of rules


def test_who_the_member_became_is_locked_where_a_reward_is_issued(
    app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reza became Sara after he was looked up, and Sara is blocked at this moment: it is set aside."""
    shop = shop_of(gives("gift", CASH))
    told = shop.buys("A-1", 250_000, member=shop.reza)
    merges(shop)
    (grant,) = grants_of_activities(shop.club, [shop.reza.id], [told.activity_id])[told.activity_id]
    monkeypatch.setattr(granting.members, "member_root", lambda _club, id_: id_)
    second = overtaken(
        app_url,
        lambda: blocks(shop),
        lambda: granting.grant_issue(club=shop.club, member_id=shop.reza.id, grant_id=grant.id, now=NOW),
    )
    assert (second.waited, second.got.state, second.got.reason) == (True, "aside", "member_blocked")


# opening balances


def opens(shop: Shop, reference: str, *, member: Any = None) -> list[Answer]:
    ref = shop.ref(member or shop.sara)
    assert ref is not None
    one = OpeningIn(source="old", reference=reference, member=ref, wallet="points", amount=40)
    return openings_post([one], club=shop.club, actor=SYSTEM, now=NOW)


def test_two_openings_of_one_member_at_one_moment_both_stand(app_url: str) -> None:
    shop = open_shop()
    second = overtaken(app_url, lambda: opens(shop, "1"), lambda: opens(shop, "2"))
    assert (second.waited, [type(one) for one in second.got]) == (True, [Opened])
    assert sara(shop).wallet(NOW).available == 80


def test_one_opening_told_twice_at_one_moment_counts_once(app_url: str) -> None:
    shop = open_shop()
    second = overtaken(app_url, lambda: opens(shop, "1"), lambda: opens(shop, "1"))
    assert (second.waited, second.got[0].repeated) == (True, True)
    assert sara(shop).wallet(NOW).available == 40


def test_who_is_merged_at_this_moment_gets_no_opening(app_url: str) -> None:
    shop = open_shop()
    second = overtaken(app_url, lambda: merges(shop), lambda: opens(shop, "1", member=shop.reza))
    assert second.waited
    assert isinstance(second.got[0], NotOpened)
    assert (Hand(shop.club, shop.reza.id).wallet(NOW).available, sara(shop).wallet(NOW).available) == (0, 0)


# computing again


def test_what_is_computed_again_by_two_at_one_moment_is_put_right_once(app_url: str) -> None:
    shop = open_shop(base={"effects": [per_step("status")]}, rules=[FIRST])
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.buys("A-1", MILLION, at=NOW)

    def puts_right() -> Any:
        return member_recompute_apply(
            club=shop.club, member_id=shop.sara.id, since=(NOW - 30 * DAY).date(), actor=SYSTEM,
            now=NOW + 10 * DAY,
        )  # fmt: skip

    second = overtaken(app_url, puts_right, puts_right)
    assert (second.waited, second.got.is_right) == (True, True)


# promises


def test_a_hold_that_is_spent_at_this_moment_does_not_run_out(app_url: str) -> None:
    shop = open_shop()
    given(shop.club, shop.sara, 100)
    hold = sara(shop).holds(60, now=NOW)
    second = overtaken(
        app_url,
        lambda: sara(shop).captures(hold, now=NOW),
        lambda: ledger.holds_due_release(now=NOW + DAY),
    )
    assert (second.waited, second.got) == (True, 0)
    assert sara(shop).wallet(NOW).available == 40


def test_a_hold_that_runs_out_at_this_moment_is_not_spent(app_url: str) -> None:
    shop = open_shop()
    given(shop.club, shop.sara, 100)
    hold = sara(shop).holds(60, now=NOW)
    second = overtaken(
        app_url,
        lambda: ledger.holds_due_release(now=NOW + DAY),
        lambda: sara(shop).captures(hold, now=NOW),
    )
    assert (second.waited, second.code) == (True, "hold_closed")
    assert sara(shop).wallet(NOW).available == 100


def test_what_is_due_is_posted_once_by_two_at_one_moment(app_url: str) -> None:
    shop = open_shop()
    given(shop.club, shop.sara, 100, expires_at=NOW + DAY)
    later = NOW + 2 * DAY
    second = overtaken(
        app_url,
        lambda: ledger.dues_run(club=shop.club, now=later),
        lambda: ledger.dues_run(club=shop.club, now=later),
    )
    assert (second.waited, second.got) == (True, None)
    assert (sara(shop).wallet(later).available, lots_open(shop.club, shop.sara.id)) == (0, [])


def test_what_waits_for_a_yes_is_confirmed_or_cancelled_and_not_both(app_url: str) -> None:
    shop = shop_with(otherwise="cancel")
    bought = shop.buys("A-1", MILLION)

    def decides(verdict: confirming.Verdict) -> int:
        return confirming.pending_decide(
            club=shop.club, activity_id=bought.activity_id, verdict=verdict, reason="x", actor=SYSTEM, now=NOW
        )

    second = overtaken(app_url, lambda: decides("confirm"), lambda: decides("cancel"))
    assert (second.waited, second.code) == (True, "nothing_pending")
    wallet = wallets_get(shop.club, shop.sara.id, NOW)["points"]
    assert (wallet.available, wallet.pending) == (10, 0)


def confirms(shop: Shop, activity_id: UUID) -> int:
    return confirming.pending_decide(
        club=shop.club, activity_id=activity_id, verdict="confirm", actor=SYSTEM, now=NOW
    )


def test_who_the_member_became_is_locked_where_pending_units_are_confirmed(
    app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reza became Sara after he was looked up, and Sara is given something at this moment."""
    shop = shop_with(otherwise="cancel")
    bought = shop.buys("A-1", MILLION, member=shop.reza)
    merges(shop)
    monkeypatch.setattr(confirming, "alias_set", lambda _club, id_: [id_])
    second = overtaken(
        app_url, lambda: given(shop.club, shop.sara, 5), lambda: confirms(shop, bought.activity_id)
    )
    assert (second.waited, second.got) == (True, 10)
    wallet = sara(shop).wallet(NOW)
    assert (wallet.available, wallet.pending) == (15, 0)


def test_the_household_is_locked_where_pending_units_are_confirmed(app_url: str) -> None:
    """A half waits in the household, into which Reza pays at this moment."""
    home = home_of(share=50, points={"pending_days": 5})
    given(home.club, home.reza, 20)
    bought = home.shop.buys("S-1", MILLION)
    second = overtaken(
        app_url, lambda: home.pays_in(home.reza, 20), lambda: confirms(home.shop, bought.activity_id)
    )
    assert (second.waited, second.got) == (True, 10)
    assert home.points()[:3] == (25, 5, 0)
