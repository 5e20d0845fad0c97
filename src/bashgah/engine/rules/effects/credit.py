"""Credit: units into a wallet, from when and until when they can be used."""

from __future__ import annotations

from bashgah.engine.decisions import Credit
from bashgah.engine.document import Wallet
from bashgah.engine.exact import apportion
from bashgah.engine.facts import Fact
from bashgah.engine.rules.done import EFFECTS, Done
from bashgah.engine.windows import available_instant, expiry_instant
from bashgah.kit.jalali import Calendar
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class CreditUnits:
    """Gives the units; each invoice line carries its part, so that a return takes back exactly that."""

    key = "credit"
    label = Phrase(_("Give units of a wallet"))

    def done(self, done: Done, wallet: Wallet, fact: Fact, calendar: Calendar) -> Credit:
        """Return the credit; its line parts add up to it."""
        return Credit(
            done.wallet,
            done.units,
            done.rule,
            available_instant(wallet.pending_days, fact.local_at) if wallet.pending_days else None,
            expiry_instant(wallet.expiry, fact.local_at.date(), fact.local_at.tzinfo, calendar),
            base_parts(done.units, done.weights),
        )


def base_parts(units: int, weights: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Share units among lines by their weights."""
    if len(weights) == 1:
        return ((weights[0][0], units),)
    parts = apportion(units, [weight for _no, weight in weights])
    return tuple((no, part) for (no, _weight), part in zip(weights, parts, strict=True))


EFFECTS.add(CreditUnits())
