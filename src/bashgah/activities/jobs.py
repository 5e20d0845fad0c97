"""Jobs of the activities room: prove everything every night, sweep quotes, compute members again."""

from __future__ import annotations

from uuid import UUID

import structlog

from bashgah.activities.forgetting import held_facts_forget
from bashgah.activities.occasions import occasions_record
from bashgah.activities.promises import quotes_sweep
from bashgah.activities.recomputing_many import JOB, recompute_run
from bashgah.activities.verify import verify
from bashgah.clubs.selectors import club_get, club_list
from bashgah.ground import clock
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


@job("activities.quotes.sweep", queue="upkeep", cron="37 * * * *", lock="activities.quotes.sweep")
def sweep_quotes() -> None:
    """Remove quotes that nobody took, a day after they expired."""
    quotes_sweep(clock.now())


@job("activities.occasions", queue="upkeep", cron="9 * * * *", lock="activities.occasions")
def occasions() -> None:
    """Record the birthdays and anniversaries of each club's day, also of days missed; most runs find none."""
    for club in club_list():
        occasions_record(club=club, now=clock.now())


@job("activities.forget", queue="upkeep", cron="51 2 * * *", lock="activities.forget")
def forget() -> None:
    """Delete decided facts that are older than each club keeps them."""
    for club in club_list():
        held_facts_forget(club=club, now=clock.now())


@job(JOB, queue="upkeep", lock=JOB)
def compute_again(run_id: str, club_id: str) -> None:
    """Compute members again; safe to run twice, because what is right stays as it is."""
    recompute_run(club=club_get(UUID(club_id)), id=UUID(run_id), now=clock.now())
