"""Writes rows of many rooms in one round trip, and reads many members' states with one statement.

Each room declares its tables (``Table``) and how a row is kept; a conductor fills ``RowSet``s and ``write``
sends one statement a table, all together, in the caller's transaction. Only the room that owns a table
declares it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

import psycopg

from bashgah.ground.asking import Question, Statement, ask, cursor

__all__ = ["Part", "RowSet", "RowsMoved", "Table", "cursor", "read", "reading", "write"]


@dataclass(frozen=True, eq=False)
class Table:
    """How rows of one table are written together.

    ``columns`` are (name, type). With ``keys`` the statement is an upsert: a row whose keys exist has its
    ``changes`` replaced by the new values, its ``adds`` increased by them, its ``earliest`` and ``latest``
    kept at the least and the greatest (``only_where`` is the condition of a partial key). With ``update``
    true only existing rows are changed, found by ``keys``; with ``is_placed`` they are found where they lie
    (see ``placed``). Columns in ``same`` have one value in all rows and are sent once; those in ``sparse``
    are left out where no row has a value.
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

    def placed(self) -> Table:
        """Return how rows of this table are changed whose places were read in this transaction.

        The first column is the place (``Part`` reads it), then come those that change. Looking a row up by
        its key costs more than changing it, and the state read has looked it up before. That holds only
        while nobody else can change the row: under the member's lock. ``write`` counts the rows.
        """
        moving = {*self.changes, *self.adds, *self.earliest, *self.latest}
        columns = (("ctid", "tid"), *(column for column in self.columns if column[0] in moving))
        return replace(self, columns=columns, keys=(), same=frozenset(), is_placed=True)

    def question(self, rows: Sequence[tuple[Any, ...]]) -> Question:
        """Return the statement that writes these rows; it answers with their number."""
        columns = list(zip(*rows, strict=True))
        table = self
        if self.sparse:
            empty = frozenset(place for place in self._sparse_places if not any(_given(columns[place])))
            if empty:
                table = self._without(empty)
                columns = [values for place, values in enumerate(columns) if place not in empty]
        values = [columns[place] for place in table._many]
        return table._statement.of(*(columns[place][0] for place in table._once), *values, read=int)

    @cached_property
    def _sparse_places(self) -> tuple[int, ...]:
        return tuple(place for place, (name, _) in enumerate(self.columns) if name in self.sparse)

    @cached_property
    def _once(self) -> tuple[int, ...]:
        return tuple(place for place, (name, _) in enumerate(self.columns) if name in self.same)

    @cached_property
    def _many(self) -> tuple[int, ...]:
        return tuple(place for place, (name, _) in enumerate(self.columns) if name not in self.same)

    @cached_property
    def _narrowed(self) -> dict[frozenset[int], Table]:
        return {}

    def _without(self, places: frozenset[int]) -> Table:
        found = self._narrowed.get(places)
        if found is None:
            kept = tuple(column for place, column in enumerate(self.columns) if place not in places)
            found = self._narrowed[places] = replace(self, columns=kept, sparse=frozenset())
        return found

    @cached_property
    def _statement(self) -> Statement:
        kinds = [self.columns[place][1] for place in self._once]
        kinds += [f"{self.columns[place][1]}[]" for place in self._many]
        return Statement(self.sql(), *kinds, is_fixed=not (self.update or self.is_placed))

    def sql(self) -> str:
        """Return an INSERT, an upsert or an UPDATE; what is the same in all rows first, then the columns."""
        places = {place: number for number, place in enumerate((*self._once, *self._many), 1)}
        many = [(self.columns[place][0], f"${places[place]}") for place in self._many]
        arrays = ", ".join(place for _, place in many)
        own = ", ".join("place" if name == "ctid" else name for name, _ in many)
        if self.is_placed:
            sets = ", ".join(self._sets("r"))
            return f"UPDATE {self.name} t SET {sets} FROM unnest({arrays}) r({own}) WHERE t.ctid = r.place"
        if self.update:
            # each row is looked up for itself: a join to the keys is planned by the table's size
            sets = ", ".join(f"{name} = r.{name}" for name in self.changes)
            found = " AND ".join(f"x.{name} = r.{name}" for name in self.keys)
            return (
                f"UPDATE {self.name} t SET {sets} FROM unnest({arrays}) r({own}),"
                f" LATERAL (SELECT x.ctid FROM {self.name} x WHERE {found} OFFSET 0) f WHERE t.ctid = f.ctid"
            )
        names = ", ".join(name for name, _ in self.columns)
        values = ", ".join(
            f"${places[place]}" if name in self.same else f"r.{name}"
            for place, (name, _) in enumerate(self.columns)
        )
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


