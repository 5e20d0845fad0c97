"""API keys: issued with scopes, shown once, revoked at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

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
class KeyRow:
    """A key without its secret."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class KeysPage:
    """The list, and the secret of a key just made."""

    tabs: tuple[Tab, ...]
    rows: tuple[KeyRow, ...]
    secret: str


@dataclass(frozen=True, slots=True)
class KeyPage:
    """The form of a new key."""

    crumbs: tuple[Crumb, ...]
    values: dict[str, str]
    scopes: tuple[Option, ...]
    errors: dict[str, str]


@page("keys.manage")
def index(request: HttpRequest) -> HttpResponse:
    """Every key of the club, revoked ones too."""
    club: ClubInfo = request.club
    now = clock.now()
    rows = tuple(
        KeyRow(
            id=ids.public("key", key.id),
            name=key.name,
            prefix=key.prefix,
            scopes=scopes_told(request, key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            state="revoked"
            if key.revoked_at
            else "expired"
            if key.expires_at and key.expires_at <= now
            else "live",
        )
        for key in selectors.key_list(club)
    )
    model = KeysPage(settings_tabs(request, "console:keys"), rows, request.session.pop("new_key", ""))
    return show(request, "keys.html", model)


@page("keys.manage")
def new(request: HttpRequest) -> HttpResponse:
    """Issues a key; its text is shown once, on the next page."""
    club: ClubInfo = request.club
    entry = Entry(request)
    if request.method == "POST":
        name, until = entry.text("name", required=True, limit=100), entry.day("expires_on")
        scopes = scopes_read(entry)
        if not entry.errors:
            end = datetime.combine(until, time.max, ZoneInfo(club.timezone)) if until else None
            made, refusal = attempt(
                lambda: services.key_issue(
                    club=club,
                    name=name,
                    scopes=scopes,
                    expires_at=end,
                    actor=request.actor,
                    now=clock.now(),
                )
            )
            if made is not None:
                request.session["new_key"] = made[1]
                return redirect("console:keys")
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            entry.refuse(refusal, default="name")
    model = KeyPage(
        crumbs=(Crumb(gettext("API keys"), reverse("console:keys")), Crumb(gettext("New key"))),
        values={"name": request.POST.get("name", ""), "expires_on": request.POST.get("expires_on", "")},
        scopes=scopes_offered(request),
        errors=entry.errors,
    )
    return show(request, "key.html", model, status=422 if entry.errors else 200)


@require_POST
@page("keys.manage")
def revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    """Revokes a key for good."""
    club: ClubInfo = request.club
    services.key_revoke(club=club, key_id=read_id("key", key_id), actor=request.actor, now=clock.now())
    done(request, gettext("The key was revoked."))
    return redirect("console:keys")
