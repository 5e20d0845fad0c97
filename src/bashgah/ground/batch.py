"""Writes rows of many rooms with one statement, and reads many members' states with one.

Each room declares its tables (``Table``) and how a row is kept; a conductor fills ``RowSet``s and ``write``
joins them into one data-modifying statement: one round trip, one snapshot, all or nothing. Only the room that
owns a table declares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID
from weakref import WeakSet

import msgspec
import psycopg
from django.db import connections
from psycopg.rows import tuple_row

from bashgah.ground.arrays import Array, array, teach


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of one table are written together.

    ``columns`` are (name, array element type). With ``keys`` the statement is an upsert: a row whose keys
    exist has its ``changes`` replaced by the new values, its ``adds`` increased by them, its ``earliest`` and
    ``latest`` kept at the least and the greatest (``only_where`` is the condition of a partial key). With
    ``update`` true only existing rows are changed, found by ``keys``. Columns in ``same`` have one value in
    all rows of a statement and are sent once.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    earliest: tuple[str, ...] = ()
    latest: tuple[str, ...] = ()
    update: bool = False
    only_where: str = ""
    same: frozenset[str] = frozenset()

    def params(self, rows: Sequence[tuple[Any, ...]]) -> list[Array]:
        """Return the parameters of ``statement``: first what is the same in all rows, then the columns."""
        columns = list(zip(self.columns, zip(*rows, strict=True), strict=True))
        once = [array(kind, values[:1]) for (name, kind), values in columns if name in self.same]
        return once + [array(kind, values) for (name, kind), values in columns if name not in self.same]

    def statement(self) -> str:
        """Return the room's fragment: an INSERT, an upsert or an UPDATE over unnested arrays."""
        names = ", ".join(name for name, _ in self.columns)
        arrays = ", ".join(f"%s::{kind}[]" for name, kind in self.columns if name not in self.same)
        if self.update:
            sets = ", ".join(f"{name} = r.{name}" for name in self.changes)
            joins = " AND ".join(f"t.{name} = r.{name}" for name in self.keys)
            return f"UPDATE {self.name} t SET {sets} FROM unnest({arrays}) r({names}) WHERE {joins}"
        values = ", ".join(
            f"(%s::{kind}[])[1]" if name in self.same else f"r.{name}" for name, kind in self.columns
        )
        own = ", ".join(name for name, _ in self.columns if name not in self.same)
        insert = f"INSERT INTO {self.name} AS t ({names}) SELECT {values} FROM unnest({arrays}) r({own})"
        if not self.keys:
            return insert
        sets = [f"{name} = EXCLUDED.{name}" for name in self.changes]
        sets += [f"{name} = t.{name} + EXCLUDED.{name}" for name in self.adds]
        sets += [f"{name} = least(t.{name}, EXCLUDED.{name})" for name in self.earliest]
        sets += [f"{name} = greatest(t.{name}, EXCLUDED.{name})" for name in self.latest]
        partial = f" WHERE {self.only_where}" if self.only_where else ""
        return f"{insert} ON CONFLICT ({', '.join(self.keys)}){partial} DO UPDATE SET {', '.join(sets)}"


@dataclass(slots=True)
class RowSet:
    """Rows waiting to be written to one table, in the order of its columns."""

    table: Table
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@lru_cache(maxsize=512)
def _joined(tables: tuple[Table, ...]) -> bytes:
    """Join the rooms' fragments, their places numbered: no cursor has to look for them again."""
    parts = ", ".join(f"w{i} AS ({table.statement()})" for i, table in enumerate(tables))
    pieces = parts.split("%s")
    numbered = "".join(f"{piece}${place}" for place, piece in enumerate(pieces[:-1], 1)) + pieces[-1]
    return f"WITH {numbered} SELECT 1".encode()


def write(cursor: psycopg.Cursor[Any], rowsets: Iterable[RowSet]) -> None:
    """Write all row sets with one statement; empty ones are left out.

    Two row sets must not change the same row: PostgreSQL would keep one of the two changes and not say which.
    """
    filled = [rowset for rowset in rowsets if rowset.rows]
    if not filled:
        return
    params: list[Array] = []
    for rowset in filled:
        params += rowset.table.params(rowset.rows)
    statement = _joined(tuple(rowset.table for rowset in filled))
    psycopg.RawCursor(cursor.connection).execute(statement, params, prepare=True)


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
    cursor.execute(_reading(parts), {"ids": array("uuid", ids), **params}, prepare=True, binary=True)
    decode = msgspec.json.decode
    return {id_: decode(text) for id_, text in cursor.fetchall()}


def cursor() -> psycopg.Cursor[Any]:
    """A plain psycopg cursor on Django's connection, in its transaction: the server binds parameters."""
    connection = connections["default"]
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _taught:
        teach(raw)
        _taught.add(raw)
    return psycopg.Cursor(raw, row_factory=tuple_row)


_taught: WeakSet[Any] = WeakSet()
