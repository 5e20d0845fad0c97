"""Rising at once, falling only at a period's end, and what is missing."""

from datetime import date

import pytest

from bashgah.engine.document import Ladder
from bashgah.engine.ladders import (
    distance,
    review_window,
    standing_after,
    standing_reviewed,
    tier_in_force,
)
from bashgah.engine.states import Standing
from tests.engine.cases import LADDER

DAY = date(2026, 11, 21)
ROLLING = Ladder.model_validate(LADDER)
YEARLY = Ladder.model_validate({**LADDER, "window": "calendar_year"})
FOREVER = Ladder.model_validate({**LADDER, "window": "lifetime", "downgrade": "never"})


@pytest.mark.parametrize(
    ("value", "tier"),
    [(0, "bronze"), (999, "bronze"), (1000, "silver"), (9_999, "gold"), (10_000, "diamond")],
)
def test_a_threshold_reached_exactly_is_reached(value: int, tier: str) -> None:
    assert standing_after(ROLLING, value, None, DAY, "jalali").tier == tier


def test_a_rise_is_kept_for_twelve_months_of_the_clubs_calendar() -> None:
    assert standing_after(ROLLING, 4000, Standing("silver"), DAY, "jalali") == Standing(
        "gold", DAY, date(2027, 11, 21)
    )


def test_a_calendar_year_tier_is_kept_through_the_next_year() -> None:
    assert standing_after(YEARLY, 4000, None, DAY, "jalali").kept_until == date(2028, 3, 20)
    assert standing_after(YEARLY, 4000, None, DAY, "gregorian").kept_until == date(2028, 1, 1)


def test_reaching_it_again_in_a_new_year_keeps_it_longer() -> None:
    gold = Standing("gold", date(2025, 11, 21), date(2027, 3, 21))
    assert standing_after(YEARLY, 4000, gold, DAY, "jalali").kept_until == date(2028, 3, 20)
    assert standing_after(YEARLY, 3999, gold, DAY, "jalali") is gold


def test_a_low_value_never_lowers_on_a_fact() -> None:
    gold = Standing("gold", date(2024, 1, 1), date(2025, 1, 1))
    assert standing_after(ROLLING, 0, gold, DAY, "jalali") == gold


def test_at_the_periods_end_who_no_longer_reaches_the_tier_falls_to_what_is_reached() -> None:
    gold = Standing("gold", date(2025, 11, 21), DAY)
    assert standing_reviewed(ROLLING, 1500, gold, DAY, "jalali") == Standing(
        "silver", DAY, date(2027, 11, 21)
    )
    assert standing_reviewed(ROLLING, 0, gold, DAY, "jalali") == Standing("bronze", DAY, None)


def test_who_still_reaches_it_keeps_it_for_another_period() -> None:
    gold = Standing("gold", date(2025, 11, 21), DAY)
    assert standing_reviewed(ROLLING, 4000, gold, DAY, "jalali") == Standing(
        "gold", date(2025, 11, 21), date(2027, 11, 21)
    )


def test_nothing_falls_before_the_period_ends_or_before_a_grant_ends() -> None:
    kept = Standing("gold", date(2025, 11, 21), date(2026, 11, 22))
    assert standing_reviewed(ROLLING, 0, kept, DAY, "jalali") == kept
    granted = Standing("gold", date(2025, 11, 21), DAY, date(2026, 12, 1))
    assert standing_reviewed(ROLLING, 0, granted, DAY, "jalali") == granted


def test_a_tier_kept_for_life_is_the_floor_of_a_fall() -> None:
    tiers = [{**tier, "kept_for_life": tier["key"] == "silver"} for tier in LADDER["tiers"]]
    ladder = Ladder.model_validate({**LADDER, "tiers": tiers})
    gold = Standing("gold", date(2025, 11, 21), DAY)
    assert standing_reviewed(ladder, 0, gold, DAY, "jalali").tier == "silver"
    silver = Standing("silver", date(2025, 11, 21), DAY)
    assert standing_reviewed(ladder, 0, silver, DAY, "jalali") == Standing("silver", date(2025, 11, 21), None)


def test_a_ladder_without_downgrade_never_falls() -> None:
    gold = Standing("gold", date(2020, 1, 1), date(2021, 1, 1))
    assert standing_reviewed(FOREVER, 0, gold, DAY, "jalali") == gold
    assert standing_after(FOREVER, 4000, None, DAY, "jalali").kept_until is None


def test_the_review_looks_at_the_period_that_has_ended() -> None:
    assert review_window(YEARLY, date(2027, 3, 21), "jalali") == (date(2026, 3, 21), date(2027, 3, 21))
    assert review_window(ROLLING, DAY, "jalali") == (date(2025, 11, 22), DAY)


def test_distance_says_what_is_missing_to_rise_and_to_keep() -> None:
    found = distance(ROLLING, 3_360, Standing("gold", DAY, date(2027, 11, 21)))
    assert (found.next_tier, found.missing) == ("diamond", 6_640)
    assert (found.keep_missing, found.keep_until) == (640, date(2027, 11, 21))


def test_the_highest_tier_has_nothing_above_it() -> None:
    found = distance(ROLLING, 20_000, Standing("diamond", DAY, date(2027, 11, 21)))
    assert (found.next_tier, found.missing, found.keep_missing) == ("", 0, 0)


def test_who_has_no_standing_is_on_the_lowest_tier() -> None:
    assert tier_in_force(ROLLING, None) == "bronze"
    assert tier_in_force(ROLLING, Standing("no_longer_there")) == "bronze"
    assert distance(ROLLING, 10, None).missing == 990


def test_reaching_the_same_tier_again_on_a_rolling_ladder_changes_nothing() -> None:
    gold = Standing("gold", date(2026, 1, 1), date(2027, 1, 1))
    assert standing_after(ROLLING, 9_999, gold, DAY, "jalali") is gold
