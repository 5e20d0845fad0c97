"""Points: whole numbers of a club's unit, never mixed with money."""

from __future__ import annotations

import msgspec

from bashgah.kit.text import Texts

_UNNAMED = Texts()


class Points(msgspec.Struct, frozen=True):
    """An amount in one unit of the club: ``points``, ``status`` or another wallet's unit.

    ``name`` is what the club calls the wallet, where that is not one of the usual words.
    """

    amount: int
    unit: str = "points"
    name: Texts = _UNNAMED
