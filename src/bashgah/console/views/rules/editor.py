"""The rule editor: the sentence, the criteria builder, amounts, schedule, caps, examples that must pass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building import rule as forms
from bashgah.console.building.cases import example_taken
from bashgah.console.building.editor import EditorView, editor_view
from bashgah.console.building.judging import judge
from bashgah.console.building.sources import Sources
from bashgah.console.framing import done, said
from bashgah.console.views.base import attempt, fragment, page, read_id, show
from bashgah.console.views.rules.ground import ground
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.types import DraftInfo
from bashgah.simulation.cases import example_of
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb

TAKE = "take|"


@dataclass(frozen=True, slots=True)
class EditorPage:
    """The editor of one rule."""

    crumbs: tuple[Crumb, ...]
    title: str
    text: str
    view: EditorView
    revision: int
    error: str
    is_new: bool
    may_edit: bool


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A rule that is not in the draft yet."""
    draft, sources = ground(request)
    if request.method == "POST":
        return _submitted(request, draft, sources, is_new=True)
    return _page(request, draft, sources, forms.new_form(sources), is_new=True)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A rule of the draft; those who may only read see it all the same."""
    draft, sources = ground(request)
    if request.method == "POST":
        return _submitted(request, draft, sources, is_new=False)
    rule = next((rule for rule in sources.program.rules if rule.key == key), None)
    if rule is None:
        raise Refusal("rule_not_found", Phrase(_("There is no such rule.")), status=404)
    return _page(request, draft, sources, forms.form_of(rule, sources), is_new=False)


@require_POST
@page("rules.edit")
def preview(request: HttpRequest) -> HttpResponse:
    """What the form in the making says: the sentence alone, or with the builder after a button or a
    select."""
    draft, sources = ground(request)
    form = forms.form_read(request.POST, sources)
    whole = request.GET.get("part") == "form"
    focus = ""
    act = request.POST.get("act", "")
    if act.startswith(TAKE):
        focus = _taken(request, draft, sources, form, act.removeprefix(TAKE))
    elif act:
        focus = forms.acted(form, act, sources)
    whole = whole or bool(act)
    response = fragment(request, "rules/fragment.html", _view(draft, sources, form), whole=whole)
    if whole:
        events = {"bashgah:rebuilt": True} | ({"bashgah:focus": {"id": focus}} if focus else {})
        response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Takes a rule out of the draft; what is published stays until the next publishing."""
    club: ClubInfo = request.club
    services.rule_remove(
        club=club, key=key, revision=selectors.draft_get(club).revision, actor=request.actor, now=clock.now()
    )
    done(request, gettext("The rule was taken out of the draft."))
    return redirect("console:rules")


def _submitted(request: HttpRequest, draft: DraftInfo, sources: Sources, *, is_new: bool) -> HttpResponse:
    form = forms.form_read(request.POST, sources)
    if act := request.POST.get("act", ""):
        forms.acted(form, act, sources)
        return _page(request, draft, sources, form, is_new=is_new)
    document = forms.document_of(form, sources)
    posted = request.POST.get("revision", "")
    club: ClubInfo = request.club
    _saved, refusal = attempt(
        lambda: services.rule_put(
            club=club,
            rule=document,
            revision=int(posted) if posted.isdecimal() else draft.revision,
            actor=request.actor,
            now=clock.now(),
        )
    )
    if refusal is None:
        done(request, gettext("Saved in the draft. Members get it when the draft is published."))
        return redirect("console:rule", document["key"])
    return _page(
        request, draft, sources, form, is_new=is_new, error=said(request, refusal.phrase), status=422
    )


def _taken(
    request: HttpRequest, draft: DraftInfo, sources: Sources, form: forms.RuleForm, public: str
) -> str:
    """Makes a real purchase an example of the rule in the making; one that is not complete is refused."""
    judged = judge(draft, forms.document_of(form, sources), sources)
    if judged.rule is None or judged.program is None:
        raise Refusal(
            "rule_incomplete",
            Phrase(_("Complete the rule first: an example says what it gives.")),
            status=422,
        )
    club: ClubInfo = request.club
    made = example_of(
        club=club, program=judged.program, rule=judged.rule, activity_id=read_id("activity", public)
    )
    return forms.example_added(form, example_taken(made, sources))


def _view(draft: DraftInfo, sources: Sources, form: forms.RuleForm) -> EditorView:
    today = clock.now().astimezone(ZoneInfo(sources.club.timezone)).date()
    judged = judge(draft, forms.document_of(form, sources), sources)
    return editor_view(form, judged, sources, today=today)


def _page(
    request: HttpRequest,
    draft: DraftInfo,
    sources: Sources,
    form: forms.RuleForm,
    *,
    is_new: bool,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    lang = lang_of(request)
    title = Texts(form.name_fa, form.name_en).say(lang) or gettext("New rule")
    view = _view(draft, sources, form)
    model = EditorPage(
        crumbs=(Crumb(gettext("Earning rules"), reverse("console:rules")), Crumb(title)),
        title=title,
        text=gettext("Draft, saved by %(name)s") % {"name": draft.saved_by or "–"},
        view=view,
        revision=draft.revision,
        error=error,
        is_new=is_new,
        may_edit=may(request, "rules.edit"),
    )
    return show(request, "rules/editor.html", model, status=status)
