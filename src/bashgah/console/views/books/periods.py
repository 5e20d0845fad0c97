"""What the pages of the books share: their tabs, the period asked for, wallets by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.views.members.standing import program_now
from bashgah.engine.words import texts
from bashgah.kit import formats
from bashgah.kit.jalali import month_bounds, parse_date
from bashgah.kit.refusals import Refusal
from bashgah.ledger.statements import closed_until
from bashgah.ui.figures import money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Tab

LEDGER = (
    (_("Totals and proof"), "console:ledger", "wallets.read"),
    (_("Liability"), "console:liability", "insights.read"),
    (_("Accounting"), "console:journal", "insights.read"),
    (_("Auditor's statement"), "console:statement", "audit.read"),
    (_("Daily roots"), "console:roots", "audit.read"),
)


@dataclass(frozen=True, slots=True)
class PeriodField:
    """The span of days a page shows, as its two fields hold it; ``error`` when they cannot be read."""

    since: date
    until: date
    since_text: str
    until_text: str
    error: str = ""

    @property
    def query(self) -> str:
        """The period in the address of an export."""
        return f"since={self.since.isoformat()}&until={self.until.isoformat()}"


def ledger_tabs(request: HttpRequest, current: str) -> tuple[Tab, ...]:
    """The tabs of the ledger with the open one marked; one alone is none."""
    tabs = tuple(
        Tab(gettext(label), reverse(route), current=route == current)
        for label, route, permission in LEDGER
        if may(request, permission)
    )
    return tabs if len(tabs) > 1 else ()


def period_asked(request: HttpRequest, club: ClubInfo, now: datetime) -> PeriodField:
    """The days of the address, else the calendar month of the last closed day as far as it is closed."""
    last = closed_until(club) or now.astimezone(ZoneInfo(club.timezone)).date() - timedelta(days=1)
    since, until, error = month_bounds(last, club.calendar)[0], last, ""
    try:
        since = _day(request, "since") or since
        until = _day(request, "until") or max(until, since)
    except Refusal:
        error = gettext("Write both days as a date.")
    if until < since:
        since, error = until, gettext("The last day lies before the first.")
    lang = lang_of(request)
    return PeriodField(
        since,
        until,
        formats.date(since, lang, club.calendar, "short"),
        formats.date(until, lang, club.calendar, "short"),
        error,
    )


def wallet_names(request: HttpRequest, club: ClubInfo, now: datetime) -> dict[str, str]:
    """Wallets that can be spent, by key, as the program of today calls them."""
    program, lang = program_now(club, now), lang_of(request)
    if program is None:
        return {}
    return {w.key: texts(w.name, w.key).say(lang) for w in program.wallets if w.kind != "status"}


def all_wallet_names(request: HttpRequest, club: ClubInfo, now: datetime) -> dict[str, str]:
    """Every wallet by key, qualifying ones too."""
    program, lang = program_now(club, now), lang_of(request)
    return {w.key: texts(w.name, w.key).say(lang) for w in program.wallets} if program else {}


def units_words(amount: int, unit: str, credits: frozenset[str], club: ClubInfo) -> str:
    """Units of a wallet: a number, or where its units are money the amount in the club's shown unit."""
    return money_words(amount, club) if unit in credits else plain(amount)


def counted_in(unit: str, credits: frozenset[str], club: ClubInfo) -> str:
    """What a file counts a wallet in: the currency's smallest unit for money, units for all others."""
    return club.currency if unit in credits else "units"


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    return parse_date(text) if text else None
