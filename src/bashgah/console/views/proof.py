"""The ledger as a whole: what the program gave and took, what members hold, and the proof of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.accounting import proving
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import said
from bashgah.console.naming import credit_units
from bashgah.console.views.base import fragment, page, show
from bashgah.console.views.books.periods import ledger_tabs
from bashgah.console.views.members.standing import program_now
from bashgah.engine.words import texts
from bashgah.ground import audit, clock
from bashgah.insights.questions import BOOKS, Books
from bashgah.ledger.types import Account
from bashgah.ui.figures import counted_words, listed, moment_words, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Tab


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One wallet: given, used, expired, adjusted, and what members hold of it now."""

    name: str
    issued: str
    redeemed: str
    expired: str
    adjusted: str
    available: str
    pending: str
    held: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """Something that does not hold."""

    code: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ProofState:
    """The proof asked for last: under way, done, or broken off."""

    is_open: bool
    is_done: bool
    step: int
    steps: int
    words: str
    said: str
    found: tuple[FoundRow, ...]


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The ledger's totals and the last proof."""

    tabs: tuple[Tab, ...]
    units: tuple[UnitRow, ...]
    counted: str
    proof: ProofState | None
    links: int
    root: str
    may_audit: bool
    may_look_ahead: bool


@page("wallets.read", writes="audit.read")
def index(request: HttpRequest) -> HttpResponse:
    """Totals and the last proof; a POST has the worker recompute every stored figure of this club."""
    club: ClubInfo = request.club
    now = clock.now()
    if request.method == "POST":
        proving.proof_ask(club=club, actor=request.actor, now=now)
        return redirect("console:ledger")
    books = BOOKS.ask(club, now=now)
    links, root = audit.audit_root()
    model = ProofPage(
        ledger_tabs(request, "console:ledger"),
        _units(request, club, books.value, now),
        counted_words(books.at, now, club),
        _proof(request, club) if may(request, "audit.read") else None,
        links,
        root,
        may(request, "audit.read"),
        may(request, "insights.read"),
    )
    return show(request, "proof.html", model)


@page("audit.read")
def progress(request: HttpRequest) -> HttpResponse:
    """How far the proof is, asked every two seconds; once it is over the page comes anew."""
    state = _proof(request, request.club)
    if state is None or not state.is_open:
        response = HttpResponse(status=204)
        response.headers["HX-Refresh"] = "true"
        return response
    return fragment(request, "proof_progress.html", state)


def _proof(request: HttpRequest, club: ClubInfo) -> ProofState | None:
    last = proving.proof_last(club)
    if last is None:
        return None
    words = (
        gettext("Recomputing entries, lots, wallets, holds and activities"),
        gettext("Counting outstanding units again"),
        gettext("Reading the audit trail"),
        gettext("Done"),
    )
    at = last.done_at or last.asked_at
    return ProofState(
        is_open=last.is_open,
        is_done=last.done_at is not None,
        step=last.step,
        steps=proving.STEPS,
        words=words[min(last.step, proving.STEPS)],
        said=listed(moment_words(at, club, "medium"), last.asked_by),
        found=tuple(FoundRow(row.code, row.where, said(request, row.phrase)) for row in last.findings),
    )


def _units(request: HttpRequest, club: ClubInfo, books: Books, now: datetime) -> tuple[UnitRow, ...]:
    program, lang = program_now(club, now), lang_of(request)
    names = {w.key: texts(w.name, w.key).say(lang) for w in program.wallets} if program else {}
    credits = credit_units(club, now)
    given = {(total.unit, total.account): total.given - total.taken for total in books.totals}
    units = dict.fromkeys([*names, *books.held, *(total.unit for total in books.totals)])
    return tuple(
        UnitRow(
            names.get(unit, unit),
            *(
                money_words(amount, club) if unit in credits else plain(amount)
                for amount in (
                    given.get((unit, Account.ISSUED), 0),
                    -given.get((unit, Account.REDEEMED), 0),
                    -given.get((unit, Account.EXPIRED), 0),
                    given.get((unit, Account.ADJUSTED), 0),
                    *books.held.get(unit, (0, 0, 0)),
                )
            ),
        )
        for unit in units
    )
