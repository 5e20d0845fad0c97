"""The queue of what members show: one at a time by keys, or many at once; and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.tabs import social_tabs
from bashgah.console.views.base import attempt, chosen, page, read_id, show
from bashgah.console.views.social.tasks import proof_words
from bashgah.ground import clock
from bashgah.kit import formats, ids
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.social import selectors, services
from bashgah.social.networks import NETWORKS, REASONS
from bashgah.social.selectors import ProofFilters
from bashgah.social.types import STATES, ProofInfo, ProofState, TaskInfo, Twin
from bashgah.ui.figures import listed, moment_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Option, Tab

PAGE = 50


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Something shown, in the list."""

    id: str
    url: str
    what: str
    member: str
    sent_at: datetime
    state: str
    state_word: str
    is_twin: bool
    current: bool


@dataclass(frozen=True, slots=True)
class TwinRow:
    """Another member who showed the same."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What is looked at now."""

    id: str
    title: str
    kind: str
    link: str
    text: str
    stars: int | None
    stars_word: str
    picture: str
    task_url: str
    place_url: str
    purchase_url: str
    member: str
    member_url: str
    facts: tuple[tuple[str, str], ...]
    twins: tuple[TwinRow, ...]
    state: str
    state_word: str
    decided: str
    why: str
    activity_url: str
    may_decide: bool
    undo_url: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The queue with the one that is looked at."""

    tabs: tuple[Tab, ...]
    states: tuple[Option, ...]
    tasks: tuple[Option, ...]
    state: str
    rows: tuple[QueueRow, ...]
    shown: Shown | None
    before_url: str
    after_url: str
    next_url: str
    query: str
    reasons: tuple[Option, ...]
    filtered: bool


@page("social.decide")
def index(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, the first of it opened; ``at`` opens another."""
    club: ClubInfo = request.club
    state: ProofState = next((each for each in STATES if each == request.GET.get("state")), "waiting")
    asked, tasks = request.GET.get("task", ""), selectors.task_list(club)
    task = next((each for each in tasks if each.key == asked), None)
    filters = ProofFilters(
        state=state, task=task.id if task else None, reviews=True if asked == "reviews" else None
    )
    start = request.GET.get("after", "")
    found = selectors.proofs_list(club, filters, after=read_id("proof", start) if start else None, limit=PAGE)
    at = _looked_at(request, found.rows)
    named = {each.id: each for each in tasks}
    twins = selectors.twins_of(club, [each.id for each in found.rows])
    people = members.members_get(
        club, {each.member_id for each in found.rows} | {t.member_id for each in twins.values() for t in each}
    )
    query = "".join(f"&{key}={value}" for key, value in (("state", state), ("task", asked)) if value)
    place = next((n for n, each in enumerate(found.rows) if at and each.id == at.id), 0)
    model = QueuePage(
        tabs=social_tabs(request, "console:social_queue"),
        states=chosen([(each, state_words()[each]) for each in STATES], state),
        tasks=chosen(
            [
                ("", gettext("All")),
                ("reviews", gettext("Reviews")),
                *((each.key, each.name.say(lang_of(request))) for each in tasks),
            ],
            asked,
        ),
        state=state,
        rows=tuple(_row(request, each, named, people, twins, query, at) for each in found.rows),
        shown=_shown(request, at, named, people, twins.get(at.id, [])) if at else None,
        before_url=_url(found.rows[place - 1].id, query) if place > 0 else "",
        after_url=_url(found.rows[place + 1].id, query) if place + 1 < len(found.rows) else "",
        next_url=f"?after={found.next_cursor}{query}" if found.next_cursor else "",
        query=query.removeprefix("&"),
        reasons=chosen([(key, said(request, each)) for key, each in REASONS.items()], "not_done"),
        filtered=bool(asked) or state != "waiting",
    )
    return show(request, "social/queue.html", model)


@require_POST
@page("social.decide")
def decide(request: HttpRequest) -> HttpResponse:
    """Decides what was ticked, or the one that is looked at, and goes on to the next."""
    ids_ = [read_id("proof", text) for text in request.POST.getlist("proofs")]
    accept = request.POST.get("verdict") == "accept" and "refuse" not in request.POST
    reason = request.POST.get("reason", "")
    if not accept and reason not in REASONS:
        reason = "other"
    decided = services.proofs_decide(
        club=request.club,
        ids=ids_,
        verdict="accept" if accept else "refuse",
        reason=reason,
        note=request.POST.get("note", ""),
        actor=request.actor,
        now=clock.now(),
    )
    n = {"n": plain(decided.done)}
    told = (
        ngettext("%(n)s accepted.", "%(n)s accepted.", decided.done)
        if accept
        else ngettext("%(n)s refused.", "%(n)s refused.", decided.done)
    ) % n
    if decided.done or not decided.refused:
        done(request, told)
    for _id, phrase in decided.refused[:3]:
        done(request, said(request, phrase))
    query = request.POST.get("query", "")
    follow = request.POST.get("next", "")
    safe = {"state", "task"}
    kept = "&".join(part for part in query.split("&") if part.partition("=")[0] in safe)
    at = f"at={follow}" if follow.startswith("prf_") else ""
    return redirect(f"{reverse('console:social_queue')}?{'&'.join(filter(None, (at, kept)))}")


