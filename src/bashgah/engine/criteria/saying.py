"""Says a criterion as a clause that leaves nothing out, and why it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bashgah.engine.criteria.judging import Scene, holds, lines_measured
from bashgah.engine.criteria.tree import All, AnyOf, Lines, Node, Not, Test
from bashgah.engine.words import tier_name
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts

Names = Mapping[str, Mapping[str, Texts]]
"""Names of codes by the field's source: ``{"branches": {"vanak": Texts("ونک", "Vanak")}}``."""

Keep = Callable[[Phrase, str], Phrase]
"""What happens to a finished clause: nothing, or its values are marked with a pointer for an editor."""

WEEKDAYS = (
    _("Saturday"),
    _("Sunday"),
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
)

_CLAUSES = {
    "gte": _("the {field} is at least {value}"),
    "lte": _("the {field} is at most {value}"),
    "gt": _("the {field} is more than {value}"),
    "lt": _("the {field} is less than {value}"),
    "eq": _("the {field} is exactly {value}"),
    "ne": _("the {field} is not {value}"),
    "between": _("the {field} is from {low} to {high}"),
    "every": _("the {field} is a multiple of {value}"),
    "is": _("the {field} is {value}"),
    "is_not": _("the {field} is not {value}"),
    "in": _("the {field} is {values}"),
    "not_in": _("the {field} is none of {values}"),
    "has": _("the {field} includes {value}"),
    "has_any": _("the {field} includes {values}"),
    "has_all": _("the {field} includes all of {values}"),
    "has_none": _("the {field} includes none of {values}"),
    "under": _("the {field} is under {value}"),
    "under_any": _("the {field} is under {values}"),
    "under_none": _("the {field} is under none of {values}"),
    "on_or_after": _("the {field} is on {value} or later"),
    "before": _("the {field} is before {value}"),
    "on": _("the {field} is on {value}"),
    "at_least": _("the {field} is {value} or higher"),
    "this_month": _("the {field} is in the month of that day"),
    "today": _("the {field} is on that day"),
    "within_days": _("the {field} is at most {value} days before or after that day"),
}
_NEEDED = {
    "gte": _("the {field} is {actual}; at least {value} is needed"),
    "lte": _("the {field} is {actual}; at most {value} is allowed"),
    "gt": _("the {field} is {actual}; more than {value} is needed"),
    "lt": _("the {field} is {actual}; less than {value} is needed"),
    "eq": _("the {field} is {actual}; exactly {value} is needed"),
    "between": _("the {field} is {actual}; from {low} to {high} is needed"),
    "every": _("the {field} is {actual}; a multiple of {value} is needed"),
    "is": _("the {field} is {actual}; {value} is needed"),
    "in": _("the {field} is {actual}; {values} is needed"),
    "has": _("the {field} does not include {value}"),
    "has_any": _("the {field} does not include {values}"),
    "has_all": _("the {field} does not include all of {values}"),
    "under": _("the {field} is not under {value}"),
    "under_any": _("the {field} is not under {values}"),
    "on_or_after": _("the {field} is {actual}; {value} or later is needed"),
    "before": _("the {field} is {actual}; before {value} is needed"),
    "on": _("the {field} is {actual}; {value} is needed"),
    "at_least": _("the {field} is {actual}; {value} or higher is needed"),
    "this_month": _("the {field} is not in the month of that day"),
    "today": _("the {field} is not on that day"),
    "within_days": _("the {field} is not within {value} days of that day"),
}
MORE_NEEDED = frozenset({_NEEDED["gte"], _NEEDED["gt"]})
"""The sentences of a comparison that a little more would fulfil."""

_UNKNOWN = _("the {field} is not known")

_MEASURED = {
    ("sum", "net"): _("amount after discount of {lines}"),
    ("sum", "gross"): _("amount before discount of {lines}"),
    ("count", "net"): _("number of {lines}"),
    ("quantity", "net"): _("quantity of {lines}"),
}


def kept(phrase: Phrase, _at: str) -> Phrase:
    """Leave a clause as it is."""
    return phrase


def clause(node: Node, names: Names | None = None, keep: Keep = kept, currency: str = "IRR") -> Phrase:
    """Return the criterion as a clause: "the branch is Vanak or Tajrish and …"; every value is in it."""
    return _Sayer(names or {}, keep, currency).node(node)


def why_not(node: Node | None, scene: Scene, names: Names | None = None) -> tuple[Phrase, ...]:
    """Return every reason for which a criterion does not hold; empty when it does."""
    if node is None or holds(node, scene):
        return ()
    return tuple(_Sayer(names or {}, kept, scene.fact.currency).reasons(node, scene))


