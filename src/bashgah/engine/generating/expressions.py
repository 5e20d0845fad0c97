"""Turns criteria into Python expressions over the locals of a generated function."""

from __future__ import annotations

from typing import Any

from bashgah.engine.criteria.comparing import BY_TYPE, birthday, members
from bashgah.engine.criteria.tree import All, AnyOf, Lines, Node, Not, Test
from bashgah.engine.document import Ladder
from bashgah.engine.states import State
from bashgah.engine.windows import weekday
from bashgah.kit.jalali import Calendar

_SYMBOLS = {"gte": ">=", "lte": "<=", "gt": ">", "lt": "<", "eq": "==", "ne": "!="}
# what is read of the fact at most once a function: local name → expression
LOCALS = {
    "branch": "fact.branch",
    "region": "fact.region",
    "city": "fact.city",
    "channel": "fact.channel",
    "local": "fact.local_at",
    "today": "fact.local_at.date()",
    "lines": "fact.lines",
    "attributes": "fact.attributes",
    "values": "state.values",
    "net": "fact.gross - fact.discount",
    "gross": "fact.gross",
}
_FACT_CODE = {
    "fact.branch": "branch",
    "fact.region": "region",
    "fact.city": "city",
    "fact.channel": "channel",
    "fact.weekday": "day",
    "fact.hour": "local.hour",
    "purchase.net": "net",
    "purchase.gross": "gross",
}


class Constants:
    """The values that generated code looks up by name, each stored once."""

    def __init__(self) -> None:
        self.table: dict[str, Any] = {}
        self._names: dict[tuple[str, Any], str] = {}

    def name(self, value: Any, kind: str = "K") -> str:
        """Return the name of a constant; equal constants of one kind and type share it."""
        # (1, "a") and (True, "a") are equal to Python, so plain values are told apart by how they are written
        plain = isinstance(value, str | int | tuple | frozenset)
        key = (f"{kind}{type(value).__name__}", repr(value) if plain else value)
        if key not in self._names:
            self._names[key] = f"{kind}{len(self.table)}"
            self.table[self._names[key]] = value
        return self._names[key]


