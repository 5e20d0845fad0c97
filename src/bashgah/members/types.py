"""What the members room hands out: frozen members, people, consents, codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from bashgah.clubs.types import GroupType
from bashgah.kit import email, mobile
from bashgah.kit.phrases import Phrase
from bashgah.kit.text import Texts

Status = Literal["active", "blocked", "left"]
Kind = Literal["person", "group"]
GroupRole = Literal["head", "adult", "junior"]
Gender = Literal["", "female", "male", "other"]
Channel = Literal["till", "portal", "console", "api", "import", "demo"]
IdentifierKind = Literal["mobile", "email", "national_id", "card", "external"]
ConsentChannel = Literal["sms", "email", "push", "call", "post", "app"]
ConsentPurpose = Literal["service", "marketing", "profiling"]
CodePurpose = Literal["sign_in", "redeem", "verify", "give", "erase"]
AttributeType = Literal["text", "number", "boolean", "date", "choice"]
ErasureState = Literal["waiting", "done", "withdrawn"]
ErasureReason = Literal["asked", "authority", "mistaken"]
Sort = Literal["enrolled", "enrolled_first", "name", "name_last"]
"""``enrolled`` is the newest first, ``enrolled_first`` the oldest; ``name_last`` starts from its end."""


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """A member without personal data beyond the name; ``mobile_masked`` is fit for any list."""

    id: UUID
    club_id: UUID
    number: str
    first_name: str
    last_name: str
    nickname: str
    status: Status
    kind: Kind
    merged_into: UUID | None
    mobile_masked: str
    city: str
    gender: Gender
    birth_date: date | None
    favourite_branch_id: UUID | None
    source: str
    channel: Channel
    branch_id: UUID | None
    staff_id: UUID | None
    tags: tuple[str, ...]
    attributes: Mapping[str, Any]
    locale: str
    referrer_id: UUID | None
    external_id: str
    enrolled_at: datetime
    erased_at: datetime | None = None

    @property
    def name(self) -> str:
        """The full name, else the nickname or the masked mobile; of an erased person the card's number."""
        named = f"{self.first_name} {self.last_name}".strip() or self.nickname or self.mobile_masked
        return self.number if self.erased_at and not named else named

    @property
    def is_active(self) -> bool:
        """Whether the member may earn and spend."""
        return self.status == "active" and self.merged_into is None


@dataclass(frozen=True, slots=True)
class ErasureInfo:
    """A wish to be erased: since when, until when it can be taken back, and what became of it."""

    id: UUID
    member_id: UUID
    asked_at: datetime
    due_at: datetime
    closed_at: datetime | None
    state: ErasureState
    reason: ErasureReason
    asked_kind: str


@dataclass(frozen=True, slots=True)
class ErasureLook:
    """What a person would give up by an erasure, and what stands in its way, as sentences."""

    losses: tuple[Phrase, ...]
    hindrances: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class PersonInfo:
    """A member's personal data in clear; hand it out only to who may read it, else ``masked()``."""

    member_id: UUID
    mobile: str = ""
    email: str = ""
    national_id: str = ""
    address: str = ""
    notes: str = ""

    def masked(self) -> PersonInfo:
        """Return it with everything hidden that identifies."""
        return replace(
            self,
            mobile=mobile.mask(self.mobile) if self.mobile else "",
            email=email.mask(self.email) if self.email else "",
            national_id=f"•••{self.national_id[-3:]}" if self.national_id else "",
            address="•••" if self.address else "",
            notes="",
        )


class LockedMember(Struct, frozen=True, gc=False):
    """What is certain of a member while the lock is held."""

    id: UUID
    status: Status
    merged_into: UUID | None
    kind: Kind
    group_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LockedGroup:
    """What is certain of a group while its lock is held; ``share`` is the percentage of earnings it gets."""

    member: LockedMember
    type: GroupType
    share: int

    @property
    def is_active(self) -> bool:
        """Whether points may reach it and be spent from it."""
        return self.member.status == "active"


