"""The rule editor: the sentence, the criteria builder, amounts, schedule, caps, examples that must pass."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.console.building import rule as forms
from bashgah.console.building.cases import example_taken
from bashgah.console.building.editor import EditorView, editor_view
from bashgah.console.building.judging import judge
from bashgah.console.building.rule import RuleForm
from bashgah.console.building.sources import Sources
from bashgah.console.framing import done
from bashgah.console.views.base import page, read_id
from bashgah.console.views.rules.editing import PartEditor
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs.types import DraftInfo
from bashgah.simulation.cases import example_of
from bashgah.ui.types import Crumb

TAKE = "take|"


class RuleEditor(PartEditor[RuleForm, EditorView]):
    """What is a rule's own."""

    part, folder, listing = "rules", "rules", "console:rules"

    def blank(self, sources: Sources) -> RuleForm:
        return forms.new_form(sources)

    def stored(self, value: Any, sources: Sources) -> RuleForm:
        return forms.form_of(value, sources)

    def read(self, data: QueryDict, sources: Sources) -> RuleForm:
        return forms.form_read(data, sources)

    def document(self, form: RuleForm, sources: Sources) -> dict[str, Any]:
        return forms.document_of(form, sources)

    def acted(self, form: RuleForm, act: str, draft: DraftInfo, sources: Sources) -> str:
        if act.startswith(TAKE):
            return _taken(form, act.removeprefix(TAKE), draft, sources)
        return forms.acted(form, act, sources)

    def view(self, form: RuleForm, draft: DraftInfo, sources: Sources) -> EditorView:
        today = clock.now().astimezone(ZoneInfo(sources.club.timezone)).date()
        judged = judge(draft, forms.document_of(form, sources), sources)
        return editor_view(form, judged, sources, today=today)

    def missing(self) -> Refusal:
        return Refusal("rule_not_found", Phrase(_("There is no such rule.")), status=404)

    def crumbs(self) -> tuple[Crumb, ...]:
        return (Crumb(gettext("Earning rules"), reverse("console:rules")),)

    def new_title(self) -> str:
        return gettext("New rule")

    def saved(self, request: HttpRequest, key: str) -> HttpResponse:
        done(request, gettext("Saved in the draft. Members get it when the draft is published."))
        return redirect("console:rule", key)


RULE = RuleEditor()


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A rule that is not in the draft yet."""
    return RULE.new(request)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """A rule of the draft."""
    return RULE.edit(request, key)


@require_POST
@page("rules.read")
def preview(request: HttpRequest) -> HttpResponse:
    """What the rule in the making says."""
    return RULE.preview(request)


@require_POST
@page("rules.edit")
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Takes a rule out of the draft."""
    return RULE.remove(request, key, gettext("The rule was taken out of the draft."))


def _taken(form: RuleForm, public: str, draft: DraftInfo, sources: Sources) -> str:
    """Makes a real purchase an example of the rule in the making; one that is not complete is refused."""
    judged = judge(draft, forms.document_of(form, sources), sources)
    if judged.rule is None or judged.program is None:
        raise Refusal(
            "rule_incomplete",
            Phrase(_("Complete the rule first: an example says what it gives.")),
            status=422,
        )
    made = example_of(
        club=sources.club,
        program=judged.program,
        rule=judged.rule,
        activity_id=read_id("activity", public),
    )
    return forms.example_added(form, example_taken(made, sources))
