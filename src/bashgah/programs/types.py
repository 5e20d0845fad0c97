"""What the programs room hands out: drafts, versions and the differences between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.engine.document import Program, Rule
from bashgah.engine.examples import ExampleResult
from bashgah.engine.validation import Problem
from bashgah.kit.phrases import Phrase


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """The draft as it was saved; ``document`` is the plain JSON, also while it cannot be published.

    ``program`` is None while the document has not the shape of a program; ``problems`` then say why.
    ``base_number`` is the version it began from, 0 before the first.
    """

    club_id: UUID
    document: Mapping[str, Any]
    revision: int
    base_number: int
    saved_at: datetime
    saved_by: str
    note: str
    program: Program | None
    problems: tuple[Problem, ...]

    @property
    def can_be_read(self) -> bool:
        """Say whether the document has the shape of a program."""
        return self.program is not None


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A published version."""

    club_id: UUID
    number: int
    program: Program
    semantics: int
    effective_from: datetime
    published_at: datetime
    published_by: str
    note: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version in a list, without its document."""

    number: int
    effective_from: datetime
    published_at: datetime
    published_by: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """One rule of the draft, how its examples come out and what is wrong with it."""

    rule: Rule
    place: int
    examples: tuple[ExampleResult, ...]
    problems: tuple[Problem, ...]

    @property
    def examples_ok(self) -> int:
        """How many examples come out as they should."""
        return sum(example.ok for example in self.examples)


Said = Callable[[str], str]
"""Says a part of a program in a language."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One readable difference between two programs; ``at`` leads to the part of the newer one.

    ``kind`` is added, removed or changed.
    """

    at: str
    kind: str
    phrase: Phrase
    older: Said
    newer: Said

    def said(self, lang: str) -> tuple[str, str]:
        """Return what the part said before and says now, each empty where there was or is none."""
        return self.older(lang), self.newer(lang)
