"""How often a thing may be tried: exact sliding windows, counted on a connection of their own.

A refused request rolls its transaction back; were the count part of it, every wrong guess would be forgotten.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Any

import psycopg
from django.db import connections
from psycopg.pq import TransactionStatus

from bashgah.ground.apart import committed_apart
from bashgah.ground.types import Limit
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

IDLE_MOST = 4

# Rows of one key are locked in the order of their periods by everyone, or two could wait in a circle: a plain
# UPDATE locks them as they lie.
_HELD = """(key, seconds) IN (
  SELECT key, seconds FROM ground_throttle WHERE key = %(key)s ORDER BY seconds FOR UPDATE
)"""

_idle: list[tuple[dict[str, Any], psycopg.Connection[Any]]] = []
_lock = threading.Lock()


def throttle_take(*, key: str, limits: Sequence[Limit], times: int = 1, now: datetime) -> None:
    """Count a try on the key, or refuse with ``too_many`` when any of the limits is full.

    ``times`` tries made at once count singly. All limits count or none. The try is committed at once on a
    separate connection: it stays counted whatever becomes of the caller's transaction, unless that is begun
    anew (``ground.apart``). ``extra["retry_after"]`` says how many seconds to wait.
    """
    wait = _take(key, limits, times, now)
    if wait is None:
        committed_apart(("try", key, now), partial(_give_back, key, now), times=times)
        return
    seconds = max(1, ceil(wait.total_seconds()))
    raise Refusal(
        "too_many",
        Phrase(_("Too many tries. Try again in {seconds} seconds."), {"seconds": seconds}),
        status=429,
        extra={"retry_after": seconds},
    )


def throttle_return(*, key: str, times: int = 1, now: datetime) -> None:
    """Take back tries counted at ``now``: they turned out not to be guesses."""
    _give_back(key, now, times)
    committed_apart(("try", key, now), partial(_give_back, key, now), times=-times)


def _give_back(key: str, now: datetime, times: int) -> None:
    with own_connection() as connection:
        connection.execute(
            f"""
            UPDATE ground_throttle
            SET hits = array_remove(hits, %(now)s)
              || array_fill(%(now)s::timestamptz, ARRAY[greatest(
                   cardinality(array_positions(hits, %(now)s)) - %(times)s, 0)])
            WHERE {_HELD}
            """,
            {"key": key, "now": now, "times": times},
        )


def throttle_forget(*, key: str) -> None:
    """Forget every try on the key."""
    with own_connection() as connection:
        connection.execute(f"DELETE FROM ground_throttle WHERE {_HELD}", {"key": key})


def throttle_sweep(now: datetime) -> int:
    """Remove rows whose tries no longer count, but those in use this moment; return how many."""
    with own_connection() as connection:
        return connection.execute(
            """
            DELETE FROM ground_throttle WHERE (key, seconds) IN (
              SELECT key, seconds FROM ground_throttle WHERE stale_at < %s FOR UPDATE SKIP LOCKED
            )
            """,
            [now],
        ).rowcount


def _take(key: str, limits: Sequence[Limit], times: int, now: datetime) -> timedelta | None:
    """Count the tries; or return how long to wait and count nothing."""
    if not limits:
        return None
    by_seconds = {limit.seconds: limit.count for limit in sorted(limits, key=lambda one: -one.count)}
    periods = sorted(by_seconds)
    with own_connection() as connection, connection.transaction():
        rows = connection.execute(
            """
            INSERT INTO ground_throttle AS kept (key, seconds, hits, stale_at)
            SELECT %s, seconds, '{}', %s FROM unnest(%s::int[]) AS seconds ORDER BY seconds
            ON CONFLICT (key, seconds) DO UPDATE SET stale_at = kept.stale_at
            RETURNING seconds, hits
            """,
            [key, now, periods],
        ).fetchall()
        counted: dict[int, list[datetime]] = {}
        longest: timedelta | None = None
        for seconds, hits in rows:
            still = sorted(hit for hit in hits if hit > now - timedelta(seconds=seconds))
            counted[seconds] = still
            over = len(still) + times - by_seconds[seconds]
            if over > 0:
                # more at once than a whole period allows: not before all that counts now is over
                oldest = still[over - 1] if over <= len(still) else now
                longest = max(longest or timedelta(0), oldest + timedelta(seconds=seconds) - now)
        if longest is not None:
            return longest
        for seconds, hits in counted.items():
            connection.execute(
                "UPDATE ground_throttle SET hits = %s, stale_at = %s WHERE key = %s AND seconds = %s",
                [[*hits, *[now] * times], now + timedelta(seconds=seconds), key, seconds],
            )
    return None


class own_connection:  # noqa: N801 - reads as a function where it is used
    """A connection to the same database apart from the caller's transaction, in autocommit.

    Idle ones are shared by all threads: a thread that ends leaves nothing open behind it.
    """

    def __init__(self) -> None:
        self._held: tuple[dict[str, Any], psycopg.Connection[Any]] | None = None

    def __enter__(self) -> psycopg.Connection[Any]:
        params = connections["default"].get_connection_params()
        wanted = {
            name: params[name] for name in ("dbname", "host", "port", "user", "password") if params.get(name)
        }
        opened = _taken(wanted) or psycopg.connect(**wanted, autocommit=True, connect_timeout=5)
        self._held = (wanted, opened)
        return opened

    def __exit__(self, *_: object) -> None:
        if self._held is None:
            return
        held, self._held = self._held, None
        connection = held[1]
        usable = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
        with _lock:
            if usable and len(_idle) < IDLE_MOST:
                _idle.append(held)
                return
        connection.close()


def throttle_close() -> None:
    """Close the idle connections; tests and finishing processes call it."""
    with _lock:
        closing, _idle[:] = list(_idle), []
    for _wanted, connection in closing:
        connection.close()


def _taken(wanted: dict[str, Any]) -> psycopg.Connection[Any] | None:
    """Take an idle connection to this very database; those the server has dropped are closed on the way."""
    with _lock:
        place = next((place for place, held in enumerate(_idle) if held[0] == wanted), None)
        if place is None:
            return None
        _wanted, connection = _idle.pop(place)
    if connection.closed or _is_lost(connection):
        connection.close()
        return _taken(wanted)
    return connection


def _is_lost(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        return True
    return False


atexit.register(throttle_close)
