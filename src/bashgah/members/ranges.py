"""Where a number or a day stands among others: what ranges of attributes compare."""

from __future__ import annotations

from datetime import date

RANGED = frozenset({"number", "date"})
"""Types of attributes that may be asked for between two values."""


def place(value: float | str) -> float:
    """Return a stored number itself, and of a stored day (ISO) its ordinal."""
    return float(date.fromisoformat(value).toordinal() if isinstance(value, str) else value)
