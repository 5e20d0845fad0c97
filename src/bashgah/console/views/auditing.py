"""The audit trail: who did what, on what, when; newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access import selectors as access
from bashgah.clubs.types import ClubInfo
from bashgah.console.acts import ACTS, SUBJECTS, acts_about
from bashgah.console.export import csv_response
from bashgah.console.framing import said
from bashgah.console.views.base import chosen, page, show
from bashgah.ground.audit import audit_list, audit_sealed
from bashgah.ground.types import AuditFilters, AuditRow
from bashgah.kit import ids
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.ui.figures import plain
from bashgah.ui.listings import listing
from bashgah.ui.types import Column, Crumb, FilterChoice, Listing

PAGE = 50
EXPORT_MOST = 50_000
# what a target's public id begins with, and the page of such a thing
PAGES = {"mbr": "console:member", "act": "console:activity"}


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act, in words."""

    what: str
    kind: str
    who: str
    target: str
    target_url: str
    details: tuple[tuple[str, str], ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The trail, and how much of it is chained."""

    crumbs: tuple[Crumb, ...]
    listing: Listing
    rows: tuple[ActRow, ...]
    sealed: int
    sealed_at: datetime | None


@page("audit.read")
def index(request: HttpRequest) -> HttpResponse:
    """The acts of this club that have the chosen filters."""
    club: ClubInfo = request.club
    found = audit_list(club_id=club.id, filters=_filters(request), before=_before(request), limit=PAGE + 1)
    rows = found[:PAGE]
    sealed, sealed_at = audit_sealed(club.id)
    model = AuditPage(
        crumbs=(Crumb(gettext("Ledger"), reverse("console:ledger")), Crumb(gettext("Audit trail"))),
        listing=_listing(request, str(rows[-1].id) if len(found) > PAGE else ""),
        rows=tuple(_row(request, row) for row in rows),
        sealed=sealed,
        sealed_at=sealed_at,
    )
    return show(request, "audit.html", model)


@page("audit.read")
def export(request: HttpRequest) -> HttpResponse:
    """The same acts as a file, at most fifty thousand rows."""
    club: ClubInfo = request.club
    filters = _filters(request)
    head = [gettext("When"), gettext("Act"), gettext("Code"), gettext("By"), gettext("On what")]

    def rows() -> Iterator[tuple[object, ...]]:
        before, count = None, 0
        while count < EXPORT_MOST:
            found = audit_list(club_id=club.id, filters=filters, before=before, limit=500)
            for row in found:
                told = _row(request, row)
                details = " · ".join(f"{key}: {value}" for key, value in told.details)
                yield (
                    row.at.isoformat(),
                    told.what,
                    row.action,
                    told.who or row.actor.kind,
                    row.target,
                    details,
                )
            if len(found) < 500:
                return
            count, before = count + len(found), found[-1].id

    return csv_response("audit", [*head, gettext("Details")], rows())


def _row(request: HttpRequest, row: AuditRow) -> ActRow:
    words = ACTS.get(row.action)
    name = PAGES.get(row.target.partition("_")[0])
    return ActRow(
        what=said(request, words) if words else row.action,
        kind=row.actor.kind,
        who=row.actor.name,
        target=row.target,
        target_url=reverse(name, args=[row.target]) if name else "",
        details=tuple((key, _spelled(value)) for key, value in row.details.items()),
        at=row.at,
    )


def _spelled(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_spelled(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_spelled(one) for one in value)
    return plain(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _filters(request: HttpRequest) -> AuditFilters:
    query, zone = request.GET, ZoneInfo(request.club.timezone)
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    return AuditFilters(
        actions=acts_about(query.get("about", "")),
        actor_id=query.get("by", "")[:40],
        target=query.get("q", "").strip()[:120],
        since=datetime.combine(since, time(), zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except Refusal:
        return None


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError:
        return None


def _listing(request: HttpRequest, after: str) -> Listing:
    query = {
        key: value
        for key, value in request.GET.items()
        if key in {"q", "about", "by", "since", "until", "after"}
    }
    about = [("", gettext("Subject: all"))]
    about += [(key, said(request, label)) for key, (label, _prefixes) in SUBJECTS.items() if key != "demo"]
    people = [("", gettext("By: all"))]
    people += [(ids.public("staff", one.staff.id), one.staff.name) for one in access.staff_list(request.club)]
    return listing(
        path=reverse("console:audit"),
        query=query,
        columns=(
            Column(gettext("Act")),
            Column(gettext("By")),
            Column(gettext("On what")),
            Column(gettext("When")),
        ),
        search_label=gettext("Id of what it was done to"),
        choices=(
            FilterChoice("about", gettext("Subject"), chosen(about, query.get("about", ""))),
            FilterChoice("by", gettext("By"), chosen(people, query.get("by", ""))),
        ),
        next_after=after,
        export_path=reverse("console:audit_export"),
    )
