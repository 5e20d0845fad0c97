"""How the settlement writes rewards that rules gave, in its own statement."""

from __future__ import annotations

from bashgah.ground.batch import Table

GRANT = Table(
    "redemption_grant",
    (
        ("granted_at", "timestamptz"),
        ("member_id", "uuid"),
        ("id", "uuid"),
        ("club_id", "uuid"),
        ("activity_id", "uuid"),
        ("program", "int"),
        ("valid_days", "int"),
        ("stays", "boolean"),
        ("rule", "text"),
        ("reward", "text"),
    ),
    same=frozenset({"granted_at", "club_id"}),
)
