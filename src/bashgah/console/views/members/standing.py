"""Points, tier and last purchase of the members of one list page, in a few queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Ladder, Program
from bashgah.engine.ladders import tier_in_force
from bashgah.engine.words import ladder_find, texts, tier_name
from bashgah.history import selectors as history
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors as ledger
from bashgah.members.types import MemberInfo
from bashgah.programs.selectors import program_in_force
from bashgah.tiers import selectors as tiers
from bashgah.tiers import words
from bashgah.tiers.types import StandingInfo
from bashgah.ui.figures import plain
from bashgah.ui.types import Lang, Stat

TONES = ("bronze", "silver", "gold", "diamond")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a list shows of a member beside the profile."""

    points: int = 0
    tier: str = ""
    tone: str = ""
    last_purchase: datetime | None = None


NOTHING = Standing()


def of_members(club: ClubInfo, member_ids: Sequence[UUID], lang: Lang, now: datetime) -> dict[UUID, Standing]:
    """The standing of each member of the page."""
    wallets = ledger.wallets_of(club, member_ids, now)
    sums = history.sums_of(club, member_ids)
    program = program_now(club, now)
    ladder = program.ladders[0] if program and program.ladders else None
    stored = tiers.stored_standings(club, member_ids) if ladder else {}
    found = {}
    for member_id in member_ids:
        points = wallets[member_id].get("points")
        tier = tier_in_force(ladder, stored[member_id].get(ladder.key)) if ladder else ""
        found[member_id] = Standing(
            points=points.available if points else 0,
            tier=tier_name(ladder, tier).say(lang) if ladder else "",
            tone=tone_of(ladder, tier) if ladder else "",
            last_purchase=sums[member_id].last_purchase_at,
        )
    return found


def called(member: MemberInfo) -> str:
    """The member's name, or that there is none any more."""
    return gettext("Erased member") if member.erased_at else member.name


def progress_of(club: ClubInfo, member_id: UUID, lang: Lang, now: datetime) -> tuple[Stat, ...]:
    """What is missing to the next tier and what it takes to stay, as figures with a meter."""
    program = program_now(club, now)
    if program is None:
        return ()
    return tuple(
        _progress(club, ladder, standing, lang)
        for standing in tiers.standings_get(club, member_id, now)
        if (ladder := ladder_find(program, standing.ladder))
    )


def tone_of(ladder: Ladder, tier: str) -> str:
    """The colour of a tier: by its key where it is a usual one, else by its place on the ladder."""
    if tier in TONES:
        return tier
    keys = [each.key for each in ladder.tiers]
    place = keys.index(tier) if tier in keys else 0
    return TONES[min(place * len(TONES) // max(len(keys), 1), len(TONES) - 1)]


def program_now(club: ClubInfo, now: datetime) -> Program | None:
    """The program in force, or None for a club that has published none yet."""
    try:
        return program_in_force(club, now).document
    except Refusal:
        return None


def _progress(club: ClubInfo, ladder: Ladder, standing: StandingInfo, lang: Lang) -> Stat:
    distance = standing.distance

    def spoken(phrase: Phrase | None) -> str:
        if phrase is None:
            return ""
        return say(phrase, lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)

    keep = spoken(words.keep_said(ladder, distance, club.currency))
    if not distance.next_tier:
        return Stat(texts(ladder.name, ladder.key).say(lang), gettext("highest tier"), note=keep)
    following = tier_name(ladder, distance.next_tier).say(lang)
    label = gettext("To %(tier)s") % {"tier": following}
    missing = spoken(words.measure_said(ladder, distance.missing, club.currency))
    value, _space, unit = missing.partition(" ")
    whole = standing.value + distance.missing
    said = (
        gettext("%(a)s of %(b)s") % {"a": plain(standing.value), "b": plain(whole)}
        if ladder.measure != "spend"
        else ""
    )
    return Stat(label, value, unit, note=keep or said, meter=(standing.value, max(whole, 1), label))
