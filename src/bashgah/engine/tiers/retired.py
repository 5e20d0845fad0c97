"""Stands for a tier measure that a program names and the shelf no longer holds: nothing adds to it."""

from __future__ import annotations

from collections.abc import Mapping

from bashgah.engine.document import Ladder, Program
from bashgah.engine.facts import Fact
from bashgah.engine.tiers.measured import Measure
from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Retired


class RetiredMeasure(Measure):
    """Adds nothing, breaks no page and no settlement."""

    EXAMPLES = ()

    def __init__(self, key: str) -> None:
        self.name = Retired(key).label

    def adds(self, fact: Fact, earned: Mapping[str, int], status: str) -> int:
        """Add nothing."""
        return 0

    def said(self, value: int, ladder: Ladder, program: Program) -> Phrase:
        """Say the number alone."""
        return Phrase("{value}", {"value": value})
