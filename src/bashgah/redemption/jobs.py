"""Jobs of the redemption room."""

from __future__ import annotations

from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.redemption import services


@job("redemption.release_due", queue="upkeep", cron="* * * * *", lock="redemption.release_due")
def release_due() -> None:
    """Give back what was set aside and never finished."""
    while services.redemptions_due_release(now=clock.now()):
        pass
