"""Language and theme of a request, kept in cookies so that they hold before and after sign-in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_from_request

from bashgah.ui.types import Lang

THEME_COOKIE = "bashgah_theme"
YEAR = 365 * 24 * 3600


def lang_of(request: HttpRequest) -> Lang:
    """The language a person chose, else the installation's.

    A browser's Accept-Language is seldom chosen by its person, so pages ignore it; a program's is, so
    addresses under /api/ follow it.
    """
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen not in {"fa", "en"}:
        chosen = (
            get_language_from_request(request) if request.path.startswith("/api/") else settings.LANGUAGE_CODE
        )
    return "en" if chosen and chosen.startswith("en") else "fa"


def theme_of(request: HttpRequest) -> str:
    """`dark` when chosen, else `light`."""
    return "dark" if request.COOKIES.get(THEME_COOKIE) == "dark" else "light"


def current_lang() -> Lang:
    """The language active in this thread, for tags and filters."""
    return "en" if (get_language() or settings.LANGUAGE_CODE).startswith("en") else "fa"
