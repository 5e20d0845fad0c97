"""Proves standings against the steps that led to them: each step begins where the one before it ended."""

from __future__ import annotations

from bashgah.ground.proofs import Check
from bashgah.kit.phrases import marked as _

_STEPS = """
    SELECT member_id, ladder, before, after, id,
           lag(after) OVER steps AS reached, row_number() OVER steps AS place,
           count(*) OVER (PARTITION BY member_id, ladder) AS steps
    FROM tiers_change WHERE {club} WINDOW steps AS (PARTITION BY member_id, ladder ORDER BY at, id)
"""

CHECKS: tuple[Check, ...] = (
    Check(
        "tier_differs_from_its_steps",
        _("A member does not stand where the last step led: “{expected}” expected, “{found}” found."),
        f"""
        SELECT c.member_id, c.ladder, c.after, coalesce(s.tier, '')
        FROM ({_STEPS}) c
        LEFT JOIN tiers_standing s ON s.member_id = c.member_id AND s.ladder = c.ladder
        WHERE c.place = c.steps AND s.tier IS DISTINCT FROM c.after
        """,
    ),
    Check(
        "tier_step_is_missing",
        _("A step begins at “{found}”, where the one before it ended at “{expected}”."),
        f"""
        SELECT member_id, id::text, reached, before FROM ({_STEPS}) c
        WHERE reached IS NOT NULL AND reached <> before
        """,
    ),
)
