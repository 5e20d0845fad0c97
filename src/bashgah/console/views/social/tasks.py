"""Social tasks: the list with where members stand, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.activities.behaviours import listened_to
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.tabs import social_tabs
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.console.views.members.standing import program_now
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.social import selectors, services
from bashgah.social.networks import NETWORKS
from bashgah.social.types import PROOFS, TaskInfo, TaskTerms
from bashgah.ui.figures import day_words, listed, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Option, Tab


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the list."""

    key: str
    name: str
    network: str
    proof: str
    when: str
    waiting: int
    accepted: int
    most: int | None
    is_on: bool


@dataclass(frozen=True, slots=True)
class TasksPage:
    """The list; ``is_unheard`` says that nothing gives points for a task yet."""

    tabs: tuple[Tab, ...]
    rows: tuple[TaskRow, ...]
    is_unheard: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class TaskPage:
    """The form of one task."""

    crumbs: tuple[Crumb, ...]
    title: str
    key: str
    values: Mapping[str, str]
    networks: tuple[Option, ...]
    proofs: tuple[Option, ...]
    tiers: tuple[Option, ...]
    is_on: bool
    revision: int | None
    sentence: str
    error: str
    errors: Mapping[str, str]
    may_edit: bool


@page("social.read")
def index(request: HttpRequest) -> HttpResponse:
    """Every task, those that are on first."""
    club: ClubInfo = request.club
    heard = listened_to(club, clock.now()) or frozenset()
    rows = tuple(_row(request, task) for task in selectors.task_list(club))
    model = TasksPage(
        tabs=social_tabs(request, "console:social_tasks"),
        rows=rows,
        is_unheard=bool(rows) and "social_task" not in heard,
        may_edit=may(request, "social.edit"),
    )
    return show(request, "social/list.html", model)


