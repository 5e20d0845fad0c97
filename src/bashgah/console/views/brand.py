"""The club's colours and logo: as files every page loads, and the page that changes them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from bashgah.access.gate import public
from bashgah.clubs import brand, services
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo, Theme
from bashgah.console import pictures
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, page, show
from bashgah.ground import clock
from bashgah.kit.refusals import Refusal
from bashgah.ui.figures import digits
from bashgah.ui.framing import current_lang
from bashgah.ui.types import Tab

FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class BrandPage:
    """The form of the brand, with each colour's contrast beside it."""

    tabs: tuple[Tab, ...]
    theme: Theme
    values: dict[str, str]
    contrast: dict[str, str]
    errors: dict[str, str]
    has_logo: bool


@public("a style sheet with four colours, loaded by every page of the club")
def theme(request: HttpRequest, slug: str) -> HttpResponse:
    """The four variables a club sets."""
    club = _club(slug)
    response = HttpResponse(clubs.theme_css(club), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = FOREVER if request.GET.get("v") else "no-cache"
    return response


@public("the club's logo, shown on every page of the club")
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    """The logo as it was stored: a PNG of our own making."""
    club = _club(slug)
    if not club.theme.logo or not default_storage.exists(club.theme.logo):
        raise Http404
    with default_storage.open(club.theme.logo) as file:
        response = HttpResponse(file.read(), content_type="image/png")
    response.headers["Cache-Control"] = FOREVER if request.GET.get("v") else "no-cache"
    return response


@page("settings.read", writes="settings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Colours with their contrast, logo, and how it looks."""
    club = request.club
    values = {"brand": club.theme.brand, "pass_a": club.theme.pass_a, "pass_b": club.theme.pass_b}
    if request.method != "POST":
        return _page(request, club.theme, values, {})
    entry = Entry(request)
    values = {name: entry.text(name) for name in values}
    stored = pictures.stored(
        request, entry, "logo", club.theme.logo, folder="logos", side=512, bytes_most=512 * 1024
    )
    if not entry.errors:
        _, refusal = attempt(
            lambda: services.theme_set(
                club=club,
                brand_colour=values["brand"],
                pass_a=values["pass_a"],
                pass_b=values["pass_b"],
                logo=stored,
                actor=request.actor,
                now=clock.now(),
            )
        )
        if refusal is None:
            done(request, gettext("The brand was saved."))
            return redirect("console:brand")
        entry.refuse(refusal)
    return _page(request, club.theme, values, entry.errors, status=422)


def _page(
    request: HttpRequest, theme: Theme, values: dict[str, str], errors: dict[str, str], *, status: int = 200
) -> HttpResponse:
    model = BrandPage(
        tabs=settings_tabs(request, "console:brand"),
        theme=theme,
        values=values,
        contrast={name: _contrast(value) for name, value in values.items()},
        errors=errors,
        has_logo=bool(theme.logo),
    )
    return show(request, "brand.html", model, status=status)


def _contrast(colour: str) -> str:
    try:
        shown = f"{brand.contrast(colour, brand.WHITE):.1f}"
        return digits(shown).replace(".", "٫") if current_lang() == "fa" else shown
    except ValueError:
        return ""


def _club(slug: str) -> ClubInfo:
    try:
        return clubs.club_by_slug(slug)
    except Refusal:
        raise Http404 from None
