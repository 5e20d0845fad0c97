"""Writes rows of many rooms with one statement, and reads many members' states with one.

Each room declares its tables (``Table``) and how a row is kept; a conductor fills ``RowSet``s and ``write``
joins them into one data-modifying statement: one round trip, one snapshot, all or nothing. Only the room that
owns a table declares it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import connections
from psycopg.rows import tuple_row


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of one table are written together.

    ``columns`` are (name, array element type). With ``keys`` the statement is an upsert: a row whose keys
    exist has its ``changes`` replaced by the new values, its ``adds`` increased by them, its ``earliest`` and
    ``latest`` kept at the least and the greatest. With ``update`` true only existing rows are changed, found
    by ``keys``.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    earliest: tuple[str, ...] = ()
    latest: tuple[str, ...] = ()
    update: bool = False

    def statement(self) -> str:
        """Return the room's fragment: an INSERT, an upsert or an UPDATE over unnested arrays."""
        names = ", ".join(name for name, _ in self.columns)
        arrays = ", ".join(f"%s::{kind}[]" for _, kind in self.columns)
        if self.update:
            sets = ", ".join(f"{name} = r.{name}" for name in self.changes)
            joins = " AND ".join(f"t.{name} = r.{name}" for name in self.keys)
            return f"UPDATE {self.name} t SET {sets} FROM unnest({arrays}) r({names}) WHERE {joins}"
        insert = f"INSERT INTO {self.name} AS t ({names}) SELECT * FROM unnest({arrays})"
        if not self.keys:
            return insert
        sets = [f"{name} = EXCLUDED.{name}" for name in self.changes]
        sets += [f"{name} = t.{name} + EXCLUDED.{name}" for name in self.adds]
        sets += [f"{name} = least(t.{name}, EXCLUDED.{name})" for name in self.earliest]
        sets += [f"{name} = greatest(t.{name}, EXCLUDED.{name})" for name in self.latest]
        return f"{insert} ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET {', '.join(sets)}"


@dataclass(slots=True)
class RowSet:
    """Rows waiting to be written to one table, in the order of its columns."""

    table: Table
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@lru_cache(maxsize=512)
def _joined(tables: tuple[Table, ...]) -> str:
    parts = ", ".join(f"w{i} AS ({table.statement()})" for i, table in enumerate(tables))
    return f"WITH {parts} SELECT 1"


def array_text(kind: str, values: Iterable[Any]) -> str:
    """Return the values as PostgreSQL writes an array of this element type.

    The settlement sends some eighty arrays at a time; spelling them here takes a third of the time that the
    driver's general way takes.
    """
    return "{" + ",".join(["NULL" if value is None else _SPELLED[kind](value) for value in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


_SPELLED: Mapping[str, Callable[[Any], str]] = {
    "uuid": lambda value: value.hex,
    "smallint": lambda value: str(int(value)),
    "int": str,
    "bigint": str,
    "boolean": lambda value: "t" if value else "f",
    "date": lambda value: value.isoformat(),
    "timestamptz": lambda value: value.isoformat(),
    "bytea": lambda value: f'"\\\\x{value.hex()}"',
    "text": _quoted,
    "jsonb": _quoted,
}


def write(cursor: psycopg.Cursor[Any], rowsets: Iterable[RowSet]) -> None:
    """Write all row sets with one statement; empty ones are left out.

    Two row sets must not change the same row: PostgreSQL would keep one of the two changes and not say which.
    """
    filled = [rowset for rowset in rowsets if rowset.rows]
    if not filled:
        return
    params: list[str] = []
    for rowset in filled:
        columns = zip(*rowset.rows, strict=True)
        params += [
            array_text(kind, values) for (_, kind), values in zip(rowset.table.columns, columns, strict=True)
        ]
    cursor.execute(_joined(tuple(rowset.table for rowset in filled)), params, prepare=True)


@dataclass(frozen=True, slots=True)
class Part:
    """What one room adds to a state read: an expression over ``m.id`` that gives JSON.

    ``params`` of the expression are named; their values come with the read.
    """

    name: str
    expression: str


@lru_cache(maxsize=512)
def _reading(parts: tuple[Part, ...]) -> str:
    columns = ", ".join(part.expression for part in parts)
    return f"SELECT m.id, jsonb_build_array({columns})::text FROM unnest(%(ids)s::uuid[]) m(id)"


def read(
    cursor: psycopg.Cursor[Any], ids: Sequence[UUID], parts: tuple[Part, ...], params: Mapping[str, Any]
) -> dict[UUID, list[Any]]:
    """Read every room's part of these members' states with one statement, in the order of ``parts``."""
    cursor.execute(_reading(parts), {"ids": list(ids), **params}, prepare=True, binary=True)
    decode = msgspec.json.decode
    return {id_: decode(text) for id_, text in cursor.fetchall()}


def cursor() -> psycopg.Cursor[Any]:
    """A plain psycopg cursor on Django's connection, in its transaction: the server binds parameters."""
    connection = connections["default"]
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection, row_factory=tuple_row)
