"""Sets rules apart that fire only for certain values, so that a fact meets only rules that could fire.

A rule that names branches, regions, cities or channels is found by the fact's own; one that asks for lines of
certain products, brands or categories by those of its lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bashgah.engine.criteria.tree import All, Lines, Node, Test
from bashgah.engine.program import ReadyRule

AT_LEAST = 4
VALUES_MOST = 50
BODIES_MOST = 4000

FACT_FIELDS = {
    "fact.branch": "branch",
    "fact.region": "region",
    "fact.city": "city",
    "fact.channel": "channel",
}
LINE_FIELDS = {"line.sku": "sku", "line.brand": "brand", "line.category": "category"}

Member = tuple[ReadyRule, Test | None]
"""A rule, and the test of its condition that the way to it has answered already."""


@dataclass(slots=True)
class Apart:
    """Where each rule's function is found.

    ``by_fact``: attribute of the fact → value → function name. ``by_line``: attribute of a line → value →
    names of functions of one rule each. ``rest``: the rules that every fact meets.
    """

    rest: list[ReadyRule] = field(default_factory=list)
    by_fact: dict[str, dict[str, str]] = field(default_factory=dict)
    by_line: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    members: dict[str, list[Member]] = field(default_factory=dict)

    def functions(self) -> Iterator[tuple[str, list[Member]]]:
        """Return every function by name and its rules."""
        yield from self.members.items()
        yield "rest", [(rule, None) for rule in self.rest]


def apart(rules: Sequence[ReadyRule], at_least: int = AT_LEAST) -> Apart:
    """Sort the rules by how they are found, keeping their order within each group.

    Fewer than ``at_least`` of a sort are not worth a search.
    """
    found = Apart()
    by_fact = _by_fact(rules, at_least)
    by_line: dict[int, list[tuple[str, str]]] = {}
    for rule in rules:
        if id(rule) not in by_fact and (asked := _line_keys(rule)):
            by_line[id(rule)] = asked
    if len(by_line) < at_least:
        by_line = {}
    buckets: dict[tuple[str, str], list[Member]] = {}
    for rule in rules:
        if test := by_fact.get(id(rule)):
            for value in _values(test):
                buckets.setdefault((FACT_FIELDS[test.field.key], value), []).append((rule, test))
        elif keys := by_line.get(id(rule)):
            name = f"lined{len(found.members)}"
            found.members[name] = [(rule, None)]
            for attribute, value in keys:
                found.by_line.setdefault(attribute, {}).setdefault(value, []).append(name)
        else:
            found.rest.append(rule)
    known: dict[tuple[int, ...], str] = {}
    for (attribute, value), members in buckets.items():
        key = tuple(id(test) for _rule, test in members)
        if key not in known:
            known[key] = f"bucket{len(found.members)}"
            found.members[known[key]] = members
        found.by_fact.setdefault(attribute, {})[value] = known[key]
    return found


def conjuncts(node: Node | None) -> Iterator[Node]:
    """Return the conditions that must all hold."""
    if isinstance(node, All):
        for part in node.parts:
            yield from conjuncts(part)
    elif node is not None:
        yield node


def _by_fact(rules: Sequence[ReadyRule], at_least: int) -> dict[int, Test]:
    """Choose for each rule the test whose values name the fewest rules."""
    candidates: dict[int, list[Test]] = {}
    named: dict[tuple[str, str], int] = {}
    for rule in rules:
        tests = [
            each for each in conjuncts(rule.when) if isinstance(each, Test) and _finds(each, FACT_FIELDS)
        ]
        candidates[id(rule)] = tests
        for test in tests:
            for value in _values(test):
                named[test.field.key, value] = named.get((test.field.key, value), 0) + 1
    chosen = {
        rule: min(tests, key=lambda test: max(named[test.field.key, value] for value in _values(test)))
        for rule, tests in candidates.items()
        if tests
    }
    bodies = sum(len(_values(test)) for test in chosen.values())
    return chosen if len(chosen) >= at_least and bodies <= BODIES_MOST else {}


def _finds(test: Test, fields: dict[str, str]) -> bool:
    return (
        test.field.key in fields
        and test.op in ("is", "in", "under", "under_any")
        and len(_values(test)) <= VALUES_MOST
    )


def _values(test: Test) -> tuple[str, ...]:
    return test.value if isinstance(test.value, tuple) else (test.value,)


def _line_keys(rule: ReadyRule) -> list[tuple[str, str]]:
    """Return (attribute, value) pairs, one of which a line must have for the rule to give anything."""
    for node in conjuncts(rule.when):
        if isinstance(node, Lines) and _asks_for_a_line(node) and (keys := _where_keys(node.where)):
            return keys
    every: list[tuple[str, str]] = []
    for effect in rule.effects:
        keys = _where_keys(effect.lines)
        if not keys:
            return []
        every += keys
    return every if len(every) <= VALUES_MOST else []


def _asks_for_a_line(node: Lines) -> bool:
    """Say whether the quantifier can hold only if some line meets its criterion."""
    if node.measure == "any":
        return True
    if node.op in ("gte", "eq"):
        return bool(node.value > 0)
    if node.op == "between":
        return bool(node.value[0] > 0)
    return node.op == "gt" and bool(node.value >= 0)


def _where_keys(where: Node | None) -> list[tuple[str, str]]:
    for node in conjuncts(where):
        if isinstance(node, Test) and _finds(node, LINE_FIELDS):
            return [(LINE_FIELDS[node.field.key], value) for value in _values(node)]
    return []
