"""The figures of the home page, from the daily rollup and the members' days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.history import selectors as history
from bashgah.history.types import ClubDayInfo
from bashgah.insights.types import HomeKpis, Measured, Period, SalesDay
from bashgah.kit.jalali import month_bounds
from bashgah.ledger import selectors as ledger
from bashgah.ledger.types import Account
from bashgah.members import selectors as members
from bashgah.members.types import MemberFilters

ACTIVE_DAYS = 90
REPEAT_DAYS = 30
SOON = timedelta(minutes=1)


def period_of(club: ClubInfo, day: date, now: datetime) -> Period:
    """Return the month of the club's calendar that holds the day, with the month before it."""
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    since, until = month_bounds(day, club.calendar)
    seen_until = min(until, max(today + timedelta(days=1), since))
    before_since, before_end = month_bounds(since - timedelta(days=1), club.calendar)
    before_until = min(before_end, before_since + (seen_until - since)) if seen_until < until else before_end
    return Period(since, until, seen_until, before_since, before_until)


def home_kpis(club: ClubInfo, period: Period, now: datetime, *, branch: UUID | None = None) -> HomeKpis:
    """Return the home page's figures.

    Sales are net of returns. ``active_members`` bought in the 90 days to the end, ``repeat_purchase`` is
    the share
    of those who bought in the last 30 days that bought twice or more, ``redemption_rate`` the points
    used of those
    ever given (it has no comparison). With a branch, sales figures are that branch's alone.
    """
    codes = [clubs.branch_get(club, branch).code] if branch else None
    days = history.club_days(club, period.since, period.seen_until, codes)
    before = history.club_days(club, period.before_since, period.before_until, codes)
    return HomeKpis(
        period=period,
        members=Measured(_enrolled(club, period.seen_until), _enrolled(club, period.before_until)),
        active_members=Measured(
            _buyers(club, period.seen_until, ACTIVE_DAYS)[0],
            _buyers(club, period.before_until, ACTIVE_DAYS)[0],
        ),
        member_sales=Measured(_sales(days, members_only=True), _sales(before, members_only=True)),
        member_share=Measured(_share(days), _share(before)),
        average_basket=Measured(_basket(days), _basket(before)),
        repeat_purchase=Measured(_repeat(club, period.seen_until), _repeat(club, period.before_until)),
        redemption_rate=Measured(_redemption_rate(club), None),
        days=_by_day(days, period),
    )


def figures_grow(club: ClubInfo, now: datetime) -> bool:
    """Say whether sales recorded more than a minute ago are not in the figures yet."""
    since = history.club_days_wait_since(club)
    return since is not None and now - since > SOON


def _sales(days: Iterable[ClubDayInfo], *, members_only: bool = False) -> int:
    return sum(day.spend - day.returned for day in days if not (members_only and day.is_anonymous))


def _share(days: list[ClubDayInfo]) -> float | None:
    whole = _sales(days)
    return _sales(days, members_only=True) / whole if whole > 0 else None


def _basket(days: list[ClubDayInfo]) -> float | None:
    purchases = sum(day.purchases for day in days if not day.is_anonymous)
    return _sales(days, members_only=True) / purchases if purchases else None


def _repeat(club: ClubInfo, until: date) -> float | None:
    buyers, repeated = _buyers(club, until, REPEAT_DAYS)
    return repeated / buyers if buyers else None


def _buyers(club: ClubInfo, until: date, days: int) -> tuple[int, int]:
    """How many members bought in the days before ``until``, and how many of them twice or more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE purchases > 1) FROM (
                SELECT sum(purchases) AS purchases FROM history_day
                WHERE club_id = %s AND day >= %s AND day < %s AND purchases > 0 GROUP BY member_id) buyers
            """,
            [club.id, until - timedelta(days=days), until],
        )
        return cursor.fetchone()


def _enrolled(club: ClubInfo, until: date) -> int:
    end = datetime.combine(until, time.min, ZoneInfo(club.timezone))
    return members.members_count(club, MemberFilters(enrolled_until=end))


def _redemption_rate(club: ClubInfo) -> float | None:
    totals = {(total.unit, total.account): total for total in ledger.program_totals(club)}
    issued, redeemed = totals.get(("points", Account.ISSUED)), totals.get(("points", Account.REDEEMED))
    given = issued.given - issued.taken if issued else 0
    used = redeemed.taken - redeemed.given if redeemed else 0
    return used / given if given > 0 else None


def _by_day(days: Iterable[ClubDayInfo], period: Period) -> tuple[SalesDay, ...]:
    """One row for each day that can have figures, also where nothing was sold."""
    sums: dict[date, list[int]] = {}
    for day in days:
        row = sums.setdefault(day.day, [0, 0, 0, 0])
        row[1 if day.is_anonymous else 0] += day.spend - day.returned
        row[3 if day.is_anonymous else 2] += day.purchases
    count = (period.seen_until - period.since).days
    return tuple(
        SalesDay(at, *sums.get(at, [0, 0, 0, 0]))
        for at in (period.since + timedelta(days=n) for n in range(count))
    )