class _Sayer:
    def __init__(self, names: Names, keep: Keep, currency: str) -> None:
        self.names = names
        self.keep = keep
        self.currency = currency

    def node(self, node: Node, nested: bool = False) -> Phrase:
        match node:
            case All(parts):
                said = [self.node(part, nested=True) for part in parts]
                return (
                    said[0] if len(said) == 1 else self._group(chain(said, _("{first} and {second}")), nested)
                )
            case AnyOf(parts):
                said = [self.node(part, nested=True) for part in parts]
                return (
                    said[0] if len(said) == 1 else self._group(chain(said, _("{first} or {second}")), nested)
                )
            case Not(part):
                return Phrase(_("not ({part})"), {"part": self.node(part)})
            case Test():
                return self.keep(Phrase(_CLAUSES[node.op], self._told(node)), node.at)
            case Lines():
                return self._lines(node)

    def reasons(self, node: Node, scene: Scene) -> list[Phrase]:
        match node:
            case All(parts):
                return [
                    each for part in parts if not holds(part, scene) for each in self.reasons(part, scene)
                ]
            case AnyOf(parts):
                return [each for part in parts for each in self.reasons(part, scene)]
            case Test():
                return [self._test_reason(node, scene)]
            case Lines() if node.op in _NEEDED:
                told = self._told_lines(node)
                told["actual"] = self.value(_measure_type(node), "", lines_measured(node, scene))
                return [Phrase(_NEEDED[node.op], told)]
        return [Phrase(_("this is not so: {clause}"), {"clause": self.node(node)})]

    def value(  # noqa: PLR0911 one line a type
        self, kind: str, source: str, value: Any, test: Test | None = None
    ) -> Any:
        """Return a value in the type a phrase writes it by."""
        if kind == "money":
            return Money(value, self.currency)
        if kind == "quantity":
            return Decimal(value).scaleb(-3)
        if kind == "weekday":
            return Phrase(WEEKDAYS[value])
        if kind == "tier" and test is not None and test.field.ladder is not None:
            return tier_name(test.field.ladder, value)
        if kind == "date" and isinstance(value, str):
            return date.fromisoformat(value[:10])
        if isinstance(value, tuple | list | set | frozenset):
            return [self.value(kind, source, item, test) for item in value]
        if isinstance(value, str):
            return self.names.get(source, {}).get(value, value)
        return value

    def _group(self, phrase: Phrase, nested: bool) -> Phrase:
        return Phrase("({group})", {"group": phrase}) if nested else phrase

    def _test_reason(self, test: Test, scene: Scene) -> Phrase:
        actual = test.field.read(scene.fact, scene.state, None)
        told = self._told(test)
        if test.op not in _NEEDED:
            return Phrase(_("this is not so: {clause}"), {"clause": Phrase(_CLAUSES[test.op], told)})
        if actual is None or actual == "":
            return Phrase(_UNKNOWN, {"field": test.field.label})
        if "{actual}" in _NEEDED[test.op]:
            told["actual"] = self._actual(test, actual)
        return Phrase(_NEEDED[test.op], told)

    def _actual(self, test: Test, actual: Any) -> Any:
        """Write what was found; something of another type than the field's is shown as text."""
        kind = test.field.type
        numeric = kind in ("money", "quantity", "weekday", "number")
        if (numeric and type(actual) is not int) or (kind == "date" and not isinstance(actual, str | date)):
            return str(actual)
        try:
            return self.value(kind, test.field.source, actual, test)
        except ValueError:
            return str(actual)

    def _told(self, test: Test) -> dict[str, Any]:
        told: dict[str, Any] = {"field": test.field.label}
        return told | self._compared(test.op, test.value, test.field.type, test.field.source, test)

    def _compared(
        self, op: str, value: Any, kind: str, source: str, test: Test | None = None
    ) -> dict[str, Any]:
        if value is None:
            return {}
        if op == "between":
            return {
                "low": self.value(kind, source, value[0], test),
                "high": self.value(kind, source, value[1], test),
            }
        if isinstance(value, tuple):
            return {"values": either([self.value(kind, source, item, test) for item in value], op)}
        if op == "within_days":
            return {"value": value}
        return {"value": self.value(kind, source, value, test)}

    def _lines(self, node: Lines) -> Phrase:
        if node.measure in ("any", "all") and node.where is not None:
            whole = (
                _("there is a line where {where}")
                if node.measure == "any"
                else _("every line is one where {where}")
            )
            return Phrase(whole, {"where": self.node(node.where)})
        return self.keep(Phrase(_CLAUSES[node.op], self._told_lines(node)), node.at)

    def _told_lines(self, node: Lines) -> dict[str, Any]:
        lines = Phrase(_("all lines"))
        if node.where is not None:
            lines = Phrase(_("the lines where {where}"), {"where": self.node(node.where, nested=True)})
        of = node.of if node.measure == "sum" else "net"
        told: dict[str, Any] = {"field": Phrase(_MEASURED[node.measure, of], {"lines": lines})}
        return told | self._compared(node.op, node.value, _measure_type(node), "")


def _measure_type(node: Lines) -> str:
    return {"sum": "money", "quantity": "quantity"}.get(node.measure, "number")


def chain(said: list[Phrase], joint: str) -> Phrase:
    """Join clauses two by two: "a and b and c"."""
    whole = said[0]
    for each in said[1:]:
        whole = Phrase(joint, {"first": whole, "second": each})
    return whole


def either(values: list[Any], op: str) -> Any:
    """Join values as the comparison means them: one of them is enough, or all of them are meant."""
    if op in ("has_all", "not_in", "has_none", "under_none") or len(values) == 1:
        return values
    said = [value if isinstance(value, Phrase) else Phrase("{value}", {"value": value}) for value in values]
    if len(said) > 2:
        first: Phrase = Phrase("{values}", {"values": Phrase("{first}", {"first": said[0]})})
        for each in said[1:-1]:
            first = Phrase(_("{first}, {second}"), {"first": first, "second": each})
        said = [first, said[-1]]
    return chain(said, _("{first} or {second}"))
