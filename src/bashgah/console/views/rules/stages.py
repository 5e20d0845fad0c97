"""The stages of one rule: where it is, what comes next, what is missing; forward, and stop at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building import piloted
from bashgah.console.building.judging import plain_sentence
from bashgah.console.building.judging import said as rule_said
from bashgah.console.building.piloted import PilotView
from bashgah.console.building.sources import sources_of
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, fragment, page, show
from bashgah.console.views.rules.ground import ground
from bashgah.engine.document import Rule
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.programs import selectors, services
from bashgah.programs.ahead import Ahead, rule_ahead
from bashgah.programs.staging import need_said
from bashgah.programs.types import Cost, Need
from bashgah.ui.figures import day_words, money_words
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang

ORDER = ("draft", "shadow", "pilot", "live", "ended")
# from here a rule may go on to a pilot; from further on it would go back, and whoever wants that asks for it
BEFORE_LIVE = ORDER[:3]


@dataclass(frozen=True, slots=True)
class StageMark:
    """One stage on the way; ``state`` is done, now or ahead."""

    key: str
    word: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class NeedView:
    """Something a publication needs, in words."""

    text: str
    is_met: bool
    url: str = ""
    verb: str = ""


@dataclass(frozen=True, slots=True)
class StagePage:
    """The stages of one rule."""

    crumbs: tuple[Crumb, ...]
    key: str
    name: str
    sentence: str
    marks: tuple[StageMark, ...]
    status: str
    cost: str
    cost_from: str
    needs: tuple[NeedView, ...]
    notices: tuple[str, ...]
    has_problems: bool
    is_moved: bool
    forward: str
    forward_word: str
    others: tuple[tuple[str, str], ...]
    pilot: PilotView | None
    pilot_url: str
    runs_pilot: bool
    revision: int
    may_edit: bool
    may_publish: bool
    can_stop: bool
    has_shadow: bool
    has_pilot: bool


@page("rules.read")
def index(request: HttpRequest, key: str) -> HttpResponse:
    """Where a rule is on its way and what is missing until everybody gets it."""
    return _page(request, key)


def _page(
    request: HttpRequest, key: str, form: piloted.PilotForm | None = None, status: int = 200
) -> HttpResponse:
    club: ClubInfo = request.club
    lang, ahead = lang_of(request), rule_ahead(request.club, key, clock.now())
    rule, view = ahead.rule, None
    asked = form is not None or rule.stage in BEFORE_LIVE or request.GET.get("pilot") == "1"
    if asked and may(request, "rules.edit"):
        draft, sources = ground(request)
        view = piloted.view_of(form or piloted.form_of(rule, sources), rule, draft, sources, clock.now())
    model = StagePage(
        crumbs=rule_crumbs(rule, lang, gettext("Stages")),
        key=key,
        name=rule_name(rule, lang),
        sentence=plain_sentence(rule_said(rule, ahead.program, sources_of(club, ahead.program, lang))),
        marks=_marks(ahead, club),
        status=_status(ahead),
        cost=money_words(ahead.cost.amount, club) if ahead.cost else "",
        cost_from=source_words(ahead.cost),
        needs=tuple(need_view(request, need, key) for need in ahead.needs),
        notices=tuple(said(request, phrase) for phrase in ahead.notices),
        has_problems=ahead.has_problems,
        is_moved=ahead.is_moved,
        forward=ahead.forward or "",
        forward_word=_acts().get(ahead.forward or "", ""),
        others=tuple(
            (stage, word)
            for stage, word in _acts().items()
            if stage not in (rule.stage, ahead.forward, "pilot")
        ),
        pilot=view,
        pilot_url="" if asked else f"{reverse('console:rule_stage', args=[key])}?pilot=1#pilot",
        runs_pilot=rule.stage == "pilot",
        revision=selectors.draft_get(club).revision,
        may_edit=may(request, "rules.edit"),
        may_publish=may(request, "rules.publish"),
        can_stop=ahead.published in services.RUNNING and may(request, "rules.publish"),
        has_shadow=ahead.published in ("shadow", "pilot"),
        has_pilot=ahead.published == "pilot",
    )
    return show(request, "rules/stage.html", model, status=status)


@require_POST
@page("rules.edit")
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Puts the rule into another stage in the draft; publishing makes it so."""
    club: ClubInfo = request.club
    entry, ahead = Entry(request), rule_ahead(request.club, key, clock.now())
    stage = entry.choice("stage", set(ORDER), ahead.rule.stage)
    document = {**ahead.rule.model_dump(mode="json"), "stage": stage}
    if stage == "pilot":
        draft, sources = ground(request)
        form = piloted.form_read(request.POST)
        if act := request.POST.get("act", ""):
            piloted.acted(form, act, sources)
            return _page(request, key, form)
        if piloted.view_of(form, ahead.rule, draft, sources, clock.now()).problems:
            return _page(request, key, form, 422)
        document["pilot"] = piloted.document_of(form, sources)
    services.rule_put(
        club=club,
        rule=document,
        revision=selectors.draft_get(club).revision,
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("The draft has it in the new stage. Publish it to make it so."))
    if may(request, "rules.publish") and stage != "draft":
        return redirect("console:rules_publish")
    return redirect("console:rule_stage", key)


