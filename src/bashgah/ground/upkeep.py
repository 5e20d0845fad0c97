"""Jobs of the ground floor: seal the audit trail, forget what no longer counts."""

from __future__ import annotations

from datetime import timedelta

from bashgah.ground import audit, clock, idempotency, shared_cache, throttle
from bashgah.ground.jobs import job

KEYS_KEPT = timedelta(days=90)


@job("ground.audit_seal", queue="upkeep", cron="* * * * *", lock="ground.audit_seal")
def seal() -> None:
    """Append links for the last minute's audit rows."""
    audit.audit_seal(clock.now())


@job("ground.sweep", queue="upkeep", cron="17 3 * * *", lock="ground.sweep")
def sweep() -> None:
    """Remove throttles and cached values that are over and idempotency keys past their time."""
    now = clock.now()
    throttle.throttle_sweep(now)
    shared_cache.cache_sweep()
    idempotency.idempotency_sweep(now - KEYS_KEPT)
