"""What the messaging room hands out: messages, their wording, and what a channel gets and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from bashgah.kit.phrases import Phrase
from bashgah.kit.text import Texts

Line = Literal["service", "advertising"]
State = Literal["queued", "sending", "sent", "delivered", "failed", "unknown", "skipped"]


@dataclass(frozen=True, slots=True)
class EventInfo:
    """A message the house knows: when it is sent, what it may say, and how it is worded by default."""

    key: str
    label: Phrase
    when: Phrase
    line: Line
    is_secret: bool
    channels: tuple[str, ...]
    fields: Mapping[str, Phrase]
    example: Mapping[str, Any]
    subject: Texts
    body: Texts
    typed_on_page: bool = False
    """Its code is typed into a page of the club: the SMS ends with the line by which browsers find it."""


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """The wording in force for one event on one channel; ``is_own`` when the club wrote it itself."""

    event: str
    channel: str
    is_on: bool
    is_own: bool
    subject: Texts
    body: Texts


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would read, with what it would cost in SMS parts."""

    subject: str
    body: str
    parts: int
    characters: int


@dataclass(frozen=True, slots=True)
class MessageInfo:
    """A message as pages show it; the text of a secret one is never shown."""

    id: UUID
    member_id: UUID | None
    event: str
    channel: str
    line: Line
    locale: str
    subject: str
    body: str
    is_secret: bool
    state: State
    reason: str
    parts: int
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a channel is asked to carry. ``ref`` is our id for it, the same on every try."""

    ref: UUID
    club_slug: str
    to: str
    subject: str
    body: str
    line: Line
    locale: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel says about one message; ``permanent`` means that trying again is no use."""

    ref: UUID
    state: State
    provider_id: str = ""
    reason: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class TrialMessage:
    """A message that a trial channel wrote to its file instead of sending it."""

    at: datetime
    channel: str
    to: str
    subject: str
    body: str
    parts: int
    line: Line
    locale: str
    ref: str = field(default="")
