"""What every view of the console shares: rendering with the frame, refusals, reading forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from bashgah.access import gate
from bashgah.console.framing import frame_for, said
from bashgah.console.scope import within_branches
from bashgah.ground.trying import tried as attempt  # noqa: F401 every form of the console takes it from here
from bashgah.kit import ids
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.ui.entries import money_or_none, whole_or_none
from bashgah.ui.types import Option

View = Callable[..., HttpResponse]


def page(permission: str, *, writes: str = "") -> Callable[[View], View]:
    """A gated page: whoever lacks the permission never reaches the view, and a refusal becomes a page.

    Who works in some branches alone reaches no page of another branch's member (``scope``).
    """

    def decorate(view: View) -> View:
        return gate.allowed(permission, writes=writes)(refusing(within_branches(view)))

    return decorate


def own_page(view: View) -> View:
    """A page for everyone with a role."""
    return gate.signed_in(refusing(view))


def refusing(view: View) -> View:
    """Shows a refusal nobody caught: as a page, or as a sentence in a header to requests of htmx."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return shown


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to a request that was declined as a whole."""
    sentence = said(request, refusal.phrase)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=refusal.status)
        response.headers["X-Refusal"] = quote(sentence)
        return response
    context = {"frame": frame_for(request), "sentence": sentence}
    return render(request, "console/refused.html", context, status=refusal.status)


def show(
    request: HttpRequest, template: str, page: object, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Renders a page dataclass inside the frame."""
    may_write = getattr(request, "may_write", True)
    context = {
        "frame": frame_for(request), "page": page, "club": request.club, "may_write": may_write, **more
    }  # fmt: skip
    return render(request, f"console/{template}", context, status=status)


def fragment(request: HttpRequest, template: str, page: object, **more: Any) -> HttpResponse:
    """Renders a part of a page for htmx, without the frame."""
    context = {"page": page, "club": request.club, **more}
    return render(request, f"console/{template}", context)


class Entry:
    """Reads the fields of one submitted form and collects what is wrong with each."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.data = request.POST
        self.errors: dict[str, str] = {}

    def text(self, name: str, *, required: bool = False, limit: int = 200) -> str:
        """A line of text, trimmed."""
        value = self.data.get(name, "").strip()
        if required and not value:
            self.errors[name] = gettext("This is needed.")
        if len(value) > limit:
            self.errors[name] = gettext("At most %(n)s letters.") % {"n": limit}
        return value[:limit]

    def texts(self, name: str, *, required: bool = False, limit: int = 200) -> Texts:
        """A text in two languages, in fields `name_fa` and `name_en`."""
        value = Texts(self.text(f"{name}_fa", limit=limit), self.text(f"{name}_en", limit=limit))
        if required and not value.fa and not value.en:
            self.errors[f"{name}_fa"] = gettext("Write it in Persian or in English.")
        return value

    def whole(self, name: str, *, required: bool = False, least: int = 0, most: int = 10**15) -> int | None:
        """A whole number of any digits and separators."""
        try:
            value = whole_or_none(self.data.get(name))
        except ValueError:
            self.errors[name] = gettext("Write a whole number.")
            return None
        return self._bounded(name, value, required=required, least=least, most=most)

    def money(self, name: str, *, required: bool = False, least: int = 0) -> int | None:
        """An amount in the club's shown unit, as the stored integer."""
        try:
            value = money_or_none(self.data.get(name), self.request.club)
        except ValueError:
            self.errors[name] = gettext("Write an amount in digits.")
            return None
        return self._bounded(name, value, required=required, least=least, most=10**15)

    def day(self, name: str) -> date | None:
        """A date in either calendar, or None for an empty field."""
        text = self.data.get(name, "").strip()
        if not text:
            return None
        try:
            return parse_date(text)
        except Refusal as refusal:
            self.errors[name] = said(self.request, refusal.phrase)
            return None

    def flag(self, name: str) -> bool:
        """A checkbox."""
        return self.data.get(name) == "1"

    def many(self, name: str) -> list[str]:
        """All ticked values of a group."""
        return self.data.getlist(name)

    def choice(self, name: str, allowed: set[str], default: str = "") -> str:
        """One of the offered values; anything else is the default."""
        value = self.data.get(name, default)
        return value if value in allowed else default

    def wrong(self, name: str, sentence: str) -> None:
        """Notes what is wrong with a field."""
        self.errors[name] = sentence

    def refuse(self, refusal: Refusal, fields: dict[str, str] | None = None, default: str = "") -> None:
        """Puts a service's refusal beside the field it is about; `fields` maps its pointers to names here."""
        pointer = refusal.field or ""
        name = (fields or {}).get(pointer) or pointer.rsplit("/", 1)[-1] or default
        self.errors[name if name in self.data or f"{name}_fa" not in self.data else f"{name}_fa"] = said(
            self.request, refusal.phrase
        )

    @property
    def summary(self) -> str:
        """What is wrong that belongs to no shown field, for the head of the form."""
        return next((text for name, text in self.errors.items() if name not in self.data), "")

    def _bounded(self, name: str, value: int | None, *, required: bool, least: int, most: int) -> int | None:
        if value is None:
            if required:
                self.errors[name] = gettext("This is needed.")
            return None
        if not least <= value <= most:
            self.errors[name] = gettext("This number is out of range.")
            return None
        return value


def read_id(kind: str, text: str) -> UUID:
    """A public id of an address; a wrong one raises a 404 refusal."""
    return ids.parse(kind, text)


def chosen(
    options: list[tuple[str, str]] | tuple[tuple[str, str], ...], value: str | set[str]
) -> tuple[Option, ...]:
    """Options of a select or group with the chosen ones marked."""
    picked = {value} if isinstance(value, str) else value
    return tuple(Option(key, label, selected=key in picked) for key, label in options)
