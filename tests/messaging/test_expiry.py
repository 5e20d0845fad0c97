"""Members hear once of each date on which something of theirs expires, some days before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bashgah.activities.openings import OpeningIn, openings_post
from bashgah.clubs.services import settings_set
from bashgah.ground.types import SYSTEM
from bashgah.insights.expiry import expiry_calendar
from bashgah.ledger.expiring import endings_list
from bashgah.messaging import selectors
from bashgah.messaging.expiry import expiry_warn
from bashgah.messaging.models import Message
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def given(shop: Shop, reference: str, amount: int, **more: Any) -> None:
    ref = shop.ref(more.pop("member", shop.sara))
    assert ref is not None
    one = OpeningIn(
        source="old",
        reference=reference,
        member=ref,
        wallet=more.pop("wallet", "points"),
        amount=amount,
        **more,
    )
    openings_post([one], club=shop.club, actor=SYSTEM, now=NOW)


def inbox(shop: Shop) -> list[str]:
    return [message.body for message in selectors.inbox_list(shop.club, [shop.sara.id])]


def test_a_member_is_warned_once_of_each_date(shop: Shop) -> None:
    given(shop, "1", 1_000, expires_at=NOW + 10 * DAY)
    given(shop, "2", 200, expires_at=NOW + 10 * DAY)
    given(shop, "3", 70, expires_at=NOW + 12 * DAY)
    given(shop, "4", 9, expires_at=NOW + 15 * DAY)
    assert expiry_warn(club=shop.club, now=NOW) == 2
    assert expiry_warn(club=shop.club, now=NOW + 6 * 60 * timedelta(seconds=60)) == 0
    told = sorted(inbox(shop))
    assert len(told) == 2
    assert any("۱٬۲۰۰ امتیاز" in body and "۱۰ آذر" in body for body in told)
    assert expiry_warn(club=shop.club, now=NOW + 2 * DAY) == 1


def test_the_warning_comes_in_the_members_language(shop: Shop) -> None:
    given(shop, "1", 40, expires_at=NOW + 3 * DAY, member=shop.reza)
    expiry_warn(club=shop.club, now=NOW)
    (message,) = Message.objects.filter(member_id=shop.reza.id, channel="inbox")
    assert (message.locale, message.line) == (shop.reza.locale or shop.club.locale, "service")
    assert "40 points" in message.body or "۴۰ امتیاز" in message.body


def test_a_killed_run_goes_on_where_it_was(shop: Shop) -> None:
    given(shop, "1", 40, expires_at=NOW + 3 * DAY)
    given(shop, "2", 50, expires_at=NOW + 3 * DAY, member=shop.reza)
    assert expiry_warn(club=shop.club, now=NOW, members=1) == 2
    Message.objects.filter(member_id=shop.reza.id).delete()
    assert expiry_warn(club=shop.club, now=NOW, members=1) == 1


def test_nobody_is_warned_where_the_club_switched_it_off(shop: Shop) -> None:
    given(shop, "1", 40, expires_at=NOW + 3 * DAY)
    quiet = replace(shop, club=settings_set(club=shop.club, changes={"expiry_warning_days": 0}, now=NOW))
    assert expiry_warn(club=quiet.club, now=NOW) == 0


def test_a_lapse_is_warned_of_and_a_visit_makes_it_another_date() -> None:
    shop = open_shop(points={"expiry": {"inactive_months": 1}})
    shop.buys("A-1", 1_000_000)
    near = NOW + 25 * DAY
    assert expiry_warn(club=shop.club, now=near) == 1
    shop.buys("A-2", 1_000, at=near)
    assert expiry_warn(club=shop.club, now=near) == 0
    assert expiry_warn(club=shop.club, now=near + 25 * DAY) == 1


def test_the_calendar_sums_by_day_wallet_and_tier_with_what_it_is_worth() -> None:
    shop = open_shop(points={"worth": 1_000})
    given(shop, "1", 1_000, expires_at=NOW + 10 * DAY)
    given(shop, "2", 200, expires_at=NOW + 10 * DAY, member=shop.reza)
    given(shop, "3", 70_000, expires_at=NOW + 12 * DAY, wallet="credit")
    given(shop, "4", 5, expires_at=NOW + 40 * DAY)
    found = expiry_calendar(shop.club, days=30, now=NOW)
    assert [(each.unit, each.tier, each.units, each.members, each.worth) for each in found] == [
        ("points", "plain", 1_200, 2, 1_200_000),
        ("credit", "plain", 70_000, 1, 70_000),
    ]
    assert [each.day.isoformat() for each in found] == ["2026-12-01", "2026-12-03"]
    assert expiry_calendar(shop.club, days=30, tier="gold", now=NOW) == []
    assert [each.unit for each in expiry_calendar(shop.club, days=30, unit="credit", now=NOW)] == ["credit"]


def test_a_lots_own_date_and_the_lapse_are_counted_once() -> None:
    shop = open_shop(points={"expiry": {"kind": "age_days", "count": 10, "inactive_months": 1}})
    shop.buys("A-1", 1_000_000)
    given(shop, "1", 7, never_expires=True)
    found = endings_list(shop.club, NOW, NOW + 60 * DAY)
    assert [each.amount for each in found] == [10, 7]
    assert found[0].ends_at < found[1].ends_at
