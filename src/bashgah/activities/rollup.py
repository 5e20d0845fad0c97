"""Makes the club's days anew from what was recorded: proof of, and cure for, the handler's adding up."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from bashgah.activities import compact
from bashgah.activities.compact import KIND_CODES, KINDS
from bashgah.clubs.types import ClubInfo
from bashgah.engine.returns import CANCELLED
from bashgah.ground.batch import cursor
from bashgah.history.services import club_days_replace
from bashgah.programs.selectors import program_by_number

Key = tuple[date, str, bool]


def club_days(club: ClubInfo) -> dict[Key, list[int]]:
    """Add up every activity and anonymous purchase by day, branch and kind of buyer.

    Counts are in the columns' order of ``history.tables.CLUB_DAY``; a claimed purchase is its member's.
    """
    days: dict[Key, list[int]] = defaultdict(lambda: [0] * 9)
    with cursor() as cur:
        for kind, day, branch, gross, net, program, outcome in cur.execute(
            """
            SELECT CASE WHEN type = %s THEN %s ELSE kind END,
                   business_date, branch, gross, net, program, outcome
            FROM activities_activity
            WHERE club_id = %s
            """,
            [CANCELLED, KIND_CODES["custom"], club.id],
        ):
            _add(days[day, branch, False], KINDS[kind], gross, net, _points(club, program, outcome))
        for day, branch, gross, net in cur.execute(
            """
            SELECT business_date, branch, gross, net FROM activities_anonymous
            WHERE club_id = %s AND claimed_at IS NULL
            """,
            [club.id],
        ):
            _add(days[day, branch, True], "purchase", gross, net, 0)
        for day, branch, gross, net in cur.execute(
            """
            SELECT r.business_date, r.branch, r.gross, r.net FROM activities_anonymousreturn r
            JOIN activities_anonymous a ON a.club_id = r.club_id AND a.id = r.purchase_id
            WHERE r.club_id = %s AND a.claimed_at IS NULL
            """,
            [club.id],
        ):
            _add(days[day, branch, True], "return", gross, net, 0)
    return dict(days)


def club_days_rebuild(*, club: ClubInfo) -> None:
    """Write the club's days anew; see ``club_days_replace``."""
    rows = [
        (*counts, day, club.id, branch, is_anonymous)
        for (day, branch, is_anonymous), counts in sorted(club_days(club).items())
    ]
    club_days_replace(club=club, rows=rows)


def _points(club: ClubInfo, program: int, outcome: bytes) -> int:
    wallets = program_by_number(club, program).wallets
    return sum(
        credit.line.amount
        for credit in compact.outcome_unpack(outcome).credits
        if credit.line.wallet in wallets and wallets[credit.line.wallet].kind == "points"
    )


def _add(counts: list[int], kind: str, gross: int, net: int, points: int) -> None:
    added: dict[str, list[Any]] = {
        "purchase": [1, 0, 0, gross, net, gross - net, 0],
        "return": [0, 1, 0, 0, 0, 0, net],
        "visit": [0, 0, 1, 0, 0, 0, 0],
        "custom": [0, 0, 0, 0, 0, 0, 0],
    }
    for place, count in enumerate([*added[kind], max(points, 0), max(-points, 0)]):
        counts[place] += count
