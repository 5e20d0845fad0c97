"""How rules of one group join: all add, the best alone, or one exclusive rule alone."""

from __future__ import annotations

from bashgah.engine.earning import Earned


def joined(found: list[Earned]) -> list[Earned]:
    return found
