"""Jobs: count what is outstanding when a day has closed, prove the books when somebody asks."""

from __future__ import annotations

from uuid import UUID

import structlog

from bashgah.accounting import liability, proving
from bashgah.clubs.selectors import club_list
from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import program_in_force

log = structlog.get_logger("bashgah.books")


@job("accounting.liability", queue="upkeep", cron="50 * * * *", lock="accounting.liability")
def count() -> None:
    """Count each club's last closed day, once."""
    now = clock.now()
    for club in club_list():
        try:
            program = program_in_force(club, now).document
        except Refusal:  # a club without a program has no tiers
            program = None
        liability.liability_keep(club=club, program=program)


@job(proving.JOB, queue="upkeep", attempts=1)
def prove(proof: str) -> None:
    """Prove one club's books; run again it proves them again."""
    id_ = UUID(proof)
    found = proving.proof_run(id_)
    proving.proof_close(id=id_, findings=found, now=clock.now())


@job("accounting.verify", queue="upkeep", cron="41 2 * * *", lock="accounting.verify", attempts=1)
def recount() -> None:
    """Count the last kept day again; a finding is logged and fails the job, so that it is seen."""
    found = liability.verify()
    for finding in found:
        log.error("liability.does_not_hold", code=finding.code, where=finding.where)
    if found:
        raise RuntimeError(f"the liability does not hold: {len(found)} findings, see the log")
