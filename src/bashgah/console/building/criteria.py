"""The criteria builder: a criterion's tree as form fields and back.

A node's fields are named `<prefix>-<number>-<what>`; `in` is the number of the group it stands in. A node
keeps its number for as long as the form is open, so that what is typed while the form comes anew belongs to
the same condition afterwards. Whatever is half filled in survives a round trip, so that a person can go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from bashgah.engine.catalogue import MANY, WITHOUT_VALUE, Field, field_find
from bashgah.engine.document import Program
from bashgah.kit import formats
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.ui.entries import decimal_or_none, money_or_none, whole_or_none
from bashgah.ui.figures import plain, shown_amount

GROUPS = ("all", "any", "none")
NUMERIC = frozenset({"number", "money", "quantity"})
DEEPEST = 5
LONGEST = 6
"""Digits of a node's number are fewer; no form grows to it."""


@dataclass(slots=True)
class Raw:
    """A node as it stands in the form: a group, a condition over lines, or one test; values are texts."""

    kind: str
    children: list[Raw] = made(default_factory=list)
    field: str = ""
    op: str = ""
    values: list[str] = made(default_factory=list)
    measure: str = "sum"
    of: str = "net"
    number: int = -1


def from_tree(tree: Any, program: Program, trigger: str, club: object, lang: str) -> Raw | None:
    """The form of a stored criterion, always under a group."""
    if tree is None:
        return None
    node = _raw(tree, program, trigger, club, lang)
    return node if node.kind in GROUPS else Raw("all", [node])


def from_post(data: QueryDict, prefix: str) -> Raw | None:
    """The form as it was submitted; a number that names no parent is left out."""
    nodes: dict[str, Raw] = {}
    root = None
    numbers = [key.split("-")[1] for key in data if key.startswith(f"{prefix}-") and key.endswith("-kind")]
    for number in sorted((n for n in numbers if n.isdecimal() and len(n) < LONGEST), key=int)[:200]:
        at = f"{prefix}-{number}-"
        node = Raw(
            kind=data.get(at + "kind", "all"),
            field=data.get(at + "field", ""),
            op=data.get(at + "op", ""),
            values=[value.strip() for value in data.getlist(at + "value")],
            measure=data.get(at + "measure", "sum"),
            of=data.get(at + "of", "net"),
            number=int(number),
        )
        if node.kind not in (*GROUPS, "lines", "test"):
            continue
        parent = nodes.get(data.get(at + "in", ""))
        if parent is not None:
            parent.children.append(node)
        elif root is None:
            root = node
        nodes[number] = node
    return root


def to_tree(node: Raw | None, program: Program, trigger: str, club: object) -> Any:
    """The criterion of the form; values that cannot be read are left as typed, and the engine says what
    is wrong."""
    if node is None:
        return None
    if node.kind == "test":
        return _test_tree(node, program, trigger, club)
    children = [to_tree(child, program, trigger, club) for child in node.children]
    if node.kind == "lines":
        return _lines_tree(node, children, club)
    children = [child for child in children if child is not None]
    if not children:
        return None
    if node.kind == "none":
        return {"not": children[0] if len(children) == 1 else {"any": children}}
    return children[0] if len(children) == 1 else {node.kind: children}


def changed(root: Raw | None, act: str, start: Raw) -> Raw | None:
    """The form after a button: `test|3`, `group|3`, `lines|3`, `remove|5` or `start|`."""
    what, _bar, number = act.partition("|")
    if what == "start" or root is None:
        return Raw("all", [start])
    places = numbered(root)
    if not number.isdecimal() or int(number) not in places:
        return root
    node, parent = places[int(number)]
    if what == "remove":
        if parent is None:
            return None
        parent.children.remove(node)
        return root if root.children else None
    added = {"test": start, "group": Raw("any", [start]), "lines": Raw("lines")}.get(what)
    if added is not None:
        node.children.append(added)
    return root


def acted(root: Raw | None, prefix: str, act: str, start: Raw, line: Raw) -> tuple[Raw | None, str]:
    """The form after a button, and the id of the field to go on at: what was added, or the group something
    was taken from. A new condition begins as `start`, within the lines of an invoice as `line`."""
    what, _bar, number = act.partition("|")
    places = numbered(root) if root else {}
    at = int(number) if number.isdecimal() and len(number) < LONGEST else -1
    node, parent = places.get(at, (None, None))
    of_lines = what == "test" and node is not None and node.kind == "lines"
    root = changed(root, act, line if of_lines else start)
    if root is None:
        return None, f"{prefix}-start"
    numbered(root)
    group = (parent if what == "remove" else node) or root
    if what == "remove" or not group.children:
        return root, f"{prefix}-{group.number}-add"
    added = group.children[-1]
    if added.kind == "lines":
        return root, f"{prefix}-{added.number}-add"
    return root, f"{prefix}-{(added.children or [added])[0].number}-field"


