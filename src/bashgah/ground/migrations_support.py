"""Migration operations for privileges: what the app role may not do is refused by PostgreSQL itself.

Tables are made by the owner role; default privileges give the app role SELECT, INSERT, UPDATE and DELETE
on each. A room that remembers for good takes some of that away again in the migration that makes the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation


class Privileges(Operation):
    """Run GRANT and REVOKE for the app role, whatever its name here.

    ``forwards`` and ``backwards`` are SQL with ``{role}`` and quoted table names already in place. Nothing
    happens where owner and app are one role (a trial on somebody's own server): a role cannot be
    kept from what it owns.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, forwards: Sequence[str], backwards: Sequence[str]) -> None:
        self.forwards = list(forwards)
        self.backwards = list(backwards)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [], {"forwards": self.forwards, "backwards": self.backwards}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Privileges are no part of Django's model state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(schema_editor, self.forwards)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._run(schema_editor, self.backwards)

    def describe(self) -> str:
        return "Set the app role's privileges"

    @staticmethod
    def _run(schema_editor: Any, statements: Sequence[str]) -> None:
        role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user = %s OR NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)",
                [settings.DATABASE_APP_ROLE, settings.DATABASE_APP_ROLE],
            )
            if cursor.fetchone()[0]:
                return
        for statement in statements:
            schema_editor.execute(statement.format(role=role), params=None)


def append_only(table: str) -> Operation:
    """Let the app role INSERT and SELECT on the table, nothing else."""
    return Privileges(
        forwards=[
            f'REVOKE ALL ON "{table}" FROM {{role}}',
            f'GRANT SELECT, INSERT ON "{table}" TO {{role}}',
        ],
        backwards=[f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {{role}}'],
    )


def grant_columns(table: str, columns: Sequence[str]) -> Operation:
    """Let the app role INSERT and SELECT on the table and UPDATE these columns alone; never DELETE."""
    named = ", ".join(f'"{column}"' for column in columns)
    return Privileges(
        forwards=[
            f'REVOKE ALL ON "{table}" FROM {{role}}',
            f'GRANT SELECT, INSERT ON "{table}" TO {{role}}',
            f'GRANT UPDATE ({named}) ON "{table}" TO {{role}}',
        ],
        backwards=[
            f'REVOKE UPDATE ({named}) ON "{table}" FROM {{role}}',
            f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {{role}}',
        ],
    )


def revoke(table: str, *privileges: str) -> Operation:
    """Take single privileges (``"DELETE"``, ``"UPDATE"``) on the table from the app role."""
    listed = ", ".join(privileges)
    return Privileges(
        forwards=[f'REVOKE {listed} ON "{table}" FROM {{role}}'],
        backwards=[f'GRANT {listed} ON "{table}" TO {{role}}'],
    )


def words_forgotten(name: str, statements: str, *, more: str = "") -> Operation:
    """Make a function that runs as the owner and empties people's words in rows the app role may not change.

    It takes ``ids``, the members, and whatever ``more`` declares; its statements must touch rows of erased
    people alone (``members_person.erased_at``), or what is past its time, so that they open no other way
    around the privileges.
    """
    given = f"ids uuid[]{', ' + more if more else ''}"
    return RunSQL(
        f"""
        CREATE FUNCTION {name} ({given}) RETURNS void LANGUAGE sql SECURITY DEFINER
        SET search_path FROM CURRENT AS $words$ {statements} $words$
        """,
        f"DROP FUNCTION {name}",
    )


__all__ = ["Privileges", "append_only", "grant_columns", "revoke", "words_forgotten"]
