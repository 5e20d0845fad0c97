"""Settings of stages: what the club asks of a rule before it counts, by what it costs a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from bashgah.clubs import services
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, page, show
from bashgah.ground import clock
from bashgah.ui.figures import money_unit, plain, shown_amount
from bashgah.ui.types import Tab

AMOUNTS = ("backtest_above", "shadow_above", "pilot_above", "approval_above")
DAYS = ("shadow_days", "pilot_days")


@dataclass(frozen=True, slots=True)
class StageSettingsPage:
    """The form, with what was typed."""

    tabs: tuple[Tab, ...]
    values: Mapping[str, str]
    approve_rest: bool
    affix: str
    errors: dict[str, str]
    summary: str


@page("settings.read", writes="settings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Reads and writes from which cost on a stage is asked for; an empty amount never asks."""
    club: ClubInfo = request.club
    entry = Entry(request)
    if request.method != "POST":
        return _page(request, entry)
    terms: dict[str, object] = {name: entry.money(name) for name in AMOUNTS}
    terms |= {name: entry.whole(name, required=True, least=1, most=365) for name in DAYS}
    terms["approve_rest"] = entry.flag("approve_rest")
    if not entry.errors:
        _none, refusal = attempt(
            lambda: services.settings_set(
                club=club, changes={"stages": terms}, actor=request.actor, now=clock.now()
            )
        )
        if refusal is None:
            done(request, gettext("The settings were saved."))
            return redirect("console:stage_settings")
        entry.refuse(refusal)
    return _page(request, entry, status=422)


def _page(request: HttpRequest, entry: Entry, status: int = 200) -> HttpResponse:
    club: ClubInfo = request.club
    terms, posted = club.settings.stages, request.method == "POST"
    values: dict[str, str] = {}
    for name in (*AMOUNTS, *DAYS):
        kept = getattr(terms, name)
        shown = "" if kept is None else plain(kept if name in DAYS else shown_amount(kept, club))
        values[name] = request.POST.get(name, "") if posted else shown
    model = StageSettingsPage(
        tabs=settings_tabs(request, "console:stage_settings"),
        values=values,
        approve_rest=entry.flag("approve_rest") if posted else terms.approve_rest,
        affix=money_unit(club),
        errors=entry.errors,
        summary=entry.errors.get("", ""),
    )
    return show(request, "rules/stage_settings.html", model, status=status)
