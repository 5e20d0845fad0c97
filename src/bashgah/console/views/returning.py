"""A return recorded by hand: lines and quantities, what it would undo, and then the deed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from msgspec import UNSET

from bashgah.access.gate import may, require
from bashgah.activities import selectors
from bashgah.activities.previewing import return_preview
from bashgah.activities.services import settle_one
from bashgah.activities.types import ActivityInfo, PurchaseRef, ReturnIn, ReturnLineIn, Settled
from bashgah.activities.waiting import return_discard, returns_waiting
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.tabs import activity_tabs
from bashgah.console.views.base import Entry, attempt, page, read_id, said, show
from bashgah.engine.words import tier_name, wallet_name
from bashgah.ground import clock, ids
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.text import ascii_digits
from bashgah.programs.selectors import program_in_force
from bashgah.ui.figures import isolated, moment_words, money_words
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Tab

SOURCE = "console"


@dataclass(frozen=True, slots=True)
class BackLine:
    """A line that may come back, with what was typed."""

    name: str
    field: str
    bought: str
    left: str
    typed: str
    is_left: bool


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """The form; with ``effects`` what it would undo, and the button that does it."""

    crumbs: tuple[Crumb, ...]
    title: str
    lines: tuple[BackLine, ...]
    by_amount: bool
    left: str
    values: dict[str, str]
    errors: dict[str, str]
    summary: str
    effects: tuple[tuple[str, str], ...]
    is_left: bool
    reference: str
    opened: str
    back: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A return that waits, or was refused when its purchase came."""

    reference: str
    purchase: str
    told: str
    state: str
    is_open: bool
    discard_url: str


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """Returns told before their purchase."""

    tabs: tuple[Tab, ...]
    rows: tuple[WaitingRow, ...]
    may_discard: bool


@page("activities.read")
def waiting(request: HttpRequest) -> HttpResponse:
    """Returns that wait for their purchase, and those that were refused when it came."""
    club: ClubInfo = request.club
    rows = tuple(
        WaitingRow(
            f"{each.source} · {each.reference}",
            f"{each.purchase_source} · {each.purchase_reference}",
            moment_words(each.received_at, club),
            gettext("waits for its purchase")
            if each.closed_at is None
            else gettext("refused: %(code)s") % {"code": each.outcome},
            each.closed_at is None,
            reverse("console:return_discard", args=[public("activity", each.id)]),
        )
        for each in returns_waiting(club)
    )
    model = WaitingPage(
        activity_tabs(request, "console:returns_waiting"), rows, may(request, "activities.write")
    )
    return show(request, "activities/waiting.html", model)


@require_POST
@page("activities.write")
def discard(request: HttpRequest, waiting_id: str) -> HttpResponse:
    """Lets a waiting return go."""
    return_discard(
        club=request.club, id=read_id("activity", waiting_id), actor=request.actor, now=clock.now()
    )
    done(request, gettext("The return waits no more; its reference is free."))
    return redirect("console:returns_waiting")


@page("activities.read")
def new(request: HttpRequest, activity_id: str) -> HttpResponse:
    """Asks for what came back, shows what that undoes, records it once."""
    club: ClubInfo = request.club
    info = selectors.activity_get(club, read_id("activity", activity_id))
    _allowed(request, info)
    entry, now = Entry(request), clock.now()
    effects: tuple[tuple[str, str], ...] = ()
    if request.method == "POST":
        intake = _intake(request, entry, info, now)
        if intake is not None and not entry.errors:
            is_last = request.POST.get("step") == "record"
            act = settle_one if is_last else return_preview
            settled, refusal = attempt(lambda: act(intake=intake, club=club, actor=request.actor, now=now))
            if refusal is not None:
                entry.wrong("summary", said(request, refusal.phrase))
            elif settled is not None and is_last:
                done(request, gettext("The return is recorded."))
                return redirect("console:activity", public("activity", settled.activity_id))
            elif settled is not None:
                effects = effects_of(settled, club, lang_of(request), now)
    return _page(request, entry, info, effects, now)


