"""Credit: units into a wallet, from when and until when they can be used."""

from __future__ import annotations

from bashgah.engine.decisions import Credit
from bashgah.engine.rules.done import EFFECTS
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


class CreditUnits:
    """Gives the units; each invoice line carries its part, so that a return takes back exactly that."""

    key = "credit"
    label = Phrase(_("Give units of a wallet"))
    done = Credit


EFFECTS.add(CreditUnits())
