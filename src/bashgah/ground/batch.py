"""Writes rows of many rooms with one statement, and reads many members' states with one.

Each room declares its tables (``Table``) and how a row is kept; a conductor fills ``RowSet``s and ``write``
joins them into one data-modifying statement: one round trip, one snapshot, all or nothing. Only the room that
owns a table declares it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID
from weakref import WeakSet

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.rows import tuple_row

from bashgah.ground.arrays import Array, array, teach


@dataclass(frozen=True, slots=True)
class Table:
    """How rows of one table are written together.

    ``columns`` are (name, array element type). With ``keys`` the statement is an upsert: a row whose keys
    exist has its ``changes`` replaced by the new values, its ``adds`` increased by them, its ``earliest`` and
    ``latest`` kept at the least and the greatest (``only_where`` is the condition of a partial key). With
    ``update`` true only existing rows are changed, found by ``keys``; with ``is_placed`` they are found where
    they lie (see ``placed``). Columns in ``same`` have one value in all rows and are sent once; those in
    ``sparse`` are left out where no row has a value.
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
    sparse: frozenset[str] = frozenset()
    is_placed: bool = False

    def filled(self, rows: Sequence[tuple[Any, ...]]) -> tuple[Table, list[tuple[Any, ...]]]:
        """Return the rows by columns, without the sparse ones that are empty, and the table of the rest."""
        columns = list(zip(*rows, strict=True))
        if not self.sparse:
            return self, columns
        empty = frozenset(
            name
            for (name, _), values in zip(self.columns, columns, strict=True)
            if name in self.sparse and values[0] is None and all(value is None for value in values)
        )
        if not empty:
            return self, columns
        kept = [values for (name, _), values in zip(self.columns, columns, strict=True) if name not in empty]
        return _without(self, empty), kept

    def placed(self) -> Table:
        """Return how rows of this table are changed whose places were read in this transaction.

        The first column is the place (``Part`` reads it), then come those that change. Looking a row up by
        its key costs more than changing it, and the state read has looked it up before. That holds only
        while nobody else can change the row: under the member's lock. ``write`` counts the rows.
        """
        moving = {*self.changes, *self.adds, *self.earliest, *self.latest}
        columns = (("ctid", "tid"), *(column for column in self.columns if column[0] in moving))
        return replace(self, columns=columns, keys=(), same=frozenset(), is_placed=True)

    def params(self, values: Sequence[tuple[Any, ...]]) -> list[Array]:
        """Return the parameters of ``statement``: first what is the same in all rows, then the columns."""
        columns = list(zip(self.columns, values, strict=True))
        once = [array(kind, column[:1]) for (name, kind), column in columns if name in self.same]
        return once + [array(kind, column) for (name, kind), column in columns if name not in self.same]

    def statement(self) -> str:
        """Return the room's fragment: an INSERT, an upsert or an UPDATE over unnested arrays."""
        names = ", ".join(name for name, _ in self.columns)
        arrays = ", ".join(f"%s::{kind}[]" for name, kind in self.columns if name not in self.same)
        if self.is_placed:
            sets = ", ".join(self._sets("r"))
            own = ", ".join("place" if name == "ctid" else name for name, _ in self.columns)
            return (
                f"UPDATE {self.name} t SET {sets} FROM unnest({arrays}) r({own})"
                " WHERE t.ctid = r.place RETURNING 1"
            )
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
        sets = ", ".join(self._sets("EXCLUDED"))
        partial = f" WHERE {self.only_where}" if self.only_where else ""
        return f"{insert} ON CONFLICT ({', '.join(self.keys)}){partial} DO UPDATE SET {sets}"

    def _sets(self, new: str) -> list[str]:
        sets = [f"{name} = {new}.{name}" for name in self.changes]
        sets += [f"{name} = t.{name} + {new}.{name}" for name in self.adds]
        sets += [f"{name} = least(t.{name}, {new}.{name})" for name in self.earliest]
        return sets + [f"{name} = greatest(t.{name}, {new}.{name})" for name in self.latest]


@lru_cache(maxsize=256)
def _without(table: Table, names: frozenset[str]) -> Table:
    return replace(table, columns=tuple(column for column in table.columns if column[0] not in names))


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
    counts = [f"(SELECT count(*) FROM w{i})" for i, table in enumerate(tables) if table.is_placed]
    return f"WITH {numbered} SELECT {', '.join(counts) or '1'}".encode()


class RowsMoved(RuntimeError):
    """Rows that were read in this transaction were changed by somebody who did not hold the lock."""


