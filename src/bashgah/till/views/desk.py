"""The till itself: opened at a branch, waiting for the next customer, finding a member."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bashgah.access.gate import allowed, may
from bashgah.ground.trying import tried
from bashgah.kit import mobile
from bashgah.kit.text import ascii_digits, persian_digits
from bashgah.members import qr
from bashgah.members import selectors as members
from bashgah.rewards.codes import looks_coupon
from bashgah.rewards.services import coupon_find
from bashgah.till import counter as counters
from bashgah.till import desks, people, releasing, spending
from bashgah.till.counter import Counter, at_counter, part
from bashgah.till.forms import Typed, typed_of
from bashgah.till.pages import NotFound
from bashgah.ui.figures import isolated
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Option

QUERY_LONGEST = 300


@require_safe
@at_counter
def desk(request: HttpRequest, counter: Counter) -> HttpResponse:
    """The till, ready for the next customer."""
    context = {
        "door": counter,
        "frame": counters.frame_of(request, counter.club, counter),
        "page": desks.desk_page(counter),
    }
    response = render(request, "till/desk.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@at_counter
def today(request: HttpRequest, counter: Counter) -> HttpResponse:
    """The branch's day so far, asked for again after each purchase."""
    return part(request, counter, "today.html", today=desks.today(counter))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("till.use")
def branch(request: HttpRequest) -> HttpResponse:
    """Choose where the till stands; with one branch and no number yet the first one is offered."""
    places = counters.places(request)
    lang = lang_of(request)
    errors: dict[str, str] = {}
    number = ascii_digits(request.POST.get("number", "1")).strip()
    if request.method == "POST":
        chosen = next((place for place in places if str(place.id) == request.POST.get("branch")), None)
        if not number.isdecimal() or not 1 <= int(number) <= 99:
            errors["number"] = gettext("A till has a number from 1 to 99.")
        elif chosen is not None:
            counters.counter_open(request, chosen, str(int(number)))
            return HttpResponseRedirect(reverse("till:desk"))
    context = {
        "frame": counters.frame_of(request, request.club),  # type: ignore[attr-defined]
        "places": tuple(
            Option(str(place.id), place.name.say(lang), str(place.id) == request.POST.get("branch"))
            for place in places
        ),
        "number": number,
        "errors": errors,
        "branch_url": reverse("console:branch_new") if may(request, "settings.edit") else "",
    }
    return render(request, "till/branch.html", context, status=422 if errors else 200)


@require_POST
@at_counter
def find(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Find the member of a mobile number, a card or the portal's QR, and show what they can have."""
    text = request.POST.get("q", "").strip()[:QUERY_LONGEST]
    if looks_coupon(text):
        return _of_coupon(request, counter, text)
    found, refusal = tried(lambda: members.member_find(counter.club, text, now=counter.now, limit=2))
    if refusal or not found or (len(found) > 1):
        return _not_found(request, counter, text, counter.say(refusal.phrase) if refusal else "")
    typed, _refusal = tried(lambda: typed_of(request.POST, counter.club))
    if typed is not None and typed.member_id not in (None, found[0].id):
        releasing.release_all(counter, typed)
        typed = None
    return found_part(request, counter, found[0].id, typed=typed)


def found_part(
    request: HttpRequest,
    counter: Counter,
    member_id: UUID,
    *,
    typed: Typed | None = None,
    is_new: bool = False,
) -> HttpResponse:
    """The member's card with the rewards beside it; the page then asks what the purchase would earn."""
    member = members.member_get(counter.club, member_id)
    offers = spending.offers_of(counter, member)
    response = part(
        request,
        counter,
        "found.html",
        member=people.member_card(counter, member, offers, is_new=is_new),
        side=spending.side(counter, member, _of(typed, member_id), offers=offers),
        clear_panel=is_new,
    )
    response.headers["HX-Trigger"] = "till:found"
    return response


def _of_coupon(request: HttpRequest, counter: Counter, text: str) -> HttpResponse:
    """A coupon's code was scanned: open its member and put the coupon on this invoice."""
    coupon, refusal = tried(
        lambda: coupon_find(club=counter.club, code=text, actor=counter.actor, now=counter.now)
    )
    if coupon is None:
        return _not_found(request, counter, text, counter.say(refusal.phrase) if refusal else "")
    typed = typed_of(request.POST, counter.club)
    if typed.member_id not in (None, coupon.member_id):
        releasing.release_all(counter, typed)
        typed = replace(typed, redemptions=(), rewards=(), coupons=())
    on_invoice = (
        tuple(dict.fromkeys((*typed.coupons, coupon.id))) if coupon.state == "issued" else typed.coupons
    )
    return found_part(request, counter, coupon.member_id, typed=replace(typed, coupons=on_invoice))


def _of(typed: Typed | None, member_id: UUID) -> Typed | None:
    """What is typed and taken, as far as it belongs to this member; an anonymous amount becomes theirs."""
    return replace(typed, member_id=member_id) if typed else None


def _not_found(request: HttpRequest, counter: Counter, text: str, error: str) -> HttpResponse:
    number = _mobile(text)
    missing = NotFound(
        text="" if qr.is_token(text) else text,
        can_enrol=bool(number),
        mobile=isolated(persian_digits(number) if counter.lang == "fa" else number),
        error=error,
    )
    response = part(request, counter, "not_found.html", missing=missing)
    response.headers["HX-Trigger"] = "till:not-found"
    return response


def _mobile(text: str) -> str:
    return mobile.national(mobile.normalise(text)) if mobile.looks_mobile(text) else ""
