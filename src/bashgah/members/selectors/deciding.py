"""What rules may ask about members, read in bulk with everything else a settlement reads."""

from __future__ import annotations

from bashgah.ground.batch import Part

MEMBER = Part(
    "member",
    """
    (SELECT jsonb_build_array(x.city, x.gender, x.tags, x.birth_date, x.attributes,
            (x.enrolled_at AT TIME ZONE %(zone)s)::date)
     FROM members_member x WHERE x.id = m.id)
    """,
)
"""A member's profile for a state read (``ground.batch.read``); ``members.facts.facts_of`` understands it."""
