"""Facts kept for review: what each says and why it was kept, to be settled after all or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.activities import review
from bashgah.activities.naming import KINDS
from bashgah.activities.review import HeldFact, ReviewFilters
from bashgah.activities.types import CustomIn, PurchaseIn, ReturnIn
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.tabs import activity_tabs
from bashgah.console.views.activities import branch_names, channel_word
from bashgah.console.views.base import attempt, chosen, page, read_id, show
from bashgah.console.views.members.standing import program_now
from bashgah.engine.activities import field_name, type_name
from bashgah.engine.document import Program
from bashgah.ground import clock
from bashgah.kit import formats, ids
from bashgah.kit.phrases import say
from bashgah.members import selectors as members
from bashgah.ui.figures import listed, moment_words, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.listings import listing
from bashgah.ui.types import Column, Crumb, FilterChoice, Lang, Listing, Tab

PAGE = 50


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A held fact in the list."""

    url: str
    what: str
    note: str
    member: str
    member_url: str
    amount: int | None
    why: str
    occurred_at: datetime
    received_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """The list."""

    tabs: tuple[Tab, ...]
    listing: Listing
    rows: tuple[ReviewRow, ...]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line as it was told."""

    name: str
    sku: str
    quantity: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One held fact with what may be decided about it."""

    crumbs: tuple[Crumb, ...]
    title: str
    text: str
    why: str
    refusal: str
    state: str
    decided: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[HeldLine, ...]
    member: str
    member_url: str
    activity_url: str
    accept_url: str
    discard_url: str
    may_decide: bool


