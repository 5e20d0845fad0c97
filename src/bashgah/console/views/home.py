"""The home page: one month's figures beside the month before, and the daily chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access import selectors as access
from bashgah.access.gate import may
from bashgah.access.selectors import branches_for
from bashgah.access.services import part_bring_back, part_put_away
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.first_steps import PART, FirstSteps, first_steps
from bashgah.console.framing import done, waiting_facts
from bashgah.console.views.base import chosen, own_page, show
from bashgah.console.views.members.standing import program_now
from bashgah.console.views.tiers import LadderCard, ladder_card
from bashgah.ground import clock
from bashgah.insights import selectors as insights
from bashgah.insights.questions import MEMBERS, STANDINGS
from bashgah.insights.types import HomeKpis, Measured, Period, SalesDay, SalesKpis
from bashgah.kit import formats, ids
from bashgah.kit.jalali import month_bounds
from bashgah.ui.figures import (
    change,
    counted_words,
    day_words,
    listed,
    money_parts,
    money_unit,
    plain,
    shown_amount,
    trimmed,
)
from bashgah.ui.framing import current_lang, lang_of
from bashgah.ui.types import Chart, ChartRow, FilterChoice, Lang, Series, Stat

MONTHS_OFFERED = 18
Sold = HomeKpis | SalesKpis


@dataclass(frozen=True, slots=True)
class HomePage:
    """Figures, chart and what they are of."""

    title: str
    sentence: str
    stats: tuple[Stat, ...]
    chart: Chart
    chart_note: str
    month: FilterChoice
    branch: FilterChoice
    chart_key: str
    ladder: LadderCard | None
    is_empty: bool
    grows: bool
    counted: str
    can_enrol: bool
    steps: FirstSteps | None
    steps_away: bool
    waiting: int = 0

    @property
    def stats_class(self) -> str:
        """Seven figures stand closer than four."""
        return "b-stats-7" if len(self.stats) > 5 else ""


@own_page
def index(request: HttpRequest) -> HttpResponse:
    """Home for those who may see figures, of their branches or of all; cashiers land at the till."""
    if not may(request, "insights.read"):
        if may(request, "sales.read"):
            return _branch_home(request)
        return redirect("till:desk" if may(request, "till.use") else "console:members")
    club: ClubInfo = request.club
    now, lang = clock.now(), lang_of(request)
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    # on a month's first days there is nothing to see of it yet
    asked = request.GET.get("month", "")
    period = insights.period_of(club, _asked(asked, today), now)
    branch = _branch(request, club)
    kpis = insights.home_kpis(club, period, now, branch=branch)
    members = MEMBERS.ask(club, now=now).value
    if not asked and members and not kpis.members.now:
        # the club is younger than the month that has passed
        period = insights.period_of(club, today, now)
        kpis = insights.home_kpis(club, period, now, branch=branch)
    key = request.GET.get("chart", "sales")
    key = key if key in CHARTS else "sales"
    before = _month_name(period.before_since, club, lang)
    chart, note = CHARTS[key](club, kpis, _month_name(period.since, club, lang))
    model = HomePage(
        title=gettext("Home"),
        sentence=_sentence(club, kpis, today),
        stats=_stats(request, kpis, before, key),
        chart=chart,
        chart_note=note,
        month=_months(club, period, today, lang),
        branch=_branches(club, branch, lang),
        chart_key=key,
        ladder=_ladder(club, now, lang) if may(request, "members.read") else None,
        is_empty=not members,
        grows=insights.figures_grow(club, now),
        counted=counted_words(kpis.as_of, now, club),
        can_enrol=may(request, "members.write"),
        steps=first_steps(request, has_members=bool(members), now=now),
        steps_away=access.is_put_away(club, request.user.pk, PART),
    )
    return show(request, "home.html", model)


def _branch_home(request: HttpRequest) -> HttpResponse:
    """The home of who looks after some branches: their sales alone, and what waits there."""
    club: ClubInfo = request.club
    now, lang = clock.now(), lang_of(request)
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    period = insights.period_of(club, _asked(request.GET.get("month", ""), today), now)
    ids_of_own = branches_for(request.grants, "sales.read")
    own = [each for each in clubs.branch_list(club) if ids_of_own is None or each.id in ids_of_own]
    picked = next((each for each in own if ids.public("branch", each.id) == request.GET.get("branch")), None)
    kpis = insights.sales_kpis(club, period, [each.code for each in ([picked] if picked else own)])
    key = request.GET.get("chart", "sales")
    key = key if key in CHARTS else "sales"
    chart, note = CHARTS[key](club, kpis, _month_name(period.since, club, lang))
    before = _month_name(period.before_since, club, lang)
    places = [(ids.public("branch", each.id), each.name.say(lang)) for each in own]
    everywhere = [("", gettext("My branches"))] if len(own) > 1 else []
    model = HomePage(
        title=gettext("Home"),
        sentence=f"{day_words(today, club)} · {listed(*(name for _, name in places))}",
        stats=_sales_stats(request, kpis, before, key),
        chart=chart,
        chart_note=note,
        month=_months(club, period, today, lang),
        branch=FilterChoice(
            "branch",
            gettext("Branch"),
            chosen(everywhere + places, ids.public("branch", picked.id) if picked else ""),
        ),
        chart_key=key,
        ladder=None,
        is_empty=False,
        grows=insights.figures_grow(club, now),
        counted="",
        can_enrol=False,
        steps=None,
        steps_away=False,
        waiting=waiting_facts(request) or 0,
    )
    return show(request, "home.html", model)


@require_POST
@own_page
def steps_put_away(request: HttpRequest) -> HttpResponse:
    """Shows this person the first steps no more."""
    part_put_away(club=request.club, staff_id=request.user.pk, part=PART, now=clock.now())
    done(
        request,
        gettext("The first steps are put away."),
        undo_url=reverse("console:steps_bring_back"),
        undo_label=gettext("Show them again"),
    )
    return redirect("console:home")


@require_POST
@own_page
def steps_bring_back(request: HttpRequest) -> HttpResponse:
    """Shows this person the first steps again."""
    part_bring_back(club=request.club, staff_id=request.user.pk, part=PART)
    return redirect("console:home")


def _ladder(club: ClubInfo, now: datetime, lang: Lang) -> LadderCard | None:
    """Where members stand on the club's first ladder, now."""
    program = program_now(club, now)
    if program is None or not program.ladders:
        return None
    ladder = program.ladders[0]
    counts = STANDINGS.ask(club, now=now).value.get(ladder.key, {})
    return ladder_card(club, program, ladder, counts, MEMBERS.ask(club, now=now).value, lang)