@dataclass(frozen=True, slots=True)
class GroupPurse:
    """From which shared account a member may spend, and what is ``left`` of this month’s limit, if any."""

    group_id: UUID
    left: int | None


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """A household or a company: a member of kind group, with wallets of its own."""

    id: UUID
    name: str
    number: str
    type: GroupType
    share: int
    status: Status
    opened_at: datetime
    closed_at: datetime | None
    members: int

    @property
    def is_open(self) -> bool:
        """Whether it still exists; a blocked one does."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class BelongingInfo:
    """One person in a group: their role, and what they may spend of each of its wallets a month.

    ``monthly_limit`` is None where nothing is limited; a junior without a limit spends nothing.
    """

    group_id: UUID
    member_id: UUID
    name: str
    role: GroupRole
    monthly_limit: int | None
    joined_at: datetime

    @property
    def may_spend(self) -> bool:
        """Whether anything may be spent at all."""
        return self.role != "junior" or bool(self.monthly_limit)


@dataclass(frozen=True, slots=True)
class GroupInvitationInfo:
    """An open invitation into a group; ``code`` is known only in the answer that makes it."""

    id: UUID
    group_id: UUID
    member_id: UUID | None
    role: GroupRole
    monthly_limit: int | None
    made_at: datetime
    expires_at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A yes or no as it was given: to what, by which text, with what proof."""

    channel: ConsentChannel
    purpose: ConsentPurpose
    granted: bool
    text_version: str = "1"
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentInfo:
    """A recorded consent or its withdrawal; ``void_at`` is when the merge that brought it was undone."""

    id: UUID
    channel: ConsentChannel
    purpose: ConsentPurpose
    granted: bool
    text_version: str
    source: str
    proof: Mapping[str, Any]
    at: datetime
    void_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One step of a member's status history."""

    id: UUID
    before: Status
    after: Status
    reason: str
    actor_kind: str
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttributeInfo:
    """An attribute the club declared, with its type and, for a choice, its choices."""

    key: str
    label: Texts
    type: AttributeType
    choices: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True, slots=True)
class NewMember:
    """One person to enrol in bulk; at least one of mobile, e-mail and external id must be there."""

    mobile: str = ""
    email: str = ""
    national_id: str = ""
    external_id: str = ""
    first_name: str = ""
    last_name: str = ""
    city: str = ""
    gender: Gender = ""
    birth_date: date | None = None
    source: str = ""
    address: str = ""
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    branch_id: UUID | None = None
    staff_id: UUID | None = None
    referrer_id: UUID | None = None
    enrolled_at: datetime | None = None
    consents: tuple[ConsentGiven, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of one row of a bulk enrolment: a member, new or known already."""

    member_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """A declared attribute that must equal a value, or lie between two of them (numbers and dates).

    ``few`` is how many a look at the range found, where it found few; who asks for members leaves it out.
    """

    key: str
    type: AttributeType
    equal: str | int | float | bool | None = None
    least: str | int | float | None = None
    most: str | int | float | None = None
    few: int | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """A condition on the member ``m.id`` in tables of another room, written by the room that owns them."""

    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberFilters:
    """What a list of members is narrowed by; every one given must hold.

    ``text`` are words of the name, ``city`` is a city's, both in any spelling. ``birth_month`` is one (1–12)
    of the club's calendar. ``branches`` keeps to members who enrolled in one of them or like one best.
    """

    text: str = ""
    id: UUID | None = None
    status: Status | None = None
    branch_id: UUID | None = None
    favourite_branch_id: UUID | None = None
    branches: frozenset[UUID] | None = None
    city: str = ""
    gender: Gender = ""
    birth_month: int = 0
    birth_date: date | None = None
    source: str = ""
    tag: str = ""
    channel: Channel | None = None
    enrolled_from: datetime | None = None
    enrolled_until: datetime | None = None
    attributes: tuple[AttributeFilter, ...] = ()
    also: tuple[Fragment, ...] = ()
    sort: Sort = "enrolled"


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One page of a list and where the next begins (None at the end)."""

    members: tuple[MemberInfo, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """A one-time code to be sent now; the code itself is kept nowhere."""

    request_id: UUID
    code: str
    member_id: UUID | None
    contact: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    """A right code: whose it was (None: nobody's yet) and the number that is now proved."""

    request_id: UUID
    member_id: UUID | None
    contact: str