def effects_of(settled: Settled, club: ClubInfo, lang: Lang, now: datetime) -> tuple[tuple[str, str], ...]:
    """What a return undoes, as a list of what and how much."""
    compiled = program_in_force(club, now)

    def wallet(key: str) -> str:
        found = compiled.wallets.get(key)
        return wallet_name(found).say(lang) if found else key

    taken: dict[str, int] = {}
    for credit in settled.credits:
        taken[credit.wallet] = taken.get(credit.wallet, 0) + credit.amount
    rows = [
        (gettext("%(wallet)s taken back") % {"wallet": wallet(key)}, isolated(formats.signed(amount, lang)))
        for key, amount in taken.items()
    ]
    rows += [
        (
            gettext("%(wallet)s given back") % {"wallet": wallet(b.wallet)},
            isolated(formats.signed(b.amount, lang)),
        )
        for b in settled.given_back
    ]
    if settled.coupons_back:
        count = formats.number(len(settled.coupons_back), lang)
        rows.append((gettext("Coupons that can be used again"), count))
    for move in settled.moves:
        ladder = compiled.ladders[move.ladder].ladder
        steps = {
            "before": tier_name(ladder, move.before).say(lang),
            "after": tier_name(ladder, move.after).say(lang),
        }
        rows.append((gettext("Tier"), gettext("from %(before)s to %(after)s") % steps))
    for balance in settled.balances:
        found = compiled.wallets.get(balance.wallet)
        if balance.wallet in taken and found is not None and found.kind != "status":
            name = gettext("Balance of %(wallet)s then") % {"wallet": wallet(balance.wallet)}
            rows.append((name, formats.number(balance.available, lang)))
    return tuple(rows)


def _allowed(request: HttpRequest, info: ActivityInfo) -> None:
    if info.kind != "purchase":
        raise selectors.purchase_not_found()
    branch = next((b.id for b in clubs.branch_list(request.club) if b.code == info.branch), None)
    require(request, "activities.write", branch=branch)


def _intake(request: HttpRequest, entry: Entry, info: ActivityInfo, now: datetime) -> ReturnIn | None:
    lines: list[ReturnLineIn] = []
    amount = None
    if info.fact.lines_known:
        for line in info.fact.lines:
            typed = _thousandths(entry, f"line-{line.no}")
            if typed:
                lines.append(ReturnLineIn(no=line.no, quantity=typed))
    else:
        amount = entry.money("amount", least=1)
    if request.POST.get("all") == "1":
        lines, amount = [], None
    elif not lines and not amount and not entry.errors:
        entry.errors["summary"] = gettext("Say what came back, or that everything did.")
    if entry.errors:
        return None
    return ReturnIn(
        source=SOURCE,
        reference=entry.text("reference", required=True, limit=120),
        occurred_at=_opened(request, now),
        purchase=PurchaseRef(activity=public("activity", info.id)),
        lines=tuple(lines),
        amount=amount or UNSET,
        branch=info.branch,
        channel="console",
    )


def _thousandths(entry: Entry, name: str) -> int:
    text = ascii_digits(entry.text(name, limit=20)).replace("٫", ".").replace("/", ".").replace(",", ".")
    if not text:
        return 0
    whole, _point, part = text.partition(".")
    if not whole.isdecimal() or (part and not part.isdecimal()) or len(part) > 3:
        entry.wrong(name, gettext("Write how many, at most three digits after the point."))
        return 0
    return int(whole) * 1000 + int(part.ljust(3, "0") or 0)


def _opened(request: HttpRequest, now: datetime) -> datetime:
    """When the form was opened: a resend then tells of the same moment."""
    try:
        opened = datetime.fromisoformat(request.POST.get("opened", ""))
    except ValueError:
        return now
    return opened if opened.tzinfo and opened <= now else now


def _page(
    request: HttpRequest,
    entry: Entry,
    info: ActivityInfo,
    effects: tuple[tuple[str, str], ...],
    now: datetime,
) -> HttpResponse:
    club: ClubInfo = request.club
    lang = lang_of(request)
    rows = selectors.purchase_lines(club, info.id)
    left = sum(row.left for row in rows)
    back = reverse("console:activity", args=[public("activity", info.id)])
    title = gettext("Return of purchase %(reference)s") % {"reference": info.reference}
    model = ReturnPage(
        crumbs=(
            Crumb(gettext("Purchases and activities"), reverse("console:activities")),
            Crumb(gettext("Purchase"), back),
            Crumb(gettext("Return")),
        ),
        title=title,
        lines=tuple(
            BackLine(
                row.name or row.sku or formats.number(row.no, lang),
                f"line-{row.no}",
                formats.quantity(row.bought, lang),
                formats.quantity(row.left, lang),
                request.POST.get(f"line-{row.no}", ""),
                row.left > 0,
            )
            for row in rows
        )
        if info.fact.lines_known
        else (),
        by_amount=not info.fact.lines_known,
        left="" if info.fact.lines_known else money_words(left, club),
        values={name: request.POST.get(name, "") for name in ("amount", "all")},
        errors=entry.errors,
        summary=entry.errors.get("summary", "") or entry.summary,
        effects=effects,
        is_left=left > 0,
        reference=request.POST.get("reference") or ids.fresh().hex[:20],
        opened=_opened(request, now).isoformat(),
        back=back,
    )
    return show(request, "activities/return.html", model, status=422 if entry.errors else 200)
