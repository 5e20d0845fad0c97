"""What a tier measure is: how much one fact adds to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from bashgah.engine.document import Ladder, Program
from bashgah.engine.facts import Fact
from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Registry

MeasureExample = tuple[Fact, dict[str, int], int]
"""A fact, the units it earned by wallet, and what it adds to the measure."""


class Measure(ABC):
    """One file on the shelf ``engine/tiers/measures``; over a window it is the sum of what facts added."""

    key: ClassVar[str]
    label: ClassVar[Phrase]
    EXAMPLES: ClassVar[tuple[MeasureExample, ...]]

    @abstractmethod
    def adds(self, fact: Fact, earned: Mapping[str, int], status: str) -> int:
        """Return what the fact adds, never negative.

        ``earned`` are its units by wallet, ``status`` the key of the wallet whose units qualify.
        """

    @abstractmethod
    def said(self, value: int, ladder: Ladder, program: Program) -> Phrase:
        """Return the value with its unit."""


MEASURES: Registry[Measure] = Registry("tier measures")


def status_wallet(program: Program) -> str:
    """Return the wallet whose units qualify: the first of kind status, empty without one."""
    return next((wallet.key for wallet in program.wallets if wallet.kind == "status"), "")
