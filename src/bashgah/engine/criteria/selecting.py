"""A criterion as a condition in SQL over members: the same meaning as ``judging``, for counting many at once.

A field says where its value stands in SQL by a *column*, registered by the room that keeps it; here the
comparisons are put around it. Every value a person typed becomes a parameter, never text. Like those of
``comparing`` each condition is total: it is true or false for every member, never NULL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from json import dumps
from typing import Any
from uuid import UUID

from bashgah.engine.catalogue import Field
from bashgah.engine.criteria.comparing import birthday
from bashgah.engine.criteria.tree import All, AnyOf, Lines, Node, Not, Test
from bashgah.engine.document import Program
from bashgah.kit.jalali import Calendar, to_jalali

EARLIEST_BIRTH = date(1900, 1, 1)
_SIGNS = {"gte": ">=", "lte": "<=", "gt": ">", "lt": "<", "eq": "="}


@dataclass(frozen=True, slots=True)
class Ground:
    """On what a criterion is asked: the club, its program, and the local day that stands for the fact's."""

    club_id: UUID
    program: Program
    day: date
    zone: str = "Asia/Tehran"

    @property
    def calendar(self) -> Calendar:
        """The program's calendar."""
        return self.program.calendar


@dataclass(frozen=True, slots=True)
class Join:
    """A table to be joined to ``members_member m``, one row a member at most; told apart by ``name``."""

    name: str
    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """An expression that is a field's value for the member ``m.id``; NULL where nothing is known.

    Its SQL type follows the field's: text, text[], a number, jsonb of one value, and for a birthday the date
    of birth.
    """

    sql: str
    params: tuple[Any, ...] = ()
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """What stands in FROM after ``members_member m`` and in WHERE; the first ``joined`` values are FROM's."""

    joins: str
    where: str
    params: tuple[Any, ...]
    joined: int = 0


Maker = Callable[[Field, Ground], Column]
COLUMNS: dict[str, Maker] = {}
"""By a field's key, or by the beginning of keys (it ends with a dot), who knows where its value stands."""


class NoColumn(LookupError):
    """No room says where this field stands in SQL: it is no field of members."""


def column_of(field: Field, ground: Ground) -> Column:
    """Return where a field's value stands, or raise ``NoColumn``."""
    maker = COLUMNS.get(field.key)
    if maker is None:
        maker = next(
            (make for head, make in COLUMNS.items() if head[-1] == "." and field.key.startswith(head)), None
        )
    if maker is None:
        raise NoColumn(field.key)
    return maker(field, ground)


def has_column(field: Field) -> bool:
    """Say whether a field is one of members."""
    return field.key in COLUMNS or any(head[-1] == "." and field.key.startswith(head) for head in COLUMNS)


def selection(node: Node | None, ground: Ground) -> Selection:
    """Return the condition in SQL; a field that is none of members raises ``NoColumn``."""
    writer = _Writer(ground)
    where, params = writer.node(node) if node is not None else ("true", ())
    joins = writer.joins.values()
    own = tuple(chain.from_iterable(join.params for join in joins))
    return Selection(" ".join(join.sql for join in joins), where, (*own, *params), len(own))


def of_members(node: Node | None) -> Node | None:
    """Return the part of a criterion that members alone can fail; None where nobody can.

    Whoever meets the criterion at any fact meets it: what looks at the fact or its lines counts as met.
    """
    if node is None:
        return None
    found = _bound(node, widest=True)
    return None if isinstance(found, bool) else found


def _bound(node: Node, *, widest: bool) -> Node | bool:
    match node:
        case Test():
            return node if has_column(node.field) else widest
        case Lines():
            return widest
        case Not(part):
            inner = _bound(part, widest=not widest)
            return not inner if isinstance(inner, bool) else Not(inner)
        case All(parts) | AnyOf(parts):
            ends = isinstance(node, AnyOf)  # what decides the group alone: a part that is true, or one false
            found = [_bound(part, widest=widest) for part in parts]
            if ends in found:
                return ends
            kept = tuple(each for each in found if not isinstance(each, bool))
            return type(node)(kept) if kept else not ends


Sql = tuple[str, tuple[Any, ...]]


