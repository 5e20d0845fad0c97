"""What makes the portal an app: manifest, icons, the club's colours, the worker that opens it offline."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from bashgah.clubs.selectors import theme_css
from bashgah.kit import formats
from bashgah.portal import cards
from bashgah.portal.doorway import Door, members_only, page, visitor
from bashgah.portal.qr import ICON_SIZES, icon_png

_SHELL = (
    "ui/bashgah.css",
    "ui/additions.css",
    "ui/ui.js",
    "portal/portal.css",
    "portal/portal.js",
    "ui/vendor/vazirmatn/index.css",
    "ui/vendor/vazirmatn/files/vazirmatn-arabic-wght-normal.woff2",
)


@require_safe
@visitor
def theme(request: HttpRequest, door: Door) -> HttpResponse:
    """The club's four colours as a style sheet; its address changes with the club's revision."""
    response = HttpResponse(theme_css(door.club), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
@visitor
def manifest(request: HttpRequest, door: Door) -> HttpResponse:
    """The club as an installable app, in the language of the visitor."""
    club = door.club
    name = club.name.say(door.lang)
    icons = [
        {
            "src": reverse(f"portal:{view}", kwargs={"size": size}),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for view, purpose in (("icon", "any"), ("icon_maskable", "maskable"))
        for size in ICON_SIZES
    ]
    return JsonResponse(
        {
            "id": "/",
            "name": name,
            "short_name": name[:24],
            "lang": door.lang,
            "dir": "rtl" if door.lang == "fa" else "ltr",
            "start_url": reverse("portal:home"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f5f2",
            "theme_color": club.theme.brand,
            "icons": icons,
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
@visitor
def icon(request: HttpRequest, door: Door, size: int) -> HttpResponse:
    """The app's icon in the club's colours."""
    return _icon(door, size, maskable=False)


@require_safe
@visitor
def icon_maskable(request: HttpRequest, door: Door, size: int) -> HttpResponse:
    """The icon that phones may cut to any shape."""
    return _icon(door, size, maskable=True)


@require_safe
@visitor
def service_worker(request: HttpRequest, door: Door) -> HttpResponse:
    """The worker: it keeps the shell and the last card, and nothing else of the member."""
    shell = [static(name) for name in (*_SHELL, _sheet(door.lang))]
    shell.append(reverse("portal:theme"))
    addresses = {
        "shell": shell,
        "version": hashlib.sha256("|".join([*shell, door.club.revision.hex]).encode()).hexdigest()[:12],
        "offline_url": reverse("portal:offline"),
        "card_url": reverse("portal:card_offline"),
        "home_url": reverse("portal:home"),
        "sign_out_url": reverse("portal:sign_out"),
        "theme_path": reverse("portal:theme"),
    }
    response = render(request, "portal/sw.js", addresses, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
@visitor
def offline(request: HttpRequest, door: Door) -> HttpResponse:
    """What is shown without a line when no card was kept."""
    return page(request, door, "offline.html")


@require_safe
@members_only
def card_offline(request: HttpRequest, door: Door) -> HttpResponse:
    """The card as it is kept for hours without a line: its number does not age, a rotating code would."""
    as_of = formats.datetime_(door.now, door.lang, door.club.calendar, door.club.timezone, "medium")
    return page(request, door, "card_offline.html", page=cards.shown_pass(door, lasting=True), as_of=as_of)


def _sheet(lang: str) -> str:
    return "portal/vendor/tabler.rtl.css" if lang == "fa" else "portal/vendor/tabler.css"


def _icon(door: Door, size: int, *, maskable: bool) -> HttpResponse:
    if size not in ICON_SIZES:
        raise Http404("icons come in two sizes")
    theme = door.club.theme
    response = HttpResponse(icon_png(size, theme.brand, theme.brand_on, maskable), content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
