"""Warnings before units expire: each date of each wallet is told a member once, some days before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.words import units
from bashgah.kit.refusals import Refusal
from bashgah.ledger.expiring import EndingInfo, endings_list
from bashgah.messaging.events import EXPIRY_SOON
from bashgah.messaging.models import Message
from bashgah.messaging.services import ToSay, messages_post
from bashgah.programs.selectors import program_in_force

MEMBERS_AT_ONCE = 500


def expiry_warn(*, club: ClubInfo, now: datetime, members: int = MEMBERS_AT_ONCE) -> int:
    """Queue a warning for everything that ends within the club's days of warning; return how many were new.

    Once for each member, wallet and date, however often this runs and wherever it was killed. A date that
    moved (inactivity that ended) is another date. Nothing is told where the club switched it off.
    """
    days = club.settings.expiry_warning_days
    compiled = _program(club, now)
    if not days or compiled is None:
        return 0
    told, after = 0, None
    until = now + timedelta(days=days)
    while True:
        found = endings_list(club, now, until, after=after, members=members)
        if not found:
            return told
        told += _warn(club, compiled, found, now)
        after = found[-1].member_id


def _warn(club: ClubInfo, compiled: CompiledProgram, found: Sequence[EndingInfo], now: datetime) -> int:
    causes = {cause_of(ending): ending for ending in found if ending.unit in compiled.wallets}
    known = set(
        Message.objects.filter(cause_id__in=list(causes), event=EXPIRY_SOON.key).values_list(
            "cause_id", flat=True
        )
    )
    zone = ZoneInfo(club.timezone)
    said = [
        ToSay(
            ending.member_id,
            cause,
            {
                "points": units(ending.amount, compiled.wallets[ending.unit], compiled.document),
                "day": (ending.ends_at - timedelta(microseconds=1)).astimezone(zone).date(),
            },
        )
        for cause, ending in causes.items()
        if cause not in known
    ]
    if said:
        messages_post(club=club, event=EXPIRY_SOON, said=said, now=now)
    return len(said)


def cause_of(ending: EndingInfo) -> UUID:
    """Return the id of one warning: the same member, wallet and date have the same for ever."""
    return uuid5(ending.member_id, f"{ending.unit} {ending.ends_at.timestamp():.6f}")


def _program(club: ClubInfo, now: datetime) -> CompiledProgram | None:
    try:
        return program_in_force(club, now)
    except Refusal:  # a club without a program has nothing that could expire
        return None