class _Writer:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.joins: dict[str, Join] = {}

    def node(self, node: Node) -> Sql:
        match node:
            case All(parts) | AnyOf(parts):
                written = [self.node(part) for part in parts]
                word = " AND " if isinstance(node, All) else " OR "
                return f"({word.join(sql for sql, _ in written)})", (
                    *chain.from_iterable(params for _, params in written),
                )
            case Not(part):
                sql, params = self.node(part)
                return f"NOT {sql}", params
            case Test():
                return self.test(node)
        raise NoColumn("lines")

    def test(self, test: Test) -> Sql:
        column = column_of(test.field, self.ground)
        self.joins |= {join.name: join for join in column.joins}
        return _TYPES[test.field.type](column, test, self.ground)


def _code(column: Column, test: Test, _ground: Ground) -> Sql:
    x, own, value = column.sql, column.params, test.value
    match test.op:
        case "is":
            return f"coalesce({x} = %s, false)", (*own, value)
        case "is_not":
            return f"coalesce({x} <> %s, true)", (*own, value)
        case "in":
            return f"coalesce({x} = ANY(%s::text[]), false)", (*own, list(value))
        case "at_least":
            order = [tier.key for tier in test.field.ladder.tiers] if test.field.ladder else []
            return f"coalesce({x} = ANY(%s::text[]), false)", (*own, order[order.index(value) :])
    return f"NOT coalesce({x} = ANY(%s::text[]), false)", (*own, list(value))


def _set(column: Column, test: Test, _ground: Ground) -> Sql:
    x, own = column.sql, column.params
    value = [test.value] if test.op == "has" else list(test.value)
    sign = "@>" if test.op == "has_all" else "&&"
    sql = f"coalesce({x} {sign} %s::text[], false)"
    return f"NOT {sql}" if test.op == "has_none" else sql, (*own, value)


def _number(column: Column, test: Test, _ground: Ground) -> Sql:
    x, own, value = column.sql, column.params, test.value
    match test.op:
        case "ne":
            return f"coalesce({x} <> %s, true)", (*own, value)
        case "between":
            return f"coalesce({x} BETWEEN %s AND %s, false)", (*own, *value)
        case "every":
            return f"coalesce({x} > 0 AND {x} %% %s = 0, false)", (*own, *own, value)
    return f"coalesce({x} {_SIGNS[test.op]} %s, false)", (*own, value)


def _value(column: Column, test: Test, ground: Ground) -> Sql:
    """A value of any type kept as jsonb: equal by value and kind, ordered only where it is a number."""
    x, own, value = column.sql, column.params, test.value
    match test.op:
        case "is":
            return f"coalesce({x} = %s::jsonb, false)", (*own, dumps(value))
        case "is_not":
            return f"coalesce({x} <> %s::jsonb, true)", (*own, dumps(value))
        case "in" | "not_in":
            sql = f"coalesce({x} = ANY(%s::jsonb[]), false)"
            return sql if test.op == "in" else f"NOT {sql}", (*own, [dumps(each) for each in value])
    number = f"(CASE WHEN jsonb_typeof({x}) = 'number' THEN ({x})::text::numeric END)"
    return _number(Column(number, (*own, *own)), test, ground)


def _birthday(column: Column, test: Test, ground: Ground) -> Sql:
    days = _born_on(test.op, test.value or 0, ground.day, ground.calendar)
    return f"coalesce({column.sql} = ANY(%s::date[]), false)", (*column.params, list(days))


_TYPES: dict[str, Callable[[Column, Test, Ground], Sql]] = {
    "text": _code,
    "tier": _code,
    "set": _set,
    "number": _number,
    "money": _number,
    "quantity": _number,
    "value": _value,
    "month_day": _birthday,
}


@lru_cache(maxsize=32)
def _born_on(op: str, within: int, day: date, calendar: Calendar) -> tuple[date, ...]:
    """Return every day of birth whose birthday meets the comparison: SQL knows no Jalali months."""
    of_year = _by_month_day(calendar)
    meets = (days for key, days in of_year.items() if birthday(key, op, within, day, calendar))
    return tuple(chain.from_iterable(meets))


@lru_cache(maxsize=2)
def _by_month_day(calendar: Calendar) -> dict[int, list[date]]:
    found: dict[int, list[date]] = {}
    day, last = EARLIEST_BIRTH, date(2100, 12, 31)
    while day <= last:
        month, of_month = to_jalali(day)[1:] if calendar == "jalali" else (day.month, day.day)
        found.setdefault(month * 100 + of_month, []).append(day)
        day += timedelta(days=1)
    return found
