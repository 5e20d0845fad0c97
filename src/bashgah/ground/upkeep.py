"""Jobs of the ground floor: seal the audit trail, forget what no longer counts."""

from __future__ import annotations

from bashgah.ground import audit, clock, throttle
from bashgah.ground.jobs import job


@job("ground.audit_seal", queue="upkeep", cron="* * * * *", lock="ground.audit_seal")
def seal() -> None:
    """Append links for the last minute's audit rows."""
    audit.audit_seal(clock.now())


@job("ground.sweep", queue="upkeep", cron="17 3 * * *", lock="ground.sweep")
def sweep() -> None:
    """Remove throttles that are over."""
    throttle.throttle_sweep(clock.now())
