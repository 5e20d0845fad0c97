"""Shared accounts: households and companies, who is in them, paying in, leaving, closing."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from ninja import Path, Query, Router, Status

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit
from bashgah.api.once import once
from bashgah.api.routes.group_shapes import (
    BelongingOut,
    GroupChangeIn,
    GroupContributionIn,
    GroupDetailOut,
    GroupIn,
    GroupInvitationIn,
    GroupInvitationOut,
    GroupInvitationsOut,
    GroupOut,
    GroupPageOut,
    InsiderIn,
    InsiderOut,
    PaidInOut,
    RoleIn,
    SharedOutOut,
    TakenOut,
)
from bashgah.api.strict import QueryText
from bashgah.api.values import AmountOut, MemberId, cursor_id, member_id_of, member_in_body, page_of
from bashgah.clubs.types import ClubInfo
from bashgah.dealings import selectors as dealings
from bashgah.dealings import services
from bashgah.dealings.types import Insider, SharedOut
from bashgah.kit import ids
from bashgah.members import selectors
from bashgah.members import services as members
from bashgah.members.types import BelongingInfo, GroupInfo, GroupInvitationInfo

router = Router(tags=["groups"])

GroupId = Annotated[str, Path(..., description="`mbr_…`, a member of kind group", max_length=60)]
InvitationId = Annotated[str, Path(..., max_length=60)]


@router.post(
    "/groups", response={201: GroupOut}, auth=Bearer("groups.manage"), summary="Open a shared account"
)
@once()
def group_open(request: Call, body: GroupIn) -> Status[GroupOut]:
    """Open a household or company around its first head; `share` defaults to the club's setting."""
    info = members.group_open(
        club=request.club,
        type=body.type,
        name=body.name,
        head_id=member_in_body(request.club, body.head_id, "/head_id"),
        share=body.share,
        channel="api",
        actor=request.actor,
        now=request.now,
    )
    return Status(201, _out(info))


@router.get("/groups", response=GroupPageOut, auth=Bearer("members.read"), summary="List shared accounts")
def group_list(
    request: Call,
    type: Annotated[Literal["", "household", "company"], Query("")],
    text: Annotated[QueryText, Query("", description="Part of the name, or the card number.")],
    cursor: Cursor,
    limit: Limit,
) -> GroupPageOut:
    """The club's shared accounts, closed ones too."""
    found = selectors.group_list(
        request.club, text=text, type=type, before=cursor_id("member", cursor), limit=limit + 1
    )
    page, following = page_of("member", found, limit)
    return GroupPageOut(groups=[_out(info) for info in page], next_cursor=following)


@router.get(
    "/groups/{group_id}",
    response=GroupDetailOut,
    auth=Bearer("members.read"),
    summary="Read a shared account",
)
def group_get(request: Call, group_id: GroupId) -> GroupDetailOut:
    """One shared account with everyone in it; what it holds stands under `/members/{id}/wallets`."""
    page = dealings.group_page(request.club, ids.parse("member", group_id), request.now)
    return GroupDetailOut(**_out(page.group).dict(), people=[_insider(one) for one in page.people])


@router.patch(
    "/groups/{group_id}", response=GroupOut, auth=Bearer("groups.manage"), summary="Change a shared account"
)
@once()
def group_update(request: Call, group_id: GroupId, body: GroupChangeIn) -> GroupOut:
    """A share holds for what is earned from now on."""
    info = members.group_update(
        club=request.club,
        id=ids.parse("member", group_id),
        name=body.name,
        share=body.share,
        actor=request.actor,
        now=request.now,
    )
    return _out(info)


@router.post(
    "/groups/{group_id}/close",
    response=SharedOutOut,
    auth=Bearer("groups.manage"),
    summary="Close a shared account",
)
@once()
def group_close(request: Call, group_id: GroupId) -> SharedOutOut:
    """Everything in it goes to its members by what each paid in, to the unit."""
    got = services.group_close(
        club=request.club, group_id=ids.parse("member", group_id), actor=request.actor, now=request.now
    )
    return _shared(got)


