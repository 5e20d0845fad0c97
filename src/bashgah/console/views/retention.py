"""How long what is told of people is kept, and how a member's own wish to be erased goes."""

from __future__ import annotations

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
from bashgah.ui.figures import plain
from bashgah.ui.types import Tab

MOST = {"erasure_wait_days": 30, "message_days": 3650, "held_fact_days": 3650}


@dataclass(frozen=True, slots=True)
class RetentionPage:
    """The form."""

    tabs: tuple[Tab, ...]
    values: dict[str, str]
    errors: dict[str, str]
    summary: str


@page("settings.read", writes="settings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Reads and writes the club's rules of keeping."""
    club: ClubInfo = request.club
    entry, own = Entry(request), club.settings.retention
    values = {name: plain(getattr(own, name)) for name in MOST}
    values |= {"duty_fa": own.duty.fa, "duty_en": own.duty.en}
    if request.method == "POST":
        wanted: dict[str, object] = {
            name: entry.whole(name, required=True, most=most) for name, most in MOST.items()
        }
        duty = entry.texts("duty", limit=2000)
        values = {name: request.POST.get(name, "") for name in values}
        changes = {"retention": wanted | {"duty": {"fa": duty.fa, "en": duty.en}}}
        if not entry.errors:
            _, refusal = attempt(
                lambda: services.settings_set(
                    club=club, changes=changes, actor=request.actor, now=clock.now()
                )
            )
            if refusal is None:
                done(request, gettext("The settings were saved."))
                return redirect("console:retention")
            entry.refuse(refusal)
    model = RetentionPage(settings_tabs(request, "console:retention"), values, entry.errors, entry.summary)
    return show(request, "retention.html", model, status=422 if entry.errors else 200)
