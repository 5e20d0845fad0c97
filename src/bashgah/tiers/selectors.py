"""Reads of the tiers room: where members stand, what is missing, how they got there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Ladder
from bashgah.engine.ladders import distance, review_window, tier_in_force
from bashgah.engine.states import Standing
from bashgah.engine.windows import measure_start
from bashgah.ground.batch import cursor
from bashgah.history.selectors import window_value
from bashgah.kit.phrases import phrase_from_json
from bashgah.members.selectors import alias_set
from bashgah.members.types import Fragment
from bashgah.programs.selectors import program_in_force
from bashgah.tiers.types import ChangeInfo, RiseInfo, StandingInfo

TIERS = "SELECT member_id, ladder, tier FROM tiers_standing WHERE club_id = %(club)s"
"""Where a club's members stand on each ladder, for a statement of another room."""


def reviewed_list(club: ClubInfo) -> list[tuple[datetime, date]]:
    """Return when the club's tiers were reviewed, oldest first, and up to which day each time."""
    with cursor() as cur:
        found = cur.execute(
            "SELECT at, day FROM tiers_reviewed WHERE club_id = %s ORDER BY at, day", [club.id]
        )
        return [(at, day) for at, day in found.fetchall()]


def standings_get(club: ClubInfo, member_id: UUID, now: datetime) -> list[StandingInfo]:
    """Return where the member stands on each ladder in force, with what is missing to rise and to stay.

    A member who never earned anything stands on the lowest tier. A merged member has the survivor's standing.
    """
    survivor = alias_set(club, member_id)[0]
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    stored = stored_standings(club, [survivor])[survivor]
    return [
        _standing(club, survivor, ready.ladder, stored.get(key), today)
        for key, ready in program_in_force(club, now).ladders.items()
    ]


def standing_get(club: ClubInfo, member_id: UUID, now: datetime) -> StandingInfo | None:
    """Return the standing on the club's first ladder, or None where the program has no ladder."""
    found = standings_get(club, member_id, now)
    return found[0] if found else None


def stored_standings(club: ClubInfo, member_ids: Sequence[UUID]) -> dict[UUID, dict[str, Standing]]:
    """Return the standings written for these members, by ladder; whoever has none has an empty dict."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT member_id, ladder, tier, since, kept_until, granted_until FROM tiers_standing
            WHERE member_id = ANY(%s) AND club_id = %s
            """,
            [list(member_ids), club.id],
        ).fetchall()
    found: dict[UUID, dict[str, Standing]] = {member_id: {} for member_id in member_ids}
    for member_id, ladder, *standing in rows:
        found[member_id][ladder] = Standing(*standing)
    return found


def changes_list(club: ClubInfo, member_id: UUID, *, limit: int = 50) -> list[ChangeInfo]:
    """Return the member's steps on ladders, newest first, with their reasons."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, ladder, before, after, direction, at, why, activity_id FROM tiers_change
            WHERE member_id = ANY(%s) AND club_id = %s ORDER BY id DESC LIMIT %s
            """,
            [alias_set(club, member_id), club.id, limit],
        ).fetchall()
    return [_change(row) for row in rows]


def standings_count(club: ClubInfo) -> dict[str, dict[str, int]]:
    """Return how many members stand on each tier that anybody reached, by ladder."""
    with cursor() as cur:
        rows = cur.execute(
            "SELECT ladder, tier, count(*) FROM tiers_standing WHERE club_id = %s GROUP BY ladder, tier",
            [club.id],
        ).fetchall()
    counts: dict[str, dict[str, int]] = {}
    for ladder, tier, count in rows:
        counts.setdefault(ladder, {})[tier] = count
    return counts


def members_on(club: ClubInfo, ladder: Ladder, tier: str) -> Fragment:
    """Return the condition that a member of a list stands on this tier, the lowest included.

    Whoever has no standing, or one on a tier the ladder no longer has, stands on the lowest.
    """
    higher = [step.key for step in ladder.tiers[1:]]
    own = "SELECT FROM tiers_standing t WHERE t.member_id = m.id AND t.club_id = %s AND t.ladder = %s"
    if tier in higher:
        return Fragment(f"EXISTS ({own} AND t.tier = %s)", (club.id, ladder.key, tier))
    return Fragment(f"NOT EXISTS ({own} AND t.tier = ANY(%s))", (club.id, ladder.key, higher))


def measured(club: ClubInfo, member_id: UUID, ladder: Ladder, start: date, until: date) -> int:
    """Return the ladder's measure over the half-open window of local days."""
    return window_value(club, member_id, ladder.measure, start, until)


def _standing(
    club: ClubInfo, member_id: UUID, ladder: Ladder, stored: Standing | None, today: date
) -> StandingInfo:
    start = measure_start(ladder.window, today, club.calendar)
    value = measured(club, member_id, ladder, start, today + timedelta(days=1))
    known = stored or Standing()
    return StandingInfo(
        ladder=ladder.key,
        tier=tier_in_force(ladder, stored),
        since=known.since,
        kept_until=known.kept_until,
        granted_until=known.granted_until,
        value=value,
        distance=distance(ladder, value, stored, _kept_by(club, member_id, ladder, stored, today)),
    )


def _kept_by(
    club: ClubInfo, member_id: UUID, ladder: Ladder, stored: Standing | None, today: date
) -> int | None:
    """Return what counts so far for the coming review of a rolling ladder; elsewhere the value does."""
    if ladder.window != "rolling_12m" or stored is None or stored.kept_until is None:
        return None
    start, _until = review_window(ladder, max(stored.kept_until, today), club.calendar)
    return measured(club, member_id, ladder, start, today + timedelta(days=1))


def rises_since(member_id: UUID, at: datetime) -> list[RiseInfo]:
    """Return the steps up that were written since then, oldest first."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT ladder, before, at, activity_id FROM tiers_change
            WHERE member_id = %s AND at >= %s AND direction > 0 ORDER BY id
            """,
            [member_id, at],
        ).fetchall()
    return [RiseInfo(*row) for row in rows]


def _change(row: tuple[Any, ...]) -> ChangeInfo:
    id_, ladder, before, after, direction, at, stored, activity_id = row
    why = phrase_from_json(json.loads(stored))
    return ChangeInfo(id_, ladder, before, after, direction > 0, at, why, activity_id)
