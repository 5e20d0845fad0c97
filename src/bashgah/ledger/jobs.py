"""Jobs of the ledger: post what time did, give back holds past their time. Reads are right without them."""

from __future__ import annotations

from bashgah.clubs.selectors import club_list
from bashgah.ground import clock
from bashgah.ground.jobs import job
from bashgah.ledger import roots, services

AT_ONCE = 500


@job("ledger.dues", queue="upkeep", cron="7 * * * *", lock="ledger.dues")
def dues() -> None:
    """Post maturity and expiry of every member who is past the time of the next change."""
    now = clock.now()
    for club in club_list():
        after = services.dues_run(club=club, now=now, limit=AT_ONCE)
        while after is not None:
            after = services.dues_run(club=club, now=now, limit=AT_ONCE, after=after)


@job("ledger.holds", queue="upkeep", cron="* * * * *", lock="ledger.holds")
def holds() -> None:
    """Release holds that nobody captured in time."""
    now = clock.now()
    while services.holds_due_release(now=now, limit=AT_ONCE) == AT_ONCE:
        continue


@job("ledger.days", queue="upkeep", cron="40 * * * *", lock="ledger.days")
def days() -> None:
    """Seal the days that are over, each club by its own midnight.

    A demo club's first days are sealed by its filling, which writes the past and is not to be overtaken.
    """
    now = clock.now()
    for club in club_list():
        if not club.is_demo or roots.roots_list(club, limit=1):
            roots.days_close(club=club, now=now)
