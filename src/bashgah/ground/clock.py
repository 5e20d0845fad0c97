"""The one clock; only doors, jobs, commands and tests read it, everyone else is told the time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)
