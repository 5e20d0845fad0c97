"""Jobs of the members room."""

from __future__ import annotations

from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.members import services


@job("members.sweep", queue="upkeep", cron="23 * * * *", lock="members.sweep")
def sweep() -> None:
    """Remove one-time codes that are over."""
    services.codes_sweep(now=clock.now())


@job("members.erasures", queue="upkeep", cron="13 * * * *", lock="members.erasures", attempts=1)
def erasures() -> None:
    """Erase the people whose waiting time is over."""
    services.erasures_carry_out(now=clock.now())
