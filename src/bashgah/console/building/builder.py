"""The criteria builder as a page draws it: for each node its choices and the widget of its value."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from bashgah.console.building.criteria import DEEPEST, GROUPS, NUMERIC, Raw, numbered, split_values
from bashgah.console.building.sources import CHIPS_MOST, Sources
from bashgah.engine.catalogue import MANY, WITHOUT_VALUE, Field, field_find, fields_for
from bashgah.kit.phrases import say
from bashgah.ui.figures import money_unit
from bashgah.ui.types import Option


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields under one heading of the select."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Widget:
    """How a value is entered: number, between, chips, choice, words, date, dates, yes, none."""

    kind: str
    values: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the builder."""

    prefix: str
    number: int
    parent: str
    kind: str
    label: str
    join: tuple[Option, ...] = ()
    fields: tuple[FieldGroup, ...] = ()
    ops: tuple[Option, ...] = ()
    widget: Widget = Widget("none")
    measures: tuple[Option, ...] = ()
    of: tuple[Option, ...] = ()
    children: tuple[Node, ...] = ()
    may_nest: bool = False
    may_lines: bool = False
    is_lines: bool = False

    @property
    def at(self) -> str:
        """The beginning of the names of its fields."""
        return f"{self.prefix}-{self.number}-"


def build(
    root: Raw | None, prefix: str, sources: Sources, trigger: str, *, scope: str = "fact"
) -> Node | None:
    """The builder of a form."""
    if root is None:
        return None
    numbered(root)
    return _Builder(prefix, sources, trigger).node(root, "", scope, 1)


def start_test(sources: Sources, trigger: str, scope: str) -> Raw:
    """The test a new condition begins with: the first field that has something to choose."""
    fields = _offered(sources, trigger, scope)
    if not fields:  # nothing but a purchase has lines
        return Raw("test")
    if scope == "fact":
        usual = next((f for f in fields if f.type == "tier"), None) or next(
            (f for f in fields if f.key == "fact.branch"), fields[0]
        )
    else:
        usual = next((f for f in fields if f.key == "line.category"), fields[0])
    return Raw("test", field=usual.key, op=usual.ops[0])


def op_word(op: str) -> str:
    """A comparison in words."""
    return {
        "gte": gettext("at least"),
        "lte": gettext("at most"),
        "gt": gettext("more than"),
        "lt": gettext("less than"),
        "eq": gettext("exactly"),
        "ne": gettext("not equal to"),
        "between": gettext("from … to …"),
        "every": gettext("each time it reaches a multiple of"),
        "is": gettext("is"),
        "is_not": gettext("is not"),
        "in": gettext("one of"),
        "not_in": gettext("none of"),
        "has": gettext("has"),
        "has_any": gettext("has one of"),
        "has_all": gettext("has all of"),
        "has_none": gettext("has none of"),
        "under": gettext("under"),
        "under_any": gettext("under one of"),
        "under_none": gettext("under none of"),
        "on_or_after": gettext("from the day"),
        "before": gettext("before"),
        "on": gettext("on the day"),
        "at_least": gettext("this tier or higher"),
        "this_month": gettext("in the month of that day"),
        "today": gettext("on that day"),
        "within_days": gettext("at most this many days before or after"),
    }.get(op, op)


def _offered(sources: Sources, trigger: str, scope: str) -> list[Field]:
    fields = fields_for(sources.program, trigger)
    return [field for field in fields if (field.scope == "line") is (scope == "line")]


