"""The promotion editor: its sentence as it is built, faults at their place, a trial cart line by line."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building import promotion as forms
from bashgah.console.building.promoted import PromotionView, judge, view_of
from bashgah.console.building.promotion import PromotionForm
from bashgah.console.building.sources import Sources
from bashgah.console.framing import done, said
from bashgah.console.views.base import attempt, fragment, page, show
from bashgah.console.views.promotions.listing import used_words
from bashgah.console.views.promotions.trial import TrialForm, trial_form
from bashgah.console.views.rules.ground import ground
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services
from bashgah.programs.budgets import promotions_taken
from bashgah.programs.types import DraftInfo
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class PromotionPage:
    """The editor of one promotion."""

    crumbs: tuple[Crumb, ...]
    title: str
    text: str
    view: PromotionView
    trial: TrialForm
    used: tuple[str, ...]
    revision: int
    error: str
    is_new: bool
    may_edit: bool


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A promotion that is not in the draft yet."""
    draft, sources = ground(request)
    if request.method == "POST":
        return _submitted(request, draft, sources, is_new=True)
    return _page(request, draft, sources, forms.new_form(), is_new=True)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A promotion of the draft; those who may only read see it all the same."""
    draft, sources = ground(request)
    if request.method == "POST":
        return _submitted(request, draft, sources, is_new=False)
    found = next((each for each in sources.program.promotions if each.key == key), None)
    if found is None:
        raise promotion_missing()
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
    response = fragment(request, "promotions/fragment.html", _view(draft, sources, form), whole=whole)
    if whole:
        events = {"bashgah:rebuilt": True} | ({"bashgah:focus": {"id": focus}} if focus else {})
        response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take a promotion out of the draft; what is published stays until the next publishing."""
    club: ClubInfo = request.club
    services.part_remove(
        club=club,
        part="promotions",
        key=key,
        revision=selectors.draft_get(club).revision,
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("The promotion was taken out of the draft."))
    return redirect("console:promotions")


def promotion_missing() -> Refusal:
    """Return the refusal of a promotion the draft does not have."""
    return Refusal("promotion_not_found", Phrase(_("There is no such promotion.")), status=404)


def _submitted(request: HttpRequest, draft: DraftInfo, sources: Sources, *, is_new: bool) -> HttpResponse:
    form = forms.form_read(request.POST)
    if act := request.POST.get("act", ""):
        forms.acted(form, act, sources)
        return _page(request, draft, sources, form, is_new=is_new)
    document = forms.document_of(form, sources)
    posted = request.POST.get("revision", "")
    club: ClubInfo = request.club
    _saved, refusal = attempt(
        lambda: services.part_put(
            club=club,
            part="promotions",
            value=document,
            revision=int(posted) if posted.isdecimal() else draft.revision,
            actor=request.actor,
            now=clock.now(),
        )
    )
    if refusal is None:
        done(request, gettext("Saved in the draft. Carts get it when the draft is published."))
        return redirect("console:promotion", document["key"])
    error = said(request, refusal.phrase)
    return _page(request, draft, sources, form, is_new=is_new, error=error, status=422)


def _view(draft: DraftInfo, sources: Sources, form: PromotionForm) -> PromotionView:
    today = clock.now().astimezone(ZoneInfo(sources.club.timezone)).date()
    return view_of(form, judge(draft, forms.document_of(form, sources), sources), sources, today=today)


def _page(
    request: HttpRequest,
    draft: DraftInfo,
    sources: Sources,
    form: PromotionForm,
    *,
    is_new: bool,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    lang = lang_of(request)
    title = Texts(form.name_fa, form.name_en).say(lang) or gettext("New promotion")
    view = _view(draft, sources, form)
    if is_new and request.method == "GET":
        view = replace(view, problems=())  # nobody has done anything wrong yet
    used: tuple[str, ...] = ()
    if view.judged.promotion is not None and not is_new:
        taken = promotions_taken(sources.club).get(form.key, {})
        used = used_words(sources.club, view.judged.promotion, taken, lang)
    model = PromotionPage(
        crumbs=(Crumb(gettext("Promotions"), reverse("console:promotions")), Crumb(title)),
        title=title,
        text=gettext("Draft, saved by %(name)s") % {"name": draft.saved_by or "–"},
        view=view,
        trial=trial_form(sources),
        used=used,
        revision=draft.revision,
        error=error,
        is_new=is_new,
        may_edit=may(request, "rules.edit"),
    )
    return show(request, "promotions/editor.html", model, status=status)
