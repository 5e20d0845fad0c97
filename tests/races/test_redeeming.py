"""Many hands on one redemption, one granted reward, one stock: each thing happens once."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection

from bashgah.clubs.services import settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.text import Texts
from bashgah.members.services import member_enrol
from bashgah.redemption.bills import payment_begin
from bashgah.redemption.granting import grant_issue
from bashgah.redemption.models import Redemption
from bashgah.redemption.selectors import grants_of_activities
from bashgah.redemption.services import (
    redemption_begin,
    redemption_cancel,
    redemption_capture,
    redemption_confirm,
    redemption_release,
    redemptions_due_release,
)
from bashgah.redemption.types import RedemptionInfo
from bashgah.rewards.selectors import coupon_list, reward_get
from bashgah.rewards.services import coupon_reopen, coupon_use, reward_save, stock_set
from tests.activities.test_granting import TEN, gives, shop_of
from tests.cast import NOW, given
from tests.coupons import coupon_of
from tests.dealings.test_groups import Home, home_of, refusal_of
from tests.ledger.hand import Hand
from tests.races.hands import at_once, codes
from tests.races.waiting import waits_for_member
from tests.redemption.test_redemption import OMID, begin, give, naderi, points, the_member  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 6


@pytest.fixture
def asked(naderi) -> tuple[ClubInfo, RedemptionInfo]:  # noqa: F811
    """A redemption of Sara's that waits for her yes, one of two coffees in stock, all her points."""
    club = settings_set(club=naderi.club, changes={"redeem_consent": "always"}, actor=OMID, now=NOW)
    stock_set(club=club, reward="free_coffee", remaining=2, actor=OMID, now=NOW)
    give(club, naderi.sara, 300)
    return club, begin(naderi.__class__(club, naderi.vanak, naderi.tajrish, naderi.sara, naderi.reza))