@page("activities.read")
def index(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first; what was decided, newest first."""
    club: ClubInfo = request.club
    filters, query = _filters(request, club), _query(request)
    found = review.reviews_list(club, filters, after=request.GET.get("after") or None, limit=PAGE)
    policies = {club.settings.late_policy, club.settings.future_policy}
    model = ReviewsPage(
        tabs=activity_tabs(request, "console:reviews"),
        listing=_listing(request, club, query, found.next_cursor or ""),
        rows=_rows(request, club, found.rows),
        is_kept="review" in policies,
    )
    return show(request, "activities/reviews.html", model)


@page("activities.read")
def one(request: HttpRequest, review_id: str) -> HttpResponse:
    """One held fact."""
    held = review.review_get(request.club, read_id("review", review_id))
    _of_own_branch(request, held)
    return _page(request, held)


@require_POST
@page("activities.review")
def accept(request: HttpRequest, review_id: str) -> HttpResponse:
    """Settles it as it was told; what refuses it is said on its page, and it goes on waiting."""
    club: ClubInfo = request.club
    held = review.review_get(club, read_id("review", review_id))
    _of_own_branch(request, held)
    settled, refusal = attempt(
        lambda: review.review_accept(club=club, id=held.id, actor=request.actor, now=clock.now())
    )
    if refusal is not None:
        return _page(request, review.review_get(club, held.id), said(request, refusal.phrase), refusal.status)
    assert settled is not None  # noqa: S101 - attempt returns one of the two
    if settled.repeated:
        done(request, gettext("It had been recorded meanwhile; nothing was recorded twice."))
    else:
        done(request, gettext("Recorded; it gave %(n)s points.") % {"n": plain(settled.points_of("points"))})
    return redirect("console:reviews")


@require_POST
@page("activities.review")
def discard(request: HttpRequest, review_id: str) -> HttpResponse:
    """Refuses it for good; its reference stays free."""
    club: ClubInfo = request.club
    held = review.review_get(club, read_id("review", review_id))
    _of_own_branch(request, held)
    _none, refusal = attempt(
        lambda: review.review_discard(club=club, id=held.id, actor=request.actor, now=clock.now())
    )
    if refusal is not None:
        return _page(request, review.review_get(club, held.id), said(request, refusal.phrase), refusal.status)
    done(request, gettext("Refused; nothing was recorded."))
    return redirect("console:reviews")


def _own_codes(request: HttpRequest, club: ClubInfo) -> frozenset[str] | None:
    own = request.staff_branches
    return None if own is None else frozenset(b.code for b in clubs.branch_list(club) if b.id in own)


def _of_own_branch(request: HttpRequest, held: HeldFact) -> None:
    """Who works in some branches decides about theirs alone; what names no branch is the whole club's."""
    codes = _own_codes(request, request.club)
    if codes is not None and held.branch not in codes:
        raise PermissionDenied("branch")


def _filters(request: HttpRequest, club: ClubInfo) -> ReviewFilters:
    query, own = request.GET, _own_codes(request, club)
    branch = query.get("branch", "")
    allowed = own if own is not None else {b.code for b in clubs.branch_list(club)}
    state, reason = query.get("state", ""), query.get("reason", "")
    return ReviewFilters(
        state=next((known for known in review.STATES if known == state), "waiting"),
        reason=reason if reason in review.REASONS else "",
        reference=query.get("q", "").strip()[:120],
        branches={branch} if branch in allowed else own,
    )


def _query(request: HttpRequest) -> dict[str, str]:
    names = {"q", "state", "reason", "branch", "after"}
    return {key: value for key, value in request.GET.items() if key in names}


def _listing(request: HttpRequest, club: ClubInfo, query: dict[str, str], after: str) -> Listing:
    own, lang = _own_codes(request, club), lang_of(request)
    branches = [("", gettext("Branch: all"))]
    branches += [(b.code, b.name.say(lang)) for b in clubs.branch_list(club) if own is None or b.code in own]
    states = [("", state_word("waiting")), *((key, state_word(key)) for key in review.STATES[1:])]
    reasons = [
        ("", gettext("Reason: all")),
        ("occurred_too_late", gettext("came too late")),
        ("occurred_in_future", gettext("dated in the future")),
    ]
    return listing(
        path=reverse("console:reviews"),
        query=query,
        columns=(
            Column(gettext("What")),
            Column(gettext("Member")),
            Column(gettext("Amount"), numeric=True),
            Column(gettext("Why it was kept")),
            Column(gettext("When"), narrow_hidden=True),
            Column(gettext("State")),
        ),
        search_label=gettext("Reference, such as the invoice number"),
        choices=(
            FilterChoice("state", gettext("State"), chosen(states, query.get("state", ""))),
            FilterChoice("reason", gettext("Reason"), chosen(reasons, query.get("reason", ""))),
            FilterChoice("branch", gettext("Branch"), chosen(branches, query.get("branch", ""))),
        ),
        next_after=after,
    )


def state_word(state: str) -> str:
    """What a held fact's state is called."""
    words = {
        "waiting": gettext("waiting for review"),
        "accepted": gettext("settled"),
        "discarded": gettext("refused"),
    }
    return words.get(state, state)


def _rows(request: HttpRequest, club: ClubInfo, found: list[HeldFact]) -> tuple[ReviewRow, ...]:
    lang = lang_of(request)
    who = members.members_get(club, {held.member_id for held in found if held.member_id})
    names, program = branch_names(club, lang), program_now(club, clock.now())
    rows = []
    for held in found:
        member = who.get(held.member_id) if held.member_id else None
        where = (names.get(held.branch, held.branch), held.source, held.reference)
        rows.append(
            ReviewRow(
                url=reverse("console:review", args=[ids.public("review", held.id)]),
                what=_named(held, program, lang),
                note=" · ".join(part for part in where if part),
                member=member.name if member else "",
                member_url=reverse("console:member", args=[ids.public("member", member.id)])
                if member
                else "",
                amount=_amount(held),
                why=_why(held),
                occurred_at=held.occurred_at,
                received_at=held.received_at,
                state=held.state,
            )
        )
    return tuple(rows)


def _named(held: HeldFact, program: Program | None, lang: Lang) -> str:
    """What it is called today; nothing has decided it yet."""
    intake = held.intake
    if not isinstance(intake, CustomIn):
        return say(KINDS[intake.__struct_config__.tag], lang)
    return say(type_name(program, intake.type), lang) if program else intake.type


def _amount(held: HeldFact) -> int | None:
    """What was to be paid, as it was told: after discounts, with tax and shipping."""
    intake = held.intake
    if isinstance(intake, ReturnIn):
        return intake.amount if isinstance(intake.amount, int) else None
    if not isinstance(intake, PurchaseIn):
        return None
    parts = intake.lines or ((intake.amounts,) if intake.amounts else ())
    return sum(part.gross - part.discount + part.tax for part in parts) + intake.shipping


def _why(held: HeldFact) -> str:
    """By how much it missed the time in which facts settle by themselves."""
    if held.reason == "occurred_in_future":
        return gettext("Dated %(gap)s after it came") % {"gap": _gap(held.received_at, held.occurred_at)}
    return gettext("Came %(gap)s after it happened") % {"gap": _gap(held.occurred_at, held.received_at)}


def _gap(start: datetime, end: datetime) -> str:
    minutes = max(int((end - start).total_seconds()) // 60, 0)
    if minutes >= 48 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": plain(days)}
    if minutes >= 120:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": plain(minutes // 60)}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": plain(minutes)}


def _page(request: HttpRequest, held: HeldFact, refusal: str = "", status: int = 200) -> HttpResponse:
    club: ClubInfo = request.club
    lang, public = lang_of(request), ids.public("review", held.id)
    member = members.members_get(club, [held.member_id]).get(held.member_id) if held.member_id else None
    branch = next((b.id for b in clubs.branch_list(club) if b.code == held.branch), held.id)
    amount = _amount(held)
    program = program_now(club, clock.now())
    kind = _named(held, program, lang)
    decided = ""
    if held.decided_at is not None:
        decided = gettext("%(state)s by %(who)s, %(day)s") % {
            "state": state_word(held.state),
            "who": held.decided_by,
            "day": moment_words(held.decided_at, club, "medium"),
        }
    model = ReviewPage(
        crumbs=(
            Crumb(gettext("Kept for review"), reverse("console:reviews")),
            Crumb(kind),
        ),
        title=listed(kind, money_words(amount, club)) if amount is not None else kind,
        text=moment_words(held.occurred_at, club),
        why=_why(held),
        refusal=refusal,
        state=held.state,
        decided=decided,
        facts=_facts(held, club, program, lang),
        lines=_lines(held, lang),
        member=member.name if member else "",
        member_url=reverse("console:member", args=[ids.public("member", member.id)]) if member else "",
        activity_url=reverse("console:activity", args=[ids.public("activity", held.activity_id)])
        if held.activity_id and held.member_id
        else "",
        accept_url=reverse("console:review_accept", args=[public]),
        discard_url=reverse("console:review_discard", args=[public]),
        may_decide=held.state == "waiting" and may(request, "activities.review", branch=branch),
    )
    return show(request, "activities/review.html", model, status=status)


def _facts(
    held: HeldFact, club: ClubInfo, program: Program | None, lang: Lang
) -> tuple[tuple[str, str], ...]:
    intake, names = held.intake, branch_names(club, lang)
    facts = [
        (gettext("Branch"), names.get(held.branch, held.branch)),
        (gettext("Channel"), channel_word(intake.channel)),
        (gettext("Source and reference"), f"{held.source} · {held.reference}"),
        (
            gettext("Came at"),
            moment_words(held.received_at, club, "medium"),
        ),
    ]
    if isinstance(intake, ReturnIn):
        named = intake.purchase
        facts.append((gettext("The purchase it returns"), named.activity or named.reference))
    if isinstance(intake, CustomIn):
        facts += [
            (say(field_name(program, intake.type, key), lang) if program else key, str(value))
            for key, value in intake.attributes.items()
            if value is not None
        ]
    return tuple((term, value) for term, value in facts if value)


def _lines(held: HeldFact, lang: Lang) -> tuple[HeldLine, ...]:
    intake = held.intake
    if isinstance(intake, ReturnIn):
        return tuple(
            HeldLine(
                gettext("line %(n)s") % {"n": plain(line.no)},
                "",
                formats.quantity(line.quantity, lang),
                None,
            )
            for line in intake.lines
        )
    if not isinstance(intake, PurchaseIn):
        return ()
    return tuple(
        HeldLine(
            line.name or line.sku,
            line.sku if line.name else "",
            formats.quantity(line.quantity, lang),
            line.gross - line.discount + line.tax,
        )
        for line in intake.lines
    )
