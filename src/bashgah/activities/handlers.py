"""Hears that purchases came: returns may have waited; and of new programs: trials may be over."""

from __future__ import annotations

from collections.abc import Sequence

from bashgah.activities.services import waiting_settle
from bashgah.activities.trials import shadows_clear
from bashgah.clubs.selectors import club_get
from bashgah.ground import clock
from bashgah.ground.outbox import hears
from bashgah.ground.types import News
from bashgah.programs.selectors import program_in_force


@hears("purchase.settled", "purchase.anonymous", together=500)
def on_purchases(news: Sequence[News]) -> None:
    """Settle what waited for any purchase of these clubs; nothing waits most of the time."""
    waiting_settle(sorted({item.club_id for item in news}), now=clock.now())


@hears("program.published")
def on_published(news: News) -> None:
    """Forget the shadows of rules whose trial is over; of a version that does not hold yet, nothing."""
    club = club_get(news.club_id)
    shadows_clear(club, program_in_force(club, clock.now()).document)