def _asked(text: str, today: date) -> date:
    """The month that is asked for; else this one, or the last while there is next to nothing to see of it."""
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today - timedelta(days=2)


def _branch(request: HttpRequest, club: ClubInfo) -> UUID | None:
    asked = request.GET.get("branch", "")
    return next((b.id for b in clubs.branch_list(club) if ids.public("branch", b.id) == asked), None)


def _month_name(day: date, club: ClubInfo, lang: Lang) -> str:
    return formats.date(day, lang, club.calendar, "month")


def _months(club: ClubInfo, period: Period, today: date, lang: Lang) -> FilterChoice:
    options, at = [], month_bounds(today, club.calendar)[0]
    for _ in range(MONTHS_OFFERED):
        options.append((at.isoformat(), _month_name(at, club, lang)))
        at = month_bounds(at - timedelta(days=1), club.calendar)[0]
    return FilterChoice("month", gettext("Month"), chosen(options, period.since.isoformat()))


def _branches(club: ClubInfo, branch: UUID | None, lang: Lang) -> FilterChoice:
    options = [("", gettext("All branches"))]
    options += [(ids.public("branch", b.id), b.name.say(lang)) for b in clubs.branch_list(club)]
    return FilterChoice(
        "branch", gettext("Branch"), chosen(options, ids.public("branch", branch) if branch else "")
    )


def _sentence(club: ClubInfo, kpis: HomeKpis, today: date) -> str:
    day = day_words(today, club)
    now, before = kpis.member_sales.now, kpis.member_sales.before
    if not now or not before:
        return day
    if now > before * 1.01:
        said = gettext("Sales to members are growing")
    elif now < before * 0.99:
        said = gettext("Sales to members have fallen")
    else:
        said = gettext("Sales to members are steady")
    again, again_before = kpis.repeat_purchase.now, kpis.repeat_purchase.before
    if again is None or again_before is None or abs(again - again_before) < 0.001:
        return f"{day}. {said}."
    more = (
        gettext("repeat purchase has risen")
        if again > again_before
        else gettext("repeat purchase has fallen")
    )
    return f"{day}. {said}{'؛' if current_lang() == 'fa' else ';'} {more}."


@dataclass(frozen=True, slots=True)
class Figures:
    """Words for the figures of one page: each beside the month before."""

    request: HttpRequest
    before: str
    key: str

    def money(self, label: str, figure: Measured, chart: str) -> Stat:
        """An amount that chooses a chart."""
        club: ClubInfo = self.request.club  # type: ignore[attr-defined]
        value, unit = money_parts(round(figure.now or 0), club) if figure.now is not None else ("–", "")
        against = (
            f"{self.before}: {' '.join(money_parts(round(figure.before), club))}"
            if figure.before is not None
            else ""
        )
        delta = change(figure.now, figure.before, against=against)
        return _linked(self.request, Stat(label, value, unit, delta=delta), chart, self.key)

    def share(self, label: str, figure: Measured, chart: str = "", note: str = "") -> Stat:
        """A part of a whole."""
        against = f"{self.before}: {_percent(figure.before)}" if figure.before is not None else ""
        delta = change(figure.now, figure.before, against=against, points=True)
        stat = Stat(label, _percent(figure.now), note=note, delta=delta)
        return _linked(self.request, stat, chart, self.key) if chart else stat

    def count(self, label: str, figure: Measured) -> Stat:
        """How many."""
        against = f"{self.before}: {plain(int(figure.before or 0))}"
        delta = change(figure.now, figure.before, against=against)
        return Stat(label, plain(int(figure.now or 0)), delta=delta)


