"""Django's cache in the database: what libraries count there is one count for every process.

The second factor's guesses and its used codes are such counts. Each call is committed at once on a connection
of its own, so a request that is rolled back forgets nothing. Values are JSON, keys are stored hashed: they
hold addresses. Times are the database's, one clock for all.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from bashgah.ground.throttle import own_connection


class SharedCache(BaseCache):
    """A small cache for figures that must be the same everywhere; not for speed."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless there is one that still counts; of two at once one wins."""
        return self._put(
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value, stale_at = excluded.stale_at"
            " WHERE ground_cache.stale_at <= now()",
            (key, value, timeout, version),
        )

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value, whatever was there."""
        self._put(
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value, stale_at = excluded.stale_at",
            (key, value, timeout, version),
        )

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value while it counts."""
        with own_connection() as connection:
            row = connection.execute(
                "SELECT value FROM ground_cache WHERE key = %s AND stale_at > now()",
                [self._hidden(key, version)],
            ).fetchone()
        return default if row is None else json.loads(row[0])

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; say whether there was one."""
        with own_connection() as connection:
            gone = connection.execute("DELETE FROM ground_cache WHERE key = %s", [self._hidden(key, version)])
            return bool(gone.rowcount)

    def clear(self) -> None:
        """Forget everything."""
        with own_connection() as connection:
            connection.execute("DELETE FROM ground_cache")

    def _put(self, conflict: str, kept: tuple[str, Any, Any, int | None]) -> bool:
        key, value, timeout, version = kept
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        with own_connection() as connection:
            put = connection.execute(
                "INSERT INTO ground_cache (key, value, stale_at) VALUES"
                " (%s, %s, coalesce(now() + make_interval(secs => %s), 'infinity')) " + conflict,
                [self._hidden(key, version), json.dumps(value), seconds],
            )
            return bool(put.rowcount)

    def _hidden(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version).encode()).hexdigest()


def cache_sweep() -> int:
    """Remove what no longer counts; return how many."""
    with own_connection() as connection:
        return connection.execute("DELETE FROM ground_cache WHERE stale_at <= now()").rowcount
