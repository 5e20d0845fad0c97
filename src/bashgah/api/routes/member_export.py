"""All that is kept of one member, for the member who asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.values import MemberId, TextsOut, member_id_of
from bashgah.members import services

router = Router(tags=["members"])

Rows = list[dict[str, Any]]


class ExportClubOut(Schema):
    """The club that keeps the data."""

    slug: str
    name: TextsOut
    currency: str


class MemberExportOut(Schema):
    """Everything kept of one member, in clear; lists are ordered by time, the oldest first.

    Merged memberships are part of it, since they are the same person. Of other members and of the staff
    nothing is told. Amounts are integers in the smallest unit of the currency.
    """

    version: Annotated[int, Field(description="Rises when a part changes its meaning.")]
    made_at: datetime
    club: ExportClubOut
    member: Annotated[str, Field(description="`mbr_…` of the membership that counts now.")]
    profiles: Annotated[Rows, Field(description="The member's record, and those merged into it.")]
    personal_data: Annotated[Rows, Field(description="Mobile, e-mail, national id, address, notes.")]
    consents: Annotated[Rows, Field(description="Every yes and no to messages, the latest first.")]
    status_changes: Annotated[Rows, Field(description="Blocks and other steps, the latest first.")]
    shared_accounts: Annotated[Rows, Field(description="Households and companies the member was in.")]
    wallets: Annotated[Rows, Field(description="Balances, and when parts of them expire.")]
    statement: Annotated[Rows, Field(description="Every movement of points and credit.")]
    activities: Annotated[Rows, Field(description="Purchases with their lines, returns, visits and others.")]
    redemptions: Annotated[Rows, Field(description="Rewards taken, with their price and state.")]
    coupons: Annotated[Rows, Field(description="Coupons; of each code only its end.")]
    tiers: Annotated[Rows, Field(description="Where the member stands.")]
    tier_changes: Annotated[Rows, Field(description="Steps up and down.")]
    gifts: Annotated[Rows, Field(description="Points given and received, without the other one's name.")]
    messages: Annotated[Rows, Field(description="What was sent to the member.")]
    proofs: Annotated[Rows, Field(description="What the member showed and wrote.")]


@router.get(
    "/members/{member_id}/export",
    response=MemberExportOut,
    auth=Bearer("members.export"),
    summary="Take out all of a member's data",
)
def member_export(request: Call, member_id: MemberId) -> dict[str, Any]:
    """For a member who asks what you keep of them. Each call is written into the audit trail and counted:
    120 an hour and 1,000 a day for one key."""
    return services.member_export_take(
        club=request.club,
        id=member_id_of(request.club, member_id),
        actor=request.actor,
        now=request.now,
    )
