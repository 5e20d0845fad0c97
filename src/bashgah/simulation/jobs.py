"""Jobs of the simulation room: run what was asked for, one after the other."""

from __future__ import annotations

from uuid import UUID

from bashgah.clubs.selectors import club_get
from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.simulation.models import Backtest
from bashgah.simulation.services import backtest_run, backtests_tidy


@job("simulation.run", lock="simulation.run", attempts=1)
def run(backtest_id: str) -> None:
    """Run a backtest; one that was thrown away meanwhile is nobody's business any more."""
    row = Backtest.objects.filter(id=UUID(backtest_id)).first()
    if row is not None:
        backtest_run(club=club_get(row.club_id), id=row.id, clock=clock.now)


@job("simulation.tidy", queue="upkeep", cron="*/5 * * * *", lock="simulation.tidy", attempts=1)
def tidy() -> None:
    """Close backtests whose job ended without a word, so that nobody waits for them."""
    backtests_tidy(now=clock.now())
