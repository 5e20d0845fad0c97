"""Taking rewards and coupons for a purchase, giving them back, and the member's yes."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from bashgah.access.gate import require
from bashgah.ground.trying import tried
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.redemption.agreement import check_place
from bashgah.redemption.selectors import redemption_get
from bashgah.redemption.services import (
    redemption_code_send,
    redemption_confirm,
)
from bashgah.redemption.types import RedemptionInfo
from bashgah.till import agreeing, paying, people, purchases, releasing, spending
from bashgah.till.counter import Counter, at_counter, part
from bashgah.till.forms import Typed, typed_of


@require_POST
@at_counter
def take(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Take a reward or put a coupon of the member's on this invoice."""
    require(request, "redemptions.make", branch=counter.branch.id)
    typed = _typed(request, counter)
    if coupon := request.POST.get("take_coupon"):
        return _shown(request, counter, _with(typed, coupons=(*typed.coupons, ids.parse("coupon", coupon))))
    key = request.POST.get("reward", "")
    if key in typed.rewards:
        return _shown(request, counter, typed)
    offer = spending.offer_of(counter, _member(typed), key)
    if not offer.needs_yes:
        return _shown(request, counter, _with(typed, rewards=(*typed.rewards, key)))
    begun, refusal = tried(lambda: _begun(counter, typed, key))
    if begun is None:
        return _shown(request, counter, typed, error=_said(counter, refusal))
    typed = _with(typed, redemptions=(*typed.redemptions, begun.id))
    return _asked_by_code(request, counter, typed, begun.id)


