"""Rewards and coupons: what the member can have, taking it, and the code to show at the till."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from bashgah.ground.trying import tried
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.members.selectors import alias_set, belonging_get
from bashgah.portal import offers, partings
from bashgah.portal.cards import POINTS
from bashgah.portal.doorway import Door, members_only, page
from bashgah.portal.pages import CouponPage, Question, RewardsPage
from bashgah.portal.qr import qr_svg
from bashgah.programs.selectors import program_in_force
from bashgah.redemption.services import redemption_begin
from bashgah.redemption.types import RedemptionInfo
from bashgah.rewards import selectors as reward_reads
from bashgah.rewards.offers import reward_offer_get

SOURCE = "portal"


@require_safe
@members_only
def rewards(request: HttpRequest, door: Door) -> HttpResponse:
    """Everything the club offers: what can be had now, and what is missing for the rest."""
    balance = _balance(door)
    found = offers.offers_of(door)
    shown = RewardsPage(
        balance=balance,
        usable=tuple(offers.reward_card(door, offer, balance) for offer in found if offer.can_have),
        others=tuple(offers.reward_card(door, offer, balance) for offer in found if not offer.can_have),
    )
    return page(request, door, "rewards.html", current="rewards", page=shown)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def reward(request: HttpRequest, door: Door, key: str) -> HttpResponse:
    """One reward; pressing its button takes it, once, however often it is pressed."""
    if request.method != "POST":
        return _reward_page(request, door, key)
    taken, refusal = tried(lambda: _taken(request, door, key))
    if taken is None:
        return _reward_page(request, door, key, refusal)
    if taken.coupon is not None:
        address = reverse("portal:coupon", kwargs={"id": ids.public("coupon", taken.coupon.id)})
        return HttpResponseRedirect(f"{address}?taken={taken.price}")
    return page(request, door, "taken.html", name=taken.name.say(door.lang), text=door.say(taken.gives))


@require_safe
@members_only
def coupons(request: HttpRequest, door: Door) -> HttpResponse:
    """The member's coupons, used ones too."""
    rows = [offers.coupon_row(door, coupon) for coupon in offers.coupons_of(door)]
    return page(request, door, "coupons.html", coupons=rows)


@require_safe
@members_only
def coupon(request: HttpRequest, door: Door, id: str) -> HttpResponse:
    """One coupon with its code, for its owner alone."""
    coupon_id = ids.parse("coupon", id)
    found = next(
        (
            each
            for each in reward_reads.coupon_list(
                door.club, alias_set(door.club, door.who.id), now=door.now, with_codes=True
            )
            if each.id == coupon_id
        ),
        None,
    )
    if found is None:
        raise reward_reads.coupon_missing()
    is_open = found.state == "issued"
    spent = request.GET.get("taken", "")
    shown = CouponPage(
        name=found.name.say(door.lang),
        code=found.code if is_open else "",
        qr=qr_svg(found.code, gettext("QR of the coupon")) if is_open else qr_svg("-"),
        note=offers.coupon_note(door, found),
        open=is_open,
        fresh="taken" in request.GET,
        spent=int(spent) if spent.isdecimal() and len(spent) < 10 else 0,
    )
    return page(request, door, "coupon.html", page=shown)


def _taken(request: HttpRequest, door: Door, key: str) -> RedemptionInfo:
    reference = request.POST.get("reference", "")
    try:
        uuid.UUID(reference)
    except ValueError:
        reference = str(uuid.uuid4())
    return redemption_begin(
        club=door.club,
        member_id=door.who.id,
        reward_key=key,
        from_group=request.POST.get("from") == "shared",
        channel="portal",
        reference=(SOURCE, reference),
        actor=door.actor,
        now=door.now,
    )


def _reward_page(request: HttpRequest, door: Door, key: str, refusal: Refusal | None = None) -> HttpResponse:
    offer = reward_offer_get(door.club, door.who.id, key, channel=offers.CHANNEL, now=door.now)
    program = program_in_force(door.club, door.now).document
    shown = offers.reward_page(
        door,
        offer,
        program,
        _balance(door, offer.unit),
        reference=str(uuid.uuid4()),
        error=door.say(refusal.phrase) if refusal else "",
        from_shared=_from_shared(door, key, offer.price),
    )
    return page(request, door, "reward.html", status=refusal.status if refusal else 200, page=shown)


def _from_shared(door: Door, key: str, price: int) -> Question | None:
    """What is asked before the shared account pays; None where the member may not let it."""
    mine = belonging_get(door.club, door.who.id)
    if mine is None or not price or not mine.may_spend:
        return None
    offer = reward_offer_get(
        door.club, door.who.id, key, payer_id=mine.group_id, channel=offers.CHANNEL, now=door.now
    )
    return partings.using(door, mine.group_id, offer, str(uuid.uuid4())) if offer.can_have else None


def _balance(door: Door, unit: str = POINTS) -> int:
    wallet = wallets_get(door.club, door.who.id, door.now).get(unit)
    return wallet.available if wallet else 0
