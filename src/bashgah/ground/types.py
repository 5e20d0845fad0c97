"""Values every room shares: who acted, what is news, what limits a throttle keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

ActorKind = Literal["staff", "key", "member", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a member of staff, an API key, a member, or the system itself.

    ``id`` is the public id (``stf_…``, ``key_…``, ``mbr_…``) and ``name`` a label fit for a list; for members
    it stays empty, because audit and books hold no personal data.
    """

    kind: ActorKind
    id: str = ""
    name: str = ""


SYSTEM = Actor(kind="system")


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened and was committed, told to a handler of another room.

    ``at`` is when it was written, ``heard_at`` when it is handed over (later on each try); None in a test.
    """

    id: UUID
    club_id: UUID
    kind: str
    member_id: UUID | None
    payload: Mapping[str, Any]
    at: datetime
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StuckDelivery:
    """A delivery set aside after its last try, for a person to look at."""

    event_id: UUID
    handler: str
    club_id: UUID
    kind: str
    member_id: UUID | None
    tries: int
    error: str
    at: datetime
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` in any ``seconds`` seconds."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One privileged act as it was written down."""

    id: UUID
    club_id: UUID | None
    actor: Actor
    action: str
    target: str
    details: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Which acts are asked for; what is empty asks for all. ``until`` is the first instant after."""

    actions: tuple[str, ...] = ()
    actor_id: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """A sign that audit rows were touched after they were written."""

    code: Literal["altered", "missing", "moved", "backdated", "broken", "cut"]
    audit_id: UUID | None
    seq: int | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer given the first time, to be given again."""

    status: int
    body: str
