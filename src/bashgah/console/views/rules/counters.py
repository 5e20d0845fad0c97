"""Counters of the draft: what they count, where they are used, and the form of one."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building import counter as forms
from bashgah.console.building.counter import CounterForm, CounterView
from bashgah.console.building.sources import Sources
from bashgah.console.framing import done, said
from bashgah.console.views.base import attempt, fragment, page, show
from bashgah.console.views.rules.ground import ground
from bashgah.engine.counters import users_of
from bashgah.engine.document import BothTexts, Program
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.types import DraftInfo
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter in the list."""

    key: str
    name: str
    sentence: str
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountersPage:
    """The list."""

    rows: tuple[CounterRow, ...]
    changes: int
    may_edit: bool
    may_publish: bool


@dataclass(frozen=True, slots=True)
class CounterPage:
    """The editor of one counter."""

    crumbs: tuple[Crumb, ...]
    title: str
    view: CounterView
    used: tuple[str, ...]
    revision: int
    error: str
    is_new: bool
    may_edit: bool


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """The draft's counters, each with what looks at it."""
    club: ClubInfo = request.club
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
    model = CountersPage(
        tuple(rows),
        len(selectors.draft_changes(club)),
        may(request, "rules.edit"),
        may(request, "rules.publish"),
    )
    return show(request, "counters/list.html", model)


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A counter that is not in the draft yet."""
    draft, sources = ground(request)
    if request.method == "POST":
        return _submitted(request, draft, sources, is_new=True)
    return _page(request, draft, sources, CounterForm(), is_new=True)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A counter of the draft; those who may only read see it all the same."""
    draft, sources = ground(request)
    found = next((each for each in sources.program.counters if each.key == key), None)
    if found is None:
        raise Refusal("counter_not_found", Phrase(_("There is no such counter.")), status=404)
    if request.method == "POST":
        return _submitted(request, draft, sources, is_new=False, key=key)
    return _page(request, draft, sources, forms.form_of(found, sources), is_new=False)


@require_POST
@page("rules.edit")
def preview(request: HttpRequest) -> HttpResponse:
    """What the form in the making says: the sentence and its faults, or the whole form after a button."""
    draft, sources = ground(request)
    form = forms.form_read(request.POST)
    act = request.POST.get("act", "")
    focus = forms.acted(form, act, sources) if act else ""
    whole = bool(act) or request.GET.get("part") == "form"
    response = fragment(request, "counters/fragment.html", _view(draft, sources, form), whole=whole)
    if whole:
        events = {"bashgah:rebuilt": True} | ({"bashgah:focus": {"id": focus}} if focus else {})
        response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take a counter out of the draft; refused while a condition looks at it."""
    club: ClubInfo = request.club
    _draft, sources = ground(request)
    used = _used(sources.program, key, sources.lang)
    if used:
        raise Refusal(
            "counter_used",
            Phrase(_("“{name}” looks at this counter. Change that first."), {"name": used[0]}),
            status=409,
        )
    services.part_remove(
        club=club,
        part="counters",
        key=key,
        revision=selectors.draft_get(club).revision,
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("The counter was taken out of the draft."))
    return redirect("console:counters")


def _submitted(
    request: HttpRequest, draft: DraftInfo, sources: Sources, *, is_new: bool, key: str = ""
) -> HttpResponse:
    form = forms.form_read(request.POST)
    form.key = key
    if act := request.POST.get("act", ""):
        forms.acted(form, act, sources)
        return _page(request, draft, sources, form, is_new=is_new)
    document = forms.document_of(form, sources)
    if forms.judge(draft, document, sources).problems:
        return _page(request, draft, sources, form, is_new=is_new, status=422)
    posted = request.POST.get("revision", "")
    _saved, refusal = attempt(
        lambda: services.part_put(
            club=request.club,
            part="counters",
            value=document,
            revision=int(posted) if posted.isdecimal() else draft.revision,
            actor=request.actor,
            now=clock.now(),
        )
    )
    if refusal is None:
        done(request, gettext("Saved in the draft. Conditions can look at it at once."))
        return redirect("console:counters")
    error = said(request, refusal.phrase)
    return _page(request, draft, sources, form, is_new=is_new, error=error, status=422)


def _view(draft: DraftInfo, sources: Sources, form: CounterForm) -> CounterView:
    return forms.view_of(form, forms.judge(draft, forms.document_of(form, sources), sources), sources)


def _page(
    request: HttpRequest,
    draft: DraftInfo,
    sources: Sources,
    form: CounterForm,
    *,
    is_new: bool,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    lang = lang_of(request)
    title = Texts(form.name_fa, form.name_en).say(lang) or gettext("New counter")
    model = CounterPage(
        crumbs=(
            Crumb(gettext("Earning rules"), reverse("console:rules")),
            Crumb(gettext("Counters"), reverse("console:counters")),
            Crumb(title),
        ),
        title=title,
        view=_view(draft, sources, form),
        used=() if is_new else _used(sources.program, form.key, lang),
        revision=draft.revision,
        error=error,
        is_new=is_new,
        may_edit=may(request, "rules.edit"),
    )
    return show(request, "counters/editor.html", model, status=status)


def _used(program: Program, key: str, lang: Lang) -> tuple[str, ...]:
    return tuple(
        texts(getattr(each, "name", BothTexts()), each.key).say(lang) for each in users_of(program, key)
    )
