"""The saved backtests, a new one, and two of them beside one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.views.backtests import pages
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.programs import selectors as programs
from bashgah.simulation import selectors, services
from bashgah.simulation.types import BacktestInfo, Report
from bashgah.ui.figures import plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Option

USUAL_DAYS = 90
VERSIONS_MOST = 20
SAMPLES = (1000, 100, 10)


@dataclass(frozen=True, slots=True)
class BacktestsPage:
    """The list."""

    crumbs: tuple[Crumb, ...]
    rows: tuple[pages.ListRow, ...]
    comparable: bool
    may_start: bool


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form of a new backtest."""

    crumbs: tuple[Crumb, ...]
    values: dict[str, str]
    tried: tuple[Option, ...]
    live: tuple[Option, ...]
    permille: tuple[Option, ...]
    error: str
    errors: dict[str, str]
    changes: int


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One figure of two backtests: what each tried program gave, and how it differs from its live one."""

    label: str
    first: str
    first_note: str
    second: str
    second_note: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Two backtests beside one another."""

    crumbs: tuple[Crumb, ...]
    first: str
    second: str
    first_period: str
    second_period: str
    same_ground: bool
    verdict: str
    rows: tuple[ComparedRow, ...]


@page("insights.read")
def index(request: HttpRequest) -> HttpResponse:
    """Every saved backtest, newest first."""
    club: ClubInfo = request.club
    found = selectors.backtest_list(club)
    model = BacktestsPage(
        crumbs=_crumbs(gettext("Backtests")),
        rows=tuple(pages.list_row(info, club) for info in found),
        comparable=sum(info.state == "done" for info in found) > 1,
        may_start=may(request, "rules.edit"),
    )
    return show(request, "backtests/list.html", model)


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Asks for a backtest of the draft or a version over a period."""
    club: ClubInfo = request.club
    entry, error, now = Entry(request), "", clock.now()
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    values = {
        "name": "",
        "since": _typed(request, today - timedelta(days=USUAL_DAYS)),
        "until": _typed(request, today),
        "tried": request.GET.get("tried", "0"),
        "live": "0",
        "permille": "1000",
    }
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values}
        since, until = entry.day("since"), entry.day("until")
        for name, day in (("since", since), ("until", until)):
            if day is None and name not in entry.errors:
                entry.wrong(name, gettext("This is needed."))
        tried, live = entry.whole("tried") or 0, entry.whole("live") or 0
        name, permille = entry.text("name"), entry.whole("permille", least=1, most=1000) or 1000
        if since is not None and until is not None and not entry.errors:
            started, refusal = attempt(
                lambda: services.backtest_start(
                    club=club,
                    since=since,
                    until=until + timedelta(days=1),
                    tried=tried,
                    live=live,
                    permille=permille,
                    name=name,
                    actor=request.actor,
                    now=now,
                )
            )
            if started is not None:
                return redirect("console:backtest", pages.public(started))
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            if refusal.field == "/until":
                entry.refuse(refusal)
            else:
                error = said(request, refusal.phrase)
    draft = programs.draft_get(club)
    versions = [
        (str(row.number), gettext("Version %(n)s") % {"n": plain(row.number)})
        for row in programs.version_list(club)[:VERSIONS_MOST]
    ]
    model = NewPage(
        crumbs=_crumbs(gettext("New backtest"), (gettext("Backtests"), "console:backtests")),
        values=values,
        tried=chosen(
            [("0", gettext("Draft %(n)s") % {"n": plain(draft.revision)}), *versions], values["tried"]
        ),
        live=chosen([("0", gettext("The newest version")), *versions], values["live"]),
        permille=chosen([(str(n), _sample_words(n)) for n in SAMPLES], values["permille"]),
        error=error,
        errors=entry.errors,
        changes=len(programs.draft_changes(club)),
    )
    return show(request, "backtests/new.html", model, status=422 if error or entry.errors else 200)


@page("insights.read")
def compare(request: HttpRequest) -> HttpResponse:
    """Two finished backtests beside one another; choosing fewer leads back to the list."""
    club: ClubInfo = request.club
    asked = [request.GET.get(name, "") for name in ("a", "b")]
    if not all(asked) or asked[0] == asked[1]:
        done(request, gettext("Choose two backtests to compare."))
        return redirect("console:backtests")
    first, second = (selectors.backtest_get(club, read_id("backtest", text)) for text in asked)
    if first.report is None or second.report is None:
        done(request, gettext("Only finished backtests can be compared."))
        return redirect("console:backtests")
    title = gettext("Two backtests compared")
    model = ComparePage(
        crumbs=_crumbs(title, (gettext("Backtests"), "console:backtests")),
        first=pages.title_of(first),
        second=pages.title_of(second),
        first_period=pages.period_of(first, club),
        second_period=pages.period_of(second, club),
        same_ground=_ground(first) == _ground(second),
        verdict=_compared(first, first.report, second, second.report, club),
        rows=_compared_rows(first.report, second.report, club),
    )
    return show(request, "backtests/compare.html", model)


def _crumbs(last: str, *between: tuple[str, str]) -> tuple[Crumb, ...]:
    steps = ((gettext("Earning rules"), "console:rules"), *between)
    return (*(Crumb(label, reverse(route)) for label, route in steps), Crumb(last))


def _typed(request: HttpRequest, day: object) -> str:
    return formats.date(day, lang_of(request), request.club.calendar, "short")  # type: ignore[arg-type]


def _sample_words(permille: int) -> str:
    return {
        1000: gettext("All members"),
        100: gettext("One member in ten"),
        10: gettext("One member in a hundred"),
    }[permille]


def _ground(info: BacktestInfo) -> tuple[object, ...]:
    return info.since, info.until, info.permille


def _compared(first: BacktestInfo, one: Report, second: BacktestInfo, other: Report, club: ClubInfo) -> str:
    if _ground(first) != _ground(second):
        return gettext("The two were replayed over different periods or members: compare with care.")
    more = other.tried.points - one.tried.points
    if not more:
        return gettext("Both would have given as many points.")
    words = {
        "points": plain(abs(more)),
        "money": pages.money_short(abs(other.tried.money - one.tried.money), club),
        "name": pages.title_of(second if more > 0 else first),
    }
    return gettext("“%(name)s” would have given %(points)s points more, about %(money)s.") % words


def _compared_rows(one: Report, other: Report, club: ClubInfo) -> tuple[ComparedRow, ...]:
    pairs = zip(pages.figures(one, club), pages.figures(other, club), strict=True)
    rows = [ComparedRow(a.label, a.tried, a.difference, b.tried, b.difference) for a, b in pairs]
    for label, name in (
        (gettext("Members who get more"), "winners"),
        (gettext("Members who get fewer"), "losers"),
    ):
        rows.append(ComparedRow(label, plain(getattr(one, name)), "", plain(getattr(other, name)), ""))
    return tuple(rows)
