"""Points: whole numbers of a club's unit, never mixed with money."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Points:
    """An amount in one unit of the club: ``points``, ``status`` or another wallet's unit."""

    amount: int
    unit: str = "points"
