"""Hears of members erased, merged and parted: what they showed follows them."""

from __future__ import annotations

from uuid import UUID

from bashgah.clubs.selectors import club_get
from bashgah.ground import clock
from bashgah.ground.outbox import hears
from bashgah.ground.types import News
from bashgah.social.services import proofs_forget, proofs_join, proofs_part


@hears("member.erased")
def on_erased(news: News) -> None:
    """Forget what an erased member showed."""
    if news.member_id is not None:
        proofs_forget(club=club_get(news.club_id), member_id=news.member_id)


@hears("members.merged")
def on_merged(news: News) -> None:
    """Close what both memberships sent."""
    proofs_join(
        club=club_get(news.club_id),
        merge_id=UUID(str(news.payload["merge_id"])),
        survivor_id=UUID(str(news.payload["survivor_id"])),
        now=clock.now(),
    )


@hears("members.parted")
def on_parted(news: News) -> None:
    """Let what the merge closed wait again."""
    proofs_part(club=club_get(news.club_id), merge_id=UUID(str(news.payload["merge_id"])))
