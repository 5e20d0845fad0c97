"""Counters of the draft: what they count, where they are used, and the form of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.console.building import counter as forms
from bashgah.console.building.counter import CounterForm, CounterView
from bashgah.console.building.sources import Sources
from bashgah.console.framing import done
from bashgah.console.views.base import page, show
from bashgah.console.views.rules.editing import EditorPage, PartEditor
from bashgah.console.views.rules.ground import PartsPage, draft_bar, ground, names_said
from bashgah.engine.counters import users_of
from bashgah.engine.document import Program
from bashgah.engine.words import texts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs.types import DraftInfo
from bashgah.ui.types import Crumb, Lang


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter in the list."""

    key: str
    name: str
    sentence: str
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountersPage(PartsPage):
    """The list."""

    rows: tuple[CounterRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPage(EditorPage[CounterView]):
    """The editor of one counter, with what looks at it."""

    used: tuple[str, ...]


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """The draft's counters, each with what looks at it."""
    _draft, sources = ground(request)
    rows = []
    for counter in sources.program.counters:
        parts = forms.said(counter, sources.program, sources)
        rows.append(
            CounterRow(
                counter.key,
                texts(counter.name, counter.key).say(sources.lang),
                parts[0].text if parts else gettext("This counter cannot be said yet."),
                _used(sources.program, counter.key, sources.lang),
            )
        )
    model = CountersPage(rows=tuple(rows), **draft_bar(request))
    return show(request, "counters/list.html", model)


class CounterEditor(PartEditor[CounterForm, CounterView]):
    """What is a counter's own: it is not saved while something is wrong with it, for others look at it."""

    part, folder, listing = "counters", "counters", "console:counters"

    def blank(self, sources: Sources) -> CounterForm:
        return CounterForm()

    def stored(self, value: Any, sources: Sources) -> CounterForm:
        return forms.form_of(value, sources)

    def read(self, data: QueryDict, sources: Sources) -> CounterForm:
        return forms.form_read(data)

    def document(self, form: CounterForm, sources: Sources) -> dict[str, Any]:
        return forms.document_of(form, sources)

    def acted(self, form: CounterForm, act: str, draft: DraftInfo, sources: Sources) -> str:
        return forms.acted(form, act, sources)

    def view(self, form: CounterForm, draft: DraftInfo, sources: Sources) -> CounterView:
        judged = forms.judge(draft, forms.document_of(form, sources), sources)
        return forms.view_of(form, judged, sources)

    def missing(self) -> Refusal:
        return Refusal("counter_not_found", Phrase(_("There is no such counter.")), status=404)

    def crumbs(self) -> tuple[Crumb, ...]:
        return (
            Crumb(gettext("Earning rules"), reverse("console:rules")),
            Crumb(gettext("Counters"), reverse("console:counters")),
        )

    def new_title(self) -> str:
        return gettext("New counter")

    def saved(self, request: HttpRequest, key: str) -> HttpResponse:
        done(request, gettext("Saved in the draft. Conditions can look at it at once."))
        return redirect("console:counters")

    def refuses(self, view: CounterView) -> bool:
        return bool(view.problems)

    def page(self, form: CounterForm, sources: Sources, common: dict[str, Any]) -> CounterPage:
        used = () if common["is_new"] else _used(sources.program, form.key, sources.lang)
        return CounterPage(used=used, **common)


COUNTER = CounterEditor()


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A counter that is not in the draft yet."""
    return COUNTER.new(request)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A counter of the draft."""
    return COUNTER.edit(request, key)


@require_POST
@page("rules.read")
def preview(request: HttpRequest) -> HttpResponse:
    """What the counter in the making says."""
    return COUNTER.preview(request)


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take a counter out of the draft; refused while a condition looks at it."""
    _draft, sources = ground(request)
    used = _used(sources.program, key, sources.lang)
    if used:
        raise Refusal(
            "counter_used",
            Phrase(_("“{name}” looks at this counter. Change that first."), {"name": used[0]}),
            status=409,
        )
    return COUNTER.remove(request, key, gettext("The counter was taken out of the draft."))


def _used(program: Program, key: str, lang: Lang) -> tuple[str, ...]:
    return names_said(users_of(program, key), lang)
