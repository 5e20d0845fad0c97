"""Merges: two memberships of one person become one, and within thirty days two again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Path, Router, Schema, Status
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.once import once
from bashgah.api.strict import Body, Text
from bashgah.dealings import selectors, services
from bashgah.dealings.types import MergeInfo
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal

router = Router(tags=["merges"])

MergeId = Annotated[str, Path(..., description="`mrg_…`", max_length=60)]


class MergeIn(Body):
    """Who stays, who is put under them, and why."""

    survivor_id: Annotated[Text, Field(max_length=60)]
    merged_id: Annotated[Text, Field(max_length=60)]
    reason: Annotated[Text, Field(max_length=500)] = ""


class MergeOut(Schema):
    """A merge; `undone_at` says that the two are two again."""

    id: str
    survivor_id: str
    merged_id: str
    reason: str
    made_at: datetime
    undo_until: datetime
    undone_at: datetime | None


@router.post("/merges", response={201: MergeOut}, auth=Bearer("members.merge"), summary="Merge two members")
@once(required=True)
def members_merge(request: Call, body: MergeIn) -> Status[MergeOut]:
    """All points with their dates, history, tier, cards and numbers lead to the survivor from now on."""
    info = services.members_merge(
        club=request.club,
        survivor_id=_named(body.survivor_id, "/survivor_id"),
        merged_id=_named(body.merged_id, "/merged_id"),
        reason=body.reason,
        actor=request.actor,
        now=request.now,
    )
    return Status(201, _out(info))


@router.get("/merges/{merge_id}", response=MergeOut, auth=Bearer("members.read"), summary="Read a merge")
def merge_get(request: Call, merge_id: MergeId) -> MergeOut:
    """One merge as it is now."""
    return _out(selectors.merge_get(request.club, ids.parse("merge", merge_id)))


@router.post(
    "/merges/{merge_id}/undo", response=MergeOut, auth=Bearer("members.merge"), summary="Undo a merge"
)
@once()
def merge_undo(request: Call, merge_id: MergeId) -> MergeOut:
    """Make them two again within thirty days; what was spent since is the survivor's to pay."""
    info = services.merge_undo(
        club=request.club, merge_id=ids.parse("merge", merge_id), actor=request.actor, now=request.now
    )
    return _out(info)


def _named(text: str, field: str) -> UUID:
    """Read a member's id as it is: a merged member must be refused here, not followed."""
    try:
        return ids.parse("member", text)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.phrase, status=422, field=field) from refusal


def _out(info: MergeInfo) -> MergeOut:
    return MergeOut(
        id=ids.public("merge", info.id),
        survivor_id=ids.public("member", info.survivor_id),
        merged_id=ids.public("member", info.merged_id),
        reason=info.reason,
        made_at=info.made_at,
        undo_until=info.undo_until,
        undone_at=info.undone_at,
    )
