"""What happened: the list of settled facts, and one of them with its lines and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.activities import selectors
from bashgah.activities.naming import activity_name, field_names
from bashgah.activities.types import ActivityFilters, ActivityInfo
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.export import csv_response
from bashgah.console.receipts import price_of, undone_of
from bashgah.console.tabs import activity_tabs
from bashgah.console.views.base import chosen, fragment, page, read_id, show
from bashgah.console.views.moving import Waiting, waiting_of
from bashgah.console.whys import why_of
from bashgah.engine.facts import Line
from bashgah.engine.returns import CANCELLED
from bashgah.ground import clock
from bashgah.kit import formats, ids
from bashgah.kit.jalali import parse_date
from bashgah.kit.pages import rows_of_all
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.ui.figures import day_words, moment_words, money_words
from bashgah.ui.framing import lang_of
from bashgah.ui.listings import listing
from bashgah.ui.types import Column, Crumb, FilterChoice, Lang, Listing, Tab, Why

PAGE = 50
EXPORT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """A fact in the list."""

    url: str
    what: str
    note: str
    member: str
    member_url: str
    amount: int | None
    points: str
    is_loss: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ActivitiesPage:
    """The list."""

    tabs: tuple[Tab, ...]
    listing: Listing
    rows: tuple[ActivityRow, ...]
    may_record: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    """An invoice line."""

    no: int
    name: str
    sku: str
    category: str
    quantity: str
    net: int


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """One fact."""

    crumbs: tuple[Crumb, ...]
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    member: str
    member_url: str
    lines: tuple[LineRow, ...]
    lines_known: bool
    price: tuple[tuple[str, str], ...]
    why: Why
    about_url: str
    waiting: Waiting | None
    return_url: str
    undone: tuple[tuple[str, str], ...]
    returns: tuple[tuple[str, str], ...]


@page("activities.read")
def index(request: HttpRequest) -> HttpResponse:
    """The club's facts, newest first; an activity's id in the search opens it."""
    club: ClubInfo = request.club
    text = request.GET.get("q", "").strip()
    if text.startswith("act_"):
        return redirect("console:activity", text)
    found = selectors.activity_list(
        club, _filters(request, club), cursor=request.GET.get("after") or None, limit=PAGE
    )
    model = ActivitiesPage(
        activity_tabs(request, "console:activities"),
        _listing(request, club, found.next_cursor or ""),
        _rows(request, club, list(found.rows)),
        may_record=may(request, "till.use"),
    )
    return show(request, "activities/list.html", model)


@page("data.export")
def export(request: HttpRequest) -> HttpResponse:
    """The same list as a file, at most fifty thousand rows."""
    club: ClubInfo = request.club
    filters, head, lang = _filters(request, club), _head(), lang_of(request)

    def rows() -> Iterator[tuple[object, ...]]:
        found = rows_of_all(lambda at: selectors.activity_list(club, filters, cursor=at, limit=200))
        for info in islice(found, EXPORT_MOST):
            yield (
                ids.public("activity", info.id),
                ids.public("member", info.member_id),
                info.kind,
                info.type,
                say(activity_name(club, info), lang),
                " · ".join(f"{name}: {value}" for name, value in fields_said(club, info, lang)),
                info.branch,
                info.source,
                info.reference,
                info.occurred_at.isoformat(),
                info.gross,
                info.net,
                sum(credit.amount for credit in info.credits if credit.wallet == "points"),
            )

    return csv_response("activities", head, rows())


@page("activities.read")
def one(request: HttpRequest, activity_id: str) -> HttpResponse:
    """One fact: what was bought, what it gave, and why."""
    club: ClubInfo = request.club
    info, lang = selectors.activity_get(club, read_id("activity", activity_id)), lang_of(request)
    member = members.members_get(club, [info.member_id]).get(info.member_id)
    name = member.name if member else "–"
    model = ActivityPage(
        crumbs=(
            Crumb(gettext("Purchases and activities"), reverse("console:activities")),
            Crumb(say(activity_name(club, info), lang)),
        ),
        title=title_of(info, club, lang),
        text=moment_words(info.occurred_at, club),
        facts=_facts(info, club, lang),
        member=name,
        member_url=reverse("console:member", args=[ids.public("member", info.member_id)]),
        lines=tuple(_line(line, lang) for line in info.fact.lines),
        lines_known=info.fact.lines_known,
        price=price_of(request, info),
        why=why_of(club, info, lang, clock.now()),
        about_url=reverse("console:activity", args=[ids.public("activity", info.about_id)])
        if info.about_id
        else "",
        waiting=waiting_of(request, info),
        return_url=_return_url(request, info),
        undone=undone_of(info, lang),
        returns=_returns(club, info, lang),
    )
    return show(request, "activities/one.html", model)


def _return_url(request: HttpRequest, info: ActivityInfo) -> str:
    """Where a return of this purchase is recorded, for whoever may at its branch."""
    if info.kind != "purchase":
        return ""
    branch = next((b.id for b in clubs.branch_list(request.club) if b.code == info.branch), None)
    if not may(request, "activities.write", branch=branch):
        return ""
    return reverse("console:activity_return", args=[ids.public("activity", info.id)])


def _returns(club: ClubInfo, info: ActivityInfo, lang: Lang) -> tuple[tuple[str, str], ...]:
    """What came back of a purchase: (address, title)."""
    if info.kind != "purchase":
        return ()
    found = selectors.returns_of(club, info.member_id, info.id)
    return tuple(
        (
            reverse("console:activity", args=[ids.public("activity", back.id)]),
            f"{title_of(back, club, lang)} · {day_words(back.occurred_at, club)}",
        )
        for back in found
    )


@page("activities.read")
def why(request: HttpRequest, activity_id: str) -> HttpResponse:
    """The why of one fact alone, for a timeline."""
    club: ClubInfo = request.club
    info = selectors.activity_get(club, read_id("activity", activity_id))
    return fragment(request, "activities/why.html", why_of(club, info, lang_of(request), clock.now()))


def title_of(info: ActivityInfo, club: ClubInfo, lang: Lang) -> str:
    """«خرید ۱٬۲۸۰٬۰۰۰ تومان»."""
    kind = say(activity_name(club, info), lang)
    if info.kind not in {"purchase", "return"} or info.type == CANCELLED:
        return kind
    return gettext("%(kind)s, %(amount)s") % {
        "kind": kind,
        "amount": money_words(abs(info.net), club),
    }


def note_of(info: ActivityInfo, club: ClubInfo, names: dict[str, str]) -> str:
    """Where and how: branch, source, by lines or by amount alone."""
    parts = [names.get(info.branch, info.branch), channel_word(info.channel)]
    if info.kind == "purchase" and not info.fact.lines_known:
        parts.append(gettext("amount alone"))
    return " · ".join(part for part in parts if part)


def channel_word(channel: str) -> str:
    """What a channel is called."""
    words = {
        "pos": gettext("till of the shop"),
        "till": gettext("the club's till"),
        "online": gettext("online shop"),
        "app": gettext("app"),
        "console": gettext("console"),
        "web": gettext("website"),
        "portal": gettext("portal"),
        "api": gettext("by API"),
    }
    return words.get(channel, channel)


def branch_names(club: ClubInfo, lang: Lang) -> dict[str, str]:
    """The names of branches by their codes."""
    return {branch.code: branch.name.say(lang) for branch in clubs.branch_list(club)}


def _filters(request: HttpRequest, club: ClubInfo) -> ActivityFilters:
    query, own = request.GET, request.staff_branches
    codes = [b.code for b in clubs.branch_list(club) if own is None or b.id in own]
    branch = query.get("branch", "")
    if branch not in codes:
        branch = "" if own is None else (codes[0] if codes else "-")
    zone = ZoneInfo(club.timezone)
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    return ActivityFilters(
        kind=query.get("kind", "") if query.get("kind") in {"purchase", "return", "visit", "custom"} else "",
        branch=branch,
        source=query.get("source", "")[:40],
        since=datetime.combine(since, time(), zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except Refusal:
        return None


def _listing(request: HttpRequest, club: ClubInfo, after: str) -> Listing:
    query = {
        key: value
        for key, value in request.GET.items()
        if key in {"kind", "branch", "source", "since", "until", "after"}
    }
    kinds = [
        ("", gettext("Kind: all")),
        ("purchase", gettext("Purchase")),
        ("return", gettext("Return")),
        ("visit", gettext("Visit")),
        ("custom", gettext("Other activity")),
    ]
    own = request.staff_branches
    offered = [
        (b.code, b.name.say(lang_of(request))) for b in clubs.branch_list(club) if own is None or b.id in own
    ]
    branches = ([("", gettext("Branch: all"))] if own is None else []) + offered
    return listing(
        path=reverse("console:activities"),
        query=query,
        columns=(
            Column(gettext("What")),
            Column(gettext("Member")),
            Column(gettext("Amount"), numeric=True),
            Column(gettext("Points"), numeric=True),
            Column(gettext("When"), narrow_hidden=True),
        ),
        search_label=gettext("Id of an activity"),
        choices=(
            FilterChoice("kind", gettext("Kind"), chosen(kinds, query.get("kind", ""))),
            FilterChoice("branch", gettext("Branch"), chosen(branches, query.get("branch", ""))),
        ),
        next_after=after,
        export_path=reverse("console:activities_export") if may(request, "data.export") else "",
    )


def _rows(request: HttpRequest, club: ClubInfo, found: list[ActivityInfo]) -> tuple[ActivityRow, ...]:
    lang = lang_of(request)
    who, names = members.members_get(club, {info.member_id for info in found}), branch_names(club, lang)
    rows = []
    for info in found:
        member = who.get(info.member_id)
        points = sum(credit.amount for credit in info.credits if credit.wallet == "points")
        rows.append(
            ActivityRow(
                url=reverse("console:activity", args=[ids.public("activity", info.id)]),
                what=say(activity_name(club, info), lang),
                note=note_of(info, club, names),
                member=member.name if member else "–",
                member_url=reverse("console:member", args=[ids.public("member", info.member_id)]),
                amount=info.net if info.kind in {"purchase", "return"} else None,
                points=formats.signed(points, lang) if points else "",
                is_loss=points < 0,
                at=info.occurred_at,
            )
        )
    return tuple(rows)


def _facts(info: ActivityInfo, club: ClubInfo, lang: Lang) -> tuple[tuple[str, str], ...]:
    fact, names = info.fact, branch_names(club, lang)
    facts = [
        (gettext("Branch"), names.get(info.branch, info.branch)),
        (gettext("Channel"), channel_word(info.channel)),
        (gettext("Source and reference"), f"{info.source} · {info.reference}"),
        (gettext("Recorded at"), moment_words(info.recorded_at, club, "medium")),
        (gettext("Before discount"), money_words(fact.gross, club) if fact.gross else ""),
        (gettext("Discount"), money_words(fact.discount, club) if fact.discount else ""),
        (gettext("Tax"), money_words(fact.tax, club) if fact.tax else ""),
        (gettext("Shipping"), money_words(fact.shipping, club) if fact.shipping else ""),
        (gettext("Paid by points"), money_words(fact.paid_by_points, club) if fact.paid_by_points else ""),
    ]
    facts += fields_said(club, info, lang)
    return tuple((term, value) for term, value in facts if value)


def fields_said(club: ClubInfo, info: ActivityInfo, lang: Lang) -> list[tuple[str, str]]:
    """The fields that were told, each by its name."""
    names = field_names(club, info)
    return [(say(names[key], lang), str(value)) for key, value in info.fact.attributes.items()]


def _line(line: Line, lang: Lang) -> LineRow:
    return LineRow(
        line.no,
        line.name or line.sku,
        line.sku,
        " › ".join(line.category),
        formats.quantity(line.quantity, lang),
        line.net,
    )


def _head() -> tuple[str, ...]:
    return (
        gettext("Id"),
        gettext("Member"),
        gettext("Kind"),
        gettext("Type"),
        gettext("What"),
        gettext("Fields"),
        gettext("Branch"),
        gettext("Source"),
        gettext("Reference"),
        gettext("When"),
        gettext("Before discount"),
        gettext("After discount"),
        gettext("Points"),
    )
