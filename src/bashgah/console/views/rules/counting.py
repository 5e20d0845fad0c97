"""While a rule is being written: what it would touch, and real purchases that may become its examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.activities.recent import RecentFact, facts_recent
from bashgah.clubs.types import ClubInfo
from bashgah.console.building import rule as forms
from bashgah.console.building.cases import money_said, units_said
from bashgah.console.building.judging import judge
from bashgah.console.building.sources import Sources
from bashgah.console.views.base import fragment, page
from bashgah.console.views.rules.ground import ground
from bashgah.ground import clock
from bashgah.kit import formats, ids
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.simulation.touching import Count, Touched, rule_touches
from bashgah.ui.figures import plain

FOUND_DAYS = 400
FOUND_MOST = 20


@dataclass(frozen=True, slots=True)
class FactRow:
    """A real fact that can become an example."""

    id: str
    when: str
    what: str


@dataclass(frozen=True, slots=True)
class TouchedView:
    """What the rule would touch, in words; without ``facts`` the rule is not complete yet."""

    facts: str = ""
    of_facts: str = ""
    interval: str = ""
    members: str = ""
    of_members: str = ""
    units: str = ""
    is_dateless: bool = False
    rows: tuple[FactRow, ...] = ()
    is_purchase: bool = True


@dataclass(frozen=True, slots=True)
class FoundView:
    """What a member did lately, or why nothing is shown."""

    rows: tuple[FactRow, ...]
    sentence: str


@require_POST
@page("rules.edit")
def count(request: HttpRequest) -> HttpResponse:
    """Counts on the form in the making; a rule that is not complete has nothing to count."""
    club: ClubInfo = request.club
    draft, sources = ground(request)
    form = forms.form_read(request.POST, sources)
    form.examples = []
    judged = judge(draft, forms.document_of(form, sources), sources)
    view = TouchedView()
    if judged.rule is not None and judged.program is not None and not judged.problems:
        try:
            touched = rule_touches(club=club, program=judged.program, rule=judged.rule, now=clock.now())
        except Refusal:
            touched = None  # the sentence and the list of faults say what is missing
        if touched is not None:
            view = _view(touched, judged.rule.trigger, sources)
    return fragment(request, "rules/touched.html", view)


@require_POST
@page("rules.edit")
def find(request: HttpRequest) -> HttpResponse:
    """What a member did lately, to choose an example from; who it was does not come into the rule."""
    club: ClubInfo = request.club
    _draft, sources = ground(request)
    now, text = clock.now(), request.POST.get("member", "").strip()
    if not text:
        return fragment(
            request, "rules/found.html", FoundView((), gettext("Say whose purchases to look at."))
        )
    if not may(request, "members.read"):
        return fragment(request, "rules/found.html", FoundView((), gettext("You may not look up members.")))
    found = members.member_find(club, text, now=now, limit=2)
    if len(found) != 1:
        several = gettext("Several members are called so; choose one by number or mobile.")
        return fragment(
            request, "rules/found.html", FoundView((), several if found else gettext("No member was found."))
        )
    recent = facts_recent(
        club,
        request.POST.get("trigger", "purchase"),
        now - timedelta(days=FOUND_DAYS),
        now + timedelta(minutes=5),
        member_ids=members.alias_set(club, found[0].id),
        most=1000,
    )
    rows = tuple(_row(each, sources) for each in reversed(recent.facts[-FOUND_MOST:]))
    return fragment(
        request, "rules/found.html", FoundView(rows, "" if rows else gettext("Nothing of this kind lately."))
    )


def _view(touched: Touched, trigger: str, sources: Sources) -> TouchedView:
    facts, met = touched.facts_count, touched.members
    return TouchedView(
        facts=_about(facts),
        of_facts=plain(facts.of),
        interval=_interval(facts),
        members=_about(met),
        of_members=plain(met.of),
        units=units_said(dict(touched.units), sources),
        is_dateless=touched.is_dateless,
        rows=tuple(_row(each, sources) for each in touched.facts),
        is_purchase=trigger == "purchase",
    )


def _about(count: Count) -> str:
    return plain(count.number) if count.is_exact else gettext("about %(n)s") % {"n": plain(count.number)}


def _interval(count: Count) -> str:
    if count.is_exact:
        return ""
    return gettext("between %(low)s and %(high)s, counted on a sample") % {
        "low": plain(count.low),
        "high": plain(count.high),
    }


def _row(each: RecentFact, sources: Sources) -> FactRow:
    club, fact = sources.club, each.fact
    branch = sources.names["branches"].get(fact.branch)
    parts = [branch.say(sources.lang) if branch else fact.branch]
    if fact.kind == "purchase":
        parts.append(money_said(fact.net, sources))
    return FactRow(
        ids.public("activity", each.id),
        formats.datetime_(fact.local_at, sources.lang, club.calendar, club.timezone, "medium"),
        " · ".join(part for part in parts if part),
    )
