"""Writes rows of many rooms in one round trip, and reads many members' states in one.

Each room declares its tables (``Table``) and how a row is kept; a conductor fills ``RowSet``s and ``write``
sends one statement a table, all together, in the caller's transaction. Only the room that owns a table
declares it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

import psycopg

from bashgah.ground.arrays import packer_of
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
    are left out where no row has a value. Each group of columns in ``alike`` is sent once where all rows
    agree on it: the purchases of a batch are all purchases under one program, as a rule. One more group
    doubles the statements the table may have, so columns that go together are one group.
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
    alike: tuple[frozenset[str], ...] = ()
    is_placed: bool = False

    def placed(self) -> Table:
        """Return how rows of this table are changed whose places were read in this transaction.

        The first column is the place (``Part`` reads it), then come those that change. Looking a row up by
        its key costs more than changing it, and the state read has looked it up before. That holds only
        while nobody else can change the row: under the member's lock. ``write`` counts the rows.
        """
        moving = {*self.changes, *self.adds, *self.earliest, *self.latest}
        columns = (("ctid", "tid"), *(column for column in self.columns if column[0] in moving))
        alike = tuple(group & moving for group in self.alike if group & moving)
        return replace(self, columns=columns, keys=(), same=frozenset(), alike=alike, is_placed=True)

    def question(self, rows: Sequence[tuple[Any, ...]]) -> Question:
        """Return the statement that writes these rows; it answers with their number."""
        columns = list(zip(*rows, strict=True))
        empty = [place for place in self._sparse_places if _is_empty(columns[place])]
        agreed = [group for group in self._alike_places if _agree(columns, group)]
        table = self
        if empty or agreed:
            table = self._shaped(tuple(empty), tuple(agreed))
            if empty:
                columns = [values for place, values in enumerate(columns) if place not in empty]
        values = [columns[place] for place in table._many]
        return table._statement.of(*(columns[place][0] for place in table._once), *values, read=int)

    @cached_property
    def _sparse_places(self) -> tuple[int, ...]:
        return tuple(place for place, (name, _) in enumerate(self.columns) if name in self.sparse)

    @cached_property
    def _alike_places(self) -> tuple[Places, ...]:
        return tuple(
            tuple(place for place, (name, _) in enumerate(self.columns) if name in group)
            for group in self.alike
        )

    @cached_property
    def _once(self) -> Places:
        return tuple(place for place, (name, _) in enumerate(self.columns) if name in self.same)

    @cached_property
    def _many(self) -> Places:
        return tuple(place for place, (name, _) in enumerate(self.columns) if name not in self.same)

    @cached_property
    def _shapes(self) -> dict[tuple[Places, tuple[Places, ...]], Table]:
        return {}

    def _shaped(self, empty: Places, agreed: tuple[Places, ...]) -> Table:
        """Return this table without its empty columns, and with what all rows agree on sent once."""
        found = self._shapes.get((empty, agreed))
        if found is None:
            kept = tuple(column for place, column in enumerate(self.columns) if place not in empty)
            once = self.same | {self.columns[place][0] for group in agreed for place in group}
            found = replace(self, columns=kept, same=once, sparse=frozenset(), alike=())
            self._shapes[empty, agreed] = found
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
            listed = ", ".join(
                [f"${places[place]} {self.columns[place][0]}" for place in self._once]
                + [f"unnest({place}) {'place' if name == 'ctid' else name}" for name, place in many]
            )
            return f"UPDATE {self.name} t SET {sets} FROM (SELECT {listed}) r WHERE t.ctid = r.place"
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
            f"${places[place]}" if name in self.same else f"unnest(${places[place]})"
            for place, (name, _) in enumerate(self.columns)
        )
        # listed side by side the arrays go on in step; as a table each would be written down by itself first
        insert = f"INSERT INTO {self.name} AS t ({names}) SELECT {values}"
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


Places = tuple[int, ...]


def _is_empty(values: Sequence[Any]) -> bool:
    return values[0] is None and values.count(None) == len(values)


def _agree(columns: Sequence[Sequence[Any]], places: Places) -> bool:
    for place in places:
        values = columns[place]
        first = values[0]
        if values[-1] != first or values.count(first) != len(values):
            return False
    return True


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
    it is; ``where`` narrows further by named values with their kinds (``%(day)s::date``). A row begins with
    the member's bytes, and with ``is_placed`` then comes its place, for ``Table.placed``.
    """

    name: str
    table: str
    columns: tuple[tuple[str, str], ...]
    member: str = "member_id"
    where: str = ""
    is_placed: bool = False


@lru_cache(maxsize=512)
def _statement(part: Part) -> tuple[Statement, list[str]]:
    """Return the statement that reads a part, and the names of its values in their order."""
    columns = [f"uuid_send(x.{part.member})", *(["x.ctid"] if part.is_placed else [])]
    columns += [f"({expression})::{kind}" for expression, kind in part.columns]
    named: dict[str, str] = {}

    def placed(found: re.Match[str]) -> str:
        named[found["name"]] = found["kind"]
        return f"${2 + list(named).index(found['name'])}::{found['kind']}"

    narrowed = f" AND {part.where}" if part.where else ""
    sql = f"SELECT {', '.join(columns)} FROM {part.table} x WHERE x.{part.member} = ANY($1){narrowed}"
    sql = _NAMED.sub(placed, sql)
    return Statement(sql, "uuid[]", *named.values()), list(named)


_NAMED = re.compile(r"%\((?P<name>\w+)\)s::(?P<kind>\w+(?:\[\])?)")

Rows = Sequence[tuple[Any, ...]]


def reading(ids: Sequence[UUID], parts: Sequence[Part], values: Mapping[str, Any]) -> list[Question]:
    """Return the questions for these members' rows, one a part; to be asked together.

    Each answers with the rows by member (the sixteen bytes of the id), for those who have any. A row begins
    with the member's bytes. One statement a part is cheaper than one for all: rows are no wider than needed.
    """
    packed = packer_of("uuid[]")(ids)
    questions = []
    for part in parts:
        statement, names = _statement(part)
        given = zip(statement.packers[1:], names, strict=True)
        questions.append(
            Question(statement, [packed, *(pack(values[name]) for pack, name in given)], _by_member)
        )
    return questions


def _by_member(rows: Rows) -> dict[bytes, list[tuple[Any, ...]]]:
    found: dict[bytes, list[tuple[Any, ...]]] = {}
    for row in rows:
        held = found.get(row[0])
        if held is None:
            found[row[0]] = [row]
        else:
            held.append(row)
    return found


def read(
    cursor: psycopg.Cursor[Any], ids: Sequence[UUID], parts: Sequence[Part], values: Mapping[str, Any]
) -> dict[UUID, list[Rows]]:
    """Read these members' rows in one round trip: by member, those of each part; empty where there are none.

    A row begins with the member's bytes, as ``reading`` says.
    """
    answers = ask(cursor, *reading(ids, parts, values))
    return {id_: [answer.get(id_.bytes, ()) for answer in answers] for id_ in ids}
