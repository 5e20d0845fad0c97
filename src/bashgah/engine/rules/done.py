"""The shelf of effects: what a rule does once the whole units are known."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bashgah.engine.decisions import Credit
from bashgah.kit.phrases import Phrase
from bashgah.kit.registry import Registry


class Effect(Protocol):
    """One file on the shelf ``engine/rules/effects``."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> Phrase: ...

    def done(  # noqa: PLR0917 called for every credit, so by place
        self,
        wallet: str,
        units: int,
        rule: str,
        opens: datetime | None,
        expires: datetime | None,
        base: tuple[tuple[int, int], ...],
        confirm_by: datetime | None,
    ) -> Credit:
        """Return what is to be written for whole units of a rule; ``base`` is each line's part of them."""
        ...


EFFECTS: Registry[Effect] = Registry("effects")
