"""The nodes of a criterion after it was checked against the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bashgah.engine.catalogue import Field


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class Test:
    """One field compared with one value; ``at`` is the JSON pointer that leads an editor to it."""

    field: Field
    op: str
    value: Any
    at: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """What holds of the invoice lines that meet ``where`` (all lines when it is None).

    ``measure`` is sum, count, quantity (compared by ``op`` with ``value``), any or all.
    """

    where: Node | None
    measure: str
    of: str = "net"
    op: str = ""
    value: Any = None
    at: str = ""


Node = All | AnyOf | Not | Test | Lines


def walk(node: Node | None) -> Iterator[Node]:
    """Visit the node and everything under it, line conditions included."""
    if node is None:
        return
    yield node
    match node:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from walk(part)
        case Not(part):
            yield from walk(part)
        case Lines(where=where):
            yield from walk(where)


def needs_lines(node: Node | None) -> bool:
    """Say whether the criterion cannot be judged without invoice lines."""
    return any(isinstance(each, Lines) for each in walk(node))


def state_fields(node: Node | None) -> frozenset[str]:
    """Return the keys of the state fields it reads, tiers and counters apart."""
    return frozenset(
        each.field.key
        for each in walk(node)
        if isinstance(each, Test)
        and each.field.scope == "state"
        and each.field.type != "tier"
        and each.field.source != "counters"
    )


def ladders_read(node: Node | None) -> frozenset[str]:
    """Return the keys of the ladders whose tier it reads."""
    return frozenset(
        each.field.name for each in walk(node) if isinstance(each, Test) and each.field.type == "tier"
    )
