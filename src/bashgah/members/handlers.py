"""Hears of its own erasures: what was written beside one is forgotten too."""

from __future__ import annotations

from bashgah.clubs.selectors import club_get
from bashgah.ground import clock
from bashgah.ground.outbox import hears
from bashgah.ground.types import News
from bashgah.members.services import member_forget_again


@hears("member.erased")
def on_erased(news: News) -> None:
    """Forget once more, when whoever was writing meanwhile has finished."""
    if news.member_id is not None:
        member_forget_again(club=club_get(news.club_id), id=news.member_id, now=clock.now())
