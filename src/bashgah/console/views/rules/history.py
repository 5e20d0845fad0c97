"""One rule through the versions: side by side, who changed it and why, and back to an earlier wording."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building.beside import Beside, beside
from bashgah.console.framing import done
from bashgah.console.views.base import page, show
from bashgah.console.views.rules.ground import ground
from bashgah.engine.document import Program, Rule
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors
from bashgah.programs.rule_history import RuleVersion, rule_restore, rule_versions
from bashgah.ui.figures import plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the rule, the wording before it beside the wording after it."""

    version: RuleVersion | None
    pair: Beside
    may_restore: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Every change, newest first; the draft's own comes before all."""

    crumbs: tuple[Crumb, ...]
    key: str
    title: str
    steps: tuple[Step, ...]


@page("rules.read")
def index(request: HttpRequest, key: str) -> HttpResponse:
    """The history of a rule, also of one that is gone."""
    club: ClubInfo = request.club
    _draft, sources = ground(request)
    versions = rule_versions(club, key)
    own = next((rule for rule in sources.program.rules if rule.key == key), None)
    last = next((each.rule for each in versions if each.rule is not None), None)
    known = own or last
    if known is None:
        raise Refusal("rule_not_found", Phrase(_("There is no such rule.")), status=404)
    programs = {each.number: selectors.version_get(club, each.number).program for each in versions}

    def worded(version: RuleVersion | None) -> tuple[Rule, Program] | None:
        return (version.rule, programs[version.number]) if version and version.rule else None

    newest = versions[0] if versions else None
    steps = []
    if own != (newest.rule if newest else None):
        mine = (own, sources.program) if own else None
        steps.append(Step(None, beside(key, worded(newest), mine, sources), may_restore=False))
    for after, before in zip(versions, [*versions[1:], None], strict=True):
        may_restore = may(request, "rules.edit") and after.rule is not None and after.rule != own
        steps.append(Step(after, beside(key, worded(before), worded(after), sources), may_restore))
    title = Texts(known.name.fa, known.name.en).say(lang_of(request)) or key
    crumbs = [Crumb(gettext("Earning rules"), reverse("console:rules"))]
    crumbs.append(Crumb(title, reverse("console:rule", args=[key]) if own else ""))
    model = HistoryPage((*crumbs, Crumb(gettext("History"))), key, title, tuple(steps))
    return show(request, "rules/history.html", model)


@require_POST
@page("rules.edit")
def restore(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Takes an earlier wording into the draft; members get it when the draft is published."""
    club: ClubInfo = request.club
    rule_restore(
        club=club,
        key=key,
        number=number,
        revision=selectors.draft_get(club).revision,
        actor=request.actor,
        now=clock.now(),
    )
    done(
        request,
        gettext("The draft has the rule as in version %(n)s. Publish it to return to it.")
        % {"n": plain(number)},
    )
    return redirect("console:rule", key)
