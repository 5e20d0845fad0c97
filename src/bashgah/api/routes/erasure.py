"""Erasing a member: what it would cost and what stands in the way, and doing it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.once import once
from bashgah.api.strict import Body
from bashgah.api.through import lang_of
from bashgah.api.values import MemberId, member_id_of, said
from bashgah.kit import ids
from bashgah.members import selectors, services

router = Router(tags=["members"])


class EraseIn(Body):
    """Why: the member asked, an authority ordered it, or they should never have been enrolled."""

    reason: Literal["asked", "authority", "mistaken"]


class ErasureOut(Schema):
    """Where a member's erasure stands. Sentences are in the language of the request."""

    member: str
    erased_at: datetime | None
    due_at: Annotated[
        datetime | None, Field(description="When a wish of the member's own is carried out, where one waits.")
    ]
    losses: Annotated[list[str], Field(description="What the member gives up by it.")]
    hindrances: Annotated[list[str], Field(description="What has to be finished first.")]


@router.get(
    "/members/{member_id}/erasure",
    response=ErasureOut,
    auth=Bearer("members.erase"),
    summary="See what an erasure would take",
)
def erasure_get(request: Call, member_id: MemberId) -> ErasureOut:
    """Changes nothing. An erased member has no losses any more."""
    return _told(request, member_id)


@router.post(
    "/members/{member_id}/erase",
    response=ErasureOut,
    auth=Bearer("members.erase"),
    summary="Erase a member's personal data",
)
@once()
def member_erase(request: Call, member_id: MemberId, body: EraseIn) -> ErasureOut:
    """End the membership and forget the person, at once and for good; erasing twice is erasing once.

    Purchases and movements of points stay under the bare id. What was left to spend lapses. While something
    stands open it is refused with `erasure_hindered` and the sentence.
    """
    services.member_erase(
        club=request.club,
        id=member_id_of(request.club, member_id),
        reason=body.reason,
        actor=request.actor,
        now=request.now,
    )
    return _told(request, member_id)


def _told(request: Call, member_id: str) -> ErasureOut:
    club = request.club
    id_ = member_id_of(club, member_id)
    member, wish = selectors.member_get(club, id_), selectors.erasure_waiting(club, id_)
    look = selectors.erasure_look(club, id_, request.now)
    return ErasureOut(
        member=ids.public("member", id_),
        erased_at=member.erased_at,
        due_at=wish.due_at if wish else None,
        losses=[said(club, each, lang_of(request)) for each in look.losses],
        hindrances=[said(club, each, lang_of(request)) for each in look.hindrances],
    )