def _given(values: Sequence[Any]) -> Iterable[bool]:
    return (value is not None for value in values)


@dataclass(slots=True)
class RowSet:
    """Rows waiting to be written to one table, in the order of its columns."""

    table: Table
    rows: list[tuple[Any, ...]] = field(default_factory=list)


class RowsMoved(RuntimeError):
    """Rows that were read in this transaction were changed by somebody who did not hold the lock."""


def write(cursor: psycopg.Cursor[Any], rowsets: Iterable[RowSet]) -> None:
    """Write all row sets in one round trip and in their order; empty ones are left out.

    Raises ``RowsMoved`` when a placed row is not where it was read; the transaction must then be given up.
    """
    filled = [rowset for rowset in rowsets if rowset.rows]
    if not filled:
        return
    counts = ask(cursor, *[rowset.table.question(rowset.rows) for rowset in filled])
    for rowset, count in zip(filled, counts, strict=True):
        if rowset.table.is_placed and count != len(rowset.rows):
            raise RowsMoved(f"a row of {rowset.table.name} read under the lock was changed by somebody else")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one room adds to a state read: its rows of these members.

    ``columns`` are (SQL expression, type) over the table ``x``; ``member`` is the column that says whose row
    it is; ``where`` narrows further by named values with their kinds (``%(day)s::date``). With ``is_placed``
    each row begins with its place, for ``Table.placed``.
    """

    name: str
    table: str
    columns: tuple[tuple[str, str], ...]
    member: str = "member_id"
    where: str = ""
    is_placed: bool = False


@lru_cache(maxsize=512)
def _reading(
    parts: tuple[Part, ...],
) -> tuple[Statement, list[str], list[Callable[[Any], tuple[Any, ...]]]]:
    """Join the parts to one UNION whose columns are shared by type.

    Returned with it are the names of its values in their order, and the getter of each part's columns.
    """
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
            f" FROM {part.table} x WHERE x.{part.member} = ANY($1){narrowed}"
        )
        places = [3 + slots.index(slot) for slot in filled]
        getters.append(_getter([2, *places] if part.is_placed else places))
    named: dict[str, str] = {}

    def placed(found: re.Match[str]) -> str:
        named[found["name"]] = found["kind"]
        return f"${2 + list(named).index(found['name'])}::{found['kind']}"

    sql = _NAMED.sub(placed, " UNION ALL ".join(branches))
    return Statement(sql, "uuid[]", *named.values()), list(named), getters


_NAMED = re.compile(r"%\((?P<name>\w+)\)s::(?P<kind>\w+(?:\[\])?)")


def _getter(places: list[int]) -> Callable[[Any], tuple[Any, ...]]:
    if len(places) == 1:
        (place,) = places
        return lambda row: (row[place],)
    return itemgetter(*places)


def reading(ids: Sequence[UUID], parts: tuple[Part, ...], values: Mapping[str, Any]) -> Question:
    """Return the question for every room's rows of these members, in the order of ``parts``."""
    statement, names, getters = _reading(parts)

    def found(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, list[list[tuple[Any, ...]]]]:
        by_id: dict[bytes, list[list[tuple[Any, ...]]]] = {id_.bytes: [[] for _ in parts] for id_ in ids}
        for row in rows:
            number = row[0]
            by_id[row[1]][number].append(getters[number](row))
        return {id_: by_id[id_.bytes] for id_ in ids}

    return statement.of(ids, *[values[name] for name in names], read=found)


def read(
    cursor: psycopg.Cursor[Any], ids: Sequence[UUID], parts: tuple[Part, ...], values: Mapping[str, Any]
) -> dict[UUID, list[list[tuple[Any, ...]]]]:
    """Read every room's rows of these members with one statement."""
    (found,) = ask(cursor, reading(ids, parts, values))
    return found  # type: ignore[no-any-return]
