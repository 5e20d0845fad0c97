"""The calendar of coming expiry: what members will lose, by day, wallet and tier, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import cursor
from bashgah.kit.refusals import Refusal
from bashgah.ledger.expiring import ENDING
from bashgah.programs.selectors import program_in_force
from bashgah.tiers.selectors import TIERS


@dataclass(frozen=True, slots=True)
class ExpiryDay:
    """Units of one wallet that can be used through ``day`` and are gone after it, of members of one tier.

    ``worth`` is their value in the currency's smallest unit by the program in force; None where it has none.
    """

    day: date
    unit: str
    tier: str
    units: int
    members: int
    worth: int | None


def expiry_calendar(
    club: ClubInfo, *, days: int, unit: str = "", tier: str = "", now: datetime
) -> list[ExpiryDay]:
    """Return what ends in the coming days if nothing happens, soonest first.

    Wallets that lapse by inactivity count at that date. The tier is the one members stand on now; who never
    reached a higher one stands on the first.
    """
    ladder, first, worths = _terms(club, now)
    with cursor() as cur:
        rows = cur.execute(
            f"""
            SELECT (e.ends_at AT TIME ZONE %(zone)s - interval '1 microsecond')::date AS day,
                   e.unit, coalesce(t.tier, %(first)s) AS tier,
                   sum(e.remaining)::bigint, count(DISTINCT e.member_id)::bigint
            FROM ({ENDING}) e
            LEFT JOIN ({TIERS}) t ON t.member_id = e.member_id AND t.ladder = %(ladder)s
            WHERE (%(unit)s = '' OR e.unit = %(unit)s)
              AND (%(tier)s = '' OR coalesce(t.tier, %(first)s) = %(tier)s)
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            {
                "club": club.id,
                "zone": club.timezone,
                "since": now,
                "until": now + timedelta(days=days),
                "ladder": ladder,
                "first": first,
                "unit": unit,
                "tier": tier,
            },
        ).fetchall()
    return [
        ExpiryDay(day, key, standing, units, members, units * worths[key] if worths.get(key) else None)
        for day, key, standing, units, members in rows
    ]


def _terms(club: ClubInfo, now: datetime) -> tuple[str, str, Mapping[str, int]]:
    """Return the first ladder, its first tier, and what one unit of each wallet is worth."""
    try:
        program = program_in_force(club, now).document
    except Refusal:  # a club that has promised nothing yet has nothing that could expire
        return "", "", {}
    ladder = program.ladders[0] if program.ladders else None
    worths = {wallet.key: 1 if wallet.kind == "credit" else wallet.worth for wallet in program.wallets}
    return (ladder.key, ladder.tiers[0].key, worths) if ladder else ("", "", worths)
