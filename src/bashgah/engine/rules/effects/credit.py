"""Credit: units into a wallet, from when and until when they can be used."""

from __future__ import annotations

from datetime import datetime

from bashgah.engine.decisions import Credit
from bashgah.engine.exact import apportion
from bashgah.engine.rules.done import EFFECTS
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class CreditUnits:
    """Gives the units; each invoice line carries its part, so that a return takes back exactly that."""

    key = "credit"
    label = Phrase(_("Give units of a wallet"))

    def done(  # noqa: PLR0917 called for every credit, so by place
        self,
        wallet: str,
        units: int,
        rule: str,
        opens: datetime | None,
        expires: datetime | None,
        weights: tuple[tuple[int, int], ...],
    ) -> Credit:
        """Return the credit; its line parts add up to it."""
        if len(weights) == 1:
            return Credit(wallet, units, rule, opens, expires, ((weights[0][0], units),))
        parts = apportion(units, [weight for _no, weight in weights])
        base = tuple([(no, part) for (no, _weight), part in zip(weights, parts, strict=True)])
        return Credit(wallet, units, rule, opens, expires, base)


EFFECTS.add(CreditUnits())
