"""Rewards that rules gave: what waits and why, what a member was given, trying again to issue one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Path, Query, Router, Schema
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.strict import QueryText
from bashgah.api.through import lang_of
from bashgah.api.values import MemberId, TextsOut, cursor_id, member_id_of, page_of, said
from bashgah.kit import ids
from bashgah.members.selectors import alias_set
from bashgah.redemption import selectors
from bashgah.redemption.granting import grant_retry
from bashgah.redemption.types import GrantInfo

router = Router(tags=["redemptions"])

GrantId = Annotated[str, Path(..., description="`grt_…`", max_length=60)]


class GrantOut(Schema):
    """One copy of a reward that a rule gave for an activity, free of points.

    `due`: it is about to be issued. `aside`: it could not be, for the `reason`, which `why` says in words.
    `withdrawn` and `taken_back`: the purchase came back before it was issued, or before it was used.
    """

    id: str
    member_id: str
    activity_id: str
    rule: str
    reward: str
    name: TextsOut
    state: Literal["due", "issued", "aside", "withdrawn", "taken_back"]
    reason: Annotated[str, Field(description="Code of what stands against it, or empty.")]
    why: str
    granted_at: datetime
    closed_at: datetime | None
    redemption_id: Annotated[str | None, Field(description="How it was issued.")]


class GrantPageOut(Schema):
    """One page of rewards that rules gave."""

    grants: list[GrantOut]
    next_cursor: NextCursor


@router.get(
    "/grants", response=GrantPageOut, auth=Bearer("redemptions.read"), summary="List rewards that wait"
)
def grant_list(
    request: Call,
    state: Annotated[Literal["aside", "due"], Query("aside")],
    reward: Annotated[QueryText, Query("", description="Key of the reward.")],
    cursor: Cursor,
    limit: Limit,
) -> GrantPageOut:
    """Rewards of rules that were set aside, or are about to be issued; oldest first."""
    found = selectors.grant_list(
        request.club, state=state, reward=reward, after=cursor_id("grant", cursor), limit=limit + 1
    )
    page, following = page_of("grant", found, limit)
    return GrantPageOut(grants=[_out(request, info) for info in page], next_cursor=following)


@router.get(
    "/grants/{grant_id}",
    response=GrantOut,
    auth=Bearer("redemptions.read"),
    summary="Read a reward of a rule",
)
def grant_get(request: Call, grant_id: GrantId) -> GrantOut:
    """One copy of a reward that a rule gave, as it stands now."""
    return _out(request, selectors.grant_get(request.club, ids.parse("grant", grant_id)))


@router.post(
    "/grants/{grant_id}/retry",
    response=GrantOut,
    auth=Bearer("redemptions.make"),
    summary="Issue a reward that was set aside",
)
@once()
def grant_retry_now(request: Call, grant_id: GrantId) -> GrantOut:
    """Try again to issue it; what still stands against it is the answer's `reason`.

    Issued, withdrawn or taken back before, the same answer again: it is never issued twice.
    """
    found = ids.parse("grant", grant_id)
    info = grant_retry(club=request.club, grant_id=found, actor=request.actor, now=request.now)
    return _out(request, info)


@router.get(
    "/members/{member_id}/grants",
    response=GrantPageOut,
    auth=Bearer("redemptions.read"),
    summary="List what rules gave a member",
)
def member_grant_list(request: Call, member_id: MemberId, cursor: Cursor, limit: Limit) -> GrantPageOut:
    """Rewards that rules gave the member, whatever became of each; newest first."""
    everyone = alias_set(request.club, member_id_of(request.club, member_id))
    found = selectors.grants_of_member(
        request.club, everyone, before=cursor_id("grant", cursor), limit=limit + 1
    )
    page, following = page_of("grant", found, limit)
    return GrantPageOut(grants=[_out(request, info) for info in page], next_cursor=following)


def _out(request: Call, info: GrantInfo) -> GrantOut:
    return GrantOut(
        id=ids.public("grant", info.id),
        member_id=ids.public("member", info.member_id),
        activity_id=ids.public("activity", info.activity_id),
        rule=info.rule,
        reward=info.reward,
        name=TextsOut.of(info.name),
        state=info.state,
        reason=info.reason,
        why=said(request.club, info.why, lang_of(request)) if info.why else "",
        granted_at=info.granted_at,
        closed_at=info.closed_at,
        redemption_id=ids.public("redemption", info.redemption_id) if info.redemption_id else None,
    )
