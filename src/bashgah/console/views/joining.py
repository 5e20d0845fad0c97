"""Accepting an invitation: the one page a person without an account may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from bashgah.access import permissions, services
from bashgah.access.gate import public
from bashgah.clubs import selectors as clubs
from bashgah.console.views.base import Entry, attempt
from bashgah.ground import clock
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.ui.framing import lang_of


@dataclass(frozen=True, slots=True)
class JoinPage:
    """Who is invited to what; `sentence` says why a link opens nothing."""

    club: str = ""
    role: str = ""
    email: str = ""
    name: str = ""
    sentence: str = ""
    errors: dict[str, str] | None = None


@public("the one-time link of an invitation is its own proof")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Sets the first password and gives the role; the link works once."""
    lang, now = lang_of(request), clock.now()
    try:
        invitation = services.invitation_find(token=token, now=now)
    except Refusal as refusal:
        return render(
            request, "console/join.html", {"page": JoinPage(sentence=say(refusal.phrase, lang))}, status=410
        )
    club = clubs.club_get(invitation.club_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        entry = Entry(request)
        name = entry.text("name", required=True)
        password = request.POST.get("password", "")
        try:
            password_validation.validate_password(password)
        except ValidationError as error:
            entry.wrong("password", " ".join(error.messages))
        if password != request.POST.get("password_again", ""):
            entry.wrong("password_again", gettext("The two passwords differ."))
        errors = entry.errors
        if not errors:
            _, refused = attempt(
                lambda: services.invitation_accept(token=token, name=name, password=password, now=now)
            )
            if refused is None:
                return redirect("account_login")
            errors["name"] = say(refused.phrase, lang)
    role = permissions.ROLES.get(invitation.role)
    page = JoinPage(
        club=club.name.say(lang),
        role=say(role.label, lang) if role else invitation.role,
        email=invitation.email,
        name=request.POST.get("name", invitation.name),
        errors=errors,
    )
    return render(request, "console/join.html", {"page": page}, status=422 if errors else 200)
