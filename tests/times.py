"""How long the proofs run: ``make prove TIMES=10`` is ten times as long, ``0.1`` is a first look."""

from __future__ import annotations

import os

TIMES = float(os.environ.get("BASHGAH_TIMES", "1"))


def times(in_ci: int) -> int:
    """Return how much of a proof is done: its size in CI, times ``BASHGAH_TIMES``."""
    return max(1, round(in_ci * TIMES))
