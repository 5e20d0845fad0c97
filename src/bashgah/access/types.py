"""What the access room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StaffInfo:
    """A member of staff as others see them."""

    id: UUID
    email: str
    name: str
    locale: str
    is_active: bool
    has_second_factor: bool
    last_login: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GrantInfo:
    """A role that a member of staff holds in a club; no branches means all of them."""

    id: UUID
    staff_id: UUID
    club_id: UUID
    role: str
    branches: frozenset[UUID]
    limits: tuple[tuple[str, int], ...]
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff with every role they hold in one club, for lists."""

    staff: StaffInfo
    grants: tuple[GrantInfo, ...]


@dataclass(frozen=True, slots=True)
class InvitationInfo:
    """An invitation that waits to be accepted."""

    id: UUID
    club_id: UUID
    email: str
    name: str
    role: str
    branches: frozenset[UUID]
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """An API key without its secret; ``limit_per_minute`` 0 means the installation's default."""

    id: UUID
    club_id: UUID
    name: str
    prefix: str
    scopes: frozenset[str]
    limit_per_minute: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """An OAuth2 client (client credentials) without its secret."""

    id: UUID
    club_id: UUID
    name: str
    client_id: str
    scopes: frozenset[str]
    limit_per_minute: int
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credential:
    """Who calls the API: a key or an OAuth2 client, its club and what it may do."""

    kind: str
    id: UUID
    club_id: UUID
    name: str
    scopes: frozenset[str]
    limit_per_minute: int
    expires_at: datetime | None