@require_POST
@at_counter
def pay(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Ask for the member's yes to the points that shall pay, where the club wants one; else nothing is done.

    Points that were set aside for another amount go back to their lots first.
    """
    require(request, "redemptions.make", branch=counter.branch.id)
    typed = _typed(request, counter)
    payment = purchases.payment_of(counter, typed)
    before = paying.aside_of(counter, typed)
    begun, refusal = tried(lambda: paying.begun(counter, typed, payment))
    others = tuple(id for id in typed.redemptions if before is None or id != before.redemption.id)
    if begun is None and before is None and refusal is None:
        response = HttpResponse(status=204)
        response.headers["HX-Trigger"] = "till:paying"
        return response
    if begun is None:
        return _shown(request, counter, _with(typed, redemptions=others), error=_said(counter, refusal))
    typed = _with(typed, redemptions=(*others, begun.id))
    if not begun.awaits_yes:
        return _shown(request, counter, typed)
    return _asked_by_code(request, counter, typed, begun.id)


@require_POST
@at_counter
def drop(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Take something off this purchase again; points that waited for a yes go back to their lots."""
    typed = _typed(request, counter)
    gone, aside = request.POST.get("drop"), paying.aside_of(counter, typed)
    for id in typed.redemptions:
        if gone in (None, ids.public("redemption", id)):
            releasing.release(counter, id)
    if gone is None:
        return HttpResponse(status=204)
    response = _shown(
        request,
        counter,
        _with(
            typed,
            rewards=tuple(key for key in typed.rewards if key != gone),
            redemptions=tuple(id for id in typed.redemptions if ids.public("redemption", id) != gone),
            coupons=tuple(id for id in typed.coupons if ids.public("coupon", id) != gone),
        ),
    )
    if aside is not None and gone == ids.public("redemption", aside.redemption.id):
        response.headers["HX-Trigger"] = "till:unpaid"
    return response


@require_POST
@at_counter
def yes(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Choose the way of the yes; choosing the code sends one."""
    typed = _typed(request, counter)
    redemption_id = _asked(request, counter).id
    way = request.POST.get("way", "")
    if way == "code":
        return _asked_by_code(request, counter, typed, redemption_id)
    asked = agreeing.Asked(redemption_id, way if way in agreeing.WAYS else "code")
    return _shown(request, counter, typed, yes=asked)


@require_POST
@at_counter
def yes_check(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Take the code or the QR; with the yes the reward is the member's and goes on this invoice."""
    typed = _typed(request, counter)
    redemption_id = _asked(request, counter).id
    way, sent = request.POST.get("way", ""), request.POST.get("request", "")
    confirmed, refusal = tried(
        lambda: redemption_confirm(
            club=counter.club,
            redemption_id=redemption_id,
            way="qr" if way == "qr" else "code",
            proof=request.POST.get("answer", "").strip(),
            request_id=_uuid(sent),
            at=counter.branch.code,
            actor=counter.actor,
            now=counter.now,
        )
    )
    if confirmed is None:
        asked = agreeing.Asked(redemption_id, way, sent, error=_said(counter, refusal))
        return _shown(request, counter, typed, yes=asked)
    return _given(request, counter, typed, confirmed)


@require_POST
@at_counter
def yes_state(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Ask whether the member has answered in the portal meanwhile."""
    typed = _typed(request, counter)
    found = _asked(request, counter)
    if found.state == "captured" or (found.state == "open" and not found.awaits_yes):
        return _given(request, counter, typed, found)
    if found.awaits_yes and found.expires_at > counter.now:
        return HttpResponse(status=204)
    kept = tuple(id for id in typed.redemptions if id != found.id)
    return _shown(request, counter, _with(typed, redemptions=kept))


def _asked(request: HttpRequest, counter: Counter) -> RedemptionInfo:
    """The redemption whose yes is asked for; refuses one that another branch began."""
    asked = ids.parse("redemption", request.POST.get("asked", ""))
    found = redemption_get(counter.club, asked, now=counter.now)
    check_place(found.branch, counter.branch.code)
    return found


def _given(request: HttpRequest, counter: Counter, typed: Typed, redemption: RedemptionInfo) -> HttpResponse:
    if redemption.is_payment:
        return _shown(request, counter, typed)
    kept = tuple(id for id in typed.redemptions if id != redemption.id)
    coupons = typed.coupons
    if redemption.coupon is not None and redemption.coupon.id not in coupons:
        coupons = (*coupons, redemption.coupon.id)
    return _shown(request, counter, _with(typed, redemptions=kept, coupons=coupons))


def _asked_by_code(request: HttpRequest, counter: Counter, typed: Typed, redemption_id: UUID) -> HttpResponse:
    issued, refusal = tried(
        lambda: redemption_code_send(
            club=counter.club, redemption_id=redemption_id, at=counter.branch.code, now=counter.now
        )
    )
    asked = agreeing.Asked(
        redemption_id,
        "code",
        issued.request_id.hex if issued else "",
        error=_said(counter, refusal),
    )
    return _shown(request, counter, typed, yes=asked)


def _shown(
    request: HttpRequest,
    counter: Counter,
    typed: Typed,
    *,
    error: str = "",
    yes: agreeing.Asked | None = None,
) -> HttpResponse:
    member = members.member_get(counter.club, _member(typed))
    offers = spending.offers_of(counter, member)
    side = spending.side(counter, member, typed, offers=offers, error=error, yes=yes)
    card = people.member_card(counter, member, offers)
    response = part(request, counter, "taken.html", side=side, member=card)
    response.headers["HX-Trigger-After-Swap"] = "till:taken"
    return response


def _begun(counter: Counter, typed: Typed, key: str) -> RedemptionInfo:
    return spending.reward_begin(counter, _member(typed), key)


def _typed(request: HttpRequest, counter: Counter) -> Typed:
    return typed_of(request.POST, counter.club)


def _with(typed: Typed, **changes: object) -> Typed:
    return replace(typed, **changes)  # type: ignore[arg-type]


def _member(typed: Typed) -> UUID:
    if typed.member_id is None:
        return ids.parse("member", "")
    return typed.member_id


def _said(counter: Counter, refusal: Refusal | None) -> str:
    return counter.say(refusal.phrase) if refusal else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
