"""What an amount is measured on, and what every amount on the shelf can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from bashgah.engine.document import Program, Wallet
from bashgah.engine.exact import Ratio
from bashgah.engine.parts import Part
from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Registry


class Measured(msgspec.Struct, frozen=True):
    """The part of a fact that counts for one effect.

    ``money`` is the eligible amount in the currency's smallest unit, ``quantity`` the eligible quantity in
    thousandths, ``tiers`` the tier in force on each ladder and ``multipliers`` that tier's, in thousandths.
    """

    money: int = 0
    quantity: int = 0
    tiers: Mapping[str, str] = {}
    multipliers: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """What sentences and reasons need to name things: the program and the wallet that earns."""

    program: Program
    wallet: Wallet


AmountExample = tuple[dict[str, Any], Measured, Ratio]
"""Parameters, what is measured, and the exact units (for a multiplier: the part it adds to its base)."""


class Amount(ABC):
    """One file on the shelf ``engine/rules/amounts``.

    ``Params`` is the parameters' model, which makes form, JSON Schema and validation. ``needs_lines`` says
    that purchases by amount alone cannot be judged; ``multiplies`` that it gives a part of what other rules
    give instead of units of its own. ``EXAMPLES`` are run as tests.
    """

    key: ClassVar[str]
    label: ClassVar[Phrase]
    Params: ClassVar[type[Part]]
    EXAMPLES: ClassVar[tuple[AmountExample, ...]]
    needs_lines: ClassVar[bool] = False
    multiplies: ClassVar[bool] = False

    @abstractmethod
    def units(self, params: Any, measured: Measured) -> Ratio:
        """Return the exact units, never negative; for a multiplier, the part it adds to its base."""

    @abstractmethod
    def sentence(self, params: Any, told: Told, base: Phrase) -> Phrase:
        """Return what it gives, as a clause that leaves nothing out; ``base`` names what counts."""

    @abstractmethod
    def reasons(self, params: Any, told: Told, measured: Measured) -> tuple[Phrase, ...]:
        """Return how the units came about, for the person who asks why."""

    def looks_at(self, params: Any) -> str:
        """Return what it depends on: "money", "quantity" or nothing of the purchase."""
        return ""

    def problems(self, params: Any, told: Told) -> tuple[tuple[str, Phrase], ...]:
        """Return what is wrong with the parameters in this program: (name of the parameter, phrase)."""
        return ()

    def ladders(self, params: Any) -> tuple[str, ...]:
        """Return the ladders whose tier it reads."""
        return ()

    def code(self, params: Any) -> tuple[str, int] | None:
        """Return numerator and denominator for generated code, or None to have ``units`` called.

        The numerator is an expression over ``money``; only integers of the parameters may stand in it.
        """
        return None


AMOUNTS: Registry[Amount] = Registry("amounts")
