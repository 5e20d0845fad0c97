"""Purchases: how many invoices, whatever they were worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bashgah.engine.document import Ladder, Program
from bashgah.engine.facts import Fact
from bashgah.engine.tiers.measured import MEASURES, Measure
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Purchases(Measure):
    """Counts one for each purchase."""

    key = "purchases"
    label = Phrase(_("Number of purchases"))
    EXAMPLES = (
        (Fact("purchase", "purchase", _AT, _AT, gross=500), {}, 1),
        (Fact("visit", "visit", _AT, _AT), {}, 0),
    )

    def adds(self, fact: Fact, earned: Mapping[str, int], status: str) -> int:
        """Return one for a purchase."""
        return int(fact.kind == "purchase")

    def said(self, value: int, ladder: Ladder, program: Program) -> Phrase:
        """Say the number."""
        return Phrase(_("{count} purchases"), {"count": value})


MEASURES.add(Purchases())
