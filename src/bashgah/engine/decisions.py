"""What the engine answers: effects to write and reasons to keep."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from bashgah.kit.phrases import Phrase


class Credit(msgspec.Struct, frozen=True):
    """Units earned in a wallet by one rule (after multipliers, caps and the one rounding).

    ``base`` says how much of the fact each line carried of it: pairs (line number, amount) that add up to
    ``amount`` when lines are known, so that a return takes back exactly its share.
    """

    wallet: str
    amount: int
    rule: str
    available_from: datetime | None = None
    expires_at: datetime | None = None
    base: tuple[tuple[int, int], ...] = ()


class Used(msgspec.Struct, frozen=True):
    """Units counted against a limit in the window that starts on ``window_start``."""

    limit: str
    window_start: date
    amount: int


class TierMove(msgspec.Struct, frozen=True):
    """A step on a ladder; ``before`` is empty for the first tier."""

    ladder: str
    before: str
    after: str
    direction: Literal["raised", "lowered"]
    why: Phrase


class RuleOutcome(msgspec.Struct, frozen=True):
    """What one rule did with the fact: fired with units per wallet, or the reasons it did not."""

    rule: str
    fired: bool
    amounts: tuple[tuple[str, int], ...]
    reasons: tuple[Phrase, ...]


class Decision(msgspec.Struct, frozen=True):
    """Everything that follows from a fact; the settlement writes it and adds nothing.

    ``measures`` pairs each ladder's key with what this fact adds to its measure (not the value after it).
    ``trace`` holds the reasons of rules that fired; ``engine.explain`` adds those that did not.
    """

    credits: tuple[Credit, ...] = ()
    used: tuple[Used, ...] = ()
    tier_moves: tuple[TierMove, ...] = ()
    measures: tuple[tuple[str, int], ...] = ()
    trace: tuple[RuleOutcome, ...] = ()


class Explanation(msgspec.Struct, frozen=True):
    """The full why: every rule in force in order, the sums per wallet, and the tier moves."""

    outcomes: tuple[RuleOutcome, ...]
    totals: tuple[tuple[str, int], ...]
    tier_moves: tuple[TierMove, ...]
