"""The ledger as a whole: what the program gave and took, what members hold, and the proof of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.accounting import liability
from bashgah.activities import verify as activities
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import said
from bashgah.console.views.base import page, show
from bashgah.console.views.books.periods import ledger_tabs
from bashgah.console.views.members.standing import program_now
from bashgah.engine.words import texts
from bashgah.ground import audit, clock
from bashgah.ledger import selectors
from bashgah.ledger.types import Account
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Tab


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One wallet: given, used, expired, adjusted, and what members hold of it now."""

    name: str
    issued: int
    redeemed: int
    expired: int
    adjusted: int
    available: int
    pending: int
    held: int


@dataclass(frozen=True, slots=True)
class FoundRow:
    """Something that does not hold."""

    code: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The ledger's totals and, when asked, the proof."""

    tabs: tuple[Tab, ...]
    units: tuple[UnitRow, ...]
    proved_at: datetime | None
    found: tuple[FoundRow, ...]
    links: int
    root: str
    may_audit: bool
    may_look_ahead: bool


@page("wallets.read", writes="audit.read")
def index(request: HttpRequest) -> HttpResponse:
    """Totals; a POST recomputes every stored figure of this club and names what does not hold."""
    club: ClubInfo = request.club
    now = clock.now()
    found = _prove(request, club) if request.method == "POST" else ()
    links, root = audit.audit_root()
    model = ProofPage(
        ledger_tabs(request, "console:ledger"),
        _units(request, club, now),
        now if request.method == "POST" else None,
        found,
        links,
        root,
        may(request, "audit.read"),
        may(request, "insights.read"),
    )
    return show(request, "proof.html", model)


def _prove(request: HttpRequest, club: ClubInfo) -> tuple[FoundRow, ...]:
    rows = [*activities.verify(club.id), *liability.verify(club.id)]
    found = [FoundRow(row.code, row.where, said(request, row.phrase)) for row in rows]
    for sign in audit.audit_verify():
        text = gettext("The audit trail was touched after it was written.")
        found.append(FoundRow(sign.code, str(sign.audit_id or sign.seq or ""), text))
    return tuple(found)


def _units(request: HttpRequest, club: ClubInfo, now: datetime) -> tuple[UnitRow, ...]:
    totals, held = selectors.program_totals(club), selectors.outstanding(club)
    program, lang = program_now(club, now), lang_of(request)
    names = {w.key: texts(w.name, w.key).say(lang) for w in program.wallets} if program else {}
    given = {(total.unit, total.account): total.given - total.taken for total in totals}
    units = dict.fromkeys([*names, *held, *(total.unit for total in totals)])
    return tuple(
        UnitRow(
            names.get(unit, unit),
            given.get((unit, Account.ISSUED), 0),
            -given.get((unit, Account.REDEEMED), 0),
            -given.get((unit, Account.EXPIRED), 0),
            given.get((unit, Account.ADJUSTED), 0),
            *held.get(unit, (0, 0, 0)),
        )
        for unit in units
    )
