"""The form of a pilot: a share of members and, in the conditions of rules, the group it is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from bashgah.console.building import criteria
from bashgah.console.building.builder import Node, build, start_test
from bashgah.console.building.criteria import Raw
from bashgah.console.building.judging import judge
from bashgah.console.building.sources import Sources
from bashgah.engine.document import Rule
from bashgah.engine.sentences import pilot_sentence
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.programs.types import DraftInfo
from bashgah.simulation.touching import Count, members_of_group
from bashgah.ui.entries import whole_or_none
from bashgah.ui.figures import plain

PREFIX = "g"
USUAL = 10
# the criteria of rewards look at the member alone, as those of a pilot do
SIGHT = "reward"


@dataclass(slots=True)
class PilotForm:
    """The pilot as typed."""

    percent: str
    when: Raw | None = None


@dataclass(frozen=True, slots=True)
class PilotView:
    """The form with what it says and how many it is for."""

    percent: str
    when: Node | None
    said: str
    count: str
    problems: tuple[str, ...]


def form_of(rule: Rule, sources: Sources) -> PilotForm:
    """The form of a rule's pilot, or the one a first pilot begins with."""
    if rule.pilot is None:
        return PilotForm(plain(USUAL))
    when = criteria.from_tree(rule.pilot.when, sources.program, SIGHT, sources.club, sources.lang)
    return PilotForm(plain(rule.pilot.percent), when)


def form_read(data: QueryDict) -> PilotForm:
    """The form as it was submitted."""
    return PilotForm(data.get("percent", "").strip(), criteria.from_post(data, PREFIX))


def acted(form: PilotForm, act: str, sources: Sources) -> str:
    """Carries out a button of the builder; returns the id of the field to go on at."""
    where, _bar, rest = act.partition("|")
    if where != PREFIX:
        return ""
    form.when = criteria.changed(form.when, rest, start_test(sources, SIGHT, "fact"))
    if form.when is None:
        return f"{PREFIX}-start"
    return f"{PREFIX}-1-field" if rest.startswith("start") else f"{PREFIX}-0-add"


def document_of(form: PilotForm, sources: Sources) -> dict[str, Any]:
    """The pilot as plain JSON; what cannot be read stays as typed for the engine to name."""
    try:
        percent: Any = whole_or_none(form.percent)
    except ValueError:
        percent = form.percent
    return {
        "percent": USUAL if percent is None else percent,
        "when": criteria.to_tree(form.when, sources.program, SIGHT, sources.club),
    }


def view_of(form: PilotForm, rule: Rule, draft: DraftInfo, sources: Sources, now: datetime) -> PilotView:
    """Judge the pilot in a copy of the draft; say it, and count the members it would be for today."""
    pilot = document_of(form, sources)
    judged = judge(draft, rule.model_dump(mode="json") | {"stage": "pilot", "pilot": pilot}, sources)
    faults = [each for each in judged.problems if each.at.startswith("/pilot")]
    said = count = ""
    if judged.rule is not None and judged.program is not None and not faults:
        try:
            said = pilot_sentence(
                judged.rule,
                judged.program,
                sources.lang,
                names=sources.names,
                display=sources.club.money_display,
            )
            found = members_of_group(club=sources.club, program=judged.program, when=pilot["when"], now=now)
            count = _count_words(found, int(pilot["percent"]))
        except Refusal as refusal:
            return _view(form, sources, (say(refusal.phrase, sources.lang),))
    return _view(form, sources, tuple(say(each.phrase, sources.lang) for each in faults), said, count)


def _view(
    form: PilotForm, sources: Sources, problems: tuple[str, ...], said: str = "", count: str = ""
) -> PilotView:
    return PilotView(form.percent, build(form.when, PREFIX, sources, SIGHT), said, count, problems)


def _count_words(found: Count, percent: int) -> str:
    group = gettext("%(n)s of %(of)s members belong to the group now.") % {
        "n": plain(found.number) if found.is_exact else gettext("about %(n)s") % {"n": plain(found.number)},
        "of": plain(found.of),
    }
    if percent == 100:
        return group
    drawn = gettext("About %(n)s of them are in the pilot.") % {"n": plain(found.number * percent // 100)}
    return f"{group} {drawn}"
