"""How the history's rows are written by the batch writer."""

from __future__ import annotations

from bashgah.ground.batch import Table

SUMS = Table(
    "history_sums",
    (
        ("member_id", "uuid"),
        ("spend", "bigint"),
        ("gross", "bigint"),
        ("qualifying", "bigint"),
        ("first_at", "timestamptz"),
        ("last_purchase_at", "timestamptz"),
        ("last_activity_at", "timestamptz"),
        ("purchases", "int"),
        ("visits", "int"),
        ("returns", "int"),
        ("club_id", "uuid"),
    ),
    keys=("member_id",),
    adds=("spend", "gross", "qualifying", "purchases", "visits", "returns"),
    earliest=("first_at",),
    latest=("last_purchase_at", "last_activity_at"),
    same=frozenset({"club_id"}),
    alike=(frozenset({"purchases", "visits", "returns"}),),
)

DAY = Table(
    "history_day",
    (
        ("spend", "bigint"),
        ("qualifying", "bigint"),
        ("day", "date"),
        ("purchases", "int"),
        ("visits", "int"),
        ("member_id", "uuid"),
        ("club_id", "uuid"),
    ),
    keys=("member_id", "day"),
    adds=("spend", "qualifying", "purchases", "visits"),
    same=frozenset({"club_id"}),
    alike=(frozenset({"purchases", "visits"}), frozenset({"day"})),
)

SUMS_PLACED, DAY_PLACED = SUMS.placed(), DAY.placed()

USED = Table(
    "history_used",
    (
        ("used", "bigint"),
        ("window_start", "date"),
        ("member_id", "uuid"),
        ("club_id", "uuid"),
        ("limit_key", "text"),
    ),
    keys=("member_id", "limit_key", "window_start"),
    adds=("used",),
    same=frozenset({"club_id"}),
)

CLUB_DAY = Table(
    "history_clubday",
    (
        ("purchases", "int"),
        ("returns", "int"),
        ("visits", "int"),
        ("gross", "bigint"),
        ("spend", "bigint"),
        ("discount", "bigint"),
        ("returned", "bigint"),
        ("points_issued", "bigint"),
        ("points_back", "bigint"),
        ("day", "date"),
        ("club_id", "uuid"),
        ("branch", "text"),
        ("is_anonymous", "boolean"),
    ),
    keys=("club_id", "day", "branch", "is_anonymous"),
    adds=(
        "purchases",
        "returns",
        "visits",
        "gross",
        "spend",
        "discount",
        "returned",
        "points_issued",
        "points_back",
    ),
)