def numbered(root: Raw) -> dict[int, tuple[Raw, Raw | None]]:
    """Each node with its parent, by its number; new nodes get the next free ones, in reading order."""
    found: list[tuple[Raw, Raw | None]] = []

    def walk(node: Raw, parent: Raw | None) -> None:
        found.append((node, parent))
        for child in node.children:
            walk(child, node)

    walk(root, None)
    free = max(node.number for node, _parent in found) + 1
    for node, _parent in found:
        if node.number < 0:
            node.number, free = free, free + 1
    return {node.number: (node, parent) for node, parent in found}


def _raw(tree: Mapping[str, Any], program: Program, trigger: str, club: object, lang: str) -> Raw:
    def children(parts: Any) -> list[Raw]:
        return [_raw(part, program, trigger, club, lang) for part in parts]

    if "all" in tree or "any" in tree:
        kind = "all" if "all" in tree else "any"
        return Raw(kind, children(tree[kind]))
    if "not" in tree:
        inner = tree["not"]
        return Raw("none", children(inner.get("any", [inner])))
    if "lines" in tree:
        return _lines_raw(tree["lines"], children, club)
    found = field_find(tree["field"], program, trigger)
    return Raw(
        "test",
        field=tree["field"],
        op=tree.get("op", ""),
        values=_shown(tree.get("value"), found, club, lang),
    )


def _lines_raw(lines: Mapping[str, Any], children: Any, club: object) -> Raw:
    where = lines.get("where")
    inside = [] if where is None else children(where.get("all", [where]))
    measure = lines.get("measure", "any")
    value = lines.get("value")
    texts = [] if value is None else [value] if not isinstance(value, list | tuple) else list(value)
    kind = {"sum": "money", "quantity": "quantity"}.get(measure, "number")
    return Raw(
        "lines",
        inside,
        op=lines.get("op") or "gte",
        values=[_number_shown(each, kind, club) for each in texts],
        measure=measure,
        of=lines.get("of", "net"),
    )


def _lines_tree(node: Raw, children: list[Any], club: object) -> dict[str, Any]:
    kept = [child for child in children if child is not None]
    where = None if not kept else kept[0] if len(kept) == 1 else {"all": kept}
    if node.measure in {"any", "all"}:
        return {"lines": {"where": where, "measure": node.measure}}
    kind = {"sum": "money", "quantity": "quantity"}.get(node.measure, "number")
    values = [_number(text, kind, club) for text in node.values if text]
    value = values[:2] if node.op == "between" else (values[0] if values else None)
    inner: dict[str, Any] = {"where": where, "measure": node.measure, "op": node.op or "gte", "value": value}
    if node.measure == "sum":
        inner["of"] = node.of
    return {"lines": inner}


def _test_tree(node: Raw, program: Program, trigger: str, club: object) -> dict[str, Any]:
    found = field_find(node.field, program, trigger)
    tree: dict[str, Any] = {"field": node.field, "op": node.op}
    if node.op in WITHOUT_VALUE:
        return tree
    if found is None:
        return tree | {"value": node.values}
    values = [_value(text, found, node.op, club) for text in split_values(node) if text != ""]
    if node.op in MANY:
        return tree | {"value": values}
    if node.op == "between":
        return tree | {"value": values[:2]}
    return tree | {"value": values[0] if values else None}


def split_values(node: Raw) -> list[str]:
    """The values of a test; where many are typed in one field they are parted by commas."""
    if node.op in MANY and len(node.values) == 1:
        return [part.strip() for part in node.values[0].replace("،", ",").split(",")]
    return node.values


def _value(text: str, found: Field, op: str, club: object) -> Any:  # noqa: PLR0911 one line a type
    if op == "within_days" or found.type in NUMERIC:
        return _number(text, "number" if op == "within_days" else found.type, club)
    if found.type == "boolean":
        return text == "yes"
    if found.type == "weekday":
        return int(text) if text.isdecimal() else text
    if found.type == "date":
        try:
            return parse_date(text).isoformat()
        except Refusal:
            return text
    if found.type == "value" and op in {"gte", "lte", "gt", "lt", "eq", "ne", "between"}:
        return _number(text, "number", club)
    return text


def _number(text: str, kind: str, club: object) -> Any:
    try:
        if kind == "money":
            return money_or_none(text, club)
        if kind == "quantity":
            value = decimal_or_none(text)
            return None if value is None else int(value * 1000)
        return whole_or_none(text)
    except ValueError:
        return text


def _shown(value: Any, found: Field | None, club: object, lang: str) -> list[str]:
    if value is None:
        return []
    values = list(value) if isinstance(value, list | tuple) else [value]
    kind = found.type if found else "text"
    return [_one_shown(each, kind, club, lang) for each in values]


def _one_shown(value: Any, kind: str, club: object, lang: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind in NUMERIC or (kind in {"month_day", "value"} and isinstance(value, int)):
        return _number_shown(value, kind, club)
    if kind == "date":
        day = parse_date(str(value))
        return formats.date(day, lang, getattr(club, "calendar", "jalali"), "short")
    return str(value)


def _number_shown(value: Any, kind: str, club: object) -> str:
    if not isinstance(value, int):
        return str(value)
    if kind == "money":
        return plain(shown_amount(value, club))
    if kind == "quantity":
        return plain(Decimal(value) / 1000)
    return plain(value)
