"""Proves standings against the steps that led to them: they make one way, which ends where one stands."""

from __future__ import annotations

from bashgah.ground.proofs import Check
from bashgah.kit.phrases import marked as _

# Steps are not put in order: each process looks at its clock before it waits for the lock. On one way every
# tier is entered as often as left, but for its beginning (left once more) and its end (entered once more).
_WAYS = """
    SELECT member_id, ladder, sum(entered) FILTER (WHERE entered > 0) AS ends,
           min(tier) FILTER (WHERE entered > 0) AS ending, max(tier) FILTER (WHERE entered < 0) AS beginning
    FROM (
        SELECT member_id, ladder, tier, sum(way) AS entered
        FROM tiers_change, LATERAL (VALUES (after, 1), (before, -1)) AS visit (tier, way)
        WHERE {club} GROUP BY member_id, ladder, tier
    ) visits GROUP BY member_id, ladder
"""

CHECKS: tuple[Check, ...] = (
    Check(
        "tier_differs_from_its_steps",
        _("A member does not stand where the last step led: “{expected}” expected, “{found}” found."),
        f"""
        SELECT c.member_id, c.ladder, c.ending, coalesce(s.tier, '')
        FROM ({_WAYS}) c
        LEFT JOIN tiers_standing s ON s.member_id = c.member_id AND s.ladder = c.ladder
        WHERE c.ends = 1 AND s.tier IS DISTINCT FROM c.ending
        """,
    ),
    Check(
        "tier_step_is_missing",
        _("A step begins at “{found}”, where the one before it ended at “{expected}”."),
        f"SELECT member_id, ladder, ending, beginning FROM ({_WAYS}) c WHERE ends > 1",
    ),
)