@page("social.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Declares a task."""
    return _form(request, None)


@page("social.read", writes="social.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Changes a task; its key stays, as activities and rules name it."""
    return _form(request, selectors.task_get(request.club, key))


def proof_words() -> dict[str, str]:
    """What the kinds of proof are called."""
    return {
        "code": gettext("a code they find there"),
        "link": gettext("a link to what they did"),
        "picture": gettext("a picture of what they did"),
    }


def tier_words(request: HttpRequest) -> dict[str, str]:
    """The tiers of the program in force, as ``ladder:tier`` with their names."""
    program, lang = program_now(request.club, clock.now()), lang_of(request)
    ladders = program.ladders if program else ()
    return {
        f"{ladder.key}:{tier.key}": texts(tier.name, tier.key).say(lang)
        for ladder in ladders
        for tier in ladder.tiers
    }


def _form(request: HttpRequest, task: TaskInfo | None) -> HttpResponse:
    entry, error = Entry(request), ""
    if request.method == "POST":
        terms = _terms(request, entry, task)
        key = task.key if task else entry.text("key", required=True, limit=40)
        if not entry.errors:
            saved, refusal = attempt(lambda: _save(request, key, terms, task))
            if saved is not None:
                done(request, gettext("The task was saved."))
                return redirect("console:social_task", saved.key)
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            names = {"/name": "name_fa", "/tiers": "tiers"}
            if refusal.field:
                entry.refuse(refusal, names)
            error = "" if refusal.field else said(request, refusal.phrase)
    return _page(request, task, entry, error or entry.summary)


def _save(request: HttpRequest, key: str, terms: TaskTerms, task: TaskInfo | None) -> TaskInfo:
    posted = request.POST.get("revision", "")
    return services.task_save(
        club=request.club,
        key=key,
        terms=terms,
        revision=(int(posted) if posted.isdecimal() else task.revision) if task else None,
        tiers=tier_words(request).keys() | set(task.tiers if task else ()),
        actor=request.actor,
        now=clock.now(),
    )


def _terms(request: HttpRequest, entry: Entry, task: TaskInfo | None) -> TaskTerms:
    return TaskTerms(
        name=entry.texts("name", required=True),
        text=entry.texts("text", limit=2000),
        network=entry.choice("network", set(NETWORKS)),
        url=entry.text("url", required=True, limit=500),
        proof=entry.choice("proof", set(PROOFS), task.proof if task else "link"),  # type: ignore[arg-type]
        host=entry.text("host", limit=120),
        code=entry.text("code", limit=60),
        starts_on=entry.day("starts_on"),
        ends_on=entry.day("ends_on"),
        most=entry.whole("most", least=1, most=10**9),
        tries=entry.whole("tries", required=True, least=1, most=20) or 3,
        tiers=tuple(entry.many("tiers")),
        is_on=entry.flag("is_on"),
    )


def _page(request: HttpRequest, task: TaskInfo | None, entry: Entry, error: str) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    values = _values(request, task)
    if posted is not None:
        values |= {name: posted.get(name, "") for name in values}
    title = task.name.say(lang_of(request)) if task else gettext("New social task")
    tiers = tier_words(request)
    picked = set(posted.getlist("tiers")) if posted is not None else set(task.tiers if task else ())
    tiers |= {key: key for key in picked - tiers.keys()}
    model = TaskPage(
        crumbs=(Crumb(gettext("Social tasks"), reverse("console:social_tasks")), Crumb(title)),
        title=title,
        key=task.key if task else "",
        values=values,
        networks=chosen(
            [(each.key, said(request, each.label)) for each in NETWORKS.values()], values["network"]
        ),
        proofs=chosen(list(proof_words().items()), values["proof"]),
        tiers=chosen(list(tiers.items()), picked),
        is_on=entry.flag("is_on") if posted is not None else bool(task and task.is_on),
        revision=task.revision if task else None,
        sentence=_sentence(request, task) if task else "",
        error=error,
        errors=entry.errors,
        may_edit=may(request, "social.edit"),
    )
    return show(request, "social/task.html", model, status=422 if entry.errors or error else 200)


def _values(request: HttpRequest, task: TaskInfo | None) -> dict[str, str]:
    club: ClubInfo = request.club

    def shown(day: date | None) -> str:
        return formats.date(day, lang_of(request), club.calendar, "short") if day else ""

    if task is None:
        blank = ("name_fa", "name_en", "text_fa", "text_en", "url", "host", "code", "starts_on", "ends_on")
        return dict.fromkeys((*blank, "most", "key"), "") | {
            "network": "instagram",
            "proof": "link",
            "tries": plain(3),
        }
    return {
        "key": task.key,
        "name_fa": task.name.fa,
        "name_en": task.name.en,
        "text_fa": task.text.fa,
        "text_en": task.text.en,
        "url": task.url,
        "host": task.host,
        "code": selectors.task_code(club, task.id) if may(request, "social.edit") else "",
        "network": task.network,
        "proof": task.proof,
        "starts_on": shown(task.starts_on),
        "ends_on": shown(task.ends_on),
        "most": plain(task.most) if task.most is not None else "",
        "tries": plain(task.tries),
    }


def _sentence(request: HttpRequest, task: TaskInfo) -> str:
    """The task in plain words, nothing left out."""
    tiers = tier_words(request)
    names = listed(*(tiers.get(key, key) for key in task.tiers))
    parts = [
        gettext("Members of %(tiers)s show %(proof)s") % {"tiers": names, "proof": proof_words()[task.proof]}
        if task.tiers
        else gettext("Every member may show %(proof)s") % {"proof": proof_words()[task.proof]},
        _when(request, task),
        gettext("once for each member"),
        gettext("at most %(n)s members") % {"n": plain(task.most)}
        if task.most is not None
        else gettext("without a limit of members"),
        gettext("at most %(n)s refusals") % {"n": plain(task.tries)},
    ]
    return listed(*filter(None, parts))


def _when(request: HttpRequest, task: TaskInfo) -> str:
    club: ClubInfo = request.club
    if task.starts_on and task.ends_on:
        return gettext("from %(first)s to the end of %(last)s") % {
            "first": day_words(task.starts_on, club),
            "last": day_words(task.ends_on, club),
        }
    if task.starts_on:
        return gettext("from %(day)s") % {"day": day_words(task.starts_on, club)}
    if task.ends_on:
        return gettext("to the end of %(day)s") % {"day": day_words(task.ends_on, club)}
    return gettext("without an end")


def _row(request: HttpRequest, task: TaskInfo) -> TaskRow:
    return TaskRow(
        key=task.key,
        name=task.name.say(lang_of(request)),
        network=said(request, NETWORKS[task.network].label),
        proof=proof_words()[task.proof],
        when=_when(request, task),
        waiting=task.waiting,
        accepted=task.accepted,
        most=task.most,
        is_on=task.is_on,
    )
