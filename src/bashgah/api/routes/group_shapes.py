"""What is sent and answered about shared accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from bashgah.api.cursors import NextCursor
from bashgah.api.routes.redemptions import Source
from bashgah.api.strict import BIGGEST, Body, Text
from bashgah.api.values import AmountOut

Name = Annotated[Text, Field(min_length=1, max_length=80)]
Share = Annotated[
    int, Field(strict=True, ge=0, le=100, description="Percent of what members earn that goes to it.")
]
Role = Literal["head", "adult", "junior"]
Monthly = Annotated[
    int | None,
    Field(strict=True, ge=0, le=BIGGEST, description="Units of each wallet a month; null is no limit."),
]
Type = Literal["household", "company"]


class GroupIn(Body):
    """A shared account and its first head."""

    type: Type
    name: Name
    head_id: Annotated[Text, Field(max_length=60)]
    share: Share | None = None


class GroupChangeIn(Body):
    """What is to change; what is left out stays."""

    name: Name | None = None
    share: Share | None = None


class InsiderIn(Body):
    """Who joins, and as what."""

    member_id: Annotated[Text, Field(max_length=60)]
    role: Role = "adult"
    monthly_limit: Monthly = None


class RoleIn(Body):
    """A role and what may be spent a month."""

    role: Role
    monthly_limit: Monthly = None


class GroupContributionIn(Body):
    """Who pays how much of which wallet in; source and reference bind this wish for good."""

    member_id: Annotated[Text, Field(max_length=60)]
    wallet: Annotated[Text, Field(min_length=1, max_length=40)] = "points"
    amount: Annotated[int, Field(strict=True, ge=1, le=BIGGEST)]
    source: Source
    reference: Annotated[Text, Field(min_length=1, max_length=120)]


class GroupInvitationIn(Body):
    """Whom an invitation is for; without a member, whoever has the code."""

    role: Role = "adult"
    monthly_limit: Monthly = None
    member_id: Annotated[Text, Field(max_length=60)] = ""


class GroupOut(Schema):
    """A household or company; its wallets are those of its member id."""

    id: str
    type: Type
    name: str
    card_number: str
    share: int
    status: Literal["active", "blocked", "left"]
    members: int
    opened_at: datetime
    closed_at: datetime | None


class InsiderOut(Schema):
    """Somebody in a shared account."""

    member_id: str
    name: str
    role: Role
    monthly_limit: int | None
    joined_at: datetime
    paid_in: list[AmountOut]
    spent_this_month: list[AmountOut]


class GroupDetailOut(GroupOut):
    """A shared account with everyone in it."""

    people: list[InsiderOut]


class GroupPageOut(Schema):
    """One page of shared accounts, the latest opened first."""

    groups: list[GroupOut]
    next_cursor: NextCursor


class BelongingOut(Schema):
    """The shared account a member is in, or nulls."""

    group: GroupOut | None
    role: Role | None
    monthly_limit: int | None


class PaidInOut(Schema):
    """Units that moved into a shared account."""

    id: str
    wallet: str
    amount: int
    repeated: bool


class TakenOut(Schema):
    """What one member took along."""

    member_id: str
    units: list[AmountOut]


class SharedOutOut(Schema):
    """Who took what along; empty where everything stays."""

    shared_out: list[TakenOut]


class GroupInvitationOut(Schema):
    """An open invitation; `code` stands only in the answer that makes it."""

    id: str
    role: Role
    monthly_limit: int | None
    member_id: str
    expires_at: datetime
    code: str


class GroupInvitationsOut(Schema):
    """The open invitations of a shared account."""

    invitations: list[GroupInvitationOut]
