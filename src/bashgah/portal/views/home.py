"""The club's page for visitors; the member's home, card, and what waits for their yes."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from bashgah.activities.behaviours import Behaviour, behaviours_record, is_known, is_recorded
from bashgah.engine.words import texts
from bashgah.ground.trying import tried
from bashgah.kit import formats, ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import expiring
from bashgah.members.selectors import alias_set
from bashgah.messaging.selectors import inbox_unread_count
from bashgah.portal import cards, offers, promises, statements
from bashgah.portal.doorway import Door, inside, members_only, page, visitor
from bashgah.portal.pages import Ask, Expiring, HomePage, LandingPage
from bashgah.portal.views.social import task_card
from bashgah.redemption.selectors import redemption_get, redemptions_awaiting_yes
from bashgah.redemption.services import redemption_confirm, redemption_release
from bashgah.rewards.types import RewardOffer
from bashgah.social.selectors import offers_of

_NOT_YOURS = Phrase(_("There is no such redemption."))
SOON = timedelta(days=30)
REWARDS_SHOWN = 8
COUPONS_SHOWN = 3
LINES_SHOWN = 4
TASKS_SHOWN = 3


@require_safe
@visitor
def home(request: HttpRequest, door: Door) -> HttpResponse:
    """The member's home; visitors see the club and the way in."""
    if door.member is None:
        return landing(request, door)
    program = cards.program_of(door)
    if program is None:
        return page(request, door, "opening.html", current="home", greeting=door.member.name)
    opened_today(door)
    card = cards.member_pass(door, program)
    found = offers.offers_of(door)
    coupons = offers.coupons_of(door, open_only=True)
    lines, _more = statements.statement(door, unit=cards.POINTS, lines=LINES_SHOWN)
    _ladder, _standing, tier = cards.standing_of(door, program)
    unread = inbox_unread_count(door.club, alias_set(door.club, door.member.id))
    open_tasks = [
        each for each in offers_of(door.club, door.member.id, door.now, counted=False) if each.can_send
    ]
    shown = HomePage(
        greeting=gettext("Hello %(name)s") % {"name": door.member.first_name or door.member.name},
        card=card,
        asks=waiting(door),
        expiring=_expiring(door, found),
        coupons=tuple(offers.coupon_row(door, coupon) for coupon in coupons[:COUPONS_SHOWN]),
        coupon_count=len(coupons),
        rewards=tuple(offers.reward_card(door, offer, card.balance) for offer in found[:REWARDS_SHOWN]),
        reward_count=len(found),
        lines=lines,
        tier=texts(tier.name, tier.key).say(door.lang) if tier else "",
        benefits=promises.benefits(door, tier) if tier else (),
        tasks=tuple(task_card(door, each) for each in open_tasks[:TASKS_SHOWN]),
        unread=unread,
        messages_label=_messages_label(door, unread),
    )
    return page(request, door, "home.html", current="home", page=shown)


def opened_today(door: Door) -> None:
    """Record that the member opened their club, once a day, where something listens to it."""
    today = door.now.astimezone(ZoneInfo(door.club.timezone)).date()
    opened = Behaviour("app_opened", door.who.id, door.now, key=today.isoformat())
    if is_recorded(door.club, opened.type, door.now) and not is_known(door.club, opened):
        behaviours_record(club=door.club, behaviours=[opened], actor=door.actor, now=door.now)


def landing(
    request: HttpRequest, door: Door, typed: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    """The club as a visitor sees it, with the field for the mobile number."""
    said, tiers = promises.visitors_see(door)
    shown = LandingPage(
        club=door.club.name.say(door.lang),
        welcome=door.club.settings.portal_welcome.texts.say(door.lang),
        promises=said,
        tiers=tiers,
        mobile=typed,
        wanted=wanted(request),
        errors={"mobile": door.say(refusal.phrase)} if refusal else {},
    )
    return page(request, door, "landing.html", status=refusal.status if refusal else 200, page=shown)


def wanted(request: HttpRequest) -> str:
    """The page a visitor came for: named by the form, by the address, or the address itself."""
    if request.method == "POST":
        return inside(request, request.POST.get("next", ""))
    path = request.get_full_path()
    return inside(request, request.GET.get("next", "") if request.path == reverse("portal:home") else path)


@require_safe
@members_only
def card(request: HttpRequest, door: Door) -> HttpResponse:
    """The card alone, large, for the cashier's scanner."""
    return page(request, door, "card.html", current="card", page=cards.shown_pass(door), asks=waiting(door))


@require_safe
@members_only
def qr(request: HttpRequest, door: Door) -> HttpResponse:
    """The QR of this minute as SVG, for the card that renews itself."""
    response = HttpResponse(cards.card_qr(door))
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@members_only
def asks(request: HttpRequest, door: Door) -> HttpResponse:
    """What waits for the member's yes right now, as a fragment the page renews."""
    return page(request, door, "parts_asks.html", asks=waiting(door))


@require_POST
@members_only
def ask(request: HttpRequest, door: Door, id: str) -> HttpResponse:
    """Take the member's own yes or no to a redemption begun at the till."""
    redemption_id = ids.parse("redemption", id)
    found = redemption_get(door.club, redemption_id, now=door.now)
    if found.member_id not in alias_set(door.club, door.who.id):
        raise Refusal("redemption_not_found", _NOT_YOURS, status=404)
    if request.POST.get("answer") == "yes":
        redemption_confirm(
            club=door.club, redemption_id=redemption_id, way="app", actor=door.actor, now=door.now
        )
    else:
        tried(
            lambda: redemption_release(
                club=door.club,
                redemption_id=redemption_id,
                reason="refused",
                actor=door.actor,
                now=door.now,
            )
        )
    return HttpResponseRedirect(reverse("portal:home"))


def waiting(door: Door) -> tuple[Ask, ...]:
    """The redemptions that wait for this member's yes."""
    found = redemptions_awaiting_yes(door.club, alias_set(door.club, door.who.id), now=door.now)
    return tuple(
        Ask(
            id=ids.public("redemption", each.id),
            reward=each.name.say(door.lang),
            points=each.price,
            place=statements.branch_name(door, each.branch),
            until=each.expires_at,
        )
        for each in found
    )


def _messages_label(door: Door, unread: int) -> str:
    if not unread:
        return gettext("Messages")
    return gettext("Messages, %(n)s new") % {"n": formats.number(unread, door.lang)}


def _expiring(door: Door, found: list[RewardOffer]) -> Expiring | None:
    """Points that expire soon, with the dearest reward they would still pay."""
    soon = [
        each
        for each in expiring(door.club, door.who.id, door.now + SOON, door.now)
        if each.unit == cards.POINTS
    ]
    if not soon:
        return None
    zone = ZoneInfo(door.club.timezone)
    last = (soon[0].expires_at - timedelta(seconds=1)).astimezone(zone).date()
    pays = [offer for offer in found if offer.can_have and 0 < offer.price <= soon[0].amount]
    best = max(pays, key=lambda offer: offer.price, default=None)
    return Expiring(
        amount=soon[0].amount,
        on=last,
        is_today=last == door.now.astimezone(zone).date(),
        reward=best.name.say(door.lang) if best else "",
        reward_price=best.price if best else 0,
        reward_url=reverse("portal:reward", kwargs={"key": best.key}) if best else "",
    )
