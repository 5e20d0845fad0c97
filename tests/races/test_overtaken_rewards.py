"""Redemptions that come while another act on their member, their payer or themselves is not over yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bashgah.clubs.services import settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.dealings.services import members_merge, merge_undo
from bashgah.ground.audit import audit_list
from bashgah.ground.types import SYSTEM
from bashgah.kit.text import Texts
from bashgah.members.services import belonging_set, member_block
from bashgah.members.types import GroupRole
from bashgah.redemption.bills import payment_begin
from bashgah.redemption.models import Redemption
from bashgah.redemption.services import (
    redemption_begin,
    redemption_cancel,
    redemption_capture,
    redemption_confirm,
    redemption_release,
    redemptions_due_release,
)
from bashgah.redemption.types import RedemptionInfo
from bashgah.rewards.selectors import reward_get
from bashgah.rewards.services import reward_save, stock_set
from tests import cast
from tests.activities.shop import open_shop
from tests.cast import NOW
from tests.dealings.test_groups import Home
from tests.ledger.hand import Hand
from tests.races.overtaking import overtaken
from tests.races.test_redeeming import home  # noqa: F401 a fixture
from tests.redemption.test_redemption import OMID, begin, give, naderi, points, the_member  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
Acts = dict[str, Callable[[], object]]


@pytest.fixture
def asking(naderi: cast.Naderi) -> cast.Naderi:  # noqa: F811
    """Sara has the points of one coffee; two are in stock, and the club asks for her yes."""
    club = settings_set(club=naderi.club, changes={"redeem_consent": "always"}, actor=OMID, now=NOW)
    stock_set(club=club, reward="free_coffee", remaining=2, actor=OMID, now=NOW)
    give(club, naderi.sara, 300)
    return naderi.__class__(club, naderi.vanak, naderi.tajrish, naderi.sara, naderi.reza)


def acts(made: cast.Naderi, begun: RedemptionInfo) -> Acts:
    """What may happen to an open redemption."""
    club, sara = made.club, the_member(made.sara)
    return {
        "confirm": lambda: redemption_confirm(
            club=club, redemption_id=begun.id, way="app", actor=sara, now=NOW
        ),
        "capture": lambda: redemption_capture(club=club, redemption_id=begun.id, actor=OMID, now=NOW),
        "release": lambda: redemption_release(club=club, redemption_id=begun.id, actor=OMID, now=NOW),
        "cancel": lambda: redemption_cancel(
            club=club, redemption_id=begun.id, reason="x", actor=OMID, now=NOW
        ),
        "time": lambda: redemptions_due_release(now=begun.expires_at),
        "block": lambda: member_block(club=club, id=made.sara.id, reason="x", actor=SYSTEM, now=NOW),
    }


def coffees(club: ClubInfo) -> int | None:
    return reward_get(club, "free_coffee").stock


@pytest.mark.parametrize("second", ["confirm", "capture"])
@pytest.mark.parametrize("first", ["release", "time"])
def test_what_is_given_back_at_this_moment_is_not_issued(
    asking: cast.Naderi, app_url: str, first: str, second: str
) -> None:
    ways = acts(asking, begin(asking))
    Redemption.objects.update(yes_by="app")
    found = overtaken(app_url, ways[first], ways[second])
    assert (found.waited, found.code) == (True, "redemption_closed")
    assert (points(asking.club, asking.sara), coffees(asking.club)) == ((300, 0), 2)


@pytest.mark.parametrize(("second", "came_to"), [("release", "redemption_closed"), ("time", "int")])
@pytest.mark.parametrize("first", ["confirm", "capture"])
def test_what_is_issued_at_this_moment_is_not_given_back(
    asking: cast.Naderi, app_url: str, first: str, second: str, came_to: str
) -> None:
    ways = acts(asking, begin(asking))
    Redemption.objects.update(yes_by="app")
    found = overtaken(app_url, ways[first], ways[second])
    assert (found.waited, found.code) == (True, came_to)
    assert (points(asking.club, asking.sara), coffees(asking.club)) == ((0, 0), 1)


def test_what_is_called_off_at_this_moment_is_called_off_once(asking: cast.Naderi, app_url: str) -> None:
    ways = acts(asking, begin(asking))
    ways["confirm"]()
    found = overtaken(app_url, ways["cancel"], ways["cancel"])
    assert (found.waited, found.code) == (True, "RedemptionInfo")
    assert (points(asking.club, asking.sara), coffees(asking.club)) == ((300, 0), 2)


@pytest.mark.parametrize("second", ["confirm", "capture"])
def test_who_is_blocked_at_this_moment_is_issued_nothing(
    asking: cast.Naderi, app_url: str, second: str
) -> None:
    ways = acts(asking, begin(asking))
    Redemption.objects.update(yes_by="app")
    found = overtaken(app_url, ways["block"], ways[second])
    assert (found.waited, found.code) == (True, "member_blocked")
    assert points(asking.club, asking.sara) == (0, 300)


def test_points_that_are_set_aside_at_this_moment_are_not_set_aside_again(
    asking: cast.Naderi, app_url: str
) -> None:
    found = overtaken(app_url, lambda: begin(asking), lambda: begin(asking))
    assert (found.waited, found.code) == (True, "reward_unavailable")
    assert (points(asking.club, asking.sara), coffees(asking.club)) == ((0, 300), 1)


def test_a_stock_set_while_one_is_taken_says_what_was_left(asking: cast.Naderi, app_url: str) -> None:
    """The trail must say what the shelf held, not what it had held before somebody took of it."""
    found = overtaken(
        app_url,
        lambda: begin(asking),
        lambda: stock_set(club=asking.club, reward="free_coffee", remaining=9, actor=OMID, now=NOW),
    )
    assert (found.waited, found.code, coffees(asking.club)) == (True, "RewardInfo", 9)
    stocked = next(act for act in audit_list(club_id=asking.club.id) if act.action == "reward.stocked")
    assert stocked.details == {"before": 1, "after": 9}


def test_who_is_merged_at_this_moment_begins_nothing(asking: cast.Naderi, app_url: str) -> None:
    found = overtaken(
        app_url,
        lambda: members_merge(
            club=asking.club, survivor_id=asking.reza.id, merged_id=asking.sara.id, actor=SYSTEM, now=NOW
        ),
        lambda: begin(asking),
    )
    assert (found.waited, found.code) == (True, "member_merged")
    assert Redemption.objects.count() == 0


def test_who_is_merged_at_this_moment_gets_nothing_for_nothing(app_url: str) -> None:
    """A reward without a price asks the books for nothing: only the member themselves stands against it."""
    free = {"key": "free", "kind": "discount_coupon", "price": 0, "params": {"percent": 10, "valid_days": 9}}
    shop = open_shop(document={"rewards": [free]})
    reward_save(club=shop.club, key="free", name=Texts("هدیه", "Gift"), actor=SYSTEM, now=NOW)
    found = overtaken(
        app_url,
        lambda: members_merge(
            club=shop.club, survivor_id=shop.reza.id, merged_id=shop.sara.id, actor=SYSTEM, now=NOW
        ),
        lambda: redemption_begin(
            club=shop.club, member_id=shop.sara.id, reward_key="free", channel="till", actor=OMID, now=NOW
        ),
    )
    assert (found.waited, found.code) == (True, "member_merged")
    assert Redemption.objects.count() == 0


def pays(made: cast.Naderi, amount: int = 200) -> RedemptionInfo:
    """Sara sets points aside for a bill."""
    return payment_begin(
        club=made.club, member_id=made.sara.id, unit="points", amount=amount, pays=1000, channel="till",
        actor=OMID, now=NOW,
    )  # fmt: skip


def test_points_for_two_bills_at_one_moment_are_set_aside_once(asking: cast.Naderi, app_url: str) -> None:
    found = overtaken(app_url, lambda: pays(asking), lambda: pays(asking))
    assert (found.waited, found.code) == (True, "points_short")
    assert points(asking.club, asking.sara) == (100, 200)


def test_who_is_blocked_at_this_moment_pays_no_bill(asking: cast.Naderi, app_url: str) -> None:
    found = overtaken(
        app_url,
        lambda: member_block(club=asking.club, id=asking.sara.id, reason="x", actor=SYSTEM, now=NOW),
        lambda: pays(asking),
    )
    assert (found.waited, found.code) == (True, "member_blocked")
    assert points(asking.club, asking.sara) == (300, 0)


@pytest.mark.parametrize("kind", ["bill", "reward"])
def test_who_parts_from_another_at_this_moment_spends_nothing_of_theirs(
    asking: cast.Naderi, app_url: str, kind: str
) -> None:
    """Reza stood for Sara: what she wants is not his to pay any more."""
    give(asking.club, asking.reza, 500)
    merge = members_merge(
        club=asking.club, survivor_id=asking.reza.id, merged_id=asking.sara.id, actor=SYSTEM, now=NOW
    )
    found = overtaken(
        app_url,
        lambda: merge_undo(club=asking.club, merge_id=merge.id, actor=SYSTEM, now=NOW),
        lambda: pays(asking) if kind == "bill" else begin(asking),
    )
    assert (found.waited, found.code) == (True, "member_merged")
    assert (points(asking.club, asking.reza), points(asking.club, asking.sara)) == ((500, 0), (300, 0))


# what a shared account pays


def from_household(home: Home, kind: str) -> RedemptionInfo:  # noqa: F811
    """Sara has her household, which has a hundred points, pay a reward of fifty, or fifty of a bill."""
    if kind == "bill":
        return payment_begin(
            club=home.club, member_id=home.sara.id, unit="points", amount=50, pays=1000, from_group=True,
            channel="till", actor=SYSTEM, now=NOW,
        )  # fmt: skip
    return redemption_begin(
        club=home.club, member_id=home.sara.id, reward_key="ten", from_group=True, channel="till",
        actor=SYSTEM, now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["bill", "reward"])
def test_a_household_blocked_at_this_moment_pays_nothing(home: Home, app_url: str, kind: str) -> None:  # noqa: F811
    found = overtaken(
        app_url,
        lambda: member_block(club=home.club, id=home.group_id, reason="x", actor=SYSTEM, now=NOW),
        lambda: from_household(home, kind),
    )
    assert (found.waited, found.code) == (True, "group_blocked")
    assert Hand(home.club, home.group_id).wallet(NOW).available == 100


@pytest.mark.parametrize("kind", ["bill", "reward"])
@pytest.mark.parametrize(
    ("role", "limit", "refused"),
    [("head", 49, "group_limit_reached"), ("junior", 0, "group_role_spends_not")],
)
def test_who_may_spend_less_from_this_moment_spends_no_more(
    home: Home,  # noqa: F811
    app_url: str,
    role: GroupRole,
    limit: int,
    refused: str,
    kind: str,
) -> None:
    """Reza is a head as well, and sets what Sara may spend of the household in a month."""
    sets = partial(belonging_set, club=home.club, group_id=home.group_id, actor=SYSTEM, now=NOW)
    sets(member_id=home.reza.id, role="head", monthly_limit=None)
    found = overtaken(
        app_url,
        lambda: sets(member_id=home.sara.id, role=role, monthly_limit=limit),
        lambda: from_household(home, kind),
    )
    assert (found.waited, found.code) == (True, refused)
    assert Hand(home.club, home.group_id).wallet(NOW).available == 100


@pytest.mark.parametrize("kind", ["bill", "reward"])
def test_for_who_leaves_at_this_moment_the_household_pays_nothing(
    home: Home,  # noqa: F811
    app_url: str,
    kind: str,
) -> None:
    home.leaves(home.reza)
    home.leaves(home.tina)
    found = overtaken(app_url, home.closes, lambda: from_household(home, kind))
    assert (found.waited, found.code) == (True, "not_in_group")
    assert Hand(home.club, home.sara.id).wallet(NOW).available == 100


def test_what_two_of_a_household_spend_at_one_moment_is_there_for_one(home: Home, app_url: str) -> None:  # noqa: F811
    """A hundred points, of which Reza pays eighty with at the moment Sara wants fifty."""
    found = overtaken(
        app_url,
        lambda: payment_begin(
            club=home.club, member_id=home.reza.id, unit="points", amount=80, pays=1000, from_group=True,
            channel="till", actor=SYSTEM, now=NOW,
        ),
        lambda: from_household(home, "bill"),
    )  # fmt: skip
    assert (found.waited, found.code) == (True, "points_short")
    wallet = Hand(home.club, home.group_id).wallet(NOW)
    assert (wallet.available, wallet.held) == (20, 80)


def test_what_ran_out_is_released_after_its_time_and_not_before(asking: cast.Naderi) -> None:
    begun = begin(asking)
    assert redemptions_due_release(now=begun.expires_at - timedelta(seconds=1)) == 0
    assert redemptions_due_release(now=begun.expires_at) == 1
