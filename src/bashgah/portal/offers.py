"""Rewards and coupons as members see them: price, picture, all reasons, what to know before taking one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from bashgah.engine.document import Program, RewardTerms
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.members.selectors import alias_set
from bashgah.portal.doorway import Door
from bashgah.portal.pages import CouponRow, KnowRow, Question, RewardCard, RewardPage
from bashgah.rewards.offers import reward_list_for
from bashgah.rewards.selectors import coupon_list
from bashgah.rewards.types import CouponInfo, RewardOffer

CHANNEL = "portal"
FEW_LEFT = 20
_SIGNS = {"discount_coupon": "discount", "store_credit": "wallet", "free_product": "gift"}
_ARTS = {"discount_coupon": "", "store_credit": "a-lapis", "free_product": "a-saffron"}


def offers_of(door: Door) -> list[RewardOffer]:
    """Everything the portal offers this member, what they can have first."""
    return reward_list_for(door.club, door.who.id, channel=CHANNEL, now=door.now)


def reward_card(door: Door, offer: RewardOffer, balance: int) -> RewardCard:
    """A reward in a list."""
    tag, tone = _tag(offer)
    return RewardCard(
        url=reverse("portal:reward", kwargs={"key": offer.key}),
        name=offer.name.say(door.lang),
        price=offer.price,
        sign=sign_of(offer.kind),
        art=_ARTS.get(offer.kind, "a-pom"),
        picture_url=picture_url(offer.picture),
        tag=tag,
        tag_tone=tone,
        reasons=tuple(door.say(reason) for reason in offer.reasons),
        have=balance,
        goods=_for_goods(door, offer),
    )


def _for_goods(door: Door, offer: RewardOffer) -> str:
    if offer.goods is None:
        return ""
    return gettext("Only for %(goods)s") % {"goods": door.say(offer.goods)}


def reward_page(
    door: Door,
    offer: RewardOffer,
    program: Program,
    balance: int,
    *,
    reference: str,
    error: str = "",
    from_shared: Question | None = None,
) -> RewardPage:
    """One reward with everything a member should know before pressing the button."""
    terms = next((each for each in program.rewards if each.key == offer.key), None)
    tag, _tone = _tag(offer)
    return RewardPage(
        key=offer.key,
        name=offer.name.say(door.lang),
        text=offer.description.say(door.lang) or door.say(offer.gives),
        price=offer.price,
        left=balance - offer.price,
        sign=sign_of(offer.kind),
        art=_ARTS.get(offer.kind, "a-pom"),
        picture_url=picture_url(offer.picture),
        tag=tag,
        know=_know(door, offer, terms),
        reasons=tuple(door.say(reason) for reason in offer.reasons),
        reference=reference,
        error=error,
        from_shared=from_shared,
    )


def coupons_of(door: Door, *, open_only: bool = False) -> list[CouponInfo]:
    """The member's coupons: those they can use first, then the others."""
    found = coupon_list(door.club, alias_set(door.club, door.who.id), now=door.now)
    usable = [coupon for coupon in found if coupon.state == "issued"]
    return usable if open_only else usable + [coupon for coupon in found if coupon.state != "issued"]


def coupon_row(door: Door, coupon: CouponInfo) -> CouponRow:
    """A coupon in a list."""
    return CouponRow(
        url=reverse("portal:coupon", kwargs={"id": public("coupon", coupon.id)}),
        name=coupon.name.say(door.lang),
        note=coupon_note(door, coupon),
        sign=sign_of(coupon.kind),
        open=coupon.state == "issued",
    )


def coupon_note(door: Door, coupon: CouponInfo) -> str:
    """What a coupon is worth and until when, or what became of it."""
    gives = door.say(coupon.gives)
    if coupon.state == "issued" and coupon.expires_at is None:
        return gives
    if coupon.state == "issued" and coupon.expires_at is not None:
        until = gettext("until %(day)s") % {"day": last_day(door, coupon)}
        return f"{gives} · {until}"
    ended = {
        "used": gettext("used"),
        "void": gettext("cancelled"),
        "expired": gettext("expired"),
    }
    return f"{gives} · {ended[coupon.state]}"


def last_day(door: Door, coupon: CouponInfo) -> str:
    """The last day on which a coupon is good; it ends with that day, not at its beginning."""
    if coupon.expires_at is None:
        return ""
    last = (coupon.expires_at - timedelta(seconds=1)).astimezone(ZoneInfo(door.club.timezone))
    return formats.date(last.date(), door.lang, door.club.calendar, "day")


def sign_of(kind: str) -> str:
    """The icon of a kind of reward."""
    return _SIGNS.get(kind, "gift")


def picture_url(picture: str) -> str:
    """The address of a reward's picture in the club's media."""
    return f"{settings.MEDIA_URL}{picture}" if picture else ""


def _tag(offer: RewardOffer) -> tuple[str, str]:
    if offer.stock is None or offer.stock > FEW_LEFT:
        return "", ""
    if offer.stock == 0:
        return gettext("None left"), ""
    shown = {"n": offer.stock}
    return ngettext("%(n)s left", "%(n)s left", offer.stock) % shown, "warn"


def _know(door: Door, offer: RewardOffer, terms: RewardTerms | None) -> tuple[KnowRow, ...]:
    rows = [KnowRow("gift", door.say(offer.gives))] if offer.description.say(door.lang) else []
    days = int(terms.params.get("valid_days", 0)) if terms else 0
    if days:
        shown = {"n": formats.number(days, door.lang)}
        rows.append(
            KnowRow(
                "calendar",
                ngettext(
                    "Good for %(n)s day after you take it", "Good for %(n)s days after you take it", days
                )
                % shown,
            )
        )
    if offer.until:
        day = formats.date(offer.until, door.lang, door.club.calendar)
        rows.append(KnowRow("hourglass", gettext("Can be taken until %(day)s") % {"day": day}))
    rows += [KnowRow("refresh", text) for text in _limits(door, terms)]
    conditions = offer.conditions.say(door.lang)
    if conditions:
        rows.append(KnowRow("info-circle", conditions))
    return tuple(rows)


def _limits(door: Door, terms: RewardTerms | None) -> Sequence[str]:
    if terms is None:
        return ()
    said = {
        "day": gettext("Each member %(n)s a day"),
        "week": gettext("Each member %(n)s a week"),
        "month": gettext("Each member %(n)s a month"),
        "year": gettext("Each member %(n)s a year"),
        "ever": gettext("Each member %(n)s in all"),
    }
    return [said[limit.window] % {"n": formats.number(limit.most, door.lang)} for limit in terms.limits]
