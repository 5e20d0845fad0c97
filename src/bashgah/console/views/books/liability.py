"""What outstanding points are worth: by tier, branch and age, how it went, and as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from bashgah.access.gate import may
from bashgah.accounting import liability
from bashgah.accounting.costs import cost_on, costs_list, value
from bashgah.accounting.types import AGES, Basis, OutstandingRow
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.export import csv_response
from bashgah.console.naming import credit_units
from bashgah.console.views.base import chosen, page, show
from bashgah.console.views.books.periods import counted_in, ledger_tabs, units_words, wallet_names
from bashgah.console.views.members.standing import program_now
from bashgah.engine.words import tier_name
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.ledger.roots import days_list
from bashgah.ledger.types import DayInfo
from bashgah.ui.figures import change, day_words, money_parts, plain, shown_amount
from bashgah.ui.framing import current_lang, lang_of
from bashgah.ui.types import Chart, ChartRow, FilterChoice, Series, Stat, Tab

SHOWN_DAYS = 90
COMPARED_DAYS = 30
WAYS = (
    ("tier", _("Tier")),
    ("earned", _("Branch that gave them")),
    ("enrolled", _("Branch of enrolment")),
    ("age", _("Age")),
)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of what is outstanding."""

    name: str
    units: str
    share: float
    worth: int | None
    lots: int


@dataclass(frozen=True, slots=True)
class LiabilityPage:
    """The figures of one wallet at the end of one day."""

    tabs: tuple[Tab, ...]
    day: str
    stats: tuple[Stat, ...]
    chart: Chart | None
    choices: tuple[FilterChoice, ...]
    heading: str
    rows: tuple[PartRow, ...]
    units: str
    worth: int | None
    query: str
    has_cost: bool
    may_set: bool


@page("insights.read")
def index(request: HttpRequest) -> HttpResponse:
    """What is outstanding of a wallet, split the way the reader chose."""
    club: ClubInfo = request.club
    now = clock.now()
    names = wallet_names(request, club, now)
    unit, way = _asked(request, names)
    day = liability.outstanding_day(club)
    rows = _of(club, day, unit, way) if day else []
    cost = cost_on(costs_list(club), unit, day) if day else None
    credits = credit_units(club, now)

    def say(amount: int) -> str:
        return units_words(amount, unit, credits, club)

    parts = _parts(rows, way, _order(request, club, way, now), cost, say)
    days = days_list(club, day - timedelta(days=SHOWN_DAYS - 1), day, unit=unit) if day else []
    units = sum(row.units for row in rows)
    model = LiabilityPage(
        tabs=ledger_tabs(request, "console:liability"),
        day=day_words(day, club) if day else "",
        stats=_stats(club, units, cost, days, say),
        chart=_chart(club, names.get(unit, unit), days, say, is_money=unit in credits) if days else None,
        choices=(
            FilterChoice("wallet", gettext("Wallet"), chosen(list(names.items()), unit)),
            FilterChoice("by", gettext("Split by"), chosen([(k, gettext(v)) for k, v in WAYS], way)),
        ),
        heading=gettext(dict(WAYS)[way]),
        rows=parts,
        units=say(units),
        worth=value(units, cost) if cost is not None else None,
        query=f"wallet={unit}&by={way}",
        has_cost=cost is not None,
        may_set=may(request, "settings.edit"),
    )
    return show(request, "books/liability.html", model)


@page("data.export")
def export(request: HttpRequest) -> HttpResponse:
    """The whole count of the day as a file: every wallet, tier, branch and age."""
    club: ClubInfo = request.club
    day, costs, credits = liability.outstanding_day(club), costs_list(club), credit_units(club, clock.now())
    head = (
        *("day", "branch of", "wallet", "tier", "branch", "age from", "age to"),
        *("counted in", "units", "lots", "value"),
    )

    def rows() -> Iterator[tuple[object, ...]]:
        for basis in Basis if day else ():
            for row in liability.outstanding_list(club, day, basis):
                cost = cost_on(costs, row.unit, day)
                first, last = AGES[row.age]
                worth = value(row.units, cost) if cost is not None else None
                where = (day.isoformat(), basis.name.lower(), row.unit, row.tier, row.branch)
                counted = counted_in(row.unit, credits, club)
                yield *where, first, last, counted, row.units, row.lots, worth

    return csv_response("liability", head, rows())


