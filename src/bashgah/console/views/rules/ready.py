"""Ready rules: what a marketer begins from instead of an empty form."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.clubs.types import ClubInfo
from bashgah.console.building.judging import plain_sentence
from bashgah.console.building.judging import said as rule_said
from bashgah.console.building.sources import sources_of
from bashgah.console.framing import done, said
from bashgah.console.views.base import attempt, page, show
from bashgah.engine.document import Counter, Program, Rule
from bashgah.ground import clock
from bashgah.programs import selectors
from bashgah.programs.ready import ready_rules, rule_from_ready
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class ReadyRow:
    """One ready rule: its name, what it says, and whether the draft has it already."""

    key: str
    name: str
    sentence: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class ReadyPage:
    """Rules to begin from."""

    crumbs: tuple[Crumb, ...]
    rows: tuple[ReadyRow, ...]
    error: str


@page("rules.edit")
def index(request: HttpRequest) -> HttpResponse:
    """Lists the ready rules with what each says."""
    return _shown(request, "")


@require_POST
@page("rules.edit")
def add(request: HttpRequest, key: str) -> HttpResponse:
    """Puts a ready rule into the draft as a draft, and opens it."""
    club: ClubInfo = request.club
    draft, refusal = attempt(
        lambda: rule_from_ready(
            club=club,
            key=key,
            revision=selectors.draft_get(club).revision,
            actor=request.actor,
            now=clock.now(),
        )
    )
    if draft is None or draft.program is None:
        return _shown(request, said(request, refusal.phrase) if refusal else "")
    done(request, gettext("The rule is in the draft. Look at its numbers, then set its stage."))
    return redirect("console:rule", draft.program.rules[-1].key)


def _shown(request: HttpRequest, error: str) -> HttpResponse:
    program = selectors.draft_get(request.club).program
    model = ReadyPage(
        crumbs=(Crumb(gettext("Earning rules"), reverse("console:rules")), Crumb(gettext("Ready rules"))),
        rows=_rows(request, program) if program else (),
        error=error,
    )
    return show(request, "rules/ready.html", model, status=422 if error else 200)


def _rows(request: HttpRequest, program: Program) -> tuple[ReadyRow, ...]:
    club, lang = request.club, lang_of(request)
    taken = {rule.key for rule in program.rules}
    known = {counter.key for counter in program.counters}
    rows = []
    for ready in ready_rules(program):
        new = tuple(Counter.model_validate(c) for c in ready.counters if c["key"] not in known)
        with_it = program.model_copy(update={"counters": (*program.counters, *new)})
        rule = Rule.model_validate(ready.rule)
        sentence = plain_sentence(rule_said(rule, with_it, sources_of(club, with_it, lang)))
        rows.append(ReadyRow(ready.key, ready.name.say(lang), sentence, ready.key in taken))
    return tuple(rows)