@require_POST
@page("social.decide")
def undo(request: HttpRequest, proof_id: str) -> HttpResponse:
    """Takes an acceptance back: what it gave is reversed as a return does."""
    info, refusal = attempt(
        lambda: services.proof_undo(
            club=request.club,
            id=read_id("proof", proof_id),
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            now=clock.now(),
        )
    )
    if refusal is not None:
        done(request, said(request, refusal.phrase))
    else:
        done(request, gettext("Taken back; what it gave was reversed."))
    state = "undone" if info else "accepted"
    return redirect(f"{reverse('console:social_queue')}?state={state}&at={proof_id}")


@page("social.decide")
def picture(request: HttpRequest, proof_id: str) -> HttpResponse:
    """A picture that a member showed, as it was drawn anew: a JPEG and nothing else."""
    response = HttpResponse(
        selectors.picture_of(request.club, read_id("proof", proof_id)), content_type="image/jpeg"
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = "inline"
    return response


def state_words() -> dict[str, str]:
    """What the states of something shown are called."""
    return {
        "waiting": gettext("waiting for a decision"),
        "accepted": gettext("accepted"),
        "refused": gettext("refused"),
        "undone": gettext("taken back"),
        "joined": gettext("sent twice before a merge"),
    }


def _looked_at(request: HttpRequest, rows: Sequence[ProofInfo]) -> ProofInfo | None:
    asked = request.GET.get("at", "")
    if asked:
        found = next((each for each in rows if ids.public("proof", each.id) == asked), None)
        if found is not None:
            return found
        try:
            one = selectors.proof_get(request.club, ids.parse("proof", asked))
        except Refusal:
            one = None
        if one is not None and one.state == request.GET.get("state", "waiting"):
            return one
    return rows[0] if rows else None


def _url(id: UUID, query: str) -> str:
    return f"?at={ids.public('proof', id)}{query}"


def _what(request: HttpRequest, info: ProofInfo, tasks: dict[UUID, TaskInfo]) -> str:
    if info.task_id is None or info.task_id not in tasks:
        return gettext("Review of a purchase")
    return tasks[info.task_id].name.say(lang_of(request))


def _row(  # noqa: PLR0917 one row from what the page knows
    request: HttpRequest,
    info: ProofInfo,
    tasks: dict[UUID, TaskInfo],
    people: dict[UUID, MemberInfo],
    twins: dict[UUID, list[Twin]],
    query: str,
    at: ProofInfo | None,
) -> QueueRow:
    member = people.get(info.member_id)
    return QueueRow(
        id=ids.public("proof", info.id),
        url=_url(info.id, query),
        what=_what(request, info, tasks),
        member=member.name if member else "–",
        sent_at=info.sent_at,
        state=info.state,
        state_word=state_words()[info.state],
        is_twin=info.id in twins,
        current=at is not None and at.id == info.id,
    )


def _shown(
    request: HttpRequest,
    info: ProofInfo,
    tasks: dict[UUID, TaskInfo],
    people: dict[UUID, MemberInfo],
    twins: Sequence[Twin],
) -> Shown:
    club: ClubInfo = request.club
    public, task = ids.public("proof", info.id), tasks.get(info.task_id) if info.task_id else None
    member = people.get(info.member_id) or members.member_get(club, info.member_id)
    facts = [(gettext("Sent at"), moment_words(info.sent_at, club, "medium"))]
    if task is not None:
        facts += [
            (gettext("Network"), said(request, NETWORKS[task.network].label)),
            (gettext("Asked for"), proof_words()[task.proof]),
        ]
    decided = ""
    if info.decided_at is not None:
        decided = listed(info.decided_by, moment_words(info.decided_at, club, "medium"))
    why = said(request, REASONS[info.reason]) if info.reason in REASONS else ""
    return Shown(
        id=public,
        title=_what(request, info, tasks),
        kind=info.kind,
        link=info.words if info.kind == "link" else "",
        text=info.words if info.kind == "review" else "",
        stars=info.stars,
        stars_word=stars_words(info.stars),
        picture=reverse("console:social_picture", args=[public]) if info.picture else "",
        task_url=reverse("console:social_task", args=[task.key]) if task else "",
        place_url=task.url if task else "",
        purchase_url=reverse("console:activity", args=[ids.public("activity", info.purchase_id)])
        if info.purchase_id and may(request, "activities.read")
        else "",
        member=member.name,
        member_url=reverse("console:member", args=[ids.public("member", member.id)]),
        facts=tuple(facts),
        twins=tuple(_twin(request, each, people) for each in twins),
        state=info.state,
        state_word=state_words()[info.state],
        decided=decided,
        why=" · ".join(filter(None, (why, info.note))),
        activity_url=reverse("console:activity", args=[ids.public("activity", info.activity_id)])
        if info.activity_id and may(request, "activities.read")
        else "",
        may_decide=info.state == "waiting",
        undo_url=reverse("console:social_undo", args=[public]) if info.state == "accepted" else "",
    )


def stars_words(stars: int | None) -> str:
    """How many stars of five."""
    return gettext("%(n)s of 5 stars") % {"n": plain(stars)} if stars else ""


def _twin(request: HttpRequest, twin: Twin, people: dict[UUID, MemberInfo]) -> TwinRow:
    club: ClubInfo = request.club
    member = people.get(twin.member_id)
    same = gettext("The same") if twin.is_same else gettext("One that looks the same")
    text = gettext("%(what)s from %(member)s, %(when)s, %(state)s") % {
        "what": same,
        "member": f"\u2068{member.name}\u2069" if member else "–",
        "when": formats.ago(twin.sent_at, clock.now(), lang_of(request), club.calendar, club.timezone),
        "state": state_words()[twin.state],
    }
    return TwinRow(text, f"?at={ids.public('proof', twin.id)}&state={twin.state}")
