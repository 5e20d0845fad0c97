"""Spend: what purchases cost after discount, without tax and shipping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bashgah.engine.document import Ladder, Program
from bashgah.engine.facts import Fact
from bashgah.engine.tiers.measured import MEASURES, Measure
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Spend(Measure):
    """Counts the net amount of purchases; the part paid by points is not spend."""

    key = "spend"
    label = Phrase(_("Purchase amount"))
    EXAMPLES = (
        (Fact("purchase", "purchase", _AT, _AT, gross=500, discount=100), {}, 400),
        (Fact("purchase", "purchase", _AT, _AT, gross=500, paid_by_points=200), {}, 300),
        (Fact("purchase", "purchase", _AT, _AT, gross=500, discount=600), {}, 0),
        (Fact("visit", "visit", _AT, _AT), {}, 0),
    )

    def adds(self, fact: Fact, earned: Mapping[str, int], status: str) -> int:
        """Return the net amount of a purchase."""
        return max(0, fact.net - fact.paid_by_points) if fact.kind == "purchase" else 0

    def said(self, value: int, ladder: Ladder, program: Program) -> Phrase:
        """Say the money."""
        return Phrase(_("{money} of purchases"), {"money": Money(value, program.currency)})


MEASURES.add(Spend())
