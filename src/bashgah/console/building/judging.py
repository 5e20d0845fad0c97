"""What a rule in the making says, what is wrong with it, and how its examples come out in the draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from bashgah.console.building.sources import Sources
from bashgah.engine import examples
from bashgah.engine.document import Program, Rule
from bashgah.engine.examples import ExampleResult
from bashgah.engine.sentences import Part, rule_sentence_parts
from bashgah.engine.validation import Problem, document_read, problems
from bashgah.kit.refusals import Refusal
from bashgah.programs.types import DraftInfo

PLACES = {
    "when": "s-when",
    "effects": "s-effects",
    "basis": "s-basis",
    "schedule": "s-schedule",
    "limits": "s-limits",
    "budget": "s-limits",
    "stacking": "s-company",
    "priority": "s-company",
    "examples": "s-examples",
    "name": "s-name",
    "trigger": "s-name",
    "stage": "s-name",
}


@dataclass(frozen=True, slots=True)
class SaidPart:
    """A piece of the sentence; a value leads to the part of the form it comes from."""

    text: str
    kind: str
    place: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule in the making, judged."""

    rule: Rule | None
    program: Program | None
    parts: tuple[SaidPart, ...]
    problems: tuple[Problem, ...]
    examples: tuple[ExampleResult, ...]

    @property
    def examples_ok(self) -> int:
        """How many examples come out as they should."""
        return sum(example.ok for example in self.examples)


def judge(draft: DraftInfo, value: dict[str, Any], sources: Sources) -> Judged:
    """Puts the rule into a copy of the draft and asks the engine."""
    document = dict(draft.document)
    rules = [dict(rule) for rule in document.get("rules", ())]
    place = next((i for i, rule in enumerate(rules) if rule.get("key") == value.get("key")), len(rules))
    rules[place : place + 1] = [value]
    document["rules"] = rules
    at = f"/rules/{place}"
    try:
        program = document_read(document)
    except Refusal as refusal:
        return Judged(None, None, (), (Problem((refusal.field or "").removeprefix(at), refusal.phrase),), ())
    rule = program.rules[place]
    found = tuple(
        Problem(problem.at.removeprefix(at), problem.phrase)
        for problem in problems(program)
        if problem.at == at or problem.at.startswith(f"{at}/")
    )
    return Judged(rule, program, said(rule, program, sources), found, _examples(program, rule, sources))


def said(rule: Rule, program: Program, sources: Sources) -> tuple[SaidPart, ...]:
    """The sentence of a rule in the language of the page; empty while it cannot be said."""
    club = sources.club
    try:
        parts = rule_sentence_parts(
            rule, program, sources.lang, names=sources.names, zone=club.timezone, display=club.money_display
        )
    except Refusal:
        return ()
    return tuple(_part(part) for part in parts)


def plain_sentence(parts: tuple[SaidPart, ...]) -> str:
    """The sentence without its marks, for lists."""
    return "".join(part.text for part in parts) or gettext("This rule cannot be said yet.")


def _examples(program: Program, rule: Rule, sources: Sources) -> tuple[ExampleResult, ...]:
    try:
        return tuple(examples.run(program, rule, sources.names))
    except Refusal:
        return ()


def _part(part: Part) -> SaidPart:
    if part.anchor is None:
        return SaidPart(part.text, "", "")
    head = part.anchor.strip("/").split("/")[0]
    return SaidPart(part.text, "p" if part.is_points else "m", PLACES.get(head, "s-name"))
