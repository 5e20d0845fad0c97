"""One backtest: its progress while it runs, then its report; stopping it and throwing it away."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.views.backtests import pages
from bashgah.console.views.backtests.report import ReportShown, report_shown
from bashgah.console.views.base import fragment, page, read_id, show
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.simulation import selectors, services
from bashgah.simulation.types import BacktestInfo
from bashgah.ui.figures import plain
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class OnePage:
    """A backtest as it stands."""

    id: str
    crumbs: tuple[Crumb, ...]
    title: str
    sentence: str
    live: str
    tried: str
    state: str
    running: pages.Running | None
    problem: str
    report: ReportShown | None
    may_start: bool
    may_publish: bool
    may_export: bool
    again: str


@page("insights.read")
def show_one(request: HttpRequest, backtest_id: str) -> HttpResponse:
    """The report, or how far it is."""
    club: ClubInfo = request.club
    info = selectors.backtest_get(club, read_id("backtest", backtest_id))
    model = OnePage(
        id=pages.public(info),
        crumbs=(
            Crumb(gettext("Earning rules"), reverse("console:rules")),
            Crumb(gettext("Backtests"), reverse("console:backtests")),
            Crumb(pages.title_of(info)),
        ),
        title=pages.title_of(info),
        sentence=_sentence(info, club),
        live=pages.live_name(info),
        tried=pages.tried_name(info),
        state=info.state,
        running=pages.running_of(info, clock.now()) if info.is_open else None,
        problem=said(request, Phrase(info.problem)) if info.problem else "",
        report=report_shown(request, info, info.report) if info.report else None,
        may_start=may(request, "rules.edit"),
        may_publish=may(request, "rules.publish") and not info.tried_number,
        may_export=may(request, "data.export"),
        again=f"{reverse('console:backtest_new')}?tried={info.tried_number}",
    )
    return show(request, "backtests/one.html", model)


@page("insights.read")
def progress(request: HttpRequest, backtest_id: str) -> HttpResponse:
    """How far it is, asked again and again; once it has ended the page is loaded anew."""
    info = selectors.backtest_get(request.club, read_id("backtest", backtest_id))
    if info.is_open:
        return fragment(request, "backtests/progress.html", pages.running_of(info, clock.now()))
    response = HttpResponse(status=204)
    response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@page("rules.edit")
def stop(request: HttpRequest, backtest_id: str) -> HttpResponse:
    """Asks it to stop."""
    club: ClubInfo = request.club
    id_ = read_id("backtest", backtest_id)
    services.backtest_stop(club=club, id=id_, actor=request.actor, now=clock.now())
    return redirect("console:backtest", backtest_id)


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, backtest_id: str) -> HttpResponse:
    """Throws it away."""
    club: ClubInfo = request.club
    id_ = read_id("backtest", backtest_id)
    services.backtest_remove(club=club, id=id_, actor=request.actor, now=clock.now())
    done(request, gettext("The backtest is thrown away."))
    return redirect("console:backtests")


def _sentence(info: BacktestInfo, club: ClubInfo) -> str:
    words = {
        "tried": pages.tried_name(info),
        "live": pages.live_name(info).lower(),
        "period": pages.period_of(info, club),
    }
    line = gettext("%(tried)s against %(live)s · %(period)s") % words
    if info.report is not None:
        counts = {"n": plain(info.report.purchases), "m": plain(info.report.members)}
        line += " · " + gettext("%(n)s purchases of %(m)s members") % counts
    return line
