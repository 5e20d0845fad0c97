"""What the app role may never do, PostgreSQL itself refuses; the tests run as that role.

Which tables are kept, and which of their columns may change, is read from the rooms' own migrations, so that
a new table is proved the day it is declared.
"""

from __future__ import annotations

import re

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from bashgah.ground.migrations_support import Privileges

pytestmark = pytest.mark.django_db

REFUSED = "42501"
# tables outside the ledger that would be missed if their declaration were forgotten
MUST_BE_KEPT = {
    "tiers_change",
    "activities_reference",
    "activities_activity",
    "activities_anonymous",
    "activities_returned",
    "history_sums",
    "history_day",
    "history_used",
    "tiers_standing",
    "ground_audit",
    "ground_audit_seal",
}
ACTS = (
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} ADD COLUMN x int",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} RENAME TO {table}_gone",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "CREATE TRIGGER x BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE x AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "DROP TABLE {table}",
)


def kept_tables() -> dict[str, frozenset[str]]:
    """The tables whose rows stay, each with the columns the app may change, as the migrations leave them."""
    loader, found = MigrationLoader(None), dict[str, frozenset[str]]()
    for key in loader.graph.leaf_nodes():
        for step in loader.graph.forwards_plan(key):
            for operation in loader.graph.nodes[step].operations:
                if isinstance(operation, Privileges):
                    _apply(found, operation.forwards)
    return found


def _apply(found: dict[str, frozenset[str]], statements: list[str]) -> None:
    for statement in statements:
        named = re.search(r'ON "(\w+)"', statement)
        assert named, statement
        table = named[1]
        if statement.startswith("REVOKE ALL"):
            found[table] = frozenset()
        if columns := re.match(r"GRANT UPDATE \(([^)]*)\)", statement):
            found[table] = frozenset(re.findall(r'"(\w+)"', columns[1]))


KEPT = kept_tables()


def refused(sql: str) -> bool:
    """Run it as the app role and say whether privileges stopped it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            transaction.set_rollback(True)
    except ProgrammingError as error:
        return error.__cause__.sqlstate == REFUSED
    return False


def columns_of(table: str) -> list[str]:
    """The table's columns, from the catalogue."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def test_the_tests_run_as_the_app_role_which_owns_nothing_and_is_nobody_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,"
            " (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, False, 0)


def test_every_table_of_the_ledger_and_every_other_record_is_declared() -> None:
    tables = set(connection.introspection.table_names())
    ours = {table for table in tables if table.startswith("ledger_")}
    assert (ours | MUST_BE_KEPT) - set(KEPT) == set()
    assert set(KEPT) - tables == set()


def test_what_the_catalogue_allows_is_what_the_migrations_declare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname,
                   array(SELECT p FROM unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER', 'UPDATE']) p
                         WHERE has_table_privilege(c.oid, p)),
                   array(SELECT a.attname::text FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                           AND has_column_privilege(c.oid, a.attnum, 'UPDATE'))
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)
            """,
            [list(KEPT)],
        )
        found = {table: (allowed, frozenset(columns)) for table, allowed, columns in cursor.fetchall()}
    assert found == {table: ([], columns) for table, columns in KEPT.items()}


@pytest.mark.parametrize("table", sorted(KEPT))
def test_no_row_and_no_table_can_be_taken_away(table: str) -> None:
    assert [act for act in ACTS if not refused(act.format(table=table))] == []


@pytest.mark.parametrize("table", sorted(KEPT))
def test_only_the_granted_columns_can_change(table: str) -> None:
    changeable = {
        column for column in columns_of(table) if not refused(f'UPDATE {table} SET "{column}" = "{column}"')
    }
    assert changeable == set(KEPT[table])


def test_the_proof_bites_a_table_that_is_not_declared_can_be_emptied() -> None:
    assert not refused("DELETE FROM ground_throttle")
    assert not refused("UPDATE ground_throttle SET key = key")
