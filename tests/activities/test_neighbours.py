"""A fact that we fail at is answered alone; its neighbours are settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bashgah.activities.services import settle
from bashgah.activities.types import Refused, Settled
from bashgah.clubs.services import settings_set
from bashgah.ground.types import SYSTEM
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db

LAST_DAYS = datetime(9999, 12, 20, 12, 0, tzinfo=UTC)
WEST, EAST = timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))


def any_time_goes(shop: Shop) -> Shop:
    """Let the club take facts of any time."""
    changes = {"future_policy": "settle", "late_policy": "settle"}
    return replace(shop, club=settings_set(club=shop.club, changes=changes, now=NOW))


@pytest.mark.parametrize(
    ("points", "at"),
    [
        ({"expiry": {"kind": "age_months", "count": 12}}, LAST_DAYS),
        ({"pending_days": 30}, LAST_DAYS),
    ],
    ids=["an expiry after the last day of the calendar", "a maturity after it"],
)
def test_what_the_engine_fails_at_leaves_the_batch_alone(points: dict[str, object], at: datetime) -> None:
    shop = any_time_goes(open_shop(points=points))

    before, odd, after = settle(
        [
            shop.purchase("N-1", amount=300_000),
            shop.purchase("N-2", amount=300_000, at=at),
            shop.purchase("N-3", amount=500_000, member=shop.reza),
        ],
        club=shop.club,
        actor=SYSTEM,
        now=NOW,
    )

    assert isinstance(odd, Refused)
    assert (odd.refusal.code, odd.refusal.status) == ("settlement_failed", 503)
    assert isinstance(before, Settled)
    assert isinstance(after, Settled)
    assert (before.points_of("points"), after.points_of("points")) == (3, 5)
    # nothing of it was kept: its reference is free
    again = shop.tell(shop.purchase("N-2", amount=300_000))
    assert (again.points_of("points"), again.repeated) == (3, False)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (datetime(1, 1, 1, tzinfo=EAST), "occurred_too_late"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=WEST), "occurred_in_future"),
    ],
    ids=["before the first day", "after the last"],
)
@pytest.mark.parametrize("policy", ["refuse", "settle"])
def test_an_instant_outside_the_calendar_is_refused_whatever_the_policy(
    at: datetime, code: str, policy: str
) -> None:
    shop = open_shop() if policy == "refuse" else any_time_goes(open_shop())

    odd, neighbour = settle(
        [shop.purchase("N-1", amount=300_000, at=at), shop.purchase("N-2", amount=300_000)],
        club=shop.club,
        actor=SYSTEM,
        now=NOW,
    )

    assert isinstance(odd, Refused)
    assert odd.refusal.code == code
    assert isinstance(neighbour, Settled)
