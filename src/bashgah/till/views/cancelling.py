"""Calling off a finished redemption at the till: with the right to, where it was made, with a reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bashgah.access.gate import require
from bashgah.ground.trying import tried
from bashgah.kit import formats, ids
from bashgah.members.selectors import alias_set, member_get
from bashgah.redemption.agreement import check_place
from bashgah.redemption.selectors import redemption_get, redemptions_of_member
from bashgah.redemption.services import redemption_cancel
from bashgah.redemption.types import RedemptionInfo
from bashgah.till import people, spending
from bashgah.till.counter import Counter, at_counter, part
from bashgah.till.pages import Redeemed, RedeemedPage

LISTED = 20


@require_GET
@at_counter
def redeemed(request: HttpRequest, counter: Counter) -> HttpResponse:
    """What the member in front got at this branch, the newest first, each with its way back.

    Points that paid a bill are not among them: they go back with the goods.
    """
    require(request, "redemptions.cancel", branch=counter.branch.id)
    member = ids.parse("member", request.GET.get("member", ""))
    found = redemptions_of_member(
        counter.club, alias_set(counter.club, member), limit=LISTED, now=counter.now
    )
    rows = tuple(
        _row(counter, each)
        for each in found
        if each.branch == counter.branch.code
        and each.state in ("captured", "cancelled")
        and not each.is_payment
    )
    return part(request, counter, "redeemed.html", page=RedeemedPage(rows))


@require_POST
@at_counter
def cancel(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Call one off: points back to their lots, the coupon worthless; pressed twice it is called off once."""
    require(request, "redemptions.cancel", branch=counter.branch.id)
    found = redemption_get(
        counter.club, ids.parse("redemption", request.POST.get("redemption", "")), now=counter.now
    )
    check_place(found.branch, counter.branch.code)
    done, refusal = tried(
        lambda: redemption_cancel(
            club=counter.club,
            redemption_id=found.id,
            reason=request.POST.get("reason", ""),
            at=counter.branch.code,
            actor=counter.actor,
            now=counter.now,
        )
    )
    if done is None:
        said = counter.say(refusal.phrase) if refusal else ""
        page = RedeemedPage((_row(counter, found),), error=said)
        return part(request, counter, "redeemed.html", status=422, page=page)
    member = member_get(counter.club, done.member_id)
    card = people.member_card(counter, member, spending.offers_of(counter, member))
    back = gettext("%(reward)s was called off; %(points)s went back.") % {
        "reward": done.name.say(counter.lang),
        "points": counter.units(done.price, done.unit),
    }
    return part(request, counter, "redeemed.html", page=RedeemedPage((), done=back), member=card)


def _row(counter: Counter, each: RedemptionInfo) -> Redeemed:
    when = formats.datetime_(
        each.begun_at, counter.lang, counter.club.calendar, counter.branch.timezone, "medium"
    )
    price = counter.units(each.price, each.unit) if each.price else ""
    return Redeemed(
        id=ids.public("redemption", each.id),
        name=each.name.say(counter.lang),
        note=" · ".join(filter(None, (when, price))),
        is_open=each.state == "captured",
    )