def _stats(request: HttpRequest, kpis: HomeKpis, before: str, key: str) -> tuple[Stat, ...]:
    say = Figures(request, before, key)
    return (
        *_sold(say, kpis),
        say.count(gettext("Members"), kpis.members),
        say.count(gettext("Members active in 90 days"), kpis.active_members),
        say.share(gettext("Repeat purchase in 30 days"), kpis.repeat_purchase),
        say.share(gettext("Redemption rate"), kpis.redemption_rate, note=gettext("since the beginning")),
    )


def _sales_stats(request: HttpRequest, kpis: SalesKpis, before: str, key: str) -> tuple[Stat, ...]:
    say = Figures(request, before, key)
    return *_sold(say, kpis), say.count(gettext("Purchases of members"), kpis.purchases)


def _sold(say: Figures, kpis: Sold) -> tuple[Stat, ...]:
    return (
        say.money(gettext("Sales to members"), kpis.member_sales, "sales"),
        say.share(gettext("Member share of sales"), kpis.member_share, "share"),
        say.money(gettext("Average basket of members"), kpis.average_basket, "basket"),
    )


def _linked(request: HttpRequest, stat: Stat, chart: str, key: str) -> Stat:
    query = {name: value for name, value in request.GET.items() if name in {"month", "branch"} and value}
    return Stat(
        stat.label, stat.value, stat.unit, stat.note, stat.delta,
        url="?" + urlencode(query | {"chart": chart}), current=chart == key,
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else formats.percent(round(share * 100, 1), current_lang())


def _row(club: ClubInfo, day: SalesDay, values: tuple[float | None, ...], shown: tuple[str, ...]) -> ChartRow:
    lang = current_lang()
    label = formats.date(day.day, lang, club.calendar, "day")
    short = next(part for part in label.split(" ") if part.strip("۰۱۲۳۴۵۶۷۸۹0123456789") == "")
    return ChartRow(label, short, values, shown)


def _sales_chart(club: ClubInfo, kpis: Sold, month: str) -> tuple[Chart, str]:
    """Sales of each day in millions of the shown unit."""
    size = 10**6 if club.currency == "IRR" else 10**3

    def scaled(amount: int) -> float:
        return float(trimmed(shown_amount(amount, club) / size, 1))

    rows = tuple(
        _row(
            club,
            day,
            (scaled(day.members), scaled(day.others)),
            (plain(scaled(day.members)), plain(scaled(day.others))),
        )
        for day in kpis.days
    )
    unit = money_unit(club)
    note = (
        gettext("million %(unit)s, after returns")
        if size == 10**6
        else gettext("thousand %(unit)s, after returns")
    )
    series = (Series(gettext("Members"), "c1"), Series(gettext("Others"), "c2"))
    title = gettext("Daily sales to members and others, %(month)s") % {"month": month}
    return Chart("sales", title, gettext("Day"), "stack", series, rows), note % {"unit": unit}


def _share_chart(club: ClubInfo, kpis: Sold, month: str) -> tuple[Chart, str]:
    rows = []
    for day in kpis.days:
        whole = day.members + day.others
        share = round(day.members / whole * 100, 1) if whole > 0 else None
        rows.append(_row(club, day, (share,), (_percent(share / 100) if share is not None else "–",)))
    title = gettext("Member share of sales by day, %(month)s") % {"month": month}
    return Chart(
        "share", title, gettext("Day"), "line", (Series(gettext("Members"), "c1"),), tuple(rows)
    ), gettext("percent of the day's sales")


def _basket_chart(club: ClubInfo, kpis: Sold, month: str) -> tuple[Chart, str]:
    rows = []
    for day in kpis.days:
        each = day.members // day.member_purchases if day.member_purchases else None
        value = float(trimmed(shown_amount(each, club), 0)) if each is not None else None
        rows.append(_row(club, day, (value,), (plain(value) if value is not None else "–",)))
    title = gettext("Average basket of members by day, %(month)s") % {"month": month}
    return Chart(
        "basket", title, gettext("Day"), "line", (Series(gettext("Members"), "c1"),), tuple(rows)
    ), gettext("%(unit)s a purchase") % {"unit": money_unit(club)}


CHARTS: dict[str, Callable[[ClubInfo, Sold, str], tuple[Chart, str]]] = {
    "sales": _sales_chart,
    "share": _share_chart,
    "basket": _basket_chart,
}