def told(kind: str) -> int:
    """How often something was announced."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ground_news WHERE kind = %s", [kind])
        return int(cursor.fetchone()[0])


def test_a_yes_said_by_many_hands_gives_one_coupon(asked, naderi) -> None:  # noqa: F811
    club, begun = asked
    got = at_once(
        HANDS,
        lambda _n: redemption_confirm(
            club=club, redemption_id=begun.id, way="app", actor=the_member(naderi.sara), now=NOW
        ),
    )
    assert codes(got) == ["RedemptionInfo"] * HANDS
    assert len(coupon_list(club, [naderi.sara.id], now=NOW)) == told("reward.issued") == 1


def test_a_redemption_captured_by_many_hands_gives_one_coupon(asked, naderi) -> None:  # noqa: F811
    club, begun = asked
    # agreed, and nobody came to finish it
    Redemption.objects.filter(id=begun.id).update(yes_by="app")
    got = at_once(
        HANDS, lambda _n: redemption_capture(club=club, redemption_id=begun.id, actor=OMID, now=NOW)
    )
    assert codes(got) == ["RedemptionInfo"] * HANDS
    assert len(coupon_list(club, [naderi.sara.id], now=NOW)) == told("reward.issued") == 1


def test_a_redemption_called_off_by_many_hands_is_called_off_once(asked, naderi) -> None:  # noqa: F811
    club, begun = asked
    redemption_confirm(club=club, redemption_id=begun.id, way="app", actor=the_member(naderi.sara), now=NOW)
    got = at_once(
        HANDS,
        lambda _n: redemption_cancel(club=club, redemption_id=begun.id, reason="x", actor=OMID, now=NOW),
    )
    assert codes(got) == ["RedemptionInfo"] * HANDS
    assert points(club, naderi.sara) == (300, 0)
    assert (told("redemption.cancelled"), reward_get(club, "free_coffee").stock) == (1, 2)


def test_what_is_overdue_is_released_once_by_many_workers(asked, naderi) -> None:  # noqa: F811
    club, begun = asked
    got = at_once(HANDS, lambda _n: redemptions_due_release(now=begun.expires_at))
    assert sorted(got) == [0] * (HANDS - 1) + [1]  # type: ignore[type-var]
    assert points(club, naderi.sara) == (300, 0)
    assert (told("redemption.released"), reward_get(club, "free_coffee").stock) == (1, 2)


def test_what_many_members_give_back_at_once_is_all_in_stock_again(asked, naderi) -> None:  # noqa: F811
    club, first = asked
    stock_set(club=club, reward="free_coffee", remaining=HANDS, actor=OMID, now=NOW)
    begun: list[UUID] = [first.id]
    for number in range(HANDS - 1):
        one = member_enrol(club=club, mobile=f"+98912000020{number}", channel="till", now=NOW)
        give(club, one, 300)
        made = redemption_begin(
            club=club, member_id=one.id, reward_key="free_coffee", channel="till", actor=OMID, now=NOW
        )
        begun.append(made.id)
    assert reward_get(club, "free_coffee").stock == 1
    at_once(HANDS, lambda n: redemption_release(club=club, redemption_id=begun[n], actor=OMID, now=NOW))
    assert reward_get(club, "free_coffee").stock == HANDS + 1


def test_a_granted_reward_is_issued_once_by_many_hands() -> None:
    shop = shop_of(gives("gift", TEN))
    bought = shop.buys("A-1", 250_000)
    (grant,) = grants_of_activities(shop.club, [shop.sara.id], [bought.activity_id])[bought.activity_id]
    at_once(HANDS, lambda _n: grant_issue(club=shop.club, member_id=shop.sara.id, grant_id=grant.id, now=NOW))
    assert len(coupon_list(shop.club, [shop.sara.id], now=NOW)) == 1


def test_a_coupon_is_opened_again_once_by_many_hands() -> None:
    shop = shop_of(gives("gift", TEN))
    coupon = coupon_of(shop.club, shop.sara, now=NOW, amount=100_000)
    coupon_use(club=shop.club, code=coupon.code or "", actor=SYSTEM, now=NOW)
    got = at_once(
        HANDS,
        lambda _n: coupon_reopen(club=shop.club, member_id=shop.sara.id, coupon_id=coupon.id, now=NOW),
    )
    assert sorted(got) == [False] * (HANDS - 1) + [True]  # type: ignore[type-var]
    assert told("coupon.reopened") == 1


def by_the_household(home: Home) -> RedemptionInfo:
    """Sara redeems what the household pays, and has not said yes."""
    club = settings_set(club=home.club, changes={"redeem_consent": "always"}, now=NOW)
    return redemption_begin(
        club=club,
        member_id=home.sara.id,
        reward_key="ten",
        from_group=True,
        channel="till",
        actor=SYSTEM,
        now=NOW,
    )


@pytest.fixture
def home() -> Home:
    reward = {
        "key": "ten",
        "kind": "discount_coupon",
        "price": 50,
        "params": {"percent": 10, "valid_days": 9},
    }
    made = home_of(document={"rewards": [reward]})
    reward_save(club=made.club, key="ten", name=Texts("ده", "Ten"), actor=SYSTEM, now=NOW)
    given(made.club, made.sara, 100)
    made.pays_in(made.sara, 100)
    return made


def test_a_household_spends_by_its_people_alone(home: Home) -> None:
    acts = (
        lambda: redemption_begin(
            club=home.club, member_id=home.group_id, reward_key="ten", channel="till", actor=SYSTEM, now=NOW
        ),
        lambda: payment_begin(
            club=home.club, member_id=home.group_id, unit="points", amount=50, pays=1000, channel="till",
            actor=SYSTEM, now=NOW,
        ),
    )  # fmt: skip
    assert [refusal_of(act) for act in acts] == ["group_spends_by_person"] * 2
    assert Hand(home.club, home.group_id).wallet(NOW).available == 100


def test_what_a_household_pays_waits_for_the_household(home: Home, app_url: str) -> None:
    begun = by_the_household(home)
    sara = Actor(kind="member", id=public("member", home.sara.id))
    assert waits_for_member(
        app_url,
        home.group_id,
        lambda: redemption_confirm(club=home.club, redemption_id=begun.id, way="app", actor=sara, now=NOW),
    )
    assert waits_for_member(
        app_url,
        home.group_id,
        lambda: redemption_cancel(club=home.club, redemption_id=begun.id, reason="x", actor=SYSTEM, now=NOW),
    )
    assert Hand(home.club, home.group_id).wallet(NOW).available == 100
