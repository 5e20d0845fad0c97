"""The job that counts what is outstanding when a day has closed."""

from __future__ import annotations

from bashgah.accounting import liability
from bashgah.clubs.selectors import club_list
from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import program_in_force


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
