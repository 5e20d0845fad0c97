"""The list of rules, publishing the draft, versions and going back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building.beside import Beside, besides
from bashgah.console.building.judging import plain_sentence
from bashgah.console.building.judging import said as rule_said
from bashgah.console.building.sources import sources_of
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, page, show
from bashgah.console.views.rules.ground import PartsPage, draft_bar
from bashgah.console.views.rules.stage_approvals import rows_of
from bashgah.console.views.rules.stages import NeedView, need_view, source_words, stage_names
from bashgah.engine.document import Program, Rule, Schedule
from bashgah.engine.sentences.times import PRIORITY_USUAL
from bashgah.ground import clock
from bashgah.kit.text import Texts, search_key
from bashgah.programs import selectors, services
from bashgah.programs.types import RuleInfo, RuleStep, VersionRow
from bashgah.ui.figures import day_words, listed, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Tab


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in the list."""

    key: str
    name: str
    sentence: str
    stage: str
    stage_word: str
    tone: str
    when: str
    cap: str
    examples_ok: int
    examples: int
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage(PartsPage):
    """The list."""

    tabs: tuple[Tab, ...]
    rows: tuple[RuleRow, ...]
    search: str
    version: int


@dataclass(frozen=True, slots=True)
class StepView:
    """A rule that begins to count, what it costs and what the club asks of it."""

    name: str
    url: str
    stage: str
    cost: str
    cost_from: str
    needs: tuple[NeedView, ...]


@dataclass(frozen=True, slots=True)
class PublishPage:
    """What publishing would change, and what stands against it."""

    crumbs: tuple[Crumb, ...]
    changes: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    failing: tuple[tuple[str, str], ...]
    notices: tuple[tuple[str, str], ...]
    next_number: int
    revision: int
    error: str
    note: str
    day: str
    errors: dict[str, str]
    steps: tuple[StepView, ...]
    approval: NeedView | None
    cost: str
    may_ask: bool


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """Every published version and, when two are chosen, what differs."""

    crumbs: tuple[Crumb, ...]
    rows: tuple[VersionRow, ...]
    in_force: int
    compared: tuple[int, int] | None
    differences: tuple[tuple[str, str], ...]
    pairs: tuple[Beside, ...]
    revision: int
    may_edit: bool
    may_publish: bool


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """The draft's rules, each beside what is in force."""
    club: ClubInfo = request.club
    draft, lang = selectors.draft_get(club), lang_of(request)
    live = selectors.version_get(club, draft.base_number).program if draft.base_number else None
    search, stage = request.GET.get("q", "").strip(), request.GET.get("stage", "")
    rows = _rows(club, draft.program, live, selectors.rules_list(club), lang)
    shown = tuple(
        row
        for row in rows
        if (not stage or row.stage == stage)
        and search_key(search) in search_key(f"{row.name} {row.sentence}")
    )
    model = RulesPage(
        tabs=_tabs(rows, stage),
        rows=shown,
        search=search,
        version=draft.base_number,
        **draft_bar(request),
    )
    return show(request, "rules/list.html", model)


