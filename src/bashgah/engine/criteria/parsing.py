"""Reads a criterion's JSON tree against the catalogue; what is wrong is refused with a pointer to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from bashgah.engine.catalogue import MANY, WITHOUT_VALUE, Field, field_find
from bashgah.engine.criteria.tree import All, AnyOf, Lines, Node, Not, Test
from bashgah.engine.document import Program
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

MAX_DEPTH = 8
MAX_NODES = 200
MAX_ITEMS = 1000
MAX_TEXT = 200
LARGEST = 10**15

_LINE_OPS = ("gte", "lte", "gt", "lt", "eq", "ne", "between")
_COMPARED = ("sum", "count", "quantity")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODES = frozenset({"text", "set", "path", "tier"})
_NUMBERS = frozenset({"number", "money", "quantity"})


def parse(
    data: Any, *, program: Program | None = None, trigger: str = "purchase", scope: str = "fact", at: str = ""
) -> Node:
    """Return the checked criterion of a JSON tree.

    ``scope`` is "fact" for a rule's or a reward's condition (facts, states and line quantifiers) or "line"
    for conditions over one invoice line. ``at`` is put before every pointer. Raises ``Refusal`` (422) with
    code ``criteria_invalid`` and the pointer of the first fault: unknown shapes, fields or comparisons,
    values of another type, more than 8 levels or 200 nodes.
    """
    return _Parser(program, trigger).node(data, scope, at, 1)


@dataclass(slots=True)
class _Parser:
    program: Program | None
    trigger: str
    seen: int = 0

    def node(self, data: Any, scope: str, at: str, depth: int) -> Node:
        self.seen += 1
        if depth > MAX_DEPTH:
            _refuse(at, _("Conditions are nested deeper than {most} levels."), most=MAX_DEPTH)
        if self.seen > MAX_NODES:
            _refuse(at, _("There are more than {most} conditions."), most=MAX_NODES)
        if not isinstance(data, Mapping):
            _refuse(at, _("A condition is missing here."))
        keys = set(data)
        if keys in ({"all"}, {"any"}):
            return self._group(data, scope, at, depth)
        if keys == {"not"}:
            return Not(self.node(data["not"], scope, f"{at}/not", depth + 1))
        if keys == {"lines"}:
            return self._lines(data["lines"], scope, f"{at}/lines", depth)
        if "field" in keys and keys <= {"field", "op", "value"}:
            return self._test(data, scope, at)
        raise _refusal(at, _("This is no condition that the program knows."))

    def _group(self, data: Mapping[str, Any], scope: str, at: str, depth: int) -> Node:
        name = next(iter(data))
        parts = data[name]
        if not isinstance(parts, list | tuple):
            _refuse(f"{at}/{name}", _("A group of conditions must be a list."))
        if not parts:
            _refuse(f"{at}/{name}", _("This group of conditions is empty."))
        nodes = tuple(self.node(part, scope, f"{at}/{name}/{i}", depth + 1) for i, part in enumerate(parts))
        return All(nodes) if name == "all" else AnyOf(nodes)

    def _lines(self, data: Any, scope: str, at: str, depth: int) -> Node:
        if scope == "line":
            _refuse(at, _("A line has no lines of its own."))
        if self.trigger != "purchase":
            _refuse(at, _("Only purchases have invoice lines."))
        if not isinstance(data, Mapping) or not set(data) <= {"where", "measure", "of", "op", "value"}:
            _refuse(at, _("This is no condition that the program knows."))
        where = data.get("where")
        node = None if where is None else self.node(where, "line", f"{at}/where", depth + 1)
        measure = data.get("measure")
        if measure in ("any", "all"):
            if data.get("op") is not None or data.get("value") is not None:
                _refuse(f"{at}/op", _("“any” and “all” compare with nothing."))
            if node is None:
                _refuse(f"{at}/where", _("Say which lines are meant."))
            return Lines(node, str(measure), at=at)
        if measure not in _COMPARED:
            _refuse(f"{at}/measure", _("Choose what is measured of the lines."))
        of = data.get("of", "net")
        if of not in ("net", "gross"):
            _refuse(f"{at}/of", _("The amount is either after or before discount."))
        op = data.get("op")
        if op not in _LINE_OPS:
            _refuse(f"{at}/op", _("This comparison does not fit here."))
        kind = {"sum": "money", "count": "number", "quantity": "quantity"}[str(measure)]
        return Lines(
            node, str(measure), str(of), str(op), _value(kind, str(op), data.get("value"), f"{at}/value"), at
        )

    def _test(self, data: Mapping[str, Any], scope: str, at: str) -> Test:
        key = data["field"]
        field = field_find(key, self.program, self.trigger) if isinstance(key, str) else None
        if field is None:
            _refuse(f"{at}/field", _("There is no field called “{field}”."), field=str(key)[:MAX_TEXT])
        if (field.scope == "line") is not (scope == "line"):
            _refuse(f"{at}/field", _("“{field}” cannot be used here."), field=field.label)
        if field.triggers and self.trigger not in field.triggers and scope != "line":
            _refuse(f"{at}/field", _("“{field}” belongs to purchases alone."), field=field.label)
        if self.trigger == "reward" and field.scope == "fact" and key != "fact.weekday":
            _refuse(f"{at}/field", _("“{field}” cannot be used here."), field=field.label)
        op = data.get("op")
        if op not in field.ops:
            _refuse(f"{at}/op", _("“{field}” cannot be compared in this way."), field=field.label)
        value = data.get("value")
        if op in WITHOUT_VALUE:
            if value is not None:
                _refuse(f"{at}/value", _("This comparison takes no value."))
            return Test(field, op, None, at)
        checked = _value(field.type, op, value, f"{at}/value")
        if field.type == "tier":
            _known_tiers(field, checked, f"{at}/value")
        return Test(field, op, checked, at)


def _known_tiers(field: Field, value: Any, at: str) -> None:
    known = {tier.key for tier in field.ladder.tiers} if field.ladder else set()
    for tier in value if isinstance(value, tuple) else (value,):
        if tier not in known:
            _refuse(at, _("There is no tier called “{tier}” on this ladder."), tier=tier)


def _value(kind: str, op: str, value: Any, at: str) -> Any:
    """Return the value in its canonical form: lists become tuples without repeats."""
    if op == "between":
        kind = "number" if kind == "value" else kind
        if not isinstance(value, list | tuple) or len(value) != 2:
            _refuse(at, _("Give the lowest and the highest value."))
        low, high = _one(kind, value[0], f"{at}/0"), _one(kind, value[1], f"{at}/1")
        if low > high:
            _refuse(at, _("The lowest value is above the highest."))
        return low, high
    if op in MANY:
        if not isinstance(value, list | tuple) or not value:
            _refuse(at, _("Choose at least one value."))
        if len(value) > MAX_ITEMS:
            _refuse(at, _("There are more than {most} values."), most=MAX_ITEMS)
        items = [_one(kind, item, f"{at}/{i}") for i, item in enumerate(value)]
        # 1 and True are equal to Python; they are two values here
        return tuple({(type(item), item): item for item in items}.values())
    if op == "every":
        return _number(value, at, lowest=2, highest=1_000_000)
    if op == "within_days":
        return _number(value, at, lowest=0, highest=183)
    one = _one(kind, value, at)
    if kind == "value" and op not in ("is", "is_not"):
        return _number(value, at)
    return one


def _one(kind: str, value: Any, at: str) -> Any:
    if kind in _NUMBERS:
        return _number(value, at)
    if kind == "weekday":
        return _number(value, at, lowest=0, highest=6)
    if kind == "boolean":
        if not isinstance(value, bool):
            _refuse(at, _("The value must be yes or no."))
        return value
    if kind == "date":
        return _date(value, at)
    if kind == "value" and isinstance(value, bool | int):
        return value if isinstance(value, bool) else _number(value, at)
    if kind in _CODES or kind == "value":
        return _text(value, at)
    raise _refusal(at, _("This comparison does not fit here."))


def _number(value: Any, at: str, lowest: int = -LARGEST, highest: int = LARGEST) -> int:
    if type(value) is not int:
        _refuse(at, _("The value must be a whole number."))
    if not lowest <= value <= highest:
        _refuse(at, _("The value must be between {lowest} and {highest}."), lowest=lowest, highest=highest)
    return value


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str) or not value.strip():
        _refuse(at, _("The value is missing."))
    if len(value) > MAX_TEXT:
        _refuse(at, _("This text is longer than {most} characters."), most=MAX_TEXT)
    return value


def _date(value: Any, at: str) -> str:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass  # a day that does not exist is refused like any other unreadable date
    raise _refusal(at, _("The value must be a date."))


def _refuse(at: str, msgid: str, **params: Any) -> NoReturn:
    raise _refusal(at, msgid, **params)


def _refusal(at: str, msgid: str, **params: Any) -> Refusal:
    return Refusal("criteria_invalid", Phrase(msgid, params), status=422, field=at or "/")
