"""How the activities' rows are written by the batch writer."""

from __future__ import annotations

from bashgah.ground.batch import Table

REFERENCE = Table(
    "activities_reference",
    (
        ("club_id", "uuid"),
        ("activity_id", "uuid"),
        ("member_id", "uuid"),
        ("body", "bytea"),
        ("source", "text"),
        ("reference", "text"),
    ),
    same=frozenset({"club_id"}),
    alike=(frozenset({"source"}),),
)

ACTIVITY = Table(
    "activities_activity",
    (
        ("occurred_at", "timestamptz"),
        ("recorded_at", "timestamptz"),
        ("gross", "bigint"),
        ("net", "bigint"),
        ("business_date", "date"),
        ("program", "int"),
        ("semantics", "smallint"),
        ("kind", "smallint"),
        ("actor_kind", "smallint"),
        ("member_id", "uuid"),
        ("id", "uuid"),
        ("club_id", "uuid"),
        ("actor_id", "uuid"),
        ("about_id", "uuid"),
        ("branch", "text"),
        ("channel", "text"),
        ("type", "text"),
        ("source", "text"),
        ("reference", "text"),
        ("fact", "bytea"),
        ("state", "bytea"),
        ("outcome", "bytea"),
    ),
    same=frozenset({"recorded_at", "actor_kind", "club_id", "actor_id"}),
    sparse=frozenset({"about_id"}),
    alike=(
        frozenset({"business_date", "program", "semantics", "kind", "type"}),
        frozenset({"branch", "channel", "source"}),
    ),
)

SHADOW = Table(
    "activities_shadow",
    (
        ("amount", "bigint"),
        ("business_date", "date"),
        ("kind", "smallint"),
        ("member_id", "uuid"),
        ("activity_id", "uuid"),
        ("about_id", "uuid"),
        ("club_id", "uuid"),
        ("rule", "text"),
        ("unit", "text"),
        ("branch", "text"),
        ("tier", "text"),
        ("base", "bytea"),
    ),
    same=frozenset({"club_id"}),
)

ANONYMOUS = Table(
    "activities_anonymous",
    (
        ("occurred_at", "timestamptz"),
        ("recorded_at", "timestamptz"),
        ("gross", "bigint"),
        ("net", "bigint"),
        ("business_date", "date"),
        ("actor_kind", "smallint"),
        ("club_id", "uuid"),
        ("id", "uuid"),
        ("actor_id", "uuid"),
        ("branch", "text"),
        ("channel", "text"),
        ("source", "text"),
        ("reference", "text"),
        ("fact", "bytea"),
    ),
    same=frozenset({"recorded_at", "actor_kind", "club_id", "actor_id"}),
)

REVIEW = Table(
    "activities_review",
    (
        ("occurred_at", "timestamptz"),
        ("received_at", "timestamptz"),
        ("club_id", "uuid"),
        ("id", "uuid"),
        ("reason", "text"),
        ("decision", "text"),
        ("branch", "text"),
        ("member_id", "uuid"),
        ("source", "text"),
        ("reference", "text"),
        ("body", "bytea"),
    ),
    keys=("club_id", "source", "reference"),
    changes=("occurred_at", "received_at", "reason", "branch", "member_id", "body"),
    only_where="decided_at IS NULL",
)

RETURNED = Table(
    "activities_returned",
    (
        ("bought", "bigint"),
        ("returned", "bigint"),
        ("line_no", "int"),
        ("member_id", "uuid"),
        ("club_id", "uuid"),
        ("purchase_id", "uuid"),
    ),
    keys=("member_id", "purchase_id", "line_no"),
    changes=("returned",),
    same=frozenset({"club_id"}),
)

OPENING = Table(
    "activities_opening",
    (
        ("club_id", "uuid"),
        ("member_id", "uuid"),
        ("posting_id", "uuid"),
        ("source", "text"),
        ("reference", "text"),
        ("body", "bytea"),
    ),
    same=frozenset({"club_id"}),
)

SPENT = Table(
    "activities_spent",
    (
        ("amount", "bigint"),
        ("returned", "bigint"),
        ("no", "smallint"),
        ("kind", "smallint"),
        ("member_id", "uuid"),
        ("club_id", "uuid"),
        ("purchase_id", "uuid"),
        ("ref_id", "uuid"),
        ("owner_id", "uuid"),
        ("posting_id", "uuid"),
        ("unit", "text"),
    ),
    keys=("member_id", "purchase_id", "no"),
    changes=("returned",),
    same=frozenset({"club_id"}),
)

POOLED = Table(
    "activities_pooled",
    (
        ("member_id", "uuid"),
        ("activity_id", "uuid"),
        ("group_id", "uuid"),
        ("club_id", "uuid"),
        ("entry_id", "uuid"),
    ),
    same=frozenset({"club_id"}),
)

ANONYMOUS_RETURN = Table(
    "activities_anonymousreturn",
    (
        ("occurred_at", "timestamptz"),
        ("recorded_at", "timestamptz"),
        ("gross", "bigint"),
        ("net", "bigint"),
        ("business_date", "date"),
        ("actor_kind", "smallint"),
        ("club_id", "uuid"),
        ("id", "uuid"),
        ("purchase_id", "uuid"),
        ("actor_id", "uuid"),
        ("branch", "text"),
        ("channel", "text"),
        ("source", "text"),
        ("reference", "text"),
        ("fact", "bytea"),
    ),
    same=frozenset({"recorded_at", "actor_kind", "club_id", "actor_id"}),
)

ANONYMOUS_RETURNED = Table(
    "activities_anonymousreturned",
    (
        ("bought", "bigint"),
        ("returned", "bigint"),
        ("line_no", "int"),
        ("club_id", "uuid"),
        ("purchase_id", "uuid"),
    ),
    keys=("club_id", "purchase_id", "line_no"),
    changes=("returned",),
    same=frozenset({"club_id"}),
)

WAITING = Table(
    "activities_waiting",
    (
        ("occurred_at", "timestamptz"),
        ("received_at", "timestamptz"),
        ("actor_kind", "smallint"),
        ("club_id", "uuid"),
        ("id", "uuid"),
        ("actor_id", "uuid"),
        ("source", "text"),
        ("reference", "text"),
        ("purchase_source", "text"),
        ("purchase_reference", "text"),
        ("outcome", "text"),
        ("body_hash", "bytea"),
        ("body", "bytea"),
    ),
    same=frozenset({"received_at", "actor_kind", "club_id", "actor_id"}),
)
