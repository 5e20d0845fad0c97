"""The member's card: balance, tier, the way to the next one, and a QR that is good for a minute."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from bashgah.engine.document import Ladder, Program, Tier
from bashgah.engine.words import texts
from bashgah.kit import formats
from bashgah.kit.phrases import Phrase
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import lots_open, wallets_get
from bashgah.ledger.types import WalletInfo
from bashgah.members.selectors import member_qr_token
from bashgah.portal.doorway import Door
from bashgah.portal.pages import CardPage, Climb, Pass
from bashgah.portal.qr import qr_svg
from bashgah.programs.selectors import program_in_force
from bashgah.tiers.selectors import standing_get
from bashgah.tiers.types import StandingInfo
from bashgah.tiers.words import distance_said, keep_said

POINTS = "points"
QR_SECONDS = 30
_TONES = ("bronze", "silver", "gold", "diamond")


def program_of(door: Door) -> Program | None:
    """The program in force, or none for a club that has not published yet."""
    try:
        return program_in_force(door.club, door.now).document
    except Refusal:
        return None


def member_pass(door: Door, program: Program) -> Pass:
    """The card as it is now."""
    club, member = door.club, door.who
    wallets = wallets_get(club, member.id, door.now)
    points = wallets.get(POINTS)
    credit = next((w for w in program.wallets if w.kind == "credit"), None)
    ladder, standing, tier = standing_of(door, program)
    return Pass(
        name=member.name,
        number=member.number,
        tier=texts(tier.name, tier.key).say(door.lang) if tier else "",
        tier_tone=tier_tone(ladder, tier) if ladder and tier else "",
        balance=points.available if points else 0,
        worth=worth_of(program, points.available) if points else None,
        pending=points.pending if points else 0,
        pending_from=_pending_from(door, points),
        held=points.held if points else 0,
        credit=wallets[credit.key].available if credit and credit.key in wallets else None,
        qr=card_qr(door),
        qr_seconds=QR_SECONDS,
        climb=_climb(door, ladder, standing) if ladder and standing else None,
    )


def shown_pass(door: Door, *, lasting: bool = False) -> CardPage:
    """The card for the cashier's scanner; a lasting one says the card's number, which does not age."""
    club, member = door.club, door.who
    program = program_of(door)
    points = wallets_get(club, member.id, door.now).get(POINTS)
    ladder, _standing, tier = standing_of(door, program) if program else (None, None, None)
    return CardPage(
        name=member.name,
        number=member.number,
        tier=texts(tier.name, tier.key).say(door.lang) if tier else "",
        tier_tone=tier_tone(ladder, tier) if ladder and tier else "",
        balance=points.available if points else 0,
        qr=qr_svg(member.number, gettext("QR of the card")) if lasting else card_qr(door),
        qr_seconds=QR_SECONDS,
    )


def card_qr(door: Door) -> SafeString:
    """The rotating QR: who the member is and in which minute, signed."""
    return qr_svg(member_qr_token(door.club, door.who.id, door.now))


def standing_of(door: Door, program: Program) -> tuple[Ladder | None, StandingInfo | None, Tier | None]:
    """Where the member stands on the club's first ladder."""
    if not program.ladders:
        return None, None, None
    ladder = program.ladders[0]
    standing = standing_get(door.club, door.who.id, door.now)
    key = standing.tier if standing else ladder.tiers[0].key
    return ladder, standing, next((tier for tier in ladder.tiers if tier.key == key), None)


def tier_tone(ladder: Ladder, tier: Tier) -> str:
    """The emblem's metal: by the tier's own key if it names one, else by its place from the top."""
    if tier.key in _TONES:
        return tier.key
    from_top = len(ladder.tiers) - 1 - ladder.tiers.index(tier)
    return _TONES[max(0, len(_TONES) - 1 - from_top)]


def worth_of(program: Program, amount: int) -> int | None:
    """What so many points pay, where the program says it."""
    wallet = next((w for w in program.wallets if w.key == POINTS), None)
    return amount * wallet.worth if wallet and wallet.worth else None


def _pending_from(door: Door, points: WalletInfo | None) -> date | None:
    """The day on which the next pending points become available."""
    if points is None or not points.pending:
        return None
    moments = [
        lot.available_from
        for lot in lots_open(door.club, door.who.id, POINTS)
        if lot.is_pending and lot.available_from
    ]
    return min(moments).astimezone(ZoneInfo(door.club.timezone)).date() if moments else None


def _climb(door: Door, ladder: Ladder, standing: StandingInfo) -> Climb | None:
    """The way up, or on the highest tier the way to keep it."""
    currency, distance = door.club.currency, standing.distance
    rise, keep = distance_said(ladder, distance, currency), keep_said(ladder, distance, currency)
    key = distance.next_tier or standing.tier
    goal = next(tier for tier in ladder.tiers if tier.key == key)
    said = rise or keep
    if said is None or not goal.threshold:
        return None
    name = texts(goal.name, goal.key).say(door.lang)
    return Climb(
        text=door.say(said),
        so_far=gettext("%(value)s of %(goal)s")
        % {"value": _plain(door, ladder, standing.value), "goal": _plain(door, ladder, goal.threshold)},
        value=min(standing.value, goal.threshold),
        goal=goal.threshold,
        label=gettext("Progress towards %(name)s") % {"name": name},
        note=_note(door, ladder, keep if rise else None),
    )


def _note(door: Door, ladder: Ladder, keep: Phrase | None) -> str:
    said = (
        [gettext("Using points takes nothing from your tier.")]
        if ladder.measure == "qualifying_points"
        else []
    )
    if keep is not None:
        said.append(door.say(keep))
    return " ".join(said)


def _plain(door: Door, ladder: Ladder, value: int) -> str:
    if ladder.measure == "spend":
        return formats.money(value, door.club.currency, door.lang, door.club.money_display)
    return formats.number(value, door.lang)
