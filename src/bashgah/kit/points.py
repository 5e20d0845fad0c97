"""Points: whole numbers of a club's unit, never mixed with money."""

from __future__ import annotations

from dataclasses import dataclass, field

from bashgah.kit.text import Texts


@dataclass(frozen=True, slots=True, order=True)
class Points:
    """An amount in one unit of the club: ``points``, ``status`` or another wallet's unit.

    ``name`` is what the club calls the wallet, where that is not one of the usual words.
    """

    amount: int
    unit: str = "points"
    name: Texts = field(default=Texts(), compare=False)
