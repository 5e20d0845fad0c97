"""Jobs of the dealings room."""

from __future__ import annotations

from bashgah.dealings import services
from bashgah.ground import clock
from bashgah.ground.jobs import job


@job("dealings.expire", queue="upkeep", cron="23 * * * *", lock="dealings.expire")
def expire() -> None:
    """Close requests for corrections that nobody decided in time."""
    while services.adjustments_expire(now=clock.now()):
        continue
