"""The member's yes at the till: by a code sent to them, by the QR of their portal, or in the portal."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext

from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import persian_digits
from bashgah.members.types import MemberInfo
from bashgah.programs.units import units_value
from bashgah.redemption.types import RedemptionInfo
from bashgah.till.counter import Counter
from bashgah.till.pages import Yes

WAYS = ("code", "qr", "app")


@dataclass(frozen=True, slots=True)
class Asked:
    """How the yes is asked for right now, and what went wrong with the last answer."""

    redemption_id: UUID
    way: str
    request: str = ""
    error: str = ""


def yes_card(counter: Counter, member: MemberInfo, redemption: RedemptionInfo, asked: Asked | None) -> Yes:
    """The card that asks for the member's yes to one redemption."""
    here = asked if asked and asked.redemption_id == redemption.id else None
    way = here.way if here else WAYS[0]
    return Yes(
        redemption=public("redemption", redemption.id),
        title=counter.say(
            Phrase(
                _("The member’s yes to {points} of the shared account")
                if redemption.payer_id
                else _("The member’s yes to {points}"),
                {"points": units_value(counter.club, redemption.price, redemption.unit, counter.now)},
            )
        ),
        policy=_policy(counter),
        way=way,
        request=here.request if here else "",
        note=_note(counter, member, redemption, way, sent=bool(here and here.request)),
        error=here.error if here else "",
    )


def _policy(counter: Counter) -> str:
    settings = counter.club.settings
    if settings.redeem_consent == "always":
        return gettext("The club asks for it whenever points are used.")
    above = formats.points(settings.redeem_consent_above, counter.lang)
    return gettext("The club asks for it above %(points)s.") % {"points": above}


def _note(counter: Counter, member: MemberInfo, redemption: RedemptionInfo, way: str, *, sent: bool) -> str:
    if way == "code" and sent:
        return gettext("The code went to %(mobile)s.") % {"mobile": mobile_said(counter, member)}
    if way == "code":
        return gettext("Press “Code by SMS” to send it.")
    if way == "qr":
        return gettext("Read the QR of the card in the member’s portal.")
    minutes = max(1, int((redemption.expires_at - counter.now).total_seconds()) // 60)
    return gettext("The question is in %(name)s’s portal. %(minutes)s minutes left.") % {
        "name": member.name,
        "minutes": formats.number(minutes, counter.lang),
    }


def mobile_said(counter: Counter, member: MemberInfo) -> str:
    """The masked number in the digits of the language, kept from turning round in a Persian line."""
    digits = persian_digits(member.mobile_masked) if counter.lang == "fa" else member.mobile_masked
    return f"\u2066{digits}\u2069" if digits else ""
