"""Jobs of the lake: bring every club's copy up to date, every night."""

from __future__ import annotations

from bashgah.clubs.selectors import club_list
from bashgah.ground.jobs import job
from bashgah.lake.services import lake_available, lake_export


@job("lake.export", queue="upkeep", cron="27 1 * * *", lock="lake.export")
def export() -> None:
    """Export what was recorded since last night; without PyArrow there is no lake."""
    if not lake_available():
        return
    for club in club_list():
        lake_export(club=club)
