"""Runs generated functions for a fact: those for everyone, and those found by the fact's own values."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from bashgah.engine.earning import Earned
from bashgah.engine.facts import Fact
from bashgah.engine.generating.apart import AT_LEAST
from bashgah.engine.generating.source import Module, Part
from bashgah.engine.program import CompiledProgram
from bashgah.engine.states import State

Earner = Callable[[Fact, State], list[Earned]]
"""What a trigger's rules earn for a fact: the hits that give something, in the order of deciding."""

_PLACE = attrgetter("place")


def earner_for(compiled: CompiledProgram, trigger: str, at_least: int = AT_LEAST) -> Earner:
    """Generate, check and compile the rules of a trigger.

    ``at_least`` says how many rules make it worth to set them apart by the values they ask for.
    """
    module = Module(compiled, compiled.rules_for(trigger), at_least)
    parts, measured = module.functions()
    rest = parts["rest"]
    by_fact = [
        (attrgetter(attribute), {value: parts[name] for value, name in table.items()})
        for attribute, table in module.apart.by_fact.items()
    ]
    by_line = {
        attribute: {value: [(name, parts[name]) for name in names] for value, names in table.items()}
        for attribute, table in module.apart.by_line.items()
    }
    if not by_fact and not by_line:

        def earn(fact: Fact, state: State) -> list[Earned]:
            out: list[Earned] = []
            rest(fact, state, out, [None] * measured)
            return out

        return earn

    def earn_apart(fact: Fact, state: State) -> list[Earned]:
        out: list[Earned] = []
        memo = [None] * measured
        rest(fact, state, out, memo)
        for read, table in by_fact:
            part = table.get(read(fact))
            if part is not None:
                before = len(out)
                part(fact, state, out, memo)
                if before and len(out) > before and out[before].place < out[before - 1].place:
                    out.sort(key=_PLACE)
        if by_line and fact.lines:
            before = len(out)
            for part in _lined(fact, by_line).values():
                part(fact, state, out, memo)
            if len(out) > before:
                out.sort(key=_PLACE)
        return out

    return earn_apart


def _lined(fact: Fact, by_line: dict[str, dict[str, list[tuple[str, Part]]]]) -> dict[str, Part]:
    """Return the functions that the fact's lines call for, each once."""
    found: dict[str, Part] = {}
    nothing: list[tuple[str, Part]] = []
    for attribute, table in by_line.items():
        for line in fact.lines:
            value = getattr(line, attribute)
            for each in value if attribute == "category" else (value,):
                found.update(table.get(each, nothing))
    return found
