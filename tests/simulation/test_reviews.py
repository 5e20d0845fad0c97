"""Tiers fall in the replay when the books' tiers fell, and never where nobody reviewed them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bashgah.simulation.types import Report
from bashgah.tiers import selectors, services
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import NOW
from tests.simulation.test_replays import backtest

pytestmark = pytest.mark.django_db
pytest.importorskip("pyarrow")

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


@pytest.fixture
def shop() -> Shop:
    """Gold members get 9 points more for a purchase."""
    golden = rule(
        "golden",
        "purchase",
        [{"wallet": "points", "amount": "fixed", "params": {"units": 9}}],
        when={"field": "member.tier.club", "op": "is", "value": "gold"},
    )
    return open_shop(rules=[golden])


def buys(shop: Shop, reference: str, amount: int, days_ago: int) -> int:
    at = NOW - days_ago * DAY
    return shop.tell(shop.purchase(reference, amount=amount, at=at), now=at).points_of("points")


def replayed(shop: Shop) -> Report:
    return backtest(shop, tried=1, since=date(2025, 6, 1))


def tier_after(report: Report) -> dict[str, int]:
    return {each.tier: each.live for each in report.standings if each.live}


def test_a_club_that_never_reviewed_is_replayed_without_falls(shop: Shop) -> None:
    given = [buys(shop, "gold", 12_000_000, 500), buys(shop, "later", 400_000, 100)]
    assert given == [120, 13]
    report = replayed(shop)
    assert (report.live.points, report.tried.points) == (133, 133)
    assert tier_after(report) == {"gold": 1, "plain": 1}


def test_a_club_that_reviewed_is_replayed_with_its_falls(shop: Shop) -> None:
    given = [buys(shop, "gold", 12_000_000, 500)]
    assert services.tiers_review_run(club=shop.club, now=NOW - 120 * DAY) is None
    given.append(buys(shop, "later", 400_000, 100))
    assert given == [120, 4]
    report = replayed(shop)
    assert (report.live.points, report.tried.points) == (124, 124)
    assert tier_after(report) == {"plain": 2}


def test_a_review_that_came_late_changes_nothing_before_it(shop: Shop) -> None:
    given = [buys(shop, "gold", 12_000_000, 500), buys(shop, "between", 400_000, 130)]
    services.tiers_review_run(club=shop.club, now=NOW - 120 * DAY)
    given.append(buys(shop, "later", 400_000, 100))
    assert given == [120, 13, 4]
    assert replayed(shop).live.points == 137


def test_a_day_is_written_down_once_with_the_moment_of_its_first_review(shop: Shop) -> None:
    for hours in (0, 1):
        services.tiers_review_run(club=shop.club, now=NOW + timedelta(hours=hours))
    assert selectors.reviewed_list(shop.club) == [(NOW, date(2026, 11, 21))]
