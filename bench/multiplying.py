"""Multiplies a small club that really happened into a large one: every row of its members, many times over.

The rows come from the settlement itself and are copied column by column as the catalogue has them, so that
the large club is what settling that much would have left, whatever the tables look like by then.
"""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Composed, Identifier

# rows that pass by, and codes and messages that no figure looks at
LEFT_OUT = (
    "ground_news", "ground_delivery", "members_code", "messaging_message", "activities_review",
)  # fmt: skip
# ids that name what all members share
SHARED = ("club_id", "branch_id", "favourite_branch_id", "staff_id", "actor_id")
# the instant of a UUIDv7 stays, so that copies lie on disk where their time puts them
COPIED_ID = SQL(
    "CASE WHEN {0} IS NULL THEN NULL ELSE (left({0}::text, 15) || substr(md5({0}::text || b), 1, 3) || '-8'"
    " || substr(md5({0}::text || b), 4, 3) || '-' || substr(md5({0}::text || b), 7, 12))::uuid END"
)
SPECIAL = {
    "reference": SQL("{0} || '/' || b"),
    "external_id": SQL("CASE WHEN {0} = '' THEN '' ELSE {0} || '/' || b END"),
    # namesakes who all joined in one moment would stand together in every list
    "enrolled_at": SQL(
        "{0} - interval '1 minute' * ('x' || substr(md5({0}::text || b), 1, 5))::bit(20)::int"
    ),
    "digest": SQL("sha256({0} || int4send(b::int))"),
    "number": SQL(
        "lpad((('x' || substr(md5({0} || b), 1, 13))::bit(52)::bigint %% 10000000000000000)::text, 16, '0')"
    ),
}
COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
       array_agg(a.atttypid::regtype::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attgenerated = ''
  AND (c.relname = 'members_member' OR EXISTS (
    SELECT 1 FROM pg_attribute m
    WHERE m.attrelid = c.oid AND m.attname = 'member_id' AND m.atttypid = 'uuid'::regtype))
GROUP BY c.relname ORDER BY c.relname
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), coalesce(k.conname::text, ''),
       coalesce(pg_get_constraintdef(k.oid), '')
FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
WHERE i.indrelid = %s::regclass ORDER BY NOT i.indisprimary
"""


def multiply(superuser_url: str, copies: int) -> None:
    """Add so many copies of every member with all their rows; indexes are built anew after the load."""
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        owner.execute("SET synchronous_commit = off")
        owner.execute("SET maintenance_work_mem = '1GB'")
        for table, names, types in owner.execute(COLUMNS).fetchall():
            if table not in LEFT_OUT:
                _table(owner, table, list(zip(names, types, strict=True)), copies)
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")


def _table(
    owner: psycopg.Connection[tuple[object, ...]], table: str, columns: list[tuple[str, str]], copies: int
) -> None:
    found = owner.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(Identifier(table))).fetchone()
    if found is None:
        return
    indexes = [tuple(map(str, row)) for row in owner.execute(INDEXES, [table]).fetchall()]
    with owner.transaction():
        for name, _definition, constraint, _of in indexes:
            if constraint:
                _run(owner, f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            else:
                _run(owner, f"DROP INDEX {name}")
        owner.execute(
            SQL(
                "INSERT INTO {} ({}) SELECT {} FROM (SELECT * FROM {}) AS t, generate_series(1, %s) AS b"
            ).format(
                Identifier(table),
                SQL(", ").join(Identifier(name) for name, _type in columns),
                SQL(", ").join(_copied(name, type_) for name, type_ in columns),
                Identifier(table),
            ),
            [copies],
        )
        for _name, definition, constraint, of in indexes:
            _run(owner, f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {of}" if constraint else definition)


def _run(owner: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    """Run a statement made of what the catalogue itself says."""
    owner.execute(statement.encode())


def _copied(name: str, type_: str) -> Composed | Identifier:
    column = Identifier(name)
    if name in SPECIAL:
        return SPECIAL[name].format(column)
    return COPIED_ID.format(column) if type_ == "uuid" and name not in SHARED else column
