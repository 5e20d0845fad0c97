"""Jobs of the tiers room: judge periods that have ended."""

from __future__ import annotations

from bashgah.clubs.selectors import club_list
from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.programs.selectors import version_last
from bashgah.tiers import services

AT_ONCE = 500


@job("tiers.review", queue="upkeep", cron="37 * * * *", lock="tiers.review")
def review() -> None:
    """Review every member whose tier was kept until today in the club's zone."""
    now = clock.now()
    for club in club_list():
        if not version_last(club):
            continue
        after = services.tiers_review_run(club=club, now=now, limit=AT_ONCE)
        while after is not None:
            after = services.tiers_review_run(club=club, now=now, limit=AT_ONCE, after=after)
