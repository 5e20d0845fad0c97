"""Judges a criterion by walking its tree: slow, plain, and the meaning the generated code must have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bashgah.engine.criteria.comparing import BY_TYPE, NUMBERS, birthday, tier_at_least
from bashgah.engine.criteria.tree import All, AnyOf, Lines, Node, Not, Test
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import State
from bashgah.kit.jalali import Calendar


@dataclass(frozen=True, slots=True)
class Scene:
    """What a criterion is judged on."""

    fact: Fact
    state: State
    calendar: Calendar

    @property
    def today(self) -> date:
        """The fact's local day."""
        return self.fact.local_at.date()


def holds(node: Node | None, scene: Scene, line: Line | None = None) -> bool:
    """Say whether the criterion holds; no criterion always does."""
    match node:
        case None:
            return True
        case All(parts):
            return all(holds(part, scene, line) for part in parts)
        case AnyOf(parts):
            return any(holds(part, scene, line) for part in parts)
        case Not(part):
            return not holds(part, scene, line)
        case Test():
            return test_holds(node, scene, line)
        case Lines():
            return lines_hold(node, scene)


def test_holds(test: Test, scene: Scene, line: Line | None) -> bool:
    """Judge one field against one value."""
    value = test.field.read(scene.fact, scene.state, line)
    if test.field.type == "month_day":
        return birthday(value, test.op, test.value or 0, scene.today, scene.calendar)
    if test.op == "at_least" and test.field.ladder:
        return tier_at_least(value, test.value, tuple(tier.key for tier in test.field.ladder.tiers))
    return BY_TYPE[test.field.type][test.op](value, test.value)


def lines_where(where: Node | None, scene: Scene) -> tuple[Line, ...]:
    """Return the fact's lines that meet a line criterion."""
    return tuple(line for line in scene.fact.lines if holds(where, scene, line))


def lines_measured(node: Lines, scene: Scene) -> int:
    """Return what the quantifier measures of the lines that meet its criterion."""
    chosen = lines_where(node.where, scene)
    if node.measure == "sum":
        return sum(line.net if node.of == "net" else line.gross for line in chosen)
    if node.measure == "quantity":
        return sum(line.quantity for line in chosen)
    return len(chosen)


def lines_hold(node: Lines, scene: Scene) -> bool:
    """Judge a quantifier; "all" of no lines at all does not hold."""
    if node.measure == "any":
        return any(holds(node.where, scene, line) for line in scene.fact.lines)
    if node.measure == "all":
        return bool(scene.fact.lines) and all(holds(node.where, scene, line) for line in scene.fact.lines)
    return NUMBERS[node.op](lines_measured(node, scene), node.value)
