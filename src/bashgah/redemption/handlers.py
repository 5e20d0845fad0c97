"""Hears of rewards that rules gave, and issues them."""

from __future__ import annotations

from uuid import UUID

from bashgah.clubs.selectors import club_get
from bashgah.ground.outbox import hears
from bashgah.ground.types import News
from bashgah.redemption.granting import grants_issue


@hears("reward.granted")
def on_reward_granted(news: News) -> None:
    """Issue what a fact's rules gave; told again, what was issued stays as it is."""
    if news.member_id is None:
        return
    club = club_get(news.club_id)
    ids = [UUID(each) for each in news.payload["grants"]]
    now = news.heard_at or news.at
    grants_issue(club=club, member_id=UUID(news.payload["member"]), grant_ids=ids, now=now)
