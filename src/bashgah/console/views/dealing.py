"""Settings of gifts between members and of corrections by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from bashgah.clubs import services
from bashgah.clubs.types import AdjustmentReason, ClubInfo, TransferTerms
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, page, show
from bashgah.console.views.members.standing import program_now
from bashgah.ground import clock, ids
from bashgah.kit.money import CURRENCIES
from bashgah.ui.figures import money_unit, plain, shown_amount
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Tab

LIMITS = ("per_day", "per_month", "per_pair")
NUMBERS = ("least", "most", *LIMITS, "member_days")
EMPTY_REASONS = 2


@dataclass(frozen=True, slots=True)
class WalletTerms:
    """One wallet whose units can be given, with what was typed."""

    key: str
    name: str
    affix: str
    is_on: bool
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason of the list; an empty one can be filled in."""

    place: int
    key: str
    fa: str
    en: str


@dataclass(frozen=True, slots=True)
class DealingPage:
    """The form."""

    tabs: tuple[Tab, ...]
    wallets: tuple[WalletTerms, ...]
    reasons: tuple[ReasonRow, ...]
    values: Mapping[str, str]
    errors: dict[str, str]
    summary: str


@page("settings.read", writes="settings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Reads and writes what members may give to each other and how staff correct points."""
    club: ClubInfo = request.club
    entry = Entry(request)
    if request.method != "POST":
        return _page(request, entry)
    changes = {
        "transfers": [
            _terms(entry, key, money=money)
            for key, _name, money in _wallets(request)
            if entry.flag(f"on-{key}")
        ],
        "adjustment_reasons": _reasons(request),
        "adjustment_days": entry.whole("adjustment_days", required=True, least=1, most=90),
        "adjustment_key_limit": entry.whole("adjustment_key_limit", required=True, most=10**9),
    }
    if not entry.errors:
        _none, refusal = attempt(
            lambda: services.settings_set(club=club, changes=changes, actor=request.actor, now=clock.now())
        )
        if refusal is None:
            done(request, gettext("The settings were saved."))
            return redirect("console:dealing_settings")
        entry.refuse(refusal)
    return _page(request, entry, status=422)


def _wallets(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """Wallets whose units can be given (all but those that only qualify), and which of them hold money."""
    program = program_now(request.club, clock.now())
    if program is None:
        return []
    lang = lang_of(request)
    return [
        (
            wallet.key,
            (wallet.name.fa if lang == "fa" else wallet.name.en) or wallet.key,
            wallet.kind == "credit",
        )
        for wallet in program.wallets
        if wallet.kind != "status"
    ]


def _terms(entry: Entry, key: str, *, money: bool) -> dict[str, Any]:
    """One wallet's terms as typed, money in its shown unit; an empty limit is none."""
    found: dict[str, Any] = {"wallet": key}
    for name in NUMBERS:
        read = entry.money if money and name != "member_days" else entry.whole
        found[name] = read(
            f"{name}-{key}", required=name not in LIMITS, least=0 if name == "member_days" else 1
        )
    return found


def _reasons(request: HttpRequest) -> list[dict[str, str]]:
    """The reasons with a name; a new one gets a key of its own."""
    found = []
    posted = request.POST
    for place in range(30 + EMPTY_REASONS):
        fa, en = (posted.get(f"reason-{lang}-{place}", "").strip() for lang in ("fa", "en"))
        if fa or en:
            key = posted.get(f"reason-key-{place}", "") or f"r{ids.fresh().hex[-12:]}"
            found.append({"key": key, "fa": fa, "en": en})
    return found


def _page(request: HttpRequest, entry: Entry, status: int = 200) -> HttpResponse:
    club: ClubInfo = request.club
    own, typed = club.settings, request.POST if request.method == "POST" else None
    wallets = []
    for key, name, money in _wallets(request):
        terms = own.transfer_terms(key)
        kept = _shown(terms or _usual(club, key, money=money), club, money=money)
        wallets.append(
            WalletTerms(
                key=key,
                name=name,
                affix=money_unit(club) if money else gettext("points"),
                is_on=typed.get(f"on-{key}") == "1" if typed is not None else terms is not None,
                values={n: typed.get(f"{n}-{key}", "") for n in NUMBERS} if typed is not None else kept,
            )
        )
    reasons = [AdjustmentReason(**each) for each in _reasons(request)] if typed is not None else []
    shown = [(r.key, r.fa, r.en) for r in reasons or own.adjustment_reasons] + [("", "", "")] * EMPTY_REASONS
    values = {
        "adjustment_days": plain(own.adjustment_days),
        "adjustment_key_limit": plain(own.adjustment_key_limit),
    }
    if typed is not None:
        values = {name: typed.get(name, "") for name in values}
    model = DealingPage(
        tabs=settings_tabs(request, "console:dealing_settings"),
        wallets=tuple(wallets),
        reasons=tuple(ReasonRow(place, *row) for place, row in enumerate(shown)),
        values=values,
        errors=entry.errors,
        summary=entry.summary,
    )
    return show(request, "dealing_settings.html", model, status=status)


def _usual(club: ClubInfo, key: str, *, money: bool) -> TransferTerms:
    """What a club begins with; for money amounts that are worth giving."""
    if not money:
        return TransferTerms(wallet=key)
    # ten thousand toman, or one pound
    one = 100_000 if club.currency == "IRR" else 10 ** CURRENCIES[club.currency].exponent
    return TransferTerms(
        wallet=key, least=one, most=50 * one, per_day=100 * one, per_month=300 * one, per_pair=100 * one
    )


def _shown(terms: TransferTerms, club: ClubInfo, *, money: bool) -> dict[str, str]:
    found = {}
    for name in NUMBERS:
        number = getattr(terms, name)
        is_amount = money and name != "member_days" and number is not None
        found[name] = "" if number is None else plain(shown_amount(number, club) if is_amount else number)
    return found
