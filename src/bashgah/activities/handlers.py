"""Hears of purchases, for returns that waited; of new programs, for trials that are over; of members."""

from __future__ import annotations

from collections.abc import Sequence

from bashgah.activities.behaviours import behaviours_record
from bashgah.activities.profiles import told_by_change, told_by_enrolment
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


@hears("member.enrolled", "member.updated")
def on_members(news: News) -> None:
    """Record a sign-up or a profile completed; told again it stays one."""
    if news.member_id is None:
        return
    club, now = club_get(news.club_id), clock.now()
    told = told_by_enrolment if news.kind == "member.enrolled" else told_by_change
    found = told(club, news.member_id, news.payload, now)
    behaviours_record(club=club, behaviours=found, now=now)