@page("rules.publish")
def publish(request: HttpRequest) -> HttpResponse:
    """Publishes the draft, now or from a day on; refused while an example fails."""
    club: ClubInfo = request.club
    draft, entry, error = selectors.draft_get(club), Entry(request), ""
    if request.method == "POST":
        day, note = entry.day("from_day"), entry.text("note", limit=500)
        posted = request.POST.get("revision", "")
        if not entry.errors:
            begin = datetime.combine(day, time(), ZoneInfo(club.timezone)) if day else None
            version, refusal = attempt(
                lambda: services.draft_publish(
                    club=club,
                    revision=int(posted) if posted.isdecimal() else -1,
                    actor=request.actor,
                    now=clock.now(),
                    note=note,
                    effective_from=begin,
                )
            )
            if version is not None:
                done(request, gettext("Version %(n)s is published.") % {"n": plain(version.number)})
                return redirect("console:rules")
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            error = said(request, refusal.phrase)
    ready = selectors.draft_readiness(club, clock.now())
    failing = [
        (_name(info.rule, lang_of(request)), result.name.say(lang_of(request)))
        for info in selectors.rules_list(club)
        for result in info.examples
        if not result.ok and info.rule.stage != "ended"
    ]
    model = PublishPage(
        crumbs=(Crumb(gettext("Earning rules"), reverse("console:rules")), Crumb(gettext("Publish"))),
        changes=tuple(
            (change.kind, said(request, change.phrase)) for change in selectors.draft_changes(club)
        ),
        problems=tuple(said(request, problem.phrase) for problem in draft.problems),
        failing=tuple(failing),
        notices=tuple(
            (name.say(lang_of(request)), said(request, phrase))
            for name, phrase in selectors.draft_notices(
                club, clock.now().astimezone(ZoneInfo(club.timezone)).date()
            )
        ),
        next_number=selectors.version_last(club) + 1,
        revision=draft.revision,
        error=error,
        note=request.POST.get("note", ""),
        day=request.POST.get("from_day", ""),
        errors=entry.errors,
        steps=tuple(_step(request, step) for step in ready.steps) if ready else (),
        approval=need_view(request, ready.approval, "") if ready and ready.approval else None,
        cost=money_words(ready.cost, club) if ready and ready.steps and ready.cost is not None else "",
        may_ask=may(request, "rules.edit"),
    )
    found = rows_of(request)
    return show(
        request,
        "rules/publish.html",
        model,
        status=422 if error or entry.errors else 200,
        missing=bool(ready and ready.missing),
        approvals=[row for row in found if row.is_current or row.waits],
        asked=any(row.is_current and row.waits for row in found),
    )


@page("rules.read")
def versions(request: HttpRequest) -> HttpResponse:
    """Every version; two of them side by side in words."""
    club: ClubInfo = request.club
    rows = tuple(selectors.version_list(club))
    older, newer = _asked(request.GET.get("a", "")), _asked(request.GET.get("b", ""))
    known = {row.number for row in rows}
    compared = (min(older, newer), max(older, newer)) if {older, newer} <= known and older != newer else None
    found = selectors.versions_compare(club, *compared) if compared else []
    model = VersionsPage(
        crumbs=(Crumb(gettext("Earning rules"), reverse("console:rules")), Crumb(gettext("Versions"))),
        rows=rows,
        in_force=selectors.program_in_force(club, clock.now()).number if rows else 0,
        compared=compared,
        differences=tuple((change.kind, said(request, change.phrase)) for change in found),
        pairs=_pairs(request, compared),
        revision=selectors.draft_get(club).revision,
        may_edit=may(request, "rules.edit"),
        may_publish=may(request, "rules.publish"),
    )
    return show(request, "rules/versions.html", model)


def _pairs(request: HttpRequest, compared: tuple[int, int] | None) -> tuple[Beside, ...]:
    """The rules that differ between two versions, side by side."""
    if compared is None:
        return ()
    club: ClubInfo = request.club
    older, newer = (selectors.version_get(club, number).program for number in compared)
    return besides(older, newer, sources_of(club, newer, lang_of(request)))


@require_POST
@page("rules.edit")
def back(request: HttpRequest, number: int) -> HttpResponse:
    """Makes an earlier version the draft; publishing then returns to it."""
    club: ClubInfo = request.club
    services.draft_reset_to(
        club=club,
        number=number,
        revision=selectors.draft_get(club).revision,
        actor=request.actor,
        now=clock.now(),
    )
    done(
        request,
        gettext("The draft is version %(n)s again. Publish it to return to it.") % {"n": plain(number)},
    )
    return redirect("console:rules_publish" if may(request, "rules.publish") else "console:rules")


def _step(request: HttpRequest, step: RuleStep) -> StepView:
    return StepView(
        name=_name(step.rule, lang_of(request)),
        url=reverse("console:rule_stage", args=[step.rule.key]),
        stage=stage_names()[step.rule.stage],
        cost=money_words(step.cost.amount, request.club) if step.cost else gettext("not known"),
        cost_from=source_words(step.cost),
        needs=tuple(need_view(request, need, step.rule.key) for need in step.needs),
    )


