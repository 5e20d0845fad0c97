"""How the rows of standings and their changes are written and read in bulk."""

from __future__ import annotations

from datetime import date
from typing import Any

from bashgah.engine.states import Standing
from bashgah.ground.batch import Part, Table

STANDING = Table(
    "tiers_standing",
    (
        ("since", "date"),
        ("kept_until", "date"),
        ("granted_until", "date"),
        ("member_id", "uuid"),
        ("club_id", "uuid"),
        ("ladder", "text"),
        ("tier", "text"),
    ),
    keys=("member_id", "ladder"),
    changes=("tier", "since", "kept_until", "granted_until"),
    same=frozenset({"club_id"}),
)

CHANGE = Table(
    "tiers_change",
    (
        ("at", "timestamptz"),
        ("direction", "smallint"),
        ("member_id", "uuid"),
        ("id", "uuid"),
        ("club_id", "uuid"),
        ("activity_id", "uuid"),
        ("ladder", "text"),
        ("before", "text"),
        ("after", "text"),
        ("why", "jsonb"),
    ),
    same=frozenset({"club_id"}),
)

STANDINGS = Part(
    "standings",
    """
    (SELECT jsonb_agg(jsonb_build_array(t.ladder, t.tier, t.since, t.kept_until, t.granted_until))
     FROM tiers_standing t WHERE t.member_id = m.id)
    """,
)


def standings_of(read: list[Any] | None) -> dict[str, Standing]:
    """Make standings of what ``STANDINGS`` read."""
    return {
        ladder: Standing(tier, _date(since), _date(kept), _date(granted))
        for ladder, tier, since, kept, granted in read or ()
    }


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
