"""Tiers: where a member stands on each ladder and what is missing."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.published import wording_of
from bashgah.api.values import MemberId, TextsOut, member_id_of
from bashgah.kit.text import Texts
from bashgah.tiers import selectors

router = Router(tags=["tiers"])


class StandingOut(Schema):
    """A member's tier on one ladder, the distance to the next one and what keeps this one."""

    ladder: str
    ladder_name: TextsOut
    tier: str
    tier_name: TextsOut
    since: date | None
    kept_until: date | None
    granted_until: date | None
    value: Annotated[int, Field(description="What counts towards the ladder in its window.")]
    next_tier: str
    next_tier_name: TextsOut
    missing: Annotated[int, Field(description="Missing to the next tier; 0 on the highest.")]
    keep_missing: Annotated[int, Field(description="Missing to keep this tier; 0 when it is safe.")]
    keep_until: date | None


class StandingsOut(Schema):
    """Standings on all ladders."""

    standings: list[StandingOut]


@router.get(
    "/members/{member_id}/tiers", response=StandingsOut, auth=Bearer("wallets.read"), summary="Read tiers"
)
def standing_list(request: Call, member_id: MemberId) -> StandingsOut:
    """The member's tier on each ladder and the distance to the next."""
    found = member_id_of(request.club, member_id)
    wording = wording_of(request.club, request.now)
    return StandingsOut(
        standings=[
            StandingOut(
                ladder=each.ladder,
                ladder_name=TextsOut.of(wording.ladders.get(each.ladder, Texts(each.ladder, each.ladder))),
                tier=each.tier,
                tier_name=TextsOut.of(wording.tier(each.ladder, each.tier)),
                since=each.since,
                kept_until=each.kept_until,
                granted_until=each.granted_until,
                value=each.value,
                next_tier=each.distance.next_tier,
                next_tier_name=TextsOut.of(wording.tier(each.ladder, each.distance.next_tier)),
                missing=each.distance.missing,
                keep_missing=each.distance.keep_missing,
                keep_until=each.distance.keep_until,
            )
            for each in selectors.standings_get(request.club, found, request.now)
        ]
    )
