"""Qualifying points: the units earned in the status wallet, never the balance that can be spent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bashgah.engine.document import Ladder, Program
from bashgah.engine.facts import Fact
from bashgah.engine.tiers.measured import MEASURES, Measure
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points

_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


class QualifyingPoints(Measure):
    """Counts what the fact earned in the program's status wallet."""

    key = "qualifying_points"
    label = Phrase(_("Qualifying points"))
    EXAMPLES = (
        (Fact("purchase", "purchase", _AT, _AT, gross=500), {"points": 50, "status": 5}, 5),
        (Fact("visit", "visit", _AT, _AT), {}, 0),
    )

    def adds(self, fact: Fact, earned: Mapping[str, int], status: str) -> int:
        """Return the status units; without a status wallet nothing qualifies."""
        return earned.get(status, 0)

    def said(self, value: int, ladder: Ladder, program: Program) -> Phrase:
        """Say the points."""
        return Phrase("{points}", {"points": Points(value, "status")})


MEASURES.add(QualifyingPoints())
