"""Jobs of the activities room: prove everything every night."""

from __future__ import annotations

import structlog

from bashgah.activities.verify import verify
from bashgah.ground.jobs import job

log = structlog.get_logger("bashgah.books")


@job("activities.verify", queue="upkeep", cron="11 2 * * *", lock="activities.verify", attempts=1)
def prove() -> None:
    """Recompute books, history and references; a finding is logged and fails the job, so that it is seen."""
    found = verify()
    for finding in found:
        log.error("books.do_not_hold", code=finding.code, where=finding.where)
    if found:
        raise RuntimeError(f"the books do not hold: {len(found)} findings, see the log")