class _Builder:
    def __init__(self, prefix: str, sources: Sources, trigger: str) -> None:
        self.prefix, self.sources, self.trigger = prefix, sources, trigger

    def node(self, raw: Raw, parent: str, scope: str, depth: int) -> Node:
        number = raw.number
        if raw.kind == "test":
            return self._test(raw, number, parent, scope)
        inner = "line" if raw.kind == "lines" else scope
        children = tuple(self.node(child, str(number), inner, depth + 1) for child in raw.children)
        joins = (
            ("all", gettext("all of these")),
            ("any", gettext("any of these")),
            ("none", gettext("none of these")),
        )
        return Node(
            self.prefix,
            number,
            parent,
            raw.kind,
            gettext("Lines of the invoice") if raw.kind == "lines" else dict(joins)[raw.kind],
            join=tuple(Option(key, word, key == raw.kind) for key, word in joins)
            if raw.kind in GROUPS
            else (),
            measures=self._measures(raw) if raw.kind == "lines" else (),
            of=self._of(raw),
            ops=self._line_ops(raw),
            widget=self._line_widget(raw),
            children=children,
            may_nest=depth < DEEPEST and raw.kind != "lines",
            may_lines=depth < DEEPEST
            and scope == "fact"
            and raw.kind != "lines"
            and self.trigger == "purchase",
            is_lines=raw.kind == "lines",
        )

    def _test(self, raw: Raw, number: int, parent: str, scope: str) -> Node:
        found = field_find(raw.field, self.sources.program, self.trigger)
        ops = found.ops if found else ()
        op = raw.op if raw.op in ops else (ops[0] if ops else "")
        lang = self.sources.lang
        return Node(
            self.prefix,
            number,
            parent,
            "test",
            say(found.label, lang) if found else raw.field,
            fields=self._fields(raw.field, scope),
            ops=tuple(Option(key, op_word(key), key == op) for key in ops),
            widget=self._widget(found, op, raw) if found else Widget("words", tuple(raw.values)),
        )

    def _fields(self, current: str, scope: str) -> tuple[FieldGroup, ...]:
        heads = {
            "fact": gettext("Place and time"),
            "purchase": gettext("Purchase"),
            "line": gettext("Line of the invoice"),
            "member": gettext("Member"),
            "history": gettext("What they did before"),
            "activity": gettext("Activity"),
            "counter": gettext("Counters of this program"),
        }
        groups: dict[str, list[Option]] = {}
        for found in _offered(self.sources, self.trigger, scope):
            head = found.key.split(".", 1)[0]
            groups.setdefault(head, []).append(
                Option(found.key, say(found.label, self.sources.lang), found.key == current)
            )
        return tuple(FieldGroup(heads.get(head, head), tuple(options)) for head, options in groups.items())

    def _widget(self, found: Field, op: str, raw: Raw) -> Widget:
        if op in WITHOUT_VALUE:
            return Widget("none")
        values = tuple(split_values(Raw("test", op=op, values=raw.values)))
        unit = {"money": money_unit(self.sources.club)}.get(found.type, "")
        if found.type in NUMERIC or op == "within_days":
            return Widget(
                "between" if op == "between" else "number", _padded(values, op), unit=unit or _days(op)
            )
        if found.type == "date":
            return Widget("dates" if op == "between" else "date", _padded(values, op))
        if found.type == "boolean":
            options = (("yes", gettext("yes")), ("no", gettext("no")))
            return Widget("choice", options=tuple(Option(key, word, key in values) for key, word in options))
        choices = self.sources.choices(found)
        if not choices or len(choices) > CHIPS_MOST:
            return Widget("words", values)
        known = {key for key, _ in choices}
        choices += [(value, value) for value in values if value and value not in known]
        options = tuple(Option(key, word, key in values) for key, word in choices)
        return Widget("chips" if op in MANY else "choice", options=options)

    def _measures(self, raw: Raw) -> tuple[Option, ...]:
        words = (
            ("sum", gettext("their amounts together")),
            ("count", gettext("their number")),
            ("quantity", gettext("their quantity")),
            ("any", gettext("there is at least one")),
            ("all", gettext("all lines are like this")),
        )
        return tuple(Option(key, word, key == raw.measure) for key, word in words)

    def _of(self, raw: Raw) -> tuple[Option, ...]:
        if raw.kind != "lines" or raw.measure != "sum":
            return ()
        words = (("net", gettext("after discount")), ("gross", gettext("before discount")))
        return tuple(Option(key, word, key == raw.of) for key, word in words)

    def _line_ops(self, raw: Raw) -> tuple[Option, ...]:
        if raw.kind != "lines" or raw.measure in {"any", "all"}:
            return ()
        return tuple(
            Option(key, op_word(key), key == (raw.op or "gte"))
            for key in ("gte", "lte", "gt", "lt", "eq", "between")
        )

    def _line_widget(self, raw: Raw) -> Widget:
        if raw.kind != "lines" or raw.measure in {"any", "all"}:
            return Widget("none")
        unit = money_unit(self.sources.club) if raw.measure == "sum" else ""
        return Widget(
            "between" if raw.op == "between" else "number", _padded(tuple(raw.values), raw.op), unit=unit
        )


def _padded(values: tuple[str, ...], op: str) -> tuple[str, ...]:
    wanted = 2 if op == "between" else 1
    return (*values, "", "")[:wanted]


def _days(op: str) -> str:
    return gettext("days") if op == "within_days" else ""
