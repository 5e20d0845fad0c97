"""Many members computed again: what would change, how far it is, and putting it right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.activities.recomputing_many import RunInfo, recompute_begin, recompute_get, recompute_list
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.naming import wallet_names
from bashgah.console.tabs import activity_tabs
from bashgah.console.views.activities import branch_names
from bashgah.console.views.base import Entry, chosen, fragment, page, read_id, show
from bashgah.engine.document import REWARD_UNIT
from bashgah.ground import clock
from bashgah.kit import formats, ids
from bashgah.members.selectors import members_get
from bashgah.rewards.selectors import reward_list
from bashgah.ui.figures import day_words, isolated, listed, moment_words
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Option, Tab

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in the list."""

    url: str
    title: str
    when: str
    state: str
    members: str
    differing: str


@dataclass(frozen=True, slots=True)
class RunsPage:
    """The form of a new run, and the runs before it."""

    tabs: tuple[Tab, ...]
    since: str
    branches: tuple[Option, ...]
    errors: dict[str, str]
    rows: tuple[RunRow, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member that differs."""

    name: str
    url: str
    change: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run: how far it is, or what it found."""

    crumbs: tuple[Crumb, ...]
    id: str
    title: str
    text: str
    is_open: bool
    is_applied: bool
    done: int
    total: int
    words: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[MemberRow, ...]
    may_apply: bool
    question: str


@page("points.recompute")
def index(request: HttpRequest) -> HttpResponse:
    """Asks from which day on; the answer is a run that changes nothing."""
    club: ClubInfo = request.club
    entry, now, lang = Entry(request), clock.now(), lang_of(request)
    since = now.astimezone(ZoneInfo(club.timezone)).date() - MONTH
    names = branch_names(club, lang)
    if request.method == "POST":
        since = entry.day("since") or since
        branch = entry.choice("branch", set(names))
        if not entry.errors:
            run = recompute_begin(club=club, since=since, branch=branch, actor=request.actor, now=now)
            return redirect("console:recompute", ids.public("activity", run.id))
    model = RunsPage(
        tabs=activity_tabs(request, "console:recomputes"),
        since=request.POST.get("since") or formats.date(since, lang, club.calendar, "short"),
        branches=chosen((("", gettext("All branches")), *names.items()), request.POST.get("branch", "")),
        errors=entry.errors,
        rows=tuple(_row(club, run, names, lang) for run in recompute_list(club)),
    )
    return show(request, "recompute/list.html", model, status=422 if entry.errors else 200)


@page("points.recompute")
def one(request: HttpRequest, run_id: str) -> HttpResponse:
    """What a run found, or how far it is."""
    run = recompute_get(request.club, read_id("activity", run_id))
    return show(request, "recompute/one.html", _model(request, run))


@page("points.recompute")
def progress(request: HttpRequest, run_id: str) -> HttpResponse:
    """How far a run is, asked every two seconds; once it is over the page comes anew."""
    run = recompute_get(request.club, read_id("activity", run_id))
    if run.ended_at is not None:
        response = HttpResponse(status=204)
        response.headers["HX-Refresh"] = "true"
        return response
    return fragment(request, "recompute/progress.html", _model(request, run))


@require_POST
@page("points.recompute")
def apply(request: HttpRequest, run_id: str) -> HttpResponse:
    """Puts right what a finished look found: a run of its own, each member in a transaction of theirs."""
    club: ClubInfo = request.club
    seen = recompute_get(club, read_id("activity", run_id))
    run = recompute_begin(
        club=club, since=seen.since, branch=seen.branch, apply=True, actor=request.actor, now=clock.now()
    )
    done(request, gettext("It is being put right; each correction has an entry of its own."))
    return redirect("console:recompute", ids.public("activity", run.id))


def _row(club: ClubInfo, run: RunInfo, names: dict[str, str], lang: str) -> RunRow:
    return RunRow(
        url=reverse("console:recompute", args=[ids.public("activity", run.id)]),
        title=_title(club, run, names),
        when=moment_words(run.begun_at, club, "medium"),
        state=_state(run),
        members=formats.number(run.members, lang),
        differing=formats.number(run.differing, lang),
    )


def _title(club: ClubInfo, run: RunInfo, names: dict[str, str]) -> str:
    since = gettext("since %(day)s") % {"day": day_words(run.since, club, "medium")}
    return listed(since, names.get(run.branch, run.branch))


def _state(run: RunInfo) -> str:
    if run.ended_at is None:
        return gettext("under way")
    return gettext("put right") if run.is_applied else gettext("looked at, nothing changed")


def _model(request: HttpRequest, run: RunInfo) -> RunPage:
    club: ClubInfo = request.club
    lang = lang_of(request)
    rewards = {f"{REWARD_UNIT}{info.key}": info.name.say(lang) for info in reward_list(club)}
    wallets = wallet_names(club, lang, clock.now()) | rewards
    people = members_get(club, [member_id for member_id, _changes in run.samples])
    title = _title(club, run, branch_names(club, lang))
    count = formats.number(run.differing, lang)

    def said(changes: dict[str, int]) -> str:
        return listed(
            *(f"{isolated(formats.signed(n, lang))} {wallets.get(key, key)}" for key, n in changes.items())
        )

    def member(id_: UUID) -> str:
        return people[id_].name if id_ in people else "–"

    facts = [
        (gettext("Members computed again"), formats.number(run.members, lang)),
        (gettext("Members that differ"), count),
        (gettext("Left out: merged or gone"), formats.number(run.left_out, lang) if run.left_out else ""),
        (gettext("Change in all"), said(run.changes) if run.changes else ""),
    ]
    return RunPage(
        crumbs=(
            Crumb(gettext("Purchases and activities"), reverse("console:activities")),
            Crumb(gettext("Compute again"), reverse("console:recomputes")),
            Crumb(title),
        ),
        id=ids.public("activity", run.id),
        title=title,
        text=listed(moment_words(run.begun_at, club, "medium"), _state(run)),
        is_open=run.ended_at is None,
        is_applied=run.is_applied,
        done=run.done,
        total=run.members,
        words=gettext("%(done)s of %(total)s members")
        % {"done": formats.number(run.done, lang), "total": formats.number(run.members, lang)},
        facts=tuple((term, value) for term, value in facts if value),
        rows=tuple(
            MemberRow(member(id_), reverse("console:member", args=[ids.public("member", id_)]), said(changes))
            for id_, changes in run.samples
        ),
        may_apply=run.ended_at is not None and not run.is_applied and run.differing > 0,
        question=gettext("Put %(count)s members right?") % {"count": count},
    )