@require_POST
@page("rules.publish")
def returned(request: HttpRequest, number: int) -> HttpResponse:
    """Publishes an earlier version again, at once."""
    version = services.version_return(club=request.club, number=number, actor=request.actor, now=clock.now())
    done(
        request,
        gettext("Version %(n)s is in force; it says what version %(m)s said.")
        % {"n": plain(version.number), "m": plain(number)},
    )
    return redirect("console:rules_versions")


def _rows(
    club: ClubInfo, program: Program | None, live: Program | None, infos: list[RuleInfo], lang: Lang
) -> tuple[RuleRow, ...]:
    if program is None:
        return ()
    sources = sources_of(club, program, lang)
    published = {rule.key: rule for rule in live.rules} if live else {}
    return tuple(
        _row(club, info, published, plain_sentence(rule_said(_unordered(info.rule), program, sources)), lang)
        for info in infos
    )


def _unordered(rule: Rule) -> Rule:
    """The rule without its place in the order: the list says the order once, the rule's page its number."""
    return rule.model_copy(update={"priority": PRIORITY_USUAL})


def _row(club: ClubInfo, info: RuleInfo, published: dict[str, Rule], sentence: str, lang: Lang) -> RuleRow:
    rule = info.rule
    stage, word, tone = _stage(rule, published.get(rule.key))
    caps = {limit.window: limit.most for limit in rule.limits if limit.of == "units"}
    windows = {
        "day": gettext("a day"),
        "week": gettext("a week"),
        "month": gettext("a month"),
        "year": gettext("a year"),
        "ever": gettext("ever"),
    }
    return RuleRow(
        key=rule.key,
        name=_name(rule, lang),
        sentence=sentence,
        stage=stage,
        stage_word=word,
        tone=tone,
        when=_time(rule.schedule, club),
        cap=listed(*(f"{plain(most)} {windows[window]}" for window, most in caps.items())),
        examples_ok=info.examples_ok,
        examples=len(info.examples),
        problems=len(info.problems),
    )


def _stage(rule: Rule, published: Rule | None) -> tuple[str, str, str]:
    if rule.stage == "draft" or published is None:
        return "draft", gettext("draft"), ""
    if published != rule:
        return "changed", gettext("changed, not published"), "info"
    if rule.stage == "ended":
        return "ended", gettext("ended"), ""
    if rule.stage == "shadow":
        return "shadow", gettext("in shadow"), "info"
    if rule.stage == "pilot":
        return "pilot", gettext("in pilot"), "info"
    return "live", gettext("live"), "good"


def _time(schedule: Schedule, club: ClubInfo) -> str:
    start = day_words(schedule.starts_at, club, "medium") if schedule.starts_at else ""
    last = day_words(schedule.ends_at - timedelta(seconds=1), club, "medium") if schedule.ends_at else ""
    if start and last:
        return gettext("%(start)s to %(end)s") % {"start": start, "end": last}
    if start:
        return gettext("from %(start)s") % {"start": start}
    if last:
        return gettext("until %(end)s") % {"end": last}
    return gettext("some days of the week") if schedule.weekdays else gettext("always")


def _tabs(rows: tuple[RuleRow, ...], current: str) -> tuple[Tab, ...]:
    here = reverse("console:rules")
    places = (
        ("", gettext("All")),
        ("live", gettext("Live")),
        ("changed", gettext("Changed")),
        ("draft", gettext("Draft")),
        ("shadow", gettext("In shadow")),
        ("pilot", gettext("In pilot")),
        ("ended", gettext("Ended")),
    )
    return tuple(
        Tab(
            label,
            f"{here}?stage={key}" if key else here,
            current=key == current,
            count=sum(1 for row in rows if not key or row.stage == key),
        )
        for key, label in places
    )


def _name(rule: Rule, lang: Lang) -> str:
    return Texts(rule.name.fa, rule.name.en).say(lang) or rule.key


def _asked(text: str) -> int:
    return int(text) if text.isdecimal() else 0
