"""The list of members: search by anything, filters in the address, pages, export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.export import csv_response
from bashgah.console.views.base import page, show
from bashgah.console.views.members import standing
from bashgah.console.views.members.narrowing import Narrowing, Sought, narrowing
from bashgah.ground import clock
from bashgah.insights.questions import MEMBERS
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors
from bashgah.members.types import MemberFilters, MemberInfo
from bashgah.ui.figures import day_words, digits, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.listings import listing
from bashgah.ui.types import Column, Listing

PAGE = 50
EXPORT_PAGE = 200
COUNT_MOST = 10_000
"""A narrowed list is counted so far: further than anybody reads, and quickly at a million members."""
FOUND_MOST = 1_000
"""Counted no further where words of a name were typed or filters stand together: nobody reads so far then."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in the list, without anything that identifies beyond name and masked mobile."""

    name: str
    url: str
    mobile: str
    status: str
    tier: str
    tone: str
    points: int
    last_purchase: datetime | None
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class MembersPage:
    """The list."""

    listing: Listing
    more: tuple[Sought, ...]
    kept: tuple[tuple[str, str], ...]
    rows: tuple[MemberRow, ...]
    count: int
    can_enrol: bool
    wishes: int


@page("members.read")
def index(request: HttpRequest) -> HttpResponse:
    """The list; an exact mobile, card, code or e-mail opens its member at once."""
    club: ClubInfo = request.club
    sought = narrowing(request)
    filters = sought.filters
    if filters.text and (found := _exact(club, filters.text)):
        return redirect("console:member", ids.public("member", found))
    result = selectors.member_list(club, filters, cursor=request.GET.get("after") or None, limit=PAGE)
    count = _count(club, filters)
    model = MembersPage(
        listing=_listing(request, sought, count, result.next_cursor or ""),
        more=sought.more,
        kept=sought.kept,
        rows=tuple(_rows(request, club, result.members)),
        count=count,
        can_enrol=may(request, "members.write"),
        wishes=selectors.erasures_waiting(club) if may(request, "members.erase") else 0,
    )
    return show(request, "members/list.html", model)


def _count(club: ClubInfo, filters: MemberFilters) -> int:
    if filters == MemberFilters(sort=filters.sort):
        return MEMBERS.ask(club, now=clock.now()).value
    return selectors.members_count(club, filters, most=_most(filters) + 1)


def _most(filters: MemberFilters) -> int:
    return FOUND_MOST if filters.text or _is_combined(filters) else COUNT_MOST


def _is_combined(filters: MemberFilters) -> bool:
    """Say whether several things must hold at once: no index knows how many that is true of."""
    plain = replace(MemberFilters(sort=filters.sort), branches=filters.branches)
    given = [name for name in asdict(plain) if getattr(filters, name) != getattr(plain, name)]
    return len(given) + len(filters.attributes) - bool(filters.attributes) > 1


@page("data.export")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as a file: every page of it, masked like the screen."""
    club: ClubInfo = request.club
    filters = narrowing(request).filters
    lang = lang_of(request)

    def rows() -> Iterator[tuple[object, ...]]:
        cursor = None
        while True:
            result = selectors.member_list(club, filters, cursor=cursor, limit=EXPORT_PAGE)
            for member, row in zip(result.members, _rows(request, club, result.members), strict=True):
                yield (
                    ids.public("member", member.id),
                    member.number,
                    row.name,
                    member.mobile_masked,
                    row.status,
                    row.tier,
                    row.points,
                    member.city,
                    day_words(row.last_purchase, club, "short"),
                    day_words(member.enrolled_at, club, "short"),
                )
            cursor = result.next_cursor
            if cursor is None:
                return

    head = (
        gettext("Id"),
        gettext("Card"),
        gettext("Name"),
        gettext("Mobile"),
        gettext("Status"),
        gettext("Tier"),
        gettext("Available points"),
        gettext("City"),
        gettext("Last purchase"),
        gettext("Enrolled"),
    )
    return csv_response(f"members-{lang}", head, rows())


def status_word(status: str) -> str:
    """A status in the language of the page."""
    words = {"active": gettext("active"), "blocked": gettext("blocked"), "left": gettext("left the club")}
    return words.get(status, status)


def _exact(club: ClubInfo, text: str) -> UUID | None:
    """The one member an identifier leads to; words of a name never open a page by themselves."""
    if not any(letter.isdigit() or letter == "@" for letter in text) and not text.lower().startswith("mbr_"):
        return None
    try:
        found = selectors.member_find(club, text, now=clock.now(), limit=2)
    except Refusal:
        return None
    return found[0].id if len(found) == 1 else None


def _listing(request: HttpRequest, sought: Narrowing, count: int, after: str) -> Listing:
    most = _most(sought.filters)
    said = ngettext("%(n)s member", "%(n)s members", count) % {"n": plain(count)}
    if count > most and sought.filters != MemberFilters(sort=sought.filters.sort):
        said = gettext("More than %(n)s members") % {"n": plain(most)}
    return listing(
        path=reverse("console:members"),
        query=sought.query,
        columns=(
            Column(gettext("Member"), "name"),
            Column(gettext("Tier")),
            Column(gettext("Available points"), numeric=True),
            Column(gettext("Last purchase"), narrow_hidden=True),
            Column(gettext("Enrolled"), "enrolled", narrow_hidden=True),
            Column(gettext("Status")),
        ),
        search_label=gettext("Name, mobile, card, e-mail or code"),
        said=said,
        choices=sought.choices,
        next_after=after,
        sort=sought.sort,
        export_path=reverse("console:members_export") if may(request, "data.export") else "",
        more=sought.chips,
        dialog="filters",
    )


def _rows(request: HttpRequest, club: ClubInfo, members: tuple[MemberInfo, ...]) -> Iterator[MemberRow]:
    known = standing.of_members(club, [member.id for member in members], lang_of(request), clock.now())
    for member in members:
        own = known.get(member.id, standing.NOTHING)
        yield MemberRow(
            name=standing.called(member),
            url=reverse("console:member", args=[ids.public("member", member.id)]),
            mobile=digits(member.number if member.erased_at else member.mobile_masked),
            status=member.status,
            tier=own.tier,
            tone=own.tone,
            points=own.points,
            last_purchase=own.last_purchase,
            enrolled_at=member.enrolled_at,
        )
