"""Two wordings of a rule side by side: what only the older says, and what only the newer says."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext

from bashgah.console.building.judging import said
from bashgah.console.building.sources import Sources
from bashgah.console.building.staged import stage_words
from bashgah.engine.document import Program, Rule
from bashgah.kit.text import Texts
from bashgah.ui.figures import plain


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a wording; ``only`` says that the other has them not."""

    text: str
    only: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A rule as two versions have it."""

    name: str
    older: tuple[Piece, ...]
    newer: tuple[Piece, ...]


def beside(
    key: str, older: tuple[Rule, Program] | None, newer: tuple[Rule, Program] | None, sources: Sources
) -> Beside:
    """Both wordings of a rule; where one has no such rule it has no words."""
    before, after = _words(older, sources), _words(newer, sources)
    left: list[Piece] = []
    right: list[Piece] = []
    for op, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if a < b:
            left.append(Piece(" ".join(before[a:b]), op != "equal" and bool(after)))
        if c < d:
            right.append(Piece(" ".join(after[c:d]), op != "equal" and bool(before)))
    known = newer or older
    name = Texts(known[0].name.fa, known[0].name.en).say(sources.lang) if known else ""
    return Beside(name or key, tuple(left), tuple(right))


def besides(older: Program, newer: Program, sources: Sources) -> tuple[Beside, ...]:
    """Every rule that differs between two programs, in the newer's order."""
    before, after = ({rule.key: rule for rule in each.rules} for each in (older, newer))
    keys = [key for key in {**after, **before} if before.get(key) != after.get(key)]
    return tuple(
        beside(
            key,
            (before[key], older) if key in before else None,
            (after[key], newer) if key in after else None,
            sources,
        )
        for key in keys
    )


def _words(wording: tuple[Rule, Program] | None, sources: Sources) -> list[str]:
    """What a rule says, and what its sentence leaves to the page: its name, stage and examples."""
    if wording is None:
        return []
    rule, program = wording
    sentence = "".join(part.text for part in said(rule, program, sources)) or gettext(
        "This rule cannot be said yet."
    )
    more = gettext("Stage: %(stage)s. Examples: %(n)s.") % {
        "stage": dict(stage_words()).get(rule.stage, rule.stage),
        "n": plain(len(rule.examples)),
    }
    names = [example.name.fa or example.name.en for example in rule.examples]
    return [*sentence.split(), *more.split(), *(word for name in names for word in f"«{name}»".split())]