@router.post(
    "/groups/{group_id}/members",
    response={201: InsiderOut},
    auth=Bearer("groups.manage"),
    summary="Take a member into a shared account",
)
@once()
def belonging_add(request: Call, group_id: GroupId, body: InsiderIn) -> Status[InsiderOut]:
    """A member is in one shared account at a time."""
    info = members.belonging_add(
        club=request.club,
        group_id=ids.parse("member", group_id),
        member_id=member_in_body(request.club, body.member_id, "/member_id"),
        role=body.role,
        monthly_limit=body.monthly_limit,
        actor=request.actor,
        now=request.now,
    )
    return Status(201, _person(info))


@router.patch(
    "/groups/{group_id}/members/{member_id}",
    response=InsiderOut,
    auth=Bearer("groups.manage"),
    summary="Change a role in a shared account",
)
@once()
def belonging_set(request: Call, group_id: GroupId, member_id: MemberId, body: RoleIn) -> InsiderOut:
    """A head runs it, an adult spends, a junior earns and spends up to the monthly limit."""
    info = members.belonging_set(
        club=request.club,
        group_id=ids.parse("member", group_id),
        member_id=member_id_of(request.club, member_id),
        role=body.role,
        monthly_limit=body.monthly_limit,
        actor=request.actor,
        now=request.now,
    )
    return _person(info)


@router.post(
    "/groups/{group_id}/members/{member_id}/leave",
    response=SharedOutOut,
    auth=Bearer("groups.manage"),
    summary="Let a member out of a shared account",
)
@once()
def group_leave(request: Call, group_id: GroupId, member_id: MemberId) -> SharedOutOut:
    """By the club's setting they take their part along, or everything stays."""
    got = services.group_leave(
        club=request.club,
        group_id=ids.parse("member", group_id),
        member_id=member_id_of(request.club, member_id),
        actor=request.actor,
        now=request.now,
    )
    return _shared(got)


@router.post(
    "/groups/{group_id}/contributions",
    response={201: PaidInOut, 200: PaidInOut},
    auth=Bearer("points.transfer"),
    summary="Pay into a shared account",
)
@once()
def group_contribute(request: Call, group_id: GroupId, body: GroupContributionIn) -> Status[PaidInOut]:
    """Move units of a member's own wallet into the shared account they are in."""
    done = services.group_contribute(
        club=request.club,
        group_id=ids.parse("member", group_id),
        member_id=member_in_body(request.club, body.member_id, "/member_id"),
        unit=body.wallet,
        amount=body.amount,
        reference=(body.source, body.reference),
        actor=request.actor,
        now=request.now,
    )
    answer = PaidInOut(
        id=ids.public("entry", done.id), wallet=done.unit, amount=done.amount, repeated=done.repeated
    )
    return Status(200 if done.repeated else 201, answer)


@router.post(
    "/groups/{group_id}/invitations",
    response={201: GroupInvitationOut},
    auth=Bearer("groups.manage"),
    summary="Invite into a shared account",
)
@once(secrets=["code"])
def invitation_make(request: Call, group_id: GroupId, body: GroupInvitationIn) -> Status[GroupInvitationOut]:
    """The one-time code is good for seven days and is typed into the member portal.

    It is kept nowhere: a repeated request is answered with an empty `code`. Where the first answer was lost,
    withdraw the invitation and make another.
    """
    named: UUID | None = None
    if body.member_id:
        named = member_in_body(request.club, body.member_id, "/member_id")
    info = members.invitation_make(
        club=request.club,
        group_id=ids.parse("member", group_id),
        role=body.role,
        monthly_limit=body.monthly_limit,
        member_id=named,
        actor=request.actor,
        now=request.now,
    )
    return Status(201, _invitation(info))


@router.get(
    "/groups/{group_id}/invitations",
    response=GroupInvitationsOut,
    auth=Bearer("members.read"),
    summary="List open invitations",
)
def invitation_list(request: Call, group_id: GroupId) -> GroupInvitationsOut:
    """Open invitations, the latest first, without their codes."""
    group = selectors.group_get(request.club, ids.parse("member", group_id))
    found = selectors.invitation_list(request.club, group_id=group.id, now=request.now)
    return GroupInvitationsOut(invitations=[_invitation(info) for info in found])


