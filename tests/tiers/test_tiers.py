"""A rise is immediate, a fall comes only when a kept period has ended, a grant holds until its day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bashgah.activities.services import settle
from bashgah.activities.verify import verify
from bashgah.ground.types import SYSTEM
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.tiers import selectors, services
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=366)
TODAY = date(2026, 11, 21)


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def tier(shop: Shop) -> str:
    standing = selectors.standing_get(shop.club, shop.sara.id, NOW)
    return standing.tier if standing else ""


def test_who_never_bought_stands_on_the_lowest_tier_and_sees_what_is_missing(shop: Shop) -> None:
    standing = selectors.standing_get(shop.club, shop.sara.id, NOW)
    assert (standing.tier, standing.value, standing.distance.missing) == ("plain", 0, 100)
    assert selectors.standings_count(shop.club) == {}


def test_reaching_the_threshold_raises_at_once_with_its_reason(shop: Shop) -> None:
    shop.buys("A-1", 9_900_000)
    assert (tier(shop), selectors.standings_count(shop.club)) == ("plain", {"club": {"plain": 1}})
    shop.buys("A-2", 100_000)
    standing = selectors.standing_get(shop.club, shop.sara.id, NOW)
    assert (standing.tier, standing.value, standing.distance.next_tier) == ("gold", 100, "")
    newest, first = selectors.changes_list(shop.club, shop.sara.id)
    assert (newest.before, newest.after, newest.is_raise) == ("plain", "gold", True)
    assert "طلایی" in say(newest.why, "fa")
    assert (first.before, first.after) == ("", "plain")


def test_steps_whose_clocks_went_the_other_way_are_one_way_all_the_same(shop: Shop) -> None:
    """A process may look at its clock, then wait for another one that looks later and writes first."""
    shop.tell(shop.purchase("A-1", amount=9_900_000), now=NOW + timedelta(milliseconds=5))
    shop.tell(shop.purchase("A-2", amount=100_000), now=NOW)
    assert tier(shop) == "gold"
    assert verify() == []


def test_a_tier_is_kept_until_its_period_ends_and_then_judged(shop: Shop) -> None:
    shop.buys("A-1", 10_000_000)
    services.tiers_review_run(club=shop.club, now=NOW + timedelta(days=300))
    assert tier(shop) == "gold"
    # one big purchase lifts for one period: the day of the rise does not count for the next (decision 0061)
    services.tiers_review_run(club=shop.club, now=NOW + YEAR)
    assert tier(shop) == "plain"
    assert services.tiers_review_run(club=shop.club, now=NOW + 2 * YEAR) is None

    later = selectors.standing_get(shop.club, shop.sara.id, NOW + 2 * YEAR)
    assert (later.tier, later.kept_until) == ("plain", None)
    fall = selectors.changes_list(shop.club, shop.sara.id)[0]
    assert (fall.before, fall.after, fall.is_raise) == ("gold", "plain", False)
    assert services.tiers_review_run(club=shop.club, now=NOW + 2 * YEAR) is None
    assert len(selectors.changes_list(shop.club, shop.sara.id)) == 2


def test_a_review_that_comes_late_judges_every_period_that_ended(shop: Shop) -> None:
    shop.buys("A-1", 10_000_000)
    services.tiers_review_run(club=shop.club, now=NOW + 2 * YEAR)
    assert selectors.standing_get(shop.club, shop.sara.id, NOW + 2 * YEAR).tier == "plain"


def test_who_reached_it_again_keeps_it(shop: Shop) -> None:
    shop.buys("A-1", 10_000_000)
    shop.buys("A-2", 10_000_000, at=NOW + timedelta(days=200))
    services.tiers_review_run(club=shop.club, now=NOW + YEAR)
    assert selectors.standing_get(shop.club, shop.sara.id, NOW + YEAR).tier == "gold"


def test_what_left_the_window_does_not_count_even_in_one_batch(shop: Shop) -> None:
    batch = [
        shop.purchase("A-1", amount=9_900_000, at=NOW - timedelta(days=400)),
        shop.purchase("A-2", amount=200_000, at=NOW),
    ]
    settle(batch, club=shop.club, actor=SYSTEM, now=NOW)
    assert (tier(shop), selectors.standing_get(shop.club, shop.sara.id, NOW).value) == ("plain", 2)


def test_a_granted_tier_holds_until_its_day(shop: Shop) -> None:
    until = TODAY + timedelta(days=90)
    services.tier_grant(
        club=shop.club,
        member_id=shop.sara.id,
        ladder="club",
        tier="gold",
        until=until,
        reason="a good friend",
        actor=SYSTEM,
        now=NOW,
    )
    assert tier(shop) == "gold"
    services.tiers_review_run(club=shop.club, now=NOW + timedelta(days=89))
    assert tier(shop) == "gold"
    services.tiers_review_run(club=shop.club, now=NOW + timedelta(days=91))
    assert tier(shop) == "plain"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tier": "diamond"}, "tier_unknown"),
        ({"ladder": "x"}, "tier_unknown"),
        ({"until": TODAY}, "until_invalid"),
        ({"reason": " "}, "reason_missing"),
    ],
)
def test_a_grant_that_cannot_be_is_refused(shop: Shop, changes: dict[str, object], code: str) -> None:
    grant: dict[str, object] = {
        "ladder": "club",
        "tier": "gold",
        "until": TODAY + timedelta(days=1),
        "reason": "why",
        **changes,
    }
    with pytest.raises(Refusal, match=code):
        services.tier_grant(club=shop.club, member_id=shop.sara.id, actor=SYSTEM, now=NOW, **grant)
    assert tier(shop) == "plain"
