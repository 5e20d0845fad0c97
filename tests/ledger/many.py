"""Makes large books of small ones: every member is copied many times over, with all that is theirs."""

from __future__ import annotations

import psycopg

COPIED = (
    "ledger_entry",
    "ledger_posting",
    "ledger_lot",
    "ledger_allocation",
    "ledger_wallet",
    "ledger_hold",
    "activities_activity",
    "activities_returned",
    "history_sums",
    "history_day",
    "history_used",
    "tiers_standing",
    "tiers_change",
)
REFERENCES = """
    INSERT INTO activities_reference (club_id, activity_id, member_id, body, source, reference)
    SELECT club_id, activity_id, md5(member_id::text || k)::uuid, body, source, reference || '/' || k
    FROM activities_reference, generate_series(1, %s) k WHERE member_id IS NOT NULL
"""


def multiply(connection: psycopg.Connection, times: int) -> int:
    """Copy every member ``times`` times by SQL, as the owner; return how many entries there are then.

    Rows of a member are keyed by the member first, so copies may keep every other id.
    """
    for table in COPIED:
        columns = [
            row[0]
            for row in connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                [table],
            ).fetchall()
        ]
        values = [_copied(table, column) for column in columns]
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {', '.join(values)} FROM {table}, generate_series(1, %s) k",
            [times],
        )
    connection.execute(REFERENCES, [times])
    connection.execute("UPDATE programs_budget SET spent = spent * %s", [times + 1])
    for table in (*COPIED, "activities_reference"):
        connection.execute(f"ANALYZE {table}")
    row = connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
    assert row is not None
    return row[0]


def _copied(table: str, column: str) -> str:
    if column == "member_id":
        return "md5(member_id::text || k)::uuid"
    if (table, column) == ("activities_activity", "reference"):
        return "reference || '/' || k"
    return column
