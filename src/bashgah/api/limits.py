"""How many requests a credential may make in a minute (counted in this process) and the headers on it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from threading import Lock
from uuid import UUID

WINDOW_SECONDS = 60
DEFAULT_PER_MINUTE = 12_000
KEPT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a credential's minute."""

    quota: int
    remaining: int
    resets_in: int
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """Return the RateLimit headers of the IETF draft (relative seconds)."""
        return {
            "RateLimit-Policy": f'"minute";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"minute";r={self.remaining};t={self.resets_in}',
        }


class Limiter:
    """Counts by credential in windows that begin with the first request."""

    def __init__(self) -> None:
        self._windows: dict[UUID, tuple[float, int]] = {}
        self._lock = Lock()

    def take(self, credential_id: UUID, per_minute: int, at: float) -> Allowance:
        """Count one request at a monotonic instant and say what is left; over the quota none is counted."""
        quota = per_minute or DEFAULT_PER_MINUTE
        with self._lock:
            begun, used = self._windows.get(credential_id, (at, 0))
            if at - begun >= WINDOW_SECONDS or at < begun:
                begun, used = at, 0
            exceeded = used >= quota
            if not exceeded:
                used += 1
            if len(self._windows) >= KEPT_MOST:
                self._windows.clear()
            self._windows[credential_id] = (begun, used)
        resets_in = max(1, ceil(begun + WINDOW_SECONDS - at))
        return Allowance(quota, quota - used, resets_in, exceeded)


LIMITER = Limiter()
