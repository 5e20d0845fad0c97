"""The promotion editor: its sentence as it is built, faults at their place, a trial cart line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.console.building import promotion as forms
from bashgah.console.building.promoted import PromotionView, judge, view_of
from bashgah.console.building.promotion import PromotionForm
from bashgah.console.building.sources import Sources
from bashgah.console.framing import done
from bashgah.console.views.base import page
from bashgah.console.views.promotions.listing import used_words
from bashgah.console.views.promotions.trial import TrialForm, trial_form
from bashgah.console.views.rules.editing import EditorPage, PartEditor
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs.budgets import promotions_taken
from bashgah.programs.types import DraftInfo
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPage(EditorPage[PromotionView]):
    """The editor of one promotion, with its trial cart and how far it was used."""

    trial: TrialForm
    used: tuple[str, ...]


class PromotionEditor(PartEditor[PromotionForm, PromotionView]):
    """What is a promotion's own."""

    part, folder, listing = "promotions", "promotions", "console:promotions"

    def blank(self, sources: Sources) -> PromotionForm:
        return forms.new_form()

    def stored(self, value: Any, sources: Sources) -> PromotionForm:
        return forms.form_of(value, sources)

    def read(self, data: QueryDict, sources: Sources) -> PromotionForm:
        return forms.form_read(data)

    def document(self, form: PromotionForm, sources: Sources) -> dict[str, Any]:
        return forms.document_of(form, sources)

    def acted(self, form: PromotionForm, act: str, draft: DraftInfo, sources: Sources) -> str:
        return forms.acted(form, act, sources)

    def view(self, form: PromotionForm, draft: DraftInfo, sources: Sources) -> PromotionView:
        today = clock.now().astimezone(ZoneInfo(sources.club.timezone)).date()
        judged = judge(draft, forms.document_of(form, sources), sources)
        return view_of(form, judged, sources, today=today)

    def missing(self) -> Refusal:
        return Refusal("promotion_not_found", Phrase(_("There is no such promotion.")), status=404)

    def crumbs(self) -> tuple[Crumb, ...]:
        return (Crumb(gettext("Promotions"), reverse("console:promotions")),)

    def new_title(self) -> str:
        return gettext("New promotion")

    def saved(self, request: HttpRequest, key: str) -> HttpResponse:
        done(request, gettext("Saved in the draft. Carts get it when the draft is published."))
        return redirect("console:promotion", key)

    def page(self, form: PromotionForm, sources: Sources, common: dict[str, Any]) -> PromotionPage:
        used: tuple[str, ...] = ()
        promotion = common["view"].judged.promotion
        if promotion is not None and not common["is_new"]:
            taken = promotions_taken(sources.club).get(form.key, {})
            used = used_words(sources.club, promotion, taken, sources.lang)
        return PromotionPage(trial=trial_form(sources), used=used, **common)


PROMOTION = PromotionEditor()


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A promotion that is not in the draft yet."""
    return PROMOTION.new(request)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A promotion of the draft."""
    return PROMOTION.edit(request, key)


@require_POST
@page("rules.read")
def preview(request: HttpRequest) -> HttpResponse:
    """What the promotion in the making says."""
    return PROMOTION.preview(request)


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take a promotion out of the draft."""
    return PROMOTION.remove(request, key, gettext("The promotion was taken out of the draft."))
