"""A bar of the figures to reach, and how a measured figure is printed against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.stage import Stage


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure: its floor and goal, whether more is better, and how it is measured on the stage."""

    id: str
    what: str
    unit: str
    floor: float
    goal: float
    more_is_better: bool
    measure: Callable[[Stage], float]

    def line(self, figure: float) -> str:
        """Return ``P1 floor 0.8x goal 1.6x figure 1.12x ok``."""
        good = figure >= self.floor if self.more_is_better else figure <= self.floor
        shown = (
            f"floor {self.floor:g}{self.unit} goal {self.goal:g}{self.unit} figure {figure:.3g}{self.unit}"
        )
        return f"{self.id} {shown} {'ok' if good else 'below'}"
