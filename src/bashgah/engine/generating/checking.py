"""One criterion as a compiled function, for rewards, segments and counts over many members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bashgah.engine.criteria.tree import Node
from bashgah.engine.facts import Fact
from bashgah.engine.generating.expressions import Constants, Expressions, opening
from bashgah.engine.generating.safety import checked
from bashgah.engine.states import State
from bashgah.kit.jalali import Calendar

Check = Callable[[Fact, State], bool]


def check_for(node: Node, calendar: Calendar) -> Check:
    """Return a function that says whether the criterion holds, as ``criteria.judging.holds`` would."""
    constants = Constants()
    expressions = Expressions(calendar, constants)
    answer = expressions.node(node)
    head = ["def check(fact, state):", *opening(expressions)]
    source = "\n".join([*expressions.functions, *head, f"    return {answer}", ""])
    space: dict[str, Any] = {"__builtins__": {}, **constants.table}
    exec(checked(source, constants.table), space)  # noqa: S102 the whole source was written here and checked
    check: Check = space["check"]
    return check