@require_POST
@page("rules.edit")
def pilot_preview(request: HttpRequest, key: str) -> HttpResponse:
    """What the pilot in the making says and for how many it is; the whole form after a button or select."""
    draft, sources = ground(request)
    rule, form = rule_ahead(request.club, key, clock.now()).rule, piloted.form_read(request.POST)
    act = request.POST.get("act", "")
    focus = piloted.acted(form, act, sources) if act else ""
    whole = bool(act) or request.GET.get("part") == "form"
    view = piloted.view_of(form, rule, draft, sources, clock.now())
    response = fragment(request, "rules/stage_pilot_fragment.html", view, whole=whole, key=key)
    if whole:
        events = {"bashgah:rebuilt": True} | ({"bashgah:focus": {"id": focus}} if focus else {})
        response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


@require_POST
@page("rules.publish")
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Ends the rule at once, whatever the draft says."""
    services.rule_stop(
        club=request.club,
        key=key,
        actor=request.actor,
        now=clock.now(),
        note=request.POST.get("note", "").strip(),
    )
    done(request, gettext("The rule is stopped. Points already earned stay."))
    return redirect("console:rule_stage", key)


def rule_name(rule: Rule, lang: Lang) -> str:
    """A rule's name in the language in force."""
    return texts(rule.name, rule.key).say(lang)


def rule_crumbs(rule: Rule, lang: Lang, last: str) -> tuple[Crumb, ...]:
    """The way to a page of a rule."""
    return (
        Crumb(gettext("Earning rules"), reverse("console:rules")),
        Crumb(rule_name(rule, lang), reverse("console:rule", args=[rule.key])),
        Crumb(last),
    )


def need_view(request: HttpRequest, need: Need, key: str) -> NeedView:
    """A need in words, with the page that helps."""
    text = said(request, need_said(need))
    if need.is_met:
        return NeedView(text, True)
    if need.kind == "backtest" and may(request, "rules.edit"):
        return NeedView(text, False, reverse("console:backtest_new"), gettext("Try on the past"))
    if need.kind in ("shadow", "pilot") and key:
        return NeedView(text, False, reverse("console:rule_stage", args=[key]), gettext("Stages"))
    return NeedView(text, False)


def source_words(cost: Cost | None) -> str:
    """Where a cost is known from."""
    words = {
        "shadow": gettext("a month, as its shadow saw it"),
        "backtest": gettext("a month, as its newest backtest saw it"),
        "budget": gettext("a month at most, by its budget"),
    }
    return words[cost.source] if cost else ""


def stage_names() -> Mapping[str, str]:
    """What the stages are called."""
    return {
        "draft": gettext("draft"),
        "shadow": gettext("in shadow"),
        "pilot": gettext("in pilot"),
        "live": gettext("live"),
        "ended": gettext("ended"),
    }


def _acts() -> Mapping[str, str]:
    """What going to a stage is called on a button."""
    return {
        "shadow": gettext("Put it in shadow"),
        "pilot": gettext("Begin a pilot"),
        "live": gettext("Give it to everybody"),
        "ended": gettext("End it"),
        "draft": gettext("Back to draft"),
    }


def _marks(ahead: Ahead, club: ClubInfo) -> tuple[StageMark, ...]:
    about = {
        "draft": gettext("examples, one case, the past"),
        "shadow": gettext("decided, nothing given"),
        "pilot": gettext("for some members"),
        "live": gettext("for everybody"),
        "ended": gettext("gives nothing"),
    }
    here = ahead.published or "draft"
    if ahead.published is not None and ahead.since is not None:
        about[here] = gettext("since %(day)s") % {"day": day_words(ahead.since, club, "medium")}
    at = ORDER.index(here)
    return tuple(
        StageMark(key, word, about[key], _mark(ahead, key, place, at))
        for place, (key, word) in enumerate(stage_names().items())
    )


def _mark(ahead: Ahead, key: str, place: int, at: int) -> str:
    """Whether a stage is now, behind, or ahead; a trial that was left out is not called done."""
    if place == at:
        return "now"
    return "done" if place < at and (key not in ("shadow", "pilot") or key in ahead.passed) else "ahead"


def _status(ahead: Ahead) -> str:
    if not ahead.is_moved:
        return ""
    told = {"stage": stage_names()[ahead.rule.stage]}
    if ahead.published is None:
        return gettext("Members do not get it yet: it stands only in the draft (%(stage)s).") % told
    return gettext("The draft says it otherwise than what is published (%(stage)s).") % told
