"""Writes rows of many rooms with one statement, and reads many members' states with one.

Each room declares its tables (``Table``) and how a row is kept; a conductor fills ``RowSet``s and ``write``
joins them into one data-modifying statement: one round trip, one snapshot, all or nothing. Only the room that
owns a table declares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connections
from psycopg.rows import tuple_row


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of one table are written together.

    ``columns`` are (name, array element type). With ``keys`` the statement is an upsert: a row whose keys
    exist has its ``changes`` replaced by the new values. With ``update`` true only existing rows are changed,
    found by ``keys``.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    update: bool = False

    def statement(self) -> str:
        """Return the room's fragment: an INSERT, an upsert or an UPDATE over unnested arrays."""
        names = ", ".join(name for name, _ in self.columns)
        arrays = ", ".join(f"%s::{kind}[]" for _, kind in self.columns)
        if self.update:
            sets = ", ".join(f"{name} = r.{name}" for name in self.changes)
            joins = " AND ".join(f"t.{name} = r.{name}" for name in self.keys)
            return f"UPDATE {self.name} t SET {sets} FROM unnest({arrays}) r({names}) WHERE {joins}"
        insert = f"INSERT INTO {self.name} ({names}) SELECT * FROM unnest({arrays})"
        if not self.keys:
            return insert
        sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in self.changes)
        return f"{insert} ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET {sets}"


@dataclass(slots=True)
class RowSet:
    """Rows waiting to be written to one table, in the order of its columns."""

    table: Table
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@lru_cache(maxsize=512)
def _joined(tables: tuple[Table, ...]) -> str:
    parts = ", ".join(f"w{i} AS ({table.statement()})" for i, table in enumerate(tables))
    return f"WITH {parts} SELECT 1"


def write(cursor: psycopg.Cursor[Any], rowsets: Iterable[RowSet]) -> None:
    """Write all row sets with one statement; empty ones are left out.

    Two row sets must not change the same row: PostgreSQL would keep one of the two changes and not say which.
    """
    filled = [rowset for rowset in rowsets if rowset.rows]
    if not filled:
        return
    params: list[Sequence[Any]] = []
    for rowset in filled:
        params.extend(map(list, zip(*rowset.rows, strict=True)))
    cursor.execute(_joined(tuple(rowset.table for rowset in filled)), params, prepare=True, binary=True)


def cursor() -> psycopg.Cursor[Any]:
    """A plain psycopg cursor on Django's connection, in its transaction: the server binds parameters."""
    connection = connections["default"]
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection, row_factory=tuple_row)
