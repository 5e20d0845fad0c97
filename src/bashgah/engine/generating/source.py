"""Writes one module of functions for the rules of a trigger: conditions, what counts, exact units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bashgah.engine.criteria.tree import All, Node, Test
from bashgah.engine.document import Schedule
from bashgah.engine.earning import Earned, in_schedule, units_reader
from bashgah.engine.facts import Fact
from bashgah.engine.generating.apart import AT_LEAST, Apart, Member, apart, conjuncts
from bashgah.engine.generating.counting import base_reader
from bashgah.engine.generating.expressions import Constants, Expressions, opening
from bashgah.engine.generating.safety import checked
from bashgah.engine.piloting import in_pilot
from bashgah.engine.program import CompiledProgram, ReadyEffect, ReadyRule
from bashgah.engine.states import State

Part = Callable[[Fact, State, list[Earned], list[Any]], None]
"""A generated function: adds what some rules earn; the last argument keeps what was measured once."""


class Module:
    """The generated functions of a trigger.

    ``rest`` runs for every fact; rules that were set apart have functions of their own, found by the value
    that they ask for.
    """

    def __init__(
        self, compiled: CompiledProgram, rules: Sequence[ReadyRule], at_least: int = AT_LEAST
    ) -> None:
        self.compiled = compiled
        self.constants = Constants()
        self.expressions = Expressions(compiled.document.calendar, self.constants)
        self.apart: Apart = apart(rules, at_least)
        self._keeps: list[str] = []
        self._bases: dict[tuple[Any, ...], int] = {}
        self._readers: list[tuple[Any, str]] = []
        functions = [self._function(name, members) for name, members in self.apart.functions()]
        self.source = "\n".join([*self.expressions.functions, *self._keeps, *functions])

    def functions(self) -> tuple[dict[str, Part], int]:
        """Check, compile and run the module; return its functions by name and how much they measure."""
        code = checked(self.source, self.constants.table)
        space: dict[str, Any] = {"__builtins__": {}, **self.constants.table}
        exec(code, space)  # noqa: S102 the whole source was written here and checked
        for i, (basis, keep) in enumerate(self._readers):
            space[f"B{i}"] = base_reader(basis, space[keep] if keep else None)
        return space, len(self._readers)

    def _function(self, name: str, members: list[Member]) -> str:
        self.expressions.used = set()
        body: list[str] = []
        for rule, answered in members:
            body += self._rule(rule, answered)
        head = [f"def {name}(fact, state, out, memo):", *opening(self.expressions)]
        return "\n".join([*head, *(body or ["    return None"]), ""])

    def _rule(self, rule: ReadyRule, answered: Test | None) -> list[str]:
        conditions = self._conditions(rule, answered)
        inner = "    "
        lines: list[str] = []
        if conditions:
            lines.append(f"    if {' and '.join(conditions)}:")
            inner = "        "
        measured: int | None = None
        for effect in rule.effects:
            base = self._base(effect)
            if base != measured:
                lines += [
                    f"{inner}base = memo[{base:d}]",
                    f"{inner}if base is None:",
                    f"{inner}    base = memo[{base:d}] = B{base:d}(fact)",
                    f"{inner}money, quantity, weights = base",
                ]
                measured = base
            lines += [f"{inner}{line}" for line in self._units(effect)]
        return lines

    def _conditions(self, rule: ReadyRule, answered: Test | None) -> list[str]:
        conditions = []
        if rule.needs_lines:
            conditions.append("fact.lines_known")
        conditions += self._schedule(rule)
        if rule.pilot is not None:
            check, pilot = self.constants.name(in_pilot, "F"), self.constants.name(rule.pilot, "O")
            conditions.append(f"{check}({pilot}, fact, state)")
        conditions += [self.expressions.node(node) for node in conjuncts(rule.when) if node is not answered]
        return conditions

    def _schedule(self, rule: ReadyRule) -> list[str]:
        schedule = rule.rule.schedule
        if schedule == Schedule():
            return []
        if schedule == Schedule(weekdays=schedule.weekdays):
            self.expressions.used.add("day")
            return [f"(day in {self.constants.name(frozenset(schedule.weekdays))})"]
        check = self.constants.name(in_schedule, "F")
        named = [self.constants.name(each, "O") for each in (rule.only, rule.never)]
        return [f"{check}({self.constants.name(schedule)}, fact, {', '.join(named)})"]

    def _units(self, effect: ReadyEffect) -> list[str]:
        """Return the lines that add an effect's exact units where there are any."""
        make, name = self.constants.name(Earned, "E"), self.constants.name(effect, "S")
        filtered = effect.lines is not None or effect.excluded is not None
        counts = "weights is not None and num" if filtered else "num"
        code = effect.amount.code(effect.params)
        if code is not None:
            numerator, den = code
            return [
                f"num = {numerator}",
                f"if {counts}:",
                f"    out.append({make}({effect.place:d}, {name}, num, {den:d}, weights, money, quantity))",
            ]
        read = self.constants.name(units_reader(self.compiled, effect), "U")
        return [
            f"num, den = {read}(money, quantity, state)",
            f"if {counts}:",
            f"    out.append({make}({effect.place:d}, {name}, num, den, weights, money, quantity))",
        ]

    def _base(self, effect: ReadyEffect) -> int:
        """Return the number of the reader of what counts; effects that count alike share it."""
        key = (
            effect.basis.model_copy(update={"excluded_lines": None}),
            _key(effect.lines),
            _key(effect.excluded),
        )
        if key not in self._bases:
            keep = ""
            wanted = [part for part in (effect.lines and self.expressions.line(effect.lines),) if part]
            if effect.excluded is not None:
                wanted.append(f"not {self.expressions.line(effect.excluded)}")
            if wanted:
                keep = f"keep{len(self._keeps)}"
                self._keeps.append(f"def {keep}(line):\n    return {' and '.join(wanted)}\n")
            self._bases[key] = len(self._readers)
            self._readers.append((effect.basis, keep))
        return self._bases[key]


def _key(node: Node | None) -> str:
    """Return what tells criteria over lines apart, wherever in the document they stand."""
    match node:
        case None:
            return ""
        case Test(field=field, op=op, value=value):
            return repr((field.key, op, value))
        case All(parts):
            return f"all{[_key(part) for part in parts]}"
    return repr(node)
