"""OAuth2 clients: made with scopes, their secret shown once, revoked with every token they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access import selectors, services
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.scopes import scopes_offered, scopes_read, scopes_told
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, page, read_id, show
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.ui.types import Crumb, Option, Tab


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client without its secret."""

    id: str
    name: str
    client_id: str
    scopes: tuple[str, ...]
    created_at: datetime
    is_live: bool


@dataclass(frozen=True, slots=True)
class ClientsPage:
    """The list, and id and secret of a client just made."""

    tabs: tuple[Tab, ...]
    rows: tuple[ClientRow, ...]
    made_id: str
    secret: str
    token_url: str


@dataclass(frozen=True, slots=True)
class ClientPage:
    """The form of a new client."""

    crumbs: tuple[Crumb, ...]
    name: str
    scopes: tuple[Option, ...]
    errors: dict[str, str]


@page("keys.manage")
def index(request: HttpRequest) -> HttpResponse:
    """Every client of the club, revoked ones too."""
    club: ClubInfo = request.club
    rows = tuple(
        ClientRow(
            id=ids.public("key", client.id),
            name=client.name,
            client_id=client.client_id,
            scopes=scopes_told(request, client.scopes),
            created_at=client.created_at,
            is_live=client.revoked_at is None,
        )
        for client in selectors.client_list(club)
    )
    made_id, secret = request.session.pop("new_client", ("", ""))
    token_url = request.build_absolute_uri(reverse("oauth-token"))
    model = ClientsPage(settings_tabs(request, "console:clients"), rows, made_id, secret, token_url)
    return show(request, "clients.html", model)


@page("keys.manage")
def new(request: HttpRequest) -> HttpResponse:
    """Makes a client; its secret is shown once, on the next page."""
    club: ClubInfo = request.club
    entry = Entry(request)
    if request.method == "POST":
        name = entry.text("name", required=True, limit=100)
        scopes = scopes_read(entry)
        if not entry.errors:
            made, refusal = attempt(
                lambda: services.client_issue(
                    club=club, name=name, scopes=scopes, actor=request.actor, now=clock.now()
                )
            )
            if made is not None:
                request.session["new_client"] = (made[0].client_id, made[1])
                return redirect("console:clients")
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            entry.refuse(refusal, default="name")
    model = ClientPage(
        crumbs=(Crumb(gettext("OAuth2 clients"), reverse("console:clients")), Crumb(gettext("New client"))),
        name=request.POST.get("name", ""),
        scopes=scopes_offered(request),
        errors=entry.errors,
    )
    return show(request, "client.html", model, status=422 if entry.errors else 200)


@require_POST
@page("keys.manage")
def revoke(request: HttpRequest, client_id: str) -> HttpResponse:
    """Revokes a client and every token it holds, for good."""
    club: ClubInfo = request.club
    services.client_revoke(
        club=club, client_id=read_id("key", client_id), actor=request.actor, now=clock.now()
    )
    done(request, gettext("The client was revoked."))
    return redirect("console:clients")
