"""The two preferences every page offers, and the pages for errors."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST

from bashgah.ui.framing import THEME_COOKIE, YEAR, lang_of, theme_of
from bashgah.ui.types import Frame

language_keepers: list[Callable[[HttpRequest, str], None]] = []
"""Who remembers the language that somebody signed in chose; doors add themselves, ``ui`` knows no room."""


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen language or theme in a cookie and goes back to the page it was chosen on.

    Whoever is signed in is written to in that language from now on.
    """
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    lang, theme = request.POST.get("lang"), request.POST.get("theme")
    if lang in {"fa", "en"}:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, lang, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
        if request.user.is_authenticated:
            for keep in language_keepers:
                keep(request, lang)
    if theme in {"light", "dark"}:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def plain_frame(request: HttpRequest) -> Frame:
    """A frame before any club or person is known."""
    return Frame(lang=lang_of(request), theme=theme_of(request), path=request.get_full_path())


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    page = {"frame": plain_frame(request), "status": status, "title": title, "text": text}
    return render(request, "ui/error.html", page, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be understood."""
    return _error(
        request,
        400,
        gettext("This request could not be understood"),
        gettext("Go back, look at what you entered and try again."),
    )


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403: signed in, but not allowed; also a form whose token has expired."""
    if reason:
        text = gettext("This form was open too long. Go back, reload the page and send it again.")
    else:
        text = gettext("Your role does not include this. Ask the owner of the club for access.")
    return _error(request, 403, gettext("You do not have access to this page"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing this person may know of."""
    return _error(
        request,
        404,
        gettext("This page was not found"),
        gettext("The address may be wrong, or what was here has been removed."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing half done was kept, because a request is one transaction."""
    return _error(
        request,
        500,
        gettext("Something went wrong on our side"),
        gettext(
            "Nothing was half saved. Try again; if it happens again, tell the person who runs this server."
        ),
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is away for a moment."""
    return _error(
        request,
        503,
        gettext("The service is unavailable for a moment"),
        gettext("Nothing you saved is lost. This page works again as soon as the database answers."),
    )
