"""Proves each member's sums against their days; ``activities.verify`` proves both against what happened."""

from __future__ import annotations

from uuid import UUID

from bashgah.ground.proofs import Check, Finding, run_all
from bashgah.kit.phrases import marked as _

SUMS = "SELECT member_id, club_id, purchases, visits, returns, gross, spend FROM history_sums"
"""The sums as rows, for a room that knows what they must be."""

DAYS = "SELECT member_id, club_id, day, purchases, visits, spend FROM history_day"
"""The days as rows, for a room that knows what they must be."""

USED = """
    SELECT member_id, limit_key, window_start, used FROM history_used
    WHERE %(all)s OR club_id = %(club)s ORDER BY member_id
"""
"""What counts against limits and in counters, member by member, for a room that knows the rules."""

USED_BY_PROMOTIONS = """
    SELECT member_id, limit_key, window_start, used FROM history_used
    WHERE limit_key LIKE '~%%' AND (%(all)s OR club_id = %(club)s)
"""
"""How often members had promotions, for a room that knows what they bought."""

CHECKS = tuple(
    Check(
        f"history_{column}_differs",
        _("A member's days do not add up to the sum: {expected} expected, {found} found."),
        f"""
        SELECT coalesce(s.member_id, d.member_id), '{column}', coalesce(d.total, 0), s.{column}
        FROM (SELECT * FROM history_sums WHERE {{club}}) s
        FULL JOIN (SELECT member_id, sum({column}) AS total FROM history_day WHERE {{club}}
                   GROUP BY member_id) d ON d.member_id = s.member_id
        WHERE s.{column} IS DISTINCT FROM coalesce(d.total, 0)
        """,
    )
    for column in ("purchases", "visits", "spend", "qualifying")
)


def verify(club_id: UUID | None = None, *, most: int = 100) -> list[Finding]:
    """Return which members' sums are not their days'."""
    return run_all(CHECKS, {}, club_id, most)
