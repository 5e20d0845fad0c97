"""The purchase: its lines, its sum as it is typed, and recording it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from bashgah.access.gate import require
from bashgah.activities.selectors import anonymous_get
from bashgah.activities.services import anonymous_claim
from bashgah.ground.trying import tried
from bashgah.kit import formats, ids
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.products.selectors import product_search
from bashgah.products.types import ProductInfo
from bashgah.till import counter as counters
from bashgah.till import promotions, purchases, results, spending
from bashgah.till.counter import Counter, at_counter, part
from bashgah.till.forms import Typed, quantity_and_rest, typed_of
from bashgah.till.pages import Choice, Line

CHOICES_MOST = 8
PAYMENT_CHANGED = ("payment_changed", "points_short", "redemption_closed")
"""Refusals after which the sum on the screen is no longer right: somebody else used the points meanwhile."""


@require_POST
@at_counter
def item(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Add a line by barcode, SKU or name; several matches are offered, an unknown one as it was typed."""
    picked = request.POST.get("picked", "")
    quantity, text = quantity_and_rest((picked or request.POST.get("item", ""))[:200])
    found = product_search(counter.club, text, limit=CHOICES_MOST)
    shown = formats.quantity(quantity, counter.lang)
    if len(found) == 1:
        line = Line(found[0].sku, found[0].name.say(counter.lang), shown, "", is_known=True)
    elif picked and text:
        line = Line("" if " " in text else text, text, shown, "", is_known=False)
    else:
        return _choices(request, counter, quantity, text, found)
    response = part(request, counter, "item_line.html", line=line)
    response.headers["HX-Trigger-After-Settle"] = "till:line"
    return response


@require_POST
@at_counter
def code(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Add a promotion's code to the purchase; one that no promotion knows is said and not added."""
    typed = typed_of(request.POST, counter.club)
    try:
        found = promotions.code_found(counter, typed, request.POST.get("code_typed", ""))
    except Refusal as refusal:
        response = counters.refused(request, counter, refusal)
        response.headers["HX-Retarget"] = "#till-code-error"
        return response
    response = part(request, counter, "code.html", code="" if found in typed.codes else found)
    response.headers["HX-Trigger-After-Settle"] = "till:coded"
    return response


@require_POST
@at_counter
def preview(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Say what is owed and what the purchase would earn, as typed so far."""
    if request.POST.get("mode") in counters.MODES and request.POST["mode"] != counter.mode:
        counters.counter_keep(request, mode=request.POST["mode"])
    typed, refusal = tried(lambda: typed_of(request.POST, counter.club))
    if typed is None:
        return _refused_sum(request, counter, refusal)
    shown, refusal = tried(lambda: purchases.sum_of(counter, typed))
    if shown is None:
        return _refused_sum(request, counter, refusal)
    side = None
    if typed.member_id and not typed.redemptions and typed.amount:
        side = spending.side(counter, members.member_get(counter.club, typed.member_id), typed)
    return part(request, counter, "preview.html", sum=shown, side=side)


@require_POST
@at_counter
def record(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Record the purchase once; the answer makes the till ready for the next customer."""
    require(request, "activities.write", branch=counter.branch.id)
    typed, refusal = tried(lambda: typed_of(request.POST, counter.club))
    if typed is not None and typed.pay_shown:
        require(request, "redemptions.make", branch=counter.branch.id)
    recorded = None
    if typed is not None:
        recorded, refusal = tried(lambda: purchases.record(counter, typed))
    if recorded is None or typed is None:
        return _not_recorded(request, counter, typed, refusal)
    counters.counter_keep(request, **results.kept(counter, typed, recorded))
    return results.shown(request, counters.counter_of(request) or counter, typed, recorded)


@require_POST
@at_counter
def claim(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Give a purchase that was recorded without a member to the one who turns up after all."""
    require(request, "activities.write", branch=counter.branch.id)
    anonymous_id = ids.parse("activity", request.POST.get("anonymous", ""))
    counters.check_branch(request, counter.club, anonymous_get(counter.club, anonymous_id).branch)
    found = members.member_find(counter.club, request.POST.get("q", ""), now=counter.now, limit=2)
    if len(found) != 1:
        raise Refusal("member_not_found", purchases.NOBODY, status=404)
    settled = anonymous_claim(
        club=counter.club,
        anonymous_id=anonymous_id,
        member_id=found[0].id,
        actor=counter.actor,
        now=counter.now,
    )
    return results.claimed(request, counter, settled, found[0])


def _choices(
    request: HttpRequest, counter: Counter, quantity: int, text: str, found: Sequence[ProductInfo]
) -> HttpResponse:
    """Offer what matches, or to add what was typed as it is."""
    times = f"{quantity / 1000:g}*"
    choices = [
        Choice(product.sku, product.name.say(counter.lang), json.dumps({"picked": f"{times}{product.sku}"}))
        for product in found
    ]
    response = part(
        request,
        counter,
        "item_choices.html",
        choices=choices,
        unknown="" if found else text,
        vals=json.dumps({"picked": f"{times}{text}"}, ensure_ascii=False),
    )
    response.headers["HX-Retarget"] = "#till-found-item"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _refused_sum(request: HttpRequest, counter: Counter, refusal: Refusal | None) -> HttpResponse:
    said = counter.say(refusal.phrase) if refusal else ""
    return part(request, counter, "preview.html", sum=purchases.blank(error=said), side=None)


def _not_recorded(
    request: HttpRequest, counter: Counter, typed: Typed | None, refusal: Refusal | None
) -> HttpResponse:
    if refusal is None:
        raise AssertionError("a purchase that is not recorded was refused")
    if refusal.code in PAYMENT_CHANGED and typed is not None:
        return _looked_at_again(request, counter, typed, refusal)
    invoice = ""
    if refusal.code == "reference_reused" and typed is not None:
        refusal, invoice = purchases.told_before(counter, typed, refusal)
    response = counters.refused(request, counter, refusal)
    response.content += part(
        request, counter, "mend.html", sure=refusal.extra.get("sure", ""), invoice=invoice
    ).content
    return response


def _looked_at_again(request: HttpRequest, counter: Counter, typed: Typed, refusal: Refusal) -> HttpResponse:
    """Say why it was not recorded above the sum as it is by now."""
    shown, _again = tried(lambda: purchases.sum_of(counter, typed))
    said = counter.say(refusal.phrase)
    again = replace(shown, error=said) if shown else purchases.blank(error=said)
    response = part(request, counter, "preview.html", status=refusal.status, sum=again, side=None)
    response.headers["HX-Retarget"] = "#till-sum"
    response.headers["HX-Reswap"] = "outerHTML"
    return response
