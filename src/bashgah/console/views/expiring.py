"""The calendar of coming expiry: what members will lose, by month and day, wallet and tier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.export import csv_response
from bashgah.console.framing import said
from bashgah.console.views.base import chosen, page, show
from bashgah.engine.document import Program
from bashgah.engine.words import texts, units
from bashgah.ground import clock
from bashgah.insights.expiry import ExpiryDay
from bashgah.insights.kept import Answer
from bashgah.insights.questions import EXPIRING
from bashgah.kit import formats
from bashgah.kit.jalali import month_bounds
from bashgah.programs.selectors import program_in_force
from bashgah.ui.figures import counted_words, day_words, money_words
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option

SHORT = 60
AHEAD = {"30": 30, "90": 90, "365": 365}


@dataclass(frozen=True, slots=True)
class DayRow:
    """What ends with one day, of one wallet and tier."""

    day: str
    wallet: str
    tier: str
    amount: str
    worth: str
    members: int


@dataclass(frozen=True, slots=True)
class MonthCard:
    """A month of the club's calendar with its sums by wallet and its days."""

    name: str
    sums: tuple[str, ...]
    rows: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True)
class ExpiringPage:
    """The months ahead."""

    crumbs: tuple[Crumb, ...]
    months: tuple[MonthCard, ...]
    ahead: tuple[Option, ...]
    wallets: tuple[Option, ...]
    tiers: tuple[Option, ...]
    export_url: str
    is_short: bool
    counted: str


@page("insights.read")
def index(request: HttpRequest) -> HttpResponse:
    """What expires in the months ahead if nobody uses it."""
    club: ClubInfo = request.club
    lang, program = lang_of(request), program_in_force(club, clock.now()).document
    ahead = request.GET.get("ahead", "90")
    wallet, tier = request.GET.get("wallet", ""), request.GET.get("tier", "")
    found = _found(request, club)
    model = ExpiringPage(
        crumbs=(Crumb(gettext("Ledger"), reverse("console:ledger")), Crumb(gettext("Coming expiry"))),
        months=tuple(_months(request, club, program, found.value)),
        ahead=chosen(
            [
                ("30", gettext("the next 30 days")),
                ("90", gettext("the next 90 days")),
                ("365", gettext("the next year")),
            ],
            ahead if ahead in AHEAD else "90",
        ),
        wallets=chosen(
            [("", gettext("Wallet: all")), *_wallets(program, lang).items()],
            wallet,
        ),
        tiers=chosen([("", gettext("Tier: all")), *_tiers(program, lang).items()], tier),
        export_url=f"{reverse('console:expiring_export')}?{request.GET.urlencode()}"
        if may(request, "data.export")
        else "",
        is_short=len(found.value) <= SHORT,
        counted=counted_words(found.at, clock.now(), club),
    )
    return show(request, "expiring.html", model)


@page("data.export")
def export(request: HttpRequest) -> HttpResponse:
    """The same days as a file."""
    head = (
        gettext("Last day"),
        gettext("Wallet"),
        gettext("Tier"),
        gettext("Units"),
        gettext("Worth"),
        gettext("Members"),
    )
    rows = (
        (each.day.isoformat(), each.unit, each.tier, each.units, each.worth or "", each.members)
        for each in EXPIRING.find(request.club, clock.now(), *_asked(request))
    )
    return csv_response("expiring", head, rows)


def _found(request: HttpRequest, club: ClubInfo) -> Answer[list[ExpiryDay]]:
    return EXPIRING.ask(club, *_asked(request), now=clock.now())


def _asked(request: HttpRequest) -> tuple[int, str, str]:
    """Days ahead, wallet and tier."""
    asked = request.GET
    return AHEAD.get(asked.get("ahead", ""), 90), asked.get("wallet", "")[:40], asked.get("tier", "")[:40]


def _months(
    request: HttpRequest, club: ClubInfo, program: Program, found: Iterable[ExpiryDay]
) -> Iterable[MonthCard]:
    by_month: dict[date, list[ExpiryDay]] = {}
    for each in found:
        by_month.setdefault(month_bounds(each.day, club.calendar)[0], []).append(each)
    lang = lang_of(request)
    wallets, tiers = _wallets(program, lang), _tiers(program, lang)
    for first, days in by_month.items():
        yield MonthCard(
            name=formats.date(first, lang, club.calendar, "month"),
            sums=tuple(_sums(request, club, program, days)),
            rows=tuple(
                DayRow(
                    day=day_words(each.day, club, "medium"),
                    wallet=wallets.get(each.unit, each.unit),
                    tier=tiers.get(each.tier, each.tier or "–"),
                    amount=formats.number(each.units, lang),
                    worth=money_words(each.worth, club) if each.worth is not None else "–",
                    members=each.members,
                )
                for each in days
            ),
        )


def _sums(request: HttpRequest, club: ClubInfo, program: Program, days: Iterable[ExpiryDay]) -> Iterable[str]:
    """«۱۲٬۴۰۰ امتیاز، ۱۲۴٬۰۰۰ تومان» for each wallet."""
    found: dict[str, tuple[int, int | None]] = {}
    for each in days:
        so_far, worth = found.get(each.unit, (0, None))
        together = None if each.worth is None else (worth or 0) + each.worth
        found[each.unit] = (so_far + each.units, together)
    wallets = {wallet.key: wallet for wallet in program.wallets}
    for unit, (amount, worth) in found.items():
        if unit not in wallets:
            continue
        told = said(request, units(amount, wallets[unit], program))
        is_money = wallets[unit].kind == "credit"
        yield told if worth is None or is_money else f"{told} · {money_words(worth, club)}"


def _wallets(program: Program, lang: Lang) -> dict[str, str]:
    return {w.key: texts(w.name, w.key).say(lang) for w in program.wallets if w.kind != "status"}


def _tiers(program: Program, lang: Lang) -> dict[str, str]:
    if not program.ladders:
        return {}
    return {tier.key: texts(tier.name, tier.key).say(lang) for tier in program.ladders[0].tiers}
