"""What the programs room hands out: drafts, versions and the differences between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from bashgah.engine.document import Program, Rule
from bashgah.engine.examples import ExampleResult
from bashgah.engine.validation import Problem
from bashgah.kit.phrases import Phrase


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """The draft as it was saved; ``document`` is the plain JSON, also while it cannot be published.

    ``program`` is None while the document has not the shape of a program; ``problems`` then say why.
    ``base_number`` is the version it began from, 0 before the first; ``authors`` are the ids of all who saved
    it since.
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
    authors: tuple[str, ...] = ()

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


CostSource = Literal["shadow", "backtest", "budget"]
Stage = Literal["draft", "shadow", "pilot", "live", "ended"]
NeedKind = Literal["backtest", "shadow", "pilot", "approval"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule costs a month, in the currency's smallest unit, and where that is known from."""

    amount: int
    source: CostSource


@dataclass(frozen=True, slots=True)
class Need:
    """Something a publication needs; of days ``have`` of ``wanted`` are over."""

    kind: NeedKind
    is_met: bool
    wanted: int = 0
    have: int = 0


@dataclass(frozen=True, slots=True)
class RuleStep:
    """A rule that begins to count, or counts otherwise, by a publication, and what that needs.

    ``before`` is its stage in the newest version, None where it is not there; ``cost`` is None while nobody
    can tell it.
    """

    rule: Rule
    before: Stage | None
    cost: Cost | None
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands between a program and its publication, as far as the club's stages ask.

    ``cost`` is that of all steps together, None while one of them is not known.
    """

    steps: tuple[RuleStep, ...]
    cost: int | None
    approval: Need | None

    @property
    def missing(self) -> tuple[tuple[str, Need], ...]:
        """Return all that is missing: (rule's key, need); the approval belongs to no rule."""
        found = [(step.rule.key, need) for step in self.steps for need in step.needs if not need.is_met]
        if self.approval is not None and not self.approval.is_met:
            found.append(("", self.approval))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ApprovalInfo:
    """A request for a second person's yes; ``is_current`` while the draft still says what was asked for.

    ``changes`` are (kind, phrase as JSON) of every difference; ``authors`` are who wrote the draft.
    """

    id: UUID
    state: str
    cost: int | None
    changes: tuple[tuple[str, Any], ...]
    authors: tuple[str, ...]
    note: str
    asked_at: datetime
    asked_by: str
    asked_name: str
    decided_at: datetime | None
    decided_name: str
    decision_note: str
    is_current: bool

    def may_decide(self, actor_id: str) -> bool:
        """Say whether somebody is a second person: neither who asked nor who wrote."""
        return actor_id not in {self.asked_by, *self.authors}


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