class Expressions:
    """Writes expressions for one generated module; ``functions`` collects the helpers they call."""

    def __init__(self, calendar: Calendar, constants: Constants) -> None:
        self.calendar = calendar
        self.constants = constants
        self.functions: list[str] = []
        self.used: set[str] = set()
        self._lines: dict[int, str] = {}

    def node(self, node: Node) -> str:
        """Return the expression of a criterion over the fact."""
        match node:
            case All(parts):
                return "(" + " and ".join(self.node(part) for part in parts) + ")"
            case AnyOf(parts):
                return "(" + " or ".join(self.node(part) for part in parts) + ")"
            case Not(part):
                return f"(not {self.node(part)})"
            case Lines():
                return self._quantifier(node)
            case Test():
                return self._test(node)

    def _read(self, test: Test) -> str:
        """Return the expression of a field, noting the local it needs."""
        field = test.field
        if field.key in _FACT_CODE:
            code = _FACT_CODE[field.key]
            self.used.add("local" if code == "local.hour" else code)
            return code
        if field.type == "tier" and field.ladder is not None:
            return f"{self.constants.name(TierReader(field.ladder), 'T')}(state)"
        if field.source == "counters":
            return f"{self.constants.name(field.read, 'R')}(fact, state, None)"
        if field.scope == "state":
            self.used.add("values")
            return f"values.get({self.constants.name(field.name)})"
        if field.key.startswith("activity."):
            self.used.add("attributes")
            return f"attributes.get({self.constants.name(field.name)})"
        return field.code

    def _test(self, test: Test) -> str:  # noqa: PLR0911 one line a type
        kind, op = test.field.type, test.op
        read = self._read(test)
        ours = test.field.scope != "state" and not test.field.key.startswith("activity.")
        if kind == "tier":
            return self._tier(test, read)
        if kind == "month_day":
            return self._birthday(test, read)
        if kind in ("number", "money", "quantity") and ours and op != "every":
            return self._number(op, read, test.value)
        if kind == "boolean":
            return f"({read} is {test.value!r})"
        if kind in ("text", "weekday") and ours:
            return self._code(op, read, test.value)
        if kind in ("set", "path"):
            return self._set(test, read, ours)
        check = BY_TYPE[kind][op]
        return f"{self.constants.name(check, 'F')}({read}, {self.constants.name(test.value)})"

    def _number(self, op: str, read: str, value: Any) -> str:
        if op == "between":
            return f"({value[0]:d} <= {read} <= {value[1]:d})"
        return f"({read} {_SYMBOLS[op]} {value:d})"

    def _code(self, op: str, read: str, value: Any) -> str:
        if op in ("is", "is_not"):
            return f"({read} {'==' if op == 'is' else '!='} {self.constants.name(value)})"
        name = self.constants.name(frozenset(value))
        return f"({read} {'in' if op == 'in' else 'not in'} {name})"

    def _tier(self, test: Test, read: str) -> str:
        if test.op == "at_least" and test.field.ladder is not None:
            order = tuple(tier.key for tier in test.field.ladder.tiers)
            return f"({read} in {self.constants.name(frozenset(order[order.index(test.value) :]))})"
        return self._code(test.op, read, test.value)

    def _birthday(self, test: Test, read: str) -> str:
        self.used.add("today")
        check, op = self.constants.name(birthday, "F"), self.constants.name(test.op)
        calendar = self.constants.name(self.calendar)
        return f"{check}({read}, {op}, {test.value or 0:d}, today, {calendar})"

    def _set(self, test: Test, read: str, ours: bool) -> str:
        """Membership of codes; what a club sent itself may be no collection, so it is looked at first."""
        if not ours:
            read = f"{self.constants.name(members, 'F')}({read})"
        op, value = test.op, test.value
        if op in ("has", "under"):
            return f"({self.constants.name(value)} in {read})"
        if len(value) == 1 and op in ("has_any", "has_all", "under_any"):
            return f"({self.constants.name(value[0])} in {read})"
        if ours and op in ("has_any", "under_any"):
            return f"(not {self.constants.name(frozenset(value))}.isdisjoint({read}))"
        if ours and op in ("has_none", "under_none"):
            return f"{self.constants.name(frozenset(value))}.isdisjoint({read})"
        check = BY_TYPE[test.field.type][op]
        return f"{self.constants.name(check, 'F')}({read}, {self.constants.name(value)})"

    def _quantifier(self, node: Lines) -> str:
        name = self._measure(node)
        self.used.add("lines")
        if node.measure in ("any", "all"):
            return f"{name}(lines)"
        return self._number(node.op, f"{name}(lines)", node.value)

    def _measure(self, node: Lines) -> str:
        """Write the loop over the lines once for each quantifier."""
        if id(node) in self._lines:
            return self._lines[id(node)]
        name = f"q{len(self._lines)}"
        self._lines[id(node)] = name
        where = self.line(node.where)
        if node.measure == "any":
            body = f"    for line in lines:\n        if {where}:\n            return True\n    return False\n"
        elif node.measure == "all":
            body = (
                "    if not lines:\n        return False\n"
                f"    for line in lines:\n        if not {where}:\n            return False\n"
                "    return True\n"
            )
        else:
            adds = {
                "count": "1",
                "quantity": "line.quantity",
                "sum": "line.gross - line.discount" if node.of == "net" else "line.gross",
            }[node.measure]
            body = (
                "    total = 0\n"
                f"    for line in lines:\n        if {where}:\n            total += {adds}\n"
                "    return total\n"
            )
        self.functions.append(f"def {name}(lines):\n{body}")
        return name

    def line(self, where: Node | None) -> str:
        """Return the expression of a criterion over one line."""
        return "True" if where is None else self.node(where)


def opening(expressions: Expressions) -> list[str]:
    """Return the lines that read, once, what the function's expressions use."""
    used = expressions.used
    if "day" in used:
        used.add("today")
    lines = [f"    {local} = {code}" for local, code in LOCALS.items() if local in used]
    if "day" in used:
        lines.append(f"    day = {expressions.constants.name(weekday, 'F')}(today)")
    return lines


class TierReader:
    """Reads the tier in force on one ladder; equal ladders give equal readers."""

    __slots__ = ("first", "key", "known")

    def __init__(self, ladder: Ladder) -> None:
        self.key = ladder.key
        self.first = ladder.tiers[0].key
        self.known = frozenset(tier.key for tier in ladder.tiers)

    def __call__(self, state: State) -> str:
        standing = state.standings.get(self.key)
        return standing.tier if standing is not None and standing.tier in self.known else self.first

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TierReader) and (self.key, self.known) == (other.key, other.known)

    def __hash__(self) -> int:
        return hash(self.key)
