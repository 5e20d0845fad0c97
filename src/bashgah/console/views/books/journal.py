"""Deferred revenue for the company's books: the journal by account, its files, costs and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from bashgah.access.gate import may
from bashgah.accounting import costs
from bashgah.accounting.journal import journal
from bashgah.accounting.types import AccountInfo, Journal, JournalLine, UnitCostInfo
from bashgah.clubs.types import ClubInfo
from bashgah.console.export import csv_response, xlsx_response
from bashgah.console.framing import done, said
from bashgah.console.naming import credit_units
from bashgah.console.views.base import Entry, attempt, page, show
from bashgah.console.views.books.periods import (
    PeriodField,
    counted_in,
    ledger_tabs,
    period_asked,
    wallet_names,
)
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.kit.money import CURRENCIES
from bashgah.ui.framing import current_lang
from bashgah.ui.types import Crumb, Tab

KINDS = {
    "issued": _("Given"),
    "reversed": _("Taken back"),
    "redeemed": _("Used"),
    "expired": _("Expired"),
    "adjusted": _("Adjusted"),
    "transferred": _("Transferred"),
    "opening": _("Outstanding when valued first"),
    "revaluation": _("Change of the cost"),
    "rounding": _("Rounding"),
}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account with what was booked on it."""

    code: str
    name: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class DeferredRow:
    """What the books owe for a wallet at the end."""

    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class JournalPage:
    """The journal of a period, added up by account."""

    tabs: tuple[Tab, ...]
    period: PeriodField
    problem: str
    accounts: tuple[AccountRow, ...]
    deferred: tuple[DeferredRow, ...]
    debit: int
    credit: int
    lines: int
    without_cost: tuple[str, ...]
    is_there: bool
    may_export: bool


@dataclass(frozen=True, slots=True)
class CostRow:
    """One wallet in the form of costs, with what it cost since when."""

    key: str
    name: str
    versions: tuple[UnitCostInfo, ...]
    cost_value: str
    since_value: str

    @property
    def cost_field(self) -> str:
        """The name of its cost in the form."""
        return f"cost_{self.key}"

    @property
    def since_field(self) -> str:
        """The name of its day in the form."""
        return f"since_{self.key}"


@dataclass(frozen=True, slots=True)
class AccountField:
    """One account in the form."""

    key: str
    usual: str
    code: str
    name: str

    @property
    def code_field(self) -> str:
        """The name of its code in the form."""
        return f"code_{self.key}"

    @property
    def name_field(self) -> str:
        """The name of its name in the form."""
        return f"name_{self.key}"


@dataclass(frozen=True, slots=True)
class CostsPage:
    """Costs and accounts."""

    crumbs: tuple[Crumb, ...]
    wallets: tuple[CostRow, ...]
    accounts: tuple[AccountField, ...]
    errors: dict[str, str]
    summary: str
    may_edit: bool

    @property
    def is_read_only(self) -> bool:
        """Whether the reader may only look."""
        return not self.may_edit


@page("insights.read")
def index(request: HttpRequest) -> HttpResponse:
    """The journal of a period, added up by account."""
    club: ClubInfo = request.club
    now = clock.now()
    period = period_asked(request, club, now)
    names = wallet_names(request, club, now)
    found, refusal = attempt(lambda: journal(club, period.since, period.until))
    model = JournalPage(
        tabs=ledger_tabs(request, "console:journal"),
        period=period,
        problem=period.error or (said(request, refusal.phrase) if refusal else ""),
        accounts=_by_account(found) if found else (),
        deferred=tuple(DeferredRow(names.get(u, u), n) for u, n in found.deferred.items()) if found else (),
        debit=found.debit if found else 0,
        credit=found.credit if found else 0,
        lines=len(found.lines) if found else 0,
        without_cost=tuple(names[u] for u in found.without_cost if u in names) if found else (),
        is_there=found is not None,
        may_export=may(request, "data.export"),
    )
    return show(request, "books/journal.html", model)


@page("data.export")
def export_csv(request: HttpRequest) -> HttpResponse:
    """The journal as a file for the accounting software."""
    head, rows = _file(request)
    return csv_response("journal", head, rows)


