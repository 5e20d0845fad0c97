"""The editor of one part of the draft: opened, said while it is built, saved, taken out.

A kind of part (a rule, a promotion, a counter) brings its form, its judgement and what its page shows beside.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.console.building.sources import Sources
from bashgah.console.framing import done, said
from bashgah.console.views.base import attempt, fragment, show
from bashgah.console.views.rules.ground import ground
from bashgah.ground import clock
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.types import DraftInfo
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb


class PartForm(Protocol):
    """What every form has: the key of what is stored, and a name in two languages."""

    key: str
    name_fa: str
    name_en: str


Form = TypeVar("Form", bound=PartForm)
View = TypeVar("View")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorPage(Generic[View]):
    """What the page of every editor shows; kinds add their own."""

    crumbs: tuple[Crumb, ...]
    title: str
    text: str
    view: View
    revision: int
    error: str
    is_new: bool
    may_edit: bool


class PartEditor(ABC, Generic[Form, View]):
    """One kind of part. Its own are the form, the view, the words and the addresses; all else is the same."""

    part: ClassVar[str]
    """Where it stands in the program document."""
    folder: ClassVar[str]
    """Where its templates are: ``editor.html`` and ``fragment.html``."""
    listing: ClassVar[str]
    """The name of its list's address."""

    @abstractmethod
    def blank(self, sources: Sources) -> Form:
        """What a new one begins with."""

    @abstractmethod
    def stored(self, value: Any, sources: Sources) -> Form:
        """The form of a part of the program."""

    @abstractmethod
    def read(self, data: QueryDict, sources: Sources) -> Form:
        """The form as it was submitted."""

    @abstractmethod
    def document(self, form: Form, sources: Sources) -> dict[str, Any]:
        """The part as plain JSON."""

    @abstractmethod
    def acted(self, form: Form, act: str, draft: DraftInfo, sources: Sources) -> str:
        """Carry out a button of the form; return the id of the field to go on at."""

    @abstractmethod
    def view(self, form: Form, draft: DraftInfo, sources: Sources) -> View:
        """What the editor draws, judged in a copy of the draft; ``problems`` is what is wrong with it."""

    @abstractmethod
    def missing(self) -> Refusal:
        """The refusal of a key the draft does not have."""

    @abstractmethod
    def crumbs(self) -> tuple[Crumb, ...]:
        """The way to its list."""

    @abstractmethod
    def new_title(self) -> str:
        """What one without a name is called."""

    @abstractmethod
    def saved(self, request: HttpRequest, key: str) -> HttpResponse:
        """Say that it was saved, and where to go on."""

    def page(self, form: Form, sources: Sources, common: dict[str, Any]) -> EditorPage[View]:
        """The page; kinds that show more beside the form say it here."""
        return EditorPage(**common)

    def refuses(self, view: View) -> bool:
        """Whether one that is judged like this may not even be saved in the draft."""
        return False

    def new(self, request: HttpRequest) -> HttpResponse:
        """One that is not in the draft yet."""
        draft, sources = ground(request)
        if request.method == "POST":
            return self._submitted(request, draft, sources, "")
        return self._shown(request, draft, sources, self.blank(sources), "", blames=False)

    def edit(self, request: HttpRequest, key: str) -> HttpResponse:
        """One of the draft; those who may only read see it all the same."""
        draft, sources = ground(request)
        found = next((each for each in getattr(sources.program, self.part) if each.key == key), None)
        if found is None:
            raise self.missing()
        if request.method == "POST":
            return self._submitted(request, draft, sources, key)
        return self._shown(request, draft, sources, self.stored(found, sources), key)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What the form in the making says: the sentence and its faults, or the whole form after a button."""
        draft, sources = ground(request)
        form = self.read(request.POST, sources)
        act = request.POST.get("act", "")
        focus = self.acted(form, act, draft, sources) if act else ""
        whole = bool(act) or request.GET.get("part") == "form"
        view = self.view(form, draft, sources)
        response = fragment(request, f"{self.folder}/fragment.html", view, whole=whole)
        if whole:
            events = {"bashgah:rebuilt": True} | ({"bashgah:focus": {"id": focus}} if focus else {})
            response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
        return response

    def remove(self, request: HttpRequest, key: str, said: str) -> HttpResponse:
        """Take one out of the draft; what is published stays until the next publishing."""
        services.part_remove(
            club=request.club,
            part=self.part,
            key=key,
            revision=selectors.draft_get(request.club).revision,
            actor=request.actor,
            now=clock.now(),
        )
        done(request, said)
        return redirect(self.listing)

    def _submitted(self, request: HttpRequest, draft: DraftInfo, sources: Sources, key: str) -> HttpResponse:
        form = self.read(request.POST, sources)
        form.key = key
        if act := request.POST.get("act", ""):
            self.acted(form, act, draft, sources)
            return self._shown(request, draft, sources, form, key)
        if self.refuses(self.view(form, draft, sources)):
            return self._shown(request, draft, sources, form, key, status=422)
        document = self.document(form, sources)
        posted = request.POST.get("revision", "")
        _saved, refusal = attempt(
            lambda: services.part_put(
                club=request.club,
                part=self.part,
                value=document,
                revision=int(posted) if posted.isdecimal() else draft.revision,
                actor=request.actor,
                now=clock.now(),
            )
        )
        if refusal is None:
            return self.saved(request, document["key"])
        error = said(request, refusal.phrase)
        return self._shown(request, draft, sources, form, key, error=error, status=422)

    def _shown(
        self,
        request: HttpRequest,
        draft: DraftInfo,
        sources: Sources,
        form: Form,
        key: str,
        *,
        error: str = "",
        status: int = 200,
        blames: bool = True,
    ) -> HttpResponse:
        title = Texts(form.name_fa, form.name_en).say(lang_of(request)) or self.new_title()
        view = self.view(form, draft, sources)
        if not blames:  # nobody has done anything wrong yet
            view = replace(view, problems=())  # type: ignore[type-var]
        common = {
            "crumbs": (*self.crumbs(), Crumb(title)),
            "title": title,
            "text": gettext("Draft, saved by %(name)s") % {"name": draft.saved_by or "–"},
            "view": view,
            "revision": draft.revision,
            "error": error,
            "is_new": not key,
            "may_edit": may(request, "rules.edit"),
        }
        return show(request, f"{self.folder}/editor.html", self.page(form, sources, common), status=status)