@router.post(
    "/groups/{group_id}/invitations/{invitation_id}/withdraw",
    response=GroupInvitationsOut,
    auth=Bearer("groups.manage"),
    summary="Withdraw an invitation",
)
@once()
def invitation_withdraw(request: Call, group_id: GroupId, invitation_id: InvitationId) -> GroupInvitationsOut:
    """Its code lets nobody in any more; the answer lists what is still open. Twice is once."""
    group = selectors.group_get(request.club, ids.parse("member", group_id))
    members.invitation_withdraw(
        club=request.club,
        group_id=group.id,
        invitation_id=ids.parse("group_invitation", invitation_id),
        actor=request.actor,
        now=request.now,
    )
    found = selectors.invitation_list(request.club, group_id=group.id, now=request.now)
    return GroupInvitationsOut(invitations=[_invitation(info) for info in found])


@router.post(
    "/members/{member_id}/group-invitations/{invitation_id}/decline",
    response=GroupInvitationsOut,
    auth=Bearer("groups.manage"),
    summary="Decline an invitation",
)
@once()
def invitation_decline(
    request: Call, member_id: MemberId, invitation_id: InvitationId
) -> GroupInvitationsOut:
    """Say no for a member whom the invitation names; the answer lists what else they are invited to."""
    member = member_id_of(request.club, member_id)
    members.invitation_decline(
        club=request.club,
        member_id=member,
        invitation_id=ids.parse("group_invitation", invitation_id),
        now=request.now,
    )
    found = selectors.invitation_list(request.club, member_id=member, now=request.now)
    return GroupInvitationsOut(invitations=[_invitation(info) for info in found])


@router.get(
    "/members/{member_id}/group",
    response=BelongingOut,
    auth=Bearer("members.read"),
    summary="Read which shared account a member is in",
)
def belonging_get(request: Call, member_id: MemberId) -> BelongingOut:
    """Nulls where the member is in none."""
    return _belonging(request.club, member_id_of(request.club, member_id))


def _belonging(club: ClubInfo, member_id: UUID) -> BelongingOut:
    found = selectors.belonging_get(club, member_id)
    if found is None:
        return BelongingOut(group=None, role=None, monthly_limit=None)
    group = _out(selectors.group_get(club, found.group_id))
    return BelongingOut(group=group, role=found.role, monthly_limit=found.monthly_limit)


def _out(info: GroupInfo) -> GroupOut:
    return GroupOut(
        id=ids.public("member", info.id),
        type=info.type,
        name=info.name,
        card_number=info.number,
        share=info.share,
        status=info.status,
        members=info.members,
        opened_at=info.opened_at,
        closed_at=info.closed_at,
    )


def _person(info: BelongingInfo) -> InsiderOut:
    return InsiderOut(
        member_id=ids.public("member", info.member_id),
        name=info.name,
        role=info.role,
        monthly_limit=info.monthly_limit,
        joined_at=info.joined_at,
        paid_in=[],
        spent_this_month=[],
    )


def _insider(one: Insider) -> InsiderOut:
    found = _person(one.belonging)
    found.paid_in = AmountOut.list_of(one.paid_in)
    found.spent_this_month = AmountOut.list_of(one.spent)
    return found


def _shared(done: SharedOut) -> SharedOutOut:
    return SharedOutOut(
        shared_out=[
            TakenOut(
                member_id=ids.public("member", member_id),
                units=AmountOut.list_of(units),
            )
            for member_id, units in done.got.items()
        ]
    )


def _invitation(info: GroupInvitationInfo) -> GroupInvitationOut:
    return GroupInvitationOut(
        id=ids.public("group_invitation", info.id),
        role=info.role,
        monthly_limit=info.monthly_limit,
        member_id=ids.public("member", info.member_id) if info.member_id else "",
        expires_at=info.expires_at,
        code=info.code,
    )
