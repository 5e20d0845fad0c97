"""Hears of members erased: their words leave the copy too."""

from __future__ import annotations

from bashgah.ground.jobs import job_defer
from bashgah.ground.outbox import hears
from bashgah.ground.types import News
from bashgah.lake.jobs import FORGET


@hears("member.erased")
def on_erased(news: News) -> None:
    """Let the worker write the files anew: they may be large."""
    if news.member_id is not None:
        job_defer(FORGET, club=str(news.club_id), member=str(news.member_id))
