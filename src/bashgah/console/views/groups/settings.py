"""The club's settings of shared accounts."""

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
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.ground import clock
from bashgah.ui.types import Option, Tab

KINDS = ("household", "company")


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The form."""

    tabs: tuple[Tab, ...]
    household: bool
    company: bool
    values: Mapping[str, str]
    opened_by: tuple[Option, ...]
    leaving: tuple[Option, ...]
    errors: dict[str, str]
    summary: str


@page("settings.read", writes="settings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Reads and writes which shared accounts there are and what becomes of points."""
    club: ClubInfo = request.club
    entry = Entry(request)
    if request.method == "POST":
        terms = {
            "kinds": [kind for kind in KINDS if entry.flag(kind)],
            "opened_by": entry.choice("opened_by", {"staff", "members"}, "members"),
            "leaving": entry.choice("leaving", {"stay", "share"}, "stay"),
            "most_members": entry.whole("most_members", required=True, least=2, most=200),
            "household_share": entry.whole("household_share", required=True, most=100),
            "company_share": entry.whole("company_share", required=True, most=100),
        }
        if not entry.errors:
            _saved, refusal = attempt(
                lambda: services.settings_set(
                    club=club, changes={"groups": terms}, actor=request.actor, now=clock.now()
                )
            )
            if refusal is None:
                done(request, gettext("The settings were saved."))
                return redirect("console:group_settings")
            entry.refuse(refusal)
    return _page(request, entry)


def _page(request: HttpRequest, entry: Entry) -> HttpResponse:
    terms, typed = request.club.settings.groups, request.POST
    posted = request.method == "POST"
    values = {
        name: typed.get(name, "") if posted else str(getattr(terms, name))
        for name in ("most_members", "household_share", "company_share", "opened_by", "leaving")
    }
    model = SettingsPage(
        tabs=settings_tabs(request, "console:group_settings"),
        household=entry.flag("household") if posted else "household" in terms.kinds,
        company=entry.flag("company") if posted else "company" in terms.kinds,
        values=values,
        opened_by=chosen(
            (("members", gettext("Members, in the portal")), ("staff", gettext("The club alone"))),
            values["opened_by"],
        ),
        leaving=chosen(
            (
                ("stay", gettext("Stay in the account")),
                ("share", gettext("Their part goes along, by what each paid in")),
            ),
            values["leaving"],
        ),
        errors=entry.errors,
        summary=entry.summary,
    )
    return show(request, "groups/settings.html", model, status=422 if entry.errors else 200)
