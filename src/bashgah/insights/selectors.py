"""The figures of the home page, from the daily rollup and the members' days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.history import selectors as history
from bashgah.history.types import ClubDayInfo
from bashgah.insights import questions
from bashgah.insights.kept import Answer
from bashgah.insights.questions import Books
from bashgah.insights.types import HomeKpis, Measured, Period, SalesDay, SalesKpis
from bashgah.kit.jalali import month_bounds
from bashgah.ledger.types import Account

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

    Sales are net of returns. ``active_members`` bought in the 90 days to the end, ``repeat_purchase`` is the
    share of those who bought in the last 30 days that bought twice or more, ``redemption_rate`` the points
    used of those ever given (it has no comparison). With a branch, sales figures are that branch's alone;
    ``as_of`` is when the oldest of the others was found.
    """
    codes = [clubs.branch_get(club, branch).code] if branch else None
    days = history.club_days(club, period.since, period.seen_until, codes)
    before = history.club_days(club, period.before_since, period.before_until, codes)
    ends = (period.seen_until, period.before_until)
    enrolled = [questions.ENROLLED.ask(club, until, now=now) for until in ends]
    active = [questions.BUYERS.ask(club, until, ACTIVE_DAYS, now=now) for until in ends]
    lately = [questions.BUYERS.ask(club, until, REPEAT_DAYS, now=now) for until in ends]
    books = questions.BOOKS.ask(club, now=now)
    return HomeKpis(
        period=period,
        as_of=min(answer.at for answer in (*enrolled, *active, *lately, books)),
        members=Measured(*(answer.value for answer in enrolled)),
        active_members=Measured(*(answer.value[0] for answer in active)),
        member_sales=Measured(_sales(days, members_only=True), _sales(before, members_only=True)),
        member_share=Measured(_share(days), _share(before)),
        average_basket=Measured(_basket(days), _basket(before)),
        repeat_purchase=Measured(*(_repeat(answer) for answer in lately)),
        redemption_rate=Measured(_redemption_rate(books), None),
        days=_by_day(days, period),
    )


def sales_kpis(club: ClubInfo, period: Period, codes: Sequence[str]) -> SalesKpis:
    """Return what these branches sold; without a branch nothing was sold."""
    days = history.club_days(club, period.since, period.seen_until, list(codes)) if codes else []
    before = history.club_days(club, period.before_since, period.before_until, list(codes)) if codes else []
    return SalesKpis(
        period=period,
        member_sales=Measured(_sales(days, members_only=True), _sales(before, members_only=True)),
        member_share=Measured(_share(days), _share(before)),
        average_basket=Measured(_basket(days), _basket(before)),
        purchases=Measured(_purchases(days), _purchases(before)),
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


def _purchases(days: Iterable[ClubDayInfo]) -> int:
    return sum(day.purchases for day in days if not day.is_anonymous)


def _repeat(buyers: Answer[tuple[int, int]]) -> float | None:
    bought, repeated = buyers.value
    return repeated / bought if bought else None


def _redemption_rate(books: Answer[Books]) -> float | None:
    totals = {(total.unit, total.account): total for total in books.value.totals}
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
