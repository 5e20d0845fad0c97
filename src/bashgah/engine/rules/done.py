"""What an effect is told once the units are known, and the shelf of effects."""

from __future__ import annotations

from typing import Protocol

import msgspec

from bashgah.engine.decisions import Credit
from bashgah.engine.document import Wallet
from bashgah.engine.facts import Fact
from bashgah.kit.jalali import Calendar
from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Registry


class Done(msgspec.Struct, frozen=True, gc=False):
    """Whole units that a rule gives in a wallet, and how much of them each line weighs."""

    rule: str
    wallet: str
    units: int
    weights: tuple[tuple[int, int], ...]


class Effect(Protocol):
    """One file on the shelf ``engine/rules/effects``."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> Phrase: ...

    def done(self, done: Done, wallet: Wallet, fact: Fact, calendar: Calendar) -> Credit:
        """Return what is to be written."""
        ...


EFFECTS: Registry[Effect] = Registry("effects")
