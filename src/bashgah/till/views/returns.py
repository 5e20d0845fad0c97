"""Returns: some lines, part of a quantity, or the whole purchase made void."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from msgspec import UNSET

from bashgah.access.gate import require
from bashgah.activities import selectors as activities
from bashgah.activities.previewing import return_preview
from bashgah.activities.services import settle_one
from bashgah.activities.strangers import CLAIM, anonymous_lines
from bashgah.activities.types import (
    ActivityInfo,
    AnonymousInfo,
    PurchaseRef,
    ReturnableLine,
    ReturnIn,
    ReturnLineIn,
    Settled,
)
from bashgah.engine.words import tier_name, wallet_name
from bashgah.ground.trying import tried
from bashgah.kit import formats, ids
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits, clean
from bashgah.programs.selectors import program_in_force
from bashgah.till import counter as counters
from bashgah.till import results
from bashgah.till.counter import Counter, at_counter, part
from bashgah.till.forms import instant, money, thousandths
from bashgah.till.pages import ReturnLine, ReturnPage
from bashgah.ui.figures import isolated

Bought = ActivityInfo | AnonymousInfo
"""A purchase that goods come back of: a member's, or one nobody showed a card for."""


@require_http_methods(["GET", "HEAD", "POST"])
@at_counter
def find(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Ask for the invoice and show what of it may come back."""
    if request.method != "POST":
        return part(request, counter, "return_find.html", text="", errors={})
    text = clean(ascii_digits(request.POST.get("invoice", "")), field="/invoice", limit=120)
    found = _find(request, counter, text)
    if found is None:
        errors = {"invoice": gettext("No purchase has this number here.")}
        return part(request, counter, "return_find.html", status=422, text=text, errors=errors)
    return _lines_part(request, counter, found)


@require_POST
@at_counter
def record(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Record the return of what was typed; nothing typed is all that is left."""
    require(request, "activities.write", branch=counter.branch.id)
    found = _named(request, counter, request.POST.get("activity", ""))
    done, refusal = tried(lambda: _recorded(request, counter, found))
    if done is None:
        response = _lines_part(request, counter, found, error=counter.say(refusal.phrase) if refusal else "")
        response.headers["HX-Retarget"] = "#till-panel"
        return response
    return results.returned(request, counter, done, title=gettext("The return is recorded"))


@require_POST
@at_counter
def preview(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Say what the return typed so far would undo; nothing is recorded."""
    require(request, "activities.write", branch=counter.branch.id)
    found = _named(request, counter, request.POST.get("activity", ""))
    if isinstance(found, AnonymousInfo):
        said = gettext("Nobody showed a card for this purchase: sales fall by it, and no points go back.")
        return part(request, counter, "return_effects.html", effects=(), error="", note=said)
    try:
        settled = return_preview(
            club=counter.club,
            intake=_intake(request, counter, found),
            actor=counter.actor,
            now=counter.now,
        )
    except Refusal as refusal:
        return part(request, counter, "return_effects.html", effects=(), error=counter.say(refusal.phrase))
    return part(request, counter, "return_effects.html", effects=_effects(counter, settled), error="")


@require_POST
@at_counter
def void(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Make the last purchase void: everything left of it is returned, once."""
    require(request, "activities.write", branch=counter.branch.id)
    found = _named(request, counter, request.POST.get("activity", ""))
    intake = ReturnIn(
        source=counter.source,
        reference=f"void/{ids.public('activity', found.id)}",
        occurred_at=found.recorded_at,  # the same at every press, so that a second one tells the same fact
        purchase=PurchaseRef(activity=ids.public("activity", found.id)),
        branch=counter.branch.code,
    )
    settled = settle_one(intake, club=counter.club, actor=counter.actor, now=counter.now)
    if counter.last and counter.last.activity == request.POST.get("activity"):
        opened = request.session[counters.OPENED]
        counters.counter_keep(request, last={**opened["last"], "void": True})
    fresh = counters.counter_of(request) or counter
    return results.returned(request, fresh, settled, title=gettext("The purchase is void"))


def _effects(counter: Counter, settled: Settled) -> tuple[tuple[str, str], ...]:
    """What a return takes, gives back and leaves, for the cashier to say aloud."""
    compiled = program_in_force(counter.club, counter.now)
    spendable = {
        key: wallet_name(w).say(counter.lang) for key, w in compiled.wallets.items() if w.kind != "status"
    }
    taken: dict[str, int] = {}
    for credit in settled.credits:
        if credit.wallet in spendable:
            taken[credit.wallet] = taken.get(credit.wallet, 0) + credit.amount
    rows = [
        (
            gettext("%(wallet)s taken back") % {"wallet": spendable[key]},
            isolated(formats.signed(amount, counter.lang)),
        )
        for key, amount in taken.items()
    ]
    rows += [
        (
            gettext("%(wallet)s given back") % {"wallet": spendable.get(back.wallet, back.wallet)},
            isolated(formats.signed(back.amount, counter.lang)),
        )
        for back in settled.given_back
    ]
    if settled.coupons_back:
        count = formats.number(len(settled.coupons_back), counter.lang)
        rows.append((gettext("Coupons that can be used again"), count))
    rows += [
        (
            gettext("Tier then"),
            tier_name(compiled.ladders[move.ladder].ladder, move.after).say(counter.lang),
        )
        for move in settled.moves
    ]
    rows += [
        (
            gettext("Balance of %(wallet)s then") % {"wallet": spendable[balance.wallet]},
            formats.number(balance.available, counter.lang),
        )
        for balance in settled.balances
        if balance.wallet in taken
    ]
    return tuple(rows)


def _recorded(request: HttpRequest, counter: Counter, found: Bought) -> Settled:
    intake = _intake(request, counter, found)
    return settle_one(intake, club=counter.club, actor=counter.actor, now=counter.now)


def _intake(request: HttpRequest, counter: Counter, found: Bought) -> ReturnIn:
    amount = money(request.POST.get("amount", ""), counter.club, "/amount")
    purchase = PurchaseRef(activity=ids.public("activity", found.id))
    if isinstance(found, AnonymousInfo):
        purchase = PurchaseRef(source=found.source, reference=found.reference)
    return ReturnIn(
        source=counter.source,
        reference=f"return/{_reference(request)}",
        occurred_at=instant(request.POST.get("occurred_at", "")) or counter.now,
        purchase=purchase,
        lines=_returned_lines(request),
        amount=amount or UNSET,
        branch=counter.branch.code,
    )


def _reference(request: HttpRequest) -> str:
    """The reference made when the form was shown: pressed twice, the return is recorded once."""
    try:
        return str(uuid.UUID(request.POST.get("reference", "")))
    except ValueError:
        return str(uuid.uuid4())


def _returned_lines(request: HttpRequest) -> tuple[ReturnLineIn, ...]:
    numbers, quantities = request.POST.getlist("no"), request.POST.getlist("quantity")
    return tuple(
        ReturnLineIn(no=int(no), quantity=thousandths(quantity))
        for no, quantity in zip(numbers, quantities, strict=False)
        if quantity.strip() and no.isdecimal()
    )


def _find(request: HttpRequest, counter: Counter, text: str) -> Bought | None:
    """The purchase of this number at this branch, or by its own id; a member's or nobody's."""
    try:
        if text.startswith("act_"):
            return _named(request, counter, text)
        found = activities.activity_find(counter.club, counter.source, text)
        if found is not None:
            return found if found.kind == "purchase" else None
        return _owned(counter, activities.anonymous_find(counter.club, counter.source, text))
    except Refusal as refusal:
        if refusal.code == "purchase_elsewhere":
            raise
        return None


def _named(request: HttpRequest, counter: Counter, public_id: str) -> Bought:
    """The purchase of an id, a member's or nobody's; refuses one of a branch that is not the cashier's."""
    id_ = ids.parse("activity", public_id)
    found: Bought
    try:
        found = activities.activity_get(counter.club, id_)
    except Refusal:
        found = _owned(counter, activities.anonymous_get(counter.club, id_))
    counters.check_branch(request, counter.club, found.branch)
    return found


def _owned(counter: Counter, found: AnonymousInfo) -> Bought:
    """Nobody's purchase, or the member's it became when it was claimed."""
    if found.claimed_by is None:
        return found
    claim = activities.activity_find(counter.club, CLAIM, ids.public("activity", found.id))
    return claim or found


def _lines_part(request: HttpRequest, counter: Counter, found: Bought, *, error: str = "") -> HttpResponse:
    lines_of = anonymous_lines if isinstance(found, AnonymousInfo) else activities.purchase_lines
    lines = lines_of(counter.club, found.id)
    by_amount = not found.fact.lines_known
    left = sum(line.left for line in lines)
    club = counter.club
    when = formats.datetime_(
        found.occurred_at, counter.lang, club.calendar, counter.branch.timezone, "medium"
    )
    total = formats.money(found.net, club.currency, counter.lang, club.money_display)
    shown = ReturnPage(
        activity=ids.public("activity", found.id),
        reference=request.POST.get("reference") or str(uuid.uuid4()),
        title=f"{found.reference} · {when} · {total}",
        by_amount=by_amount,
        lines=() if by_amount else tuple(_line(counter, line) for line in lines),
        left_amount=formats.money(left, club.currency, counter.lang, club.money_display) if by_amount else "",
        error=error or ("" if left else gettext("Everything of this purchase has been returned.")),
    )
    first = next((f"till-return-{line.no}" for line in lines if line.left), "till-return-amount")
    return part(
        request,
        counter,
        "return_lines.html",
        status=422 if error else 200,
        back=shown,
        occurred_at=request.POST.get("occurred_at") or counter.now.isoformat(),
        focus="till-return-amount" if by_amount else first,
    )


def _line(counter: Counter, line: ReturnableLine) -> ReturnLine:
    return ReturnLine(
        no=line.no,
        name=line.name or line.sku or formats.number(line.no, counter.lang),
        sku=line.sku,
        bought=formats.quantity(line.bought, counter.lang),
        left=formats.quantity(line.left, counter.lang),
        left_raw=line.left,
    )
