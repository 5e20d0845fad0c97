"""What the social room hands out and takes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from bashgah.kit.phrases import Phrase
from bashgah.kit.text import Texts

ProofKind = Literal["code", "link", "picture"]
ShownKind = Literal["code", "link", "picture", "review"]
ProofState = Literal["waiting", "accepted", "refused", "undone", "joined"]
PROOFS: tuple[ProofKind, ...] = ("code", "link", "picture")
STATES: tuple[ProofState, ...] = ("waiting", "accepted", "refused", "undone", "joined")


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """A task as staff see it; ``waiting`` and ``accepted`` are how many members stand where."""

    id: UUID
    key: str
    name: Texts
    text: Texts
    network: str
    url: str
    host: str
    proof: ProofKind
    starts_on: date | None
    ends_on: date | None
    most: int | None
    tries: int
    tiers: tuple[str, ...]
    is_on: bool
    revision: int
    waiting: int = 0
    accepted: int = 0

    @property
    def places(self) -> int | None:
        """How many members may still send; None without an end."""
        return None if self.most is None else max(0, self.most - self.waiting - self.accepted)


@dataclass(frozen=True, slots=True)
class TaskTerms:
    """What a task is to be; an empty ``code`` keeps the one it has."""

    name: Texts
    text: Texts
    network: str
    url: str
    proof: ProofKind
    host: str = ""
    code: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    most: int | None = None
    tries: int = 3
    tiers: tuple[str, ...] = ()
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a member shows: the one of these that the task asks for."""

    code: str = ""
    link: str = ""
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class ProofInfo:
    """A proof or review with its decision; ``words`` is the link, or what the review says."""

    id: UUID
    member_id: UUID
    task_id: UUID | None
    purchase_id: UUID | None
    kind: ShownKind
    state: ProofState
    words: str
    stars: int | None
    picture: str
    sent_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str
    note: str
    activity_id: UUID | None


@dataclass(frozen=True, slots=True)
class Twin:
    """Another proof that shows the same link or picture; ``is_same`` to the bit, else a look-alike."""

    id: UUID
    member_id: UUID
    state: ProofState
    sent_at: datetime
    is_same: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A task as one member sees it: what they showed last, and why they can't send now."""

    task: TaskInfo
    last: ProofInfo | None
    tries_left: int
    obstacle: Phrase | None

    @property
    def can_send(self) -> bool:
        """Whether a proof would be taken now."""
        return self.obstacle is None


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of many decisions at once: how many were done, and why each of the others was not."""

    done: int
    refused: tuple[tuple[UUID, Phrase], ...]
