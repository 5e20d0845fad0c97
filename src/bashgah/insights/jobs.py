"""Job: find anew what pages of large clubs go on asking."""

from __future__ import annotations

from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.insights.kept import answers_refresh


@job("insights.refresh", queue="upkeep", cron="* * * * *", lock="insights.refresh", attempts=1)
def refresh() -> None:
    """Answers that grew old, of questions asked within the hour."""
    answers_refresh(clock.now())
