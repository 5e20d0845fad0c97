"""The home page's figures, against sums done by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bashgah.activities.rollup import club_days_rebuild
from bashgah.clubs.selectors import club_get
from bashgah.ground import clock
from bashgah.ground.outbox import deliveries_run, relay_once
from bashgah.insights.selectors import home_kpis, period_of
from bashgah.kit import ids
from bashgah.members.models import Member
from tests.cast import NOW
from tests.console.conftest import Console, text


def test_the_figures_of_the_home_page(console: Console) -> None:
    sara, reza = console.cast.sara, console.cast.reza
    console.buys(sara, 12_800_000, reference="a")
    console.buys(sara, 3_200_000, reference="b")
    console.buys(reza, 4_000_000, reference="c")
    club_days_rebuild(club=console.club)
    now = clock.now()
    period = period_of(console.club, now.astimezone(ZoneInfo("Asia/Tehran")).date(), now)

    kpis = home_kpis(console.club, period, now)

    assert kpis.member_sales.now == 20_000_000
    assert kpis.member_share.now == 1
    assert kpis.average_basket.now == pytest.approx(20_000_000 / 3)
    assert kpis.active_members.now == 2
    assert kpis.repeat_purchase.now == 0.5
    assert kpis.redemption_rate.now == 0
    assert sum(day.members for day in kpis.days) == 20_000_000
    assert "میلیون تومان" in text(console.get(""))


def test_half_a_month_is_compared_with_half_a_month(console: Console) -> None:
    fifth = NOW.replace(year=2026, month=11, day=26, hour=12)

    period = period_of(console.club, date(2026, 11, 26), fifth)

    assert (period.since, period.seen_until) == (date(2026, 11, 22), date(2026, 11, 27))
    assert period.before_until - period.before_since == timedelta(days=5)
    gregorian = replace(club_get(console.club.id), calendar="gregorian")
    assert period_of(gregorian, date(2026, 11, 26), fifth).since == date(2026, 11, 1)


def test_the_home_page_says_that_its_figures_will_grow_until_every_sale_is_counted(console: Console) -> None:
    said = "هنوز در حال شمارش‌اند"
    relay_once()
    console.buys(console.cast.sara, 1_000_000)
    assert said not in text(console.get(""))

    clock.run_ahead(timedelta(minutes=2))
    try:
        assert said in text(console.get(""))
        relay_once()
        assert said in text(console.get(""))
        deliveries_run(now=clock.now(), handler="history.on_settled")
        assert said not in text(console.get(""))
    finally:
        clock.run_ahead(timedelta())


def test_a_branch_manager_sees_the_sales_of_her_branch_alone(console: Console) -> None:
    console.buys(console.cast.sara, 30_000_000)
    club_days_rebuild(club=console.club)
    month = clock.now().astimezone(ZoneInfo("Asia/Tehran")).date().isoformat()
    leila = console.works_as("branch_manager")

    hers = text(leila.get(f"?month={month}"))
    assert "میدان ونک" in hers
    assert "تجریش" not in hers
    assert "خریدهای اعضا" in hers
    assert "نرخ استفاده از امتیاز" not in hers
    assert "۳" in hers.split("فروش به اعضا")[1][:300]


def test_another_branch_asked_for_by_its_address_shows_her_own(console: Console) -> None:
    leila = console.works_as("branch_manager")
    other = ids.public("branch", console.cast.tajrish.id)

    assert "تجریش" not in text(leila.get(f"?branch={other}"))


def test_a_cashier_comes_to_the_till(console: Console) -> None:
    assert console.works_as("cashier").get("")["Location"] == "/till/"


def test_a_club_younger_than_the_last_month_begins_with_this_one(console: Console) -> None:
    Member.objects.filter(club_id=console.club.id).update(enrolled_at=clock.now())

    page = text(console.get(""))

    assert "هنوز عضوی ندارید" not in page
    assert "نخستین عضو</strong><small>ثبت‌نام اعضا آغاز شده است" in page
