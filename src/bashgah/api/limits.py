"""How many requests a credential may make in a minute (counted in this process) and the headers on it."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from threading import Lock
from uuid import UUID

import msgspec

WINDOW_SECONDS = 60
DEFAULT_PER_MINUTE = 12_000
KEPT_MOST = 50_000


class Allowance(msgspec.Struct, frozen=True):
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

    def raw_headers(self) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """Return the same as a server sends them."""
        return _policy(self.quota), (b"ratelimit", b'"minute";r=%d;t=%d' % (self.remaining, self.resets_in))


@lru_cache(maxsize=1024)
def _policy(quota: int) -> tuple[bytes, bytes]:
    return b"ratelimit-policy", b'"minute";q=%d;w=%d' % (quota, WINDOW_SECONDS)


class Limiter:
    """Counts by credential in windows that begin with the first request."""

    def __init__(self) -> None:
        self._windows: dict[int, tuple[float, int]] = {}
        self._lock = Lock()

    def take(self, credential_id: UUID, per_minute: int, at: float) -> Allowance:
        """Count one request at a monotonic instant and say what is left; over the quota none is counted."""
        quota, key = per_minute or DEFAULT_PER_MINUTE, credential_id.int  # an id is compared by Python itself
        with self._lock:
            begun, used = self._windows.get(key, (at, 0))
            if at - begun >= WINDOW_SECONDS or at < begun:
                begun, used = at, 0
            exceeded = used >= quota
            if not exceeded:
                used += 1
            if len(self._windows) >= KEPT_MOST:
                self._windows.clear()
            self._windows[key] = (begun, used)
        resets_in = max(1, ceil(begun + WINDOW_SECONDS - at))
        return Allowance(quota, quota - used, resets_in, exceeded)


LIMITER = Limiter()
