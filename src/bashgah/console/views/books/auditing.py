"""What an auditor reads: the statement of closed days, balanced to the unit, and the roots that seal them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.console.export import csv_response
from bashgah.console.framing import said
from bashgah.console.naming import credit_units
from bashgah.console.views.base import attempt, page, show
from bashgah.console.views.books.periods import (
    PeriodField,
    all_wallet_names,
    counted_in,
    ledger_tabs,
    period_asked,
    units_words,
)
from bashgah.ground import clock
from bashgah.ledger.roots import roots_list
from bashgah.ledger.statements import auditor_statement
from bashgah.ledger.types import AuditorStatement, RootInfo, StatementLine
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Tab

SHOWN = 60
EXPORT_MOST = 100_000
FLOWS = ("issued", "reversed", "redeemed", "expired", "adjusted", "transferred")


@dataclass(frozen=True, slots=True)
class LineRow:
    """One wallet of the statement under its name: opening, what moved, closing, as they are said."""

    name: str
    figures: tuple[tuple[str, str], ...]
    is_balanced: bool


@dataclass(frozen=True, slots=True)
class StatementPage:
    """The statement, or why there is none."""

    club_name: str
    tabs: tuple[Tab, ...]
    period: PeriodField
    statement: AuditorStatement | None
    rows: tuple[LineRow, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class RootsPage:
    """The latest roots."""

    tabs: tuple[Tab, ...]
    roots: tuple[RootInfo, ...]


@page("audit.read")
def statement(request: HttpRequest) -> HttpResponse:
    """The statement of a period, fit to be printed."""
    club: ClubInfo = request.club
    now = clock.now()
    period = period_asked(request, club, now)
    found, refusal = attempt(lambda: auditor_statement(club, period.since, period.until))
    names = all_wallet_names(request, club, now)
    credits = credit_units(club, now)
    rows = tuple(_row(line, names, credits, club) for line in found.lines) if found else ()
    problem = period.error or (said(request, refusal.phrase) if refusal else "")
    name, tabs = club.name.say(lang_of(request)), ledger_tabs(request, "console:statement")
    model = StatementPage(name, tabs, period, found, rows, problem)
    return show(request, "books/statement.html", model)


def _row(line: StatementLine, names: dict[str, str], credits: frozenset[str], club: ClubInfo) -> LineRow:
    moved = (getattr(line.flows, name) for name in FLOWS)
    figures = (line.opening, *moved, line.closing)
    said_so = (units_words(amount, line.unit, credits, club) for amount in figures)
    return LineRow(
        names.get(line.unit, line.unit), tuple(zip(_heads(), said_so, strict=True)), line.is_balanced
    )


def _heads() -> tuple[str, ...]:
    """What each figure is called where a row stands alone, on a phone."""
    return (
        gettext("Opening"),
        gettext("Given"),
        gettext("Taken back"),
        gettext("Used"),
        gettext("Expired"),
        gettext("Adjusted"),
        gettext("Transferred"),
        gettext("Closing"),
    )


@page("data.export")
def statement_csv(request: HttpRequest) -> HttpResponse:
    """The statement as a file for a spreadsheet."""
    club: ClubInfo = request.club
    now = clock.now()
    period, credits = period_asked(request, club, now), credit_units(club, now)
    found = auditor_statement(club, period.since, period.until)

    def rows() -> Iterator[tuple[object, ...]]:
        for line in found.lines:
            moved = (getattr(line.flows, name) for name in FLOWS)
            yield line.unit, counted_in(line.unit, credits, club), line.opening, *moved, line.closing
        yield "since", found.since.isoformat()
        yield "until", found.until.isoformat()
        yield "entries", found.entries, "postings", found.postings, "allocations", found.allocations
        yield "root before", found.root_before
        yield "root", found.root

    return csv_response("statement", ("wallet", "counted in", "opening", *FLOWS, "closing"), rows())


@page("data.export")
def statement_json(request: HttpRequest) -> HttpResponse:
    """The statement as JSON, for a program."""
    club: ClubInfo = request.club
    period = period_asked(request, club, clock.now())
    response = JsonResponse(asdict(auditor_statement(club, period.since, period.until)))
    response.headers["Content-Disposition"] = 'attachment; filename="statement.json"'
    return response


@page("audit.read")
def roots(request: HttpRequest) -> HttpResponse:
    """The roots of the last two months, to be copied and kept elsewhere."""
    club: ClubInfo = request.club
    model = RootsPage(ledger_tabs(request, "console:roots"), tuple(roots_list(club, limit=SHOWN)))
    return show(request, "books/roots.html", model)


@page("data.export")
def roots_csv(request: HttpRequest) -> HttpResponse:
    """Every root, the earliest first; ``bashgah verify --roots`` reads the file."""
    club: ClubInfo = request.club
    head = ("day", "root", "before", "entries", "postings", "allocations", "since", "until")
    found = sorted(roots_list(club, limit=EXPORT_MOST), key=lambda root: root.day)

    def rows() -> Iterator[tuple[object, ...]]:
        for root in found:
            yield tuple(str(getattr(root, name)) for name in head)

    return csv_response("roots", head, rows())
