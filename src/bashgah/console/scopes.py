"""The scopes of a key or a client: told in words, offered as choices, read from a form."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext

from bashgah.access import permissions
from bashgah.console.framing import said
from bashgah.console.views.base import Entry, chosen
from bashgah.ui.types import Option


def scopes_told(request: HttpRequest, scopes: Iterable[str]) -> tuple[str, ...]:
    """The words of the scopes held, without those that there no longer are."""
    return tuple(
        said(request, permissions.PERMISSIONS[scope].label)
        for scope in sorted(scopes)
        if scope in permissions.PERMISSIONS
    )


def scopes_offered(request: HttpRequest) -> tuple[Option, ...]:
    """Every scope, those of the form sent last already chosen."""
    return chosen(
        [(key, said(request, permissions.PERMISSIONS[key].label)) for key in permissions.SCOPES],
        set(request.POST.getlist("scopes")),
    )


def scopes_read(entry: Entry) -> list[str]:
    """The scopes of the form; choosing none is wrong."""
    scopes = [scope for scope in entry.many("scopes") if scope in permissions.SCOPES]
    if not scopes:
        entry.wrong("scopes", gettext("Choose at least one."))
    return scopes
