"""The member in front of the cashier: who they are, where they stand, what they have and would lose."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from bashgah.engine.document import Ladder, Program
from bashgah.engine.words import tier_name
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import expiring, wallets_get
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.programs.selectors import program_in_force
from bashgah.rewards.types import RewardOffer
from bashgah.tiers.selectors import standing_get
from bashgah.tiers.words import distance_said
from bashgah.till import agreeing
from bashgah.till.counter import Counter
from bashgah.till.pages import MemberCard

POINTS = "points"
SOON = timedelta(days=30)
_TONES = ("bronze", "silver", "gold", "diamond")


def member_card(
    counter: Counter, member: MemberInfo, offers: list[RewardOffer], *, is_new: bool = False
) -> MemberCard:
    """The member as the cashier sees them; the mobile stays masked."""
    club = counter.club
    program = _program(counter)
    wallets = wallets_get(club, member.id, counter.now)
    points = wallets.get(POINTS)
    credit = next((w.key for w in program.wallets if w.kind == "credit"), "") if program else ""
    tier, tone, distance = _tier(counter, member, program)
    hint, strong = _expiring(counter, member, offers)
    shared, allowed = _shared(counter, member)
    return MemberCard(
        id=public("member", member.id),
        name=member.name,
        initials=_initials(member),
        mobile=agreeing.mobile_said(counter, member),
        tier=tier,
        tier_tone=tone,
        distance=distance,
        balance=points.available if points else 0,
        worth=_worth(program, points.available if points else 0),
        pending=points.pending if points else 0,
        held=points.held if points else 0,
        credit=wallets[credit].available if credit in wallets else None,
        hint=hint,
        hint_strong=strong,
        blocked=_blocked(member),
        is_new=is_new,
        shared=shared,
        shared_note=allowed,
    )


def _program(counter: Counter) -> Program | None:
    try:
        return program_in_force(counter.club, counter.now).document
    except Refusal:
        return None


def _tier(counter: Counter, member: MemberInfo, program: Program | None) -> tuple[str, str, str]:
    """Name and emblem of the tier, and what is missing to the next."""
    if program is None or not program.ladders:
        return "", "", ""
    ladder = program.ladders[0]
    standing = standing_get(counter.club, member.id, counter.now)
    if standing is None:
        return "", "", ""
    said = distance_said(ladder, standing.distance, counter.club.currency)
    name = tier_name(ladder, standing.tier).say(counter.lang)
    return name, _tone(ladder, standing.tier), counter.say(said) if said else ""


def _tone(ladder: Ladder, key: str) -> str:
    """The emblem's metal: by the tier's own key if it names one, else by its place from the top."""
    if key in _TONES:
        return key
    place = next((i for i, tier in enumerate(ladder.tiers) if tier.key == key), 0)
    return _TONES[max(0, len(_TONES) - len(ladder.tiers) + place)]


def _worth(program: Program | None, balance: int) -> int | None:
    wallet = next((w for w in program.wallets if w.key == POINTS), None) if program else None
    return balance * wallet.worth if wallet and wallet.worth else None


def _expiring(counter: Counter, member: MemberInfo, offers: list[RewardOffer]) -> tuple[str, str]:
    """Points that expire soon, and what the cashier may offer for them."""
    club = counter.club
    soon = [e for e in expiring(club, member.id, counter.now + SOON, counter.now) if e.unit == POINTS]
    if not soon:
        return "", ""
    last = (soon[0].expires_at - timedelta(seconds=1)).astimezone(ZoneInfo(club.timezone)).date()
    hint = counter.say(
        Phrase(
            _("{amount} of the points expire on {day}."),
            {"amount": soon[0].amount, "day": formats.date(last, counter.lang, club.calendar, "day")},
        )
    )
    pays = [offer for offer in offers if offer.can_have and 0 < offer.price <= soon[0].amount]
    if not pays:
        return hint, ""
    best = max(pays, key=lambda offer: offer.price)
    return hint, counter.say(Phrase(_("Offer “{reward}”."), {"reward": best.name}))


def _shared(counter: Counter, member: MemberInfo) -> tuple[str, str]:
    """What is in the account the member shares and how much of it their role lets them use; or nothing."""
    club = counter.club
    mine = members.belonging_get(club, member.id)
    if mine is None or not mine.may_spend:
        return "", ""
    wallet = wallets_get(club, mine.group_id, counter.now).get(POINTS)
    held = wallet.available if wallet else 0
    group = members.group_get(club, mine.group_id)
    said = Phrase(
        _("Shared account “{name}”: {units}"),
        {"name": f"\u2068{group.name}\u2069", "units": Points(held, POINTS)},
    )
    if group.status != "active":
        return counter.say(said), gettext("It is blocked: nothing of it can be used.")
    if mine.monthly_limit is None:
        return counter.say(said), gettext("The member may use all of it.")
    month = members.month_of(club, counter.now)
    spent = members.spent_of(club, mine.group_id, member.id, POINTS, month)
    left = Points(max(0, mine.monthly_limit - spent), POINTS)
    return counter.say(said), counter.say(
        Phrase(_("The member may use {left} more of it this month."), {"left": left})
    )


def _blocked(member: MemberInfo) -> str:
    if member.status == "blocked":
        return gettext("This member is blocked: nothing is earned or used until the club lifts it.")
    if member.status == "left":
        return gettext("This member has left the club.")
    return ""


def _initials(member: MemberInfo) -> str:
    """Two letters kept apart by a ZWNJ, so that Persian letters do not join; a sign for who has no name."""
    words = f"{member.first_name} {member.last_name}".split()
    if not words:
        return "–"
    return "\u200c".join((words[0][0], words[-1][0])) if len(words) > 1 else words[0][0]
