"""How often a thing may be tried: exact sliding windows, counted on a connection of their own.

A refused request rolls its transaction back; were the count part of it, every wrong guess would be forgotten.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import psycopg
from django.db import connections

from bashgah.ground.types import Limit
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

_own = threading.local()


def throttle_take(*, key: str, limits: Sequence[Limit], now: datetime) -> None:
    """Count one try on the key, or refuse with ``too_many`` when any of the limits is full.

    All limits count or none. The try is committed at once on a separate connection: it stays counted whatever
    becomes of the caller's transaction. ``extra["retry_after"]`` says how many seconds to wait.
    """
    wait = _take(key, limits, now)
    if wait is None:
        return
    seconds = max(1, ceil(wait.total_seconds()))
    raise Refusal(
        "too_many",
        Phrase(_("Too many tries. Try again in {seconds} seconds."), {"seconds": seconds}),
        status=429,
        extra={"retry_after": seconds},
    )


def throttle_return(*, key: str, now: datetime) -> None:
    """Take back one try counted at ``now``: it turned out not to be a guess."""
    with own_connection() as connection:
        connection.execute(
            """
            UPDATE ground_throttle
            SET hits = array_remove(hits, %(now)s)
              || array_fill(%(now)s::timestamptz, ARRAY[greatest(
                   cardinality(array_positions(hits, %(now)s)) - 1, 0)])
            WHERE key = %(key)s
            """,
            {"key": key, "now": now},
        )


def throttle_forget(*, key: str) -> None:
    """Forget every try on the key."""
    with own_connection() as connection:
        connection.execute("DELETE FROM ground_throttle WHERE key = %s", [key])


def throttle_sweep(now: datetime) -> int:
    """Remove rows whose tries no longer count; return how many."""
    with own_connection() as connection:
        return connection.execute("DELETE FROM ground_throttle WHERE stale_at < %s", [now]).rowcount


def _take(key: str, limits: Sequence[Limit], now: datetime) -> timedelta | None:
    """Count the try; or return how long to wait and count nothing."""
    if not limits:
        return None
    by_seconds = {limit.seconds: limit.count for limit in sorted(limits, key=lambda one: -one.count)}
    periods = sorted(by_seconds)
    with own_connection() as connection, connection.transaction():
        connection.execute(
            """
            INSERT INTO ground_throttle (key, seconds, hits, stale_at)
            SELECT %s, seconds, '{}', %s FROM unnest(%s::int[]) AS seconds ORDER BY seconds
            ON CONFLICT DO NOTHING
            """,
            [key, now, periods],
        )
        rows = connection.execute(
            """
            SELECT seconds, hits FROM ground_throttle
            WHERE key = %s AND seconds = ANY(%s) ORDER BY seconds FOR UPDATE
            """,
            [key, periods],
        ).fetchall()
        counted: dict[int, list[datetime]] = {}
        longest: timedelta | None = None
        for seconds, hits in rows:
            still = sorted(hit for hit in hits if hit > now - timedelta(seconds=seconds))
            counted[seconds] = still
            if len(still) >= by_seconds[seconds]:
                frees_at = still[len(still) - by_seconds[seconds]] + timedelta(seconds=seconds)
                longest = max(longest or timedelta(0), frees_at - now)
        if longest is not None:
            return longest
        for seconds, hits in counted.items():
            connection.execute(
                "UPDATE ground_throttle SET hits = %s, stale_at = %s WHERE key = %s AND seconds = %s",
                [[*hits, now], now + timedelta(seconds=seconds), key, seconds],
            )
    return None


class own_connection:  # noqa: N801 - reads as a function where it is used
    """This thread's own connection to the same database, in autocommit; opened again if it was lost."""

    def __enter__(self) -> psycopg.Connection[Any]:
        wrapper = connections["default"]
        params = wrapper.get_connection_params()
        wanted = {
            name: params[name] for name in ("dbname", "host", "port", "user", "password") if params.get(name)
        }
        held = getattr(_own, "held", None)
        if held is not None and held[0] == wanted and not held[1].closed and not held[1].broken:
            return held[1]
        if held is not None:
            held[1].close()
        opened: psycopg.Connection[Any] = psycopg.connect(**wanted, autocommit=True, connect_timeout=5)
        _own.held = (wanted, opened)
        return opened

    def __exit__(self, *_: object) -> None:
        """The connection stays open for the thread's next try."""


def throttle_close() -> None:
    """Close this thread's connection; tests and finishing workers call it."""
    held = getattr(_own, "held", None)
    if held is not None:
        held[1].close()
        del _own.held


atexit.register(throttle_close)
