"""What a backtest supposes: rules of the tried program that are still tried count as if they were live."""

from __future__ import annotations

from bashgah.engine.document import Program, Rule
from bashgah.simulation.types import Supposed

SUPPOSED_LIVE = frozenset({"draft", "shadow", "pilot"})


def as_live(program: Program) -> Program:
    """Return the program as if its rules in draft, shadow or pilot were live for everybody."""
    return program.model_copy(update={"rules": tuple(_as_live(rule) for rule in program.rules)})


def supposed_of(live: Program, tried: Program) -> tuple[Supposed, ...]:
    """Return the rules of both programs, as they are written, that are neither live nor ended."""
    return tuple(
        Supposed(
            rule.key,
            rule.stage,
            is_tried=is_tried,
            percent=rule.pilot.percent if rule.pilot is not None else 100,
        )
        for is_tried, program in ((True, tried), (False, live))
        for rule in program.rules
        if rule.stage in SUPPOSED_LIVE
    )


def _as_live(rule: Rule) -> Rule:
    return rule.model_copy(update={"stage": "live", "pilot": None}) if rule.stage in SUPPOSED_LIVE else rule