def write(cursor: psycopg.Cursor[Any], rowsets: Iterable[RowSet]) -> None:
    """Write all row sets with one statement; empty ones are left out.

    Two row sets must not change the same row: PostgreSQL would keep one of the two changes and not say which.
    Raises ``RowsMoved`` when a placed row is not where it was read; the transaction must then be given up.
    """
    filled = [rowset for rowset in rowsets if rowset.rows]
    if not filled:
        return
    params: list[Array] = []
    tables: list[Table] = []
    for rowset in filled:
        table, values = rowset.table.filled(rowset.rows)
        tables.append(table)
        params += table.params(values)
    statement = _joined(tuple(tables))
    done = psycopg.RawCursor(cursor.connection).execute(statement, params, prepare=True)
    placed = tuple(len(rowset.rows) for rowset in filled if rowset.table.is_placed)
    if placed and done.fetchone() != placed:
        raise RowsMoved("a row read under the lock was changed by somebody else")


@dataclass(frozen=True, slots=True)
class Part:
    """What one room adds to a state read: its rows of these members.

    ``columns`` are (SQL expression, type) over the table ``x``; ``member`` is the column that says whose row
    it is; ``where`` narrows further by named parameters. With ``is_placed`` each row begins with its place,
    for ``Table.placed``.
    """

    name: str
    table: str
    columns: tuple[tuple[str, str], ...]
    member: str = "member_id"
    where: str = ""
    is_placed: bool = False


@lru_cache(maxsize=512)
def _reading(parts: tuple[Part, ...]) -> tuple[str, list[Callable[[Any], tuple[Any, ...]]]]:
    """Join the parts to one UNION whose columns are shared by type, and say which each part used."""
    slots: list[tuple[str, int]] = []
    for part in parts:
        used: dict[str, int] = {}
        for _expression, kind in part.columns:
            used[kind] = used.get(kind, 0) + 1
            if (kind, used[kind]) not in slots:
                slots.append((kind, used[kind]))
    branches = []
    getters = []
    for number, part in enumerate(parts):
        filled: dict[tuple[str, int], str] = {}
        for expression, kind in part.columns:
            filled[kind, 1 + sum(taken == kind for taken, _ in filled)] = expression
        values = ", ".join(
            f"({filled[slot]})::{slot[0]}" if slot in filled else f"NULL::{slot[0]}" for slot in slots
        )
        narrowed = f" AND {part.where}" if part.where else ""
        branches.append(
            f"SELECT {number}::smallint, uuid_send(x.{part.member}),"
            f" {'x.ctid' if part.is_placed else 'NULL::tid'}, {values}"
            f" FROM {part.table} x WHERE x.{part.member} = ANY(%(ids)s::uuid[]){narrowed}"
        )
        places = [3 + slots.index(slot) for slot in filled]
        getters.append(_getter([2, *places] if part.is_placed else places))
    return " UNION ALL ".join(branches), getters


def _getter(places: list[int]) -> Callable[[Any], tuple[Any, ...]]:
    if len(places) == 1:
        (place,) = places
        return lambda row: (row[place],)
    return itemgetter(*places)


def read(
    cursor: psycopg.Cursor[Any], ids: Sequence[UUID], parts: tuple[Part, ...], params: Mapping[str, Any]
) -> dict[UUID, list[list[tuple[Any, ...]]]]:
    """Read every room's rows of these members with one statement, in the order of ``parts``."""
    statement, getters = _reading(parts)
    cursor.execute(statement, {"ids": array("uuid", ids), **params}, prepare=True, binary=True)
    found: dict[bytes, list[list[tuple[Any, ...]]]] = {id_.bytes: [[] for _ in parts] for id_ in ids}
    for row in cursor.fetchall():
        number = row[0]
        found[row[1]][number].append(getters[number](row))
    return {id_: found[id_.bytes] for id_ in ids}


def cursor() -> psycopg.Cursor[Any]:
    """A plain psycopg cursor on Django's connection, in its transaction: the server binds parameters."""
    connection: BaseDatabaseWrapper | None = getattr(_mine, "connection", None)
    if connection is None:
        connection = _mine.connection = connections["default"]
    if connection.connection is None:
        connection.ensure_connection()
    raw = connection.connection
    if raw not in _taught:
        teach(raw)
        _taught.add(raw)
    return psycopg.Cursor(raw, row_factory=tuple_row)


_taught: WeakSet[Any] = WeakSet()
_mine = threading.local()
"""Each thread's connection, as Django keeps them; asking Django for it takes longer than a small query."""
