"""What the clock asks of the queue itself."""

from __future__ import annotations

from bashgah.ground import jobs

KEPT_DAYS = 30


@jobs.job("jobs.forget", queue="upkeep", cron="41 2 * * *", lock="jobs.forget")
def forget() -> None:
    """Forget jobs that ended a month ago, with their progress."""
    jobs.jobs_forget(days=KEPT_DAYS)
