"""How the rows of standings and their changes are written and read in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    "tiers_standing",
    (
        ("x.ladder", "text"),
        ("x.tier", "text"),
        ("x.since", "date"),
        ("x.kept_until", "date"),
        ("x.granted_until", "date"),
    ),
)


def standings_of(rows: Iterable[Sequence[Any]]) -> dict[str, Standing]:
    """Make standings of what ``STANDINGS`` read."""
    standings = {}
    for _member, ladder, tier, since, kept_until, granted_until in rows:
        standings[ladder] = Standing(tier, since, kept_until, granted_until)
    return standings
