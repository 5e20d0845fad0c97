"""The two roles: the owner makes tables, the app fills them and may not undo what is meant to last."""

from __future__ import annotations

import psycopg
from psycopg import sql


def default_privileges(connection: psycopg.Connection, *, app_role: str) -> None:
    """Let the app role use what the connected owner will make from now on; run before the first migration.

    Only future tables are touched, so privileges that migrations took away stay away however often this
    runs. Where owner and app are one role there is nothing to give.
    """
    row = connection.execute("SELECT current_user").fetchone()
    if row is None or row[0] == app_role:
        return
    role = sql.Identifier(app_role)
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ):
        connection.execute(sql.SQL(statement).format(role=role))


def close_history(connection: psycopg.Connection, *, app_role: str) -> None:
    """Let the app role read which migrations ran, and no more; run after migrating."""
    row = connection.execute("SELECT current_user").fetchone()
    if row is None or row[0] == app_role:
        return
    connection.execute(
        sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}").format(
            role=sql.Identifier(app_role)
        )
    )
