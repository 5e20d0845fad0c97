"""Proves that rewards of rules were issued as their rows say, each once; the settlement's rows are above."""

from __future__ import annotations

from bashgah.ground.proofs import Check
from bashgah.kit.phrases import marked as _

GRANTED = """
    SELECT member_id, activity_id, rule, reward,
           count(*) FILTER (WHERE NOT is_anew),
           count(*) FILTER (WHERE state IN ('withdrawn', 'taken_back') AND NOT is_undone),
           count(*) FILTER (WHERE is_anew),
           count(*) FILTER (WHERE is_undone)
    FROM redemption_grant WHERE %(all)s OR club_id = %(club)s
    GROUP BY member_id, activity_id, rule, reward ORDER BY member_id, activity_id, rule, reward
"""
"""Copies by what gave them: those a fact gave, those its returns took, those a recomputation gave and took.

For a room that knows what was settled.
"""

GIVEN_ANEW = """
    SELECT member_id, activity_id, rule, reward, count(*) FILTER (WHERE is_anew AND NOT is_undone),
           count(*) FILTER (WHERE NOT is_anew AND is_undone),
           count(*) FILTER (WHERE is_anew AND NOT is_undone AND state IN ('withdrawn', 'taken_back'))
    FROM redemption_grant WHERE club_id = %(club)s AND (is_anew OR is_undone)
    GROUP BY member_id, activity_id, rule, reward
"""
"""What recomputations changed: copies they gave, those of facts they took, those of theirs that came back."""

CHECKS: tuple[Check, ...] = (
    Check(
        "grant_not_issued",
        _("A reward of a rule counts as issued and was not."),
        """
        SELECT g.member_id, g.id::text, 1, 0 FROM redemption_grant g
        LEFT JOIN redemption_redemption r ON r.club_id = g.club_id AND r.id = g.redemption_id
        WHERE {g.club} AND g.redemption_id IS NOT NULL
          AND (r.id IS NULL OR r.channel <> 'rule' OR r.reward <> g.reward
               OR r.state NOT IN ('captured', 'cancelled')
               OR (g.state = 'taken_back' AND r.state <> 'cancelled')
               OR NOT (r.credited > 0 OR EXISTS (
                   SELECT FROM rewards_coupon c WHERE c.member_id = r.member_id AND c.id = r.coupon_id)))
        """,
    ),
    Check(
        "issued_without_grant",
        _("A reward counts as given by a rule that did not give it: {expected} expected, {found} found."),
        """
        SELECT r.member_id, r.id::text, 1, count(g.id) FROM redemption_redemption r
        LEFT JOIN redemption_grant g ON g.club_id = r.club_id AND g.redemption_id = r.id
        WHERE {r.club} AND r.channel = 'rule'
        GROUP BY r.member_id, r.id HAVING count(g.id) <> 1
        """,
    ),
)
