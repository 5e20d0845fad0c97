"""Facts kept for review by the club's policy: what waits, settling one after all, letting one go."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Path, Query, Router, Schema

from bashgah.activities import review
from bashgah.activities.review import HeldFact, ReviewFilters
from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.strict import QueryText
from bashgah.api.values import branch_of
from bashgah.kit import ids

router = Router(tags=["activities"])

ReviewId = Annotated[str, Path(..., description="`rev_…`", max_length=60)]


class ReviewOut(Schema):
    """A fact that came too late or from the future, and what was decided about it."""

    id: str
    kind: str
    source: str
    reference: str
    reason: Literal["occurred_too_late", "occurred_in_future"]
    branch: str
    member_id: str | None
    occurred_at: datetime
    received_at: datetime
    state: Literal["waiting", "accepted", "discarded"]
    decided_at: datetime | None
    activity_id: str | None


class ReviewPageOut(Schema):
    """One page: what waits oldest first, what was decided newest first."""

    reviews: list[ReviewOut]
    next_cursor: NextCursor


@router.get(
    "/reviews", response=ReviewPageOut, auth=Bearer("activities.read"), summary="List facts kept for review"
)
def review_list(  # noqa: PLR0917 one parameter a line of the query
    request: Call,
    state: Annotated[Literal["waiting", "accepted", "discarded"], Query("waiting")],
    branch: Annotated[QueryText, Query("", description="Code of the branch.")],
    reference: Annotated[QueryText, Query("")],
    cursor: Cursor,
    limit: Limit,
) -> ReviewPageOut:
    """Facts that settle only when a person says so, by the club's policy for late and early ones."""
    filters = ReviewFilters(
        state=state,
        reference=reference,
        branches={branch_of(request.club, branch).code} if branch else None,
    )
    page = review.reviews_list(request.club, filters, after=cursor or None, limit=limit)
    return ReviewPageOut(reviews=[_out(held) for held in page.rows], next_cursor=page.next_cursor)


@router.post(
    "/reviews/{review_id}/accept",
    response=ReviewOut,
    auth=Bearer("activities.review"),
    summary="Settle a fact kept for review",
)
@once()
def review_accept(request: Call, review_id: ReviewId) -> ReviewOut:
    """Settle it as it was told, at its own time; what refuses it leaves it waiting."""
    found = ids.parse("review", review_id)
    review.review_accept(club=request.club, id=found, actor=request.actor, now=request.now)
    return _out(review.review_get(request.club, found))


@router.post(
    "/reviews/{review_id}/discard",
    response=ReviewOut,
    auth=Bearer("activities.review"),
    summary="Let a fact kept for review go",
)
@once()
def review_discard(request: Call, review_id: ReviewId) -> ReviewOut:
    """Refuse it for good; its reference stays free."""
    found = ids.parse("review", review_id)
    review.review_discard(club=request.club, id=found, actor=request.actor, now=request.now)
    return _out(review.review_get(request.club, found))


def _out(held: HeldFact) -> ReviewOut:
    return ReviewOut(
        id=ids.public("review", held.id),
        kind=held.intake.__struct_config__.tag,
        source=held.source,
        reference=held.reference,
        reason=held.reason,
        branch=held.branch,
        member_id=ids.public("member", held.member_id) if held.member_id else None,
        occurred_at=held.occurred_at,
        received_at=held.received_at,
        state=held.state,
        decided_at=held.decided_at,
        activity_id=ids.public("activity", held.activity_id) if held.activity_id else None,
    )
