"""Visits: how often the member came, bought or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bashgah.engine.document import Ladder, Program
from bashgah.engine.facts import Fact
from bashgah.engine.tiers.measured import MEASURES, Measure
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Visits(Measure):
    """Counts one for each recorded visit; a purchase is not also a visit."""

    key = "visits"
    label = Phrase(_("Number of visits"))
    EXAMPLES = (
        (Fact("visit", "visit", _AT, _AT), {}, 1),
        (Fact("purchase", "purchase", _AT, _AT, gross=500), {}, 0),
    )

    def adds(self, fact: Fact, earned: Mapping[str, int], status: str) -> int:
        """Return one for a visit."""
        return int(fact.kind == "visit")

    def said(self, value: int, ladder: Ladder, program: Program) -> Phrase:
        """Say the number."""
        return Phrase(_("{count} visits"), {"count": value})


MEASURES.add(Visits())
