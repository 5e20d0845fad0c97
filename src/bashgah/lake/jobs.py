"""Jobs of the lake: bring every club's copy up to date, every night."""

from __future__ import annotations

from uuid import UUID

from bashgah.clubs.selectors import club_get, club_list
from bashgah.ground.jobs import job
from bashgah.lake.services import lake_available, lake_export, lake_forget_words
from bashgah.members.selectors import alias_set

FORGET = "lake.forget"


@job("lake.export", queue="upkeep", cron="27 1 * * *", lock="lake.export")
def export() -> None:
    """Export what was recorded since last night; without PyArrow there is no lake."""
    if not lake_available():
        return
    for club in club_list():
        lake_export(club=club)


@job(FORGET, queue="upkeep", lock="lake.export")
def forget(club: str, member: str) -> None:
    """Write anew what the lake holds of a member who was erased."""
    of = club_get(UUID(club))
    lake_forget_words(club=of, member_ids=alias_set(of, UUID(member)))
