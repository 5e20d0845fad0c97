"""The one clock; only doors, jobs, commands and tests read it, everyone else is told the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class _Rehearsal:
    ahead = timedelta()


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC) + _Rehearsal.ahead


def run_ahead(by: timedelta) -> None:
    """Let this process live so much later than it is, to rehearse a day that has not come yet.

    All processes of an installation must agree (``BASHGAH_DAYS_AHEAD``), and none may in production: what
    was settled ahead of time stays settled then.
    """
    _Rehearsal.ahead = by