def _asked(request: HttpRequest, names: dict[str, str]) -> tuple[str, str]:
    unit, way = request.GET.get("wallet", ""), request.GET.get("by", "")
    unit = unit if unit in names else next(iter(names), "points")
    return unit, way if way in dict(WAYS) else "tier"


def _of(club: ClubInfo, day: date, unit: str, way: str) -> list[OutstandingRow]:
    basis = Basis.ENROLLED if way == "enrolled" else Basis.EARNED
    return [row for row in liability.outstanding_list(club, day, basis) if row.unit == unit]


def _parts(
    rows: Iterable[OutstandingRow],
    way: str,
    order: dict[str | int, str],
    cost: int | None,
    say: Callable[[int], str],
) -> tuple[PartRow, ...]:
    sums: dict[str | int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        key = row.tier if way == "tier" else row.age if way == "age" else row.branch
        sums[key][0] += row.units
        sums[key][1] += row.lots
    whole = sum(units for units, _lots in sums.values())
    placed = sorted(sums, key=lambda key: list(order).index(key) if key in order else len(order))
    return tuple(
        PartRow(
            order.get(key, str(key) or gettext("none")),
            say(sums[key][0]),
            sums[key][0] / whole,
            value(sums[key][0], cost) if cost is not None else None,
            sums[key][1],
        )
        for key in placed
    )


def _order(request: HttpRequest, club: ClubInfo, way: str, now: datetime) -> dict[str | int, str]:
    """What the parts are called, in the order they are shown."""
    lang = lang_of(request)
    if way == "age":
        return {place: _age_words(*ages) for place, ages in enumerate(AGES)}
    if way == "tier":
        program = program_now(club, now)
        ladder = program.ladders[0] if program and program.ladders else None
        return {t.key: tier_name(ladder, t.key).say(lang) for t in ladder.tiers} if ladder else {}
    return {branch.code: branch.name.say(lang) for branch in clubs.branch_list(club)} | {
        "": gettext("no branch")
    }


def _age_words(first: int, last: int | None) -> str:
    if last is None:
        return gettext("older than a year")
    return gettext("%(first)s to %(last)s days") % {"first": plain(first), "last": plain(last)}


def _stats(
    club: ClubInfo, units: int, cost: int | None, days: list[DayInfo], say: Callable[[int], str]
) -> tuple[Stat, ...]:
    closing = days[-1].closing if days else 0
    past = days[-1 - COMPARED_DAYS].closing if len(days) > COMPARED_DAYS else None
    against = gettext("against 30 days before")
    stats = [
        Stat(
            gettext("Outstanding"),
            say(units),
            delta=change(closing, past, against=against, up_is_good=False) if past and past > 0 else None,
        )
    ]
    if cost is not None:
        worth, unit = money_parts(value(units, cost), club)
        each, each_unit = money_parts(cost, club)
        stats += [
            Stat(gettext("Liability"), worth, unit),
            Stat(gettext("Cost of a thousand units"), each, each_unit),
        ]
    last = days[-COMPARED_DAYS:]
    stats += [
        Stat(gettext("Given in 30 days"), say(sum(day.flows.issued - day.flows.reversed for day in last))),
        Stat(
            gettext("Used or expired in 30 days"),
            say(sum(day.flows.redeemed + day.flows.expired for day in last)),
        ),
    ]
    if units != closing:
        stats.append(
            Stat(gettext("Owed by members"), say(units - closing), note=gettext("spent, then returned"))
        )
    return tuple(stats)


def _chart(
    club: ClubInfo, name: str, days: list[DayInfo], say: Callable[[int], str], *, is_money: bool
) -> Chart:
    lang = current_lang()
    rows = tuple(
        ChartRow(
            formats.date(day.day, lang, club.calendar, "medium"),
            formats.date(day.day, lang, club.calendar, "day"),
            (float(shown_amount(day.closing, club)) if is_money else day.closing,),
            (say(day.closing),),
        )
        for day in days
    )
    title = gettext("%(wallet)s members hold, at the end of each day") % {"wallet": name}
    return Chart("outstanding", title, gettext("Day"), "line", (Series(name, "c3"),), rows)