@page("data.export")
def export_xlsx(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    head, rows = _file(request)
    return xlsx_response("journal", gettext("Accounting"), head, rows)


@page("insights.read", writes="settings.edit")
def settings(request: HttpRequest) -> HttpResponse:
    """What units cost, and under which accounts they are booked; each form by itself."""
    club: ClubInfo = request.club
    now, entry = clock.now(), Entry(request)
    names = wallet_names(request, club, now)
    if request.method == "POST":
        save = _save_accounts if request.POST.get("part") == "accounts" else _save_cost
        if save(request, club, names, entry, now):
            done(request, gettext("It was saved."))
            return redirect("console:costs")
    return _costs_page(request, club, names, entry)


def _save_cost(
    request: HttpRequest, club: ClubInfo, names: dict[str, str], entry: Entry, now: datetime
) -> bool:
    unit = entry.choice("wallet", set(names))
    field = f"cost_{unit}"
    cost, since = entry.money(field, required=True), entry.day(f"since_{unit}")
    if entry.errors or cost is None or not unit:
        return False
    _nothing, refusal = attempt(
        lambda: costs.cost_set(
            club=club, unit=unit, per_thousand=cost, since=since, actor=request.actor, now=now
        )
    )
    if refusal:
        entry.refuse(refusal, {"/cost": field, "/since": f"since_{unit}"})
    return refusal is None


def _save_accounts(
    request: HttpRequest, club: ClubInfo, _names: dict[str, str], entry: Entry, now: datetime
) -> bool:
    changes = {
        key: (entry.text(f"code_{key}", required=True, limit=40), entry.text(f"name_{key}", required=True))
        for key in costs.ACCOUNTS
    }
    if entry.errors:
        return False
    _nothing, refusal = attempt(
        lambda: costs.accounts_set(club=club, changes=changes, actor=request.actor, now=now)
    )
    if refusal:
        entry.refuse(refusal, {f"/{key}": f"name_{key}" for key in costs.ACCOUNTS})
    return refusal is None


def _costs_page(request: HttpRequest, club: ClubInfo, names: dict[str, str], entry: Entry) -> HttpResponse:
    known, accounts = costs.costs_list(club), costs.accounts_on(club, date.max)
    typed = request.POST.get("part") == "accounts"
    lang = current_lang()
    model = CostsPage(
        crumbs=(
            Crumb(gettext("Accounting"), reverse("console:journal")),
            Crumb(gettext("Costs and accounts")),
        ),
        wallets=tuple(
            CostRow(
                key,
                name,
                tuple(reversed([cost for cost in known if cost.unit == key])),
                request.POST.get(f"cost_{key}", ""),
                request.POST.get(f"since_{key}", ""),
            )
            for key, name in names.items()
        ),
        accounts=tuple(
            AccountField(
                key,
                usual.say(lang),
                request.POST.get(f"code_{key}", "") if typed else accounts[key].code,
                request.POST.get(f"name_{key}", "") if typed else costs.account_name(accounts[key], lang),
            )
            for key, (_code, usual) in costs.ACCOUNTS.items()
        ),
        errors=entry.errors,
        summary=entry.summary,
        may_edit=may(request, "settings.edit"),
    )
    return show(request, "books/costs.html", model, status=422 if entry.errors else 200)


def _by_account(found: Journal) -> tuple[AccountRow, ...]:
    sums: dict[AccountInfo, list[int]] = {}
    for line in found.lines:
        kept = sums.setdefault(line.account, [0, 0])
        kept[0] += line.debit
        kept[1] += line.credit
    lang = current_lang()
    rows = [
        AccountRow(account.code, costs.account_name(account, lang), debit, credit)
        for account, (debit, credit) in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: row.code))


def _file(request: HttpRequest) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    club: ClubInfo = request.club
    now = clock.now()
    period = period_asked(request, club, now)
    names, credits = wallet_names(request, club, now), credit_units(club, now)
    found = journal(club, period.since, period.until)
    head = (
        gettext("Date"),
        gettext("Date, Jalali"),
        gettext("Number"),
        gettext("Account"),
        gettext("Account's name"),
        gettext("Description"),
        gettext("Units"),
        gettext("Counted in"),
        gettext("Debit"),
        gettext("Credit"),
        gettext("Currency"),
    )
    # said now: a streamed answer is written when the language of the request is gone
    return head, [_row(line, club, names, credits) for line in found.lines]


def _row(
    line: JournalLine, club: ClubInfo, names: dict[str, str], credits: frozenset[str]
) -> tuple[object, ...]:
    return (
        line.day.isoformat(),
        formats.date(line.day, "en", "jalali", "short"),
        line.number,
        line.account.code,
        line.account.name,
        f"{gettext(KINDS[line.kind])} ({names.get(line.unit, line.unit)})",
        line.units,
        counted_in(line.unit, credits, club),
        _amount(line.debit, club),
        _amount(line.credit, club),
        club.currency,
    )


def _amount(amount: int, club: ClubInfo) -> int | str:
    """An amount in whole currency: what accounting software reads, without a separator."""
    exponent = CURRENCIES[club.currency].exponent
    return f"{amount // 10**exponent}.{amount % 10**exponent:0{exponent}d}" if exponent else amount
