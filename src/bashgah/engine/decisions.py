"""What the engine answers: effects to write and reasons to keep."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from bashgah.engine.document import REWARD_UNIT
from bashgah.engine.states import Slot
from bashgah.kit.phrases import Phrase


class Credit(msgspec.Struct, frozen=True, gc=False):
    """Units earned in a wallet by one rule (after multipliers, caps and the one rounding).

    ``base`` says how much of the fact each line carried of it: pairs (line number, amount) that add up to
    ``amount`` when lines are known, so that a return takes back exactly its share. Units with ``confirm_by``
    wait for a confirmation of the purchase and are cancelled without one by then.
    """

    wallet: str
    amount: int
    rule: str
    available_from: datetime | None = None
    expires_at: datetime | None = None
    base: tuple[tuple[int, int], ...] = ()
    confirm_by: datetime | None = None


class Grant(msgspec.Struct, frozen=True, gc=False):
    """Copies of a reward that a rule gives; they are issued after the settlement, each once.

    ``valid_days`` is how long its coupon is good where the rule says so; what is unused goes back with the
    whole purchase unless it ``stays``.
    """

    reward: str
    count: int
    rule: str
    valid_days: int | None = None
    stays: bool = False

    @property
    def unit(self) -> str:
        """What it is counted in, beside units of wallets."""
        return f"{REWARD_UNIT}{self.reward}"


class Used(msgspec.Struct, frozen=True, gc=False):
    """Units counted against a limit in the window that starts on ``window_start``."""

    limit: str
    window_start: date
    amount: int


class Spent(msgspec.Struct, frozen=True, gc=False):
    """What was taken of a shared budget, in its own measure (units or money)."""

    slot: Slot
    amount: int


class TierMove(msgspec.Struct, frozen=True):
    """A step on a ladder; ``before`` is empty for the first tier."""

    ladder: str
    before: str
    after: str
    direction: Literal["raised", "lowered"]
    why: Phrase


class RuleOutcome(msgspec.Struct, frozen=True):
    """What one rule did with the fact: fired with units per wallet, or the reasons it did not.

    ``is_trial`` marks a rule that is in shadow, or in a pilot without this member: staff see what it did,
    members are not told of it.
    """

    rule: str
    fired: bool
    amounts: tuple[tuple[str, int], ...]
    reasons: tuple[Phrase, ...]
    is_trial: bool = False


class Teller(Protocol):
    """Tells a decision's trace when asked."""

    def outcomes(self) -> tuple[RuleOutcome, ...]: ...


class Decision(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Everything that follows from a fact; the settlement writes it and adds nothing.

    ``measures`` pairs each ladder's key with what this fact adds to its measure (not the value after it).
    """

    credits: tuple[Credit, ...] = ()
    used: tuple[Used, ...] = ()
    tier_moves: tuple[TierMove, ...] = ()
    measures: tuple[tuple[str, int], ...] = ()
    telling: Teller | None = None
    spent: tuple[Spent, ...] = ()
    grants: tuple[Grant, ...] = ()

    @property
    def given(self) -> tuple[Credit, ...]:
        """Everything it gives, copies of rewards too: as credits in the units in which they are counted."""
        if not self.grants:
            return self.credits
        return *self.credits, *(Credit(grant.unit, grant.count, grant.rule) for grant in self.grants)

    @property
    def trace(self) -> tuple[RuleOutcome, ...]:
        """The rules that fired and their reasons; told anew each time it is asked for, so ask once.

        ``engine.explain`` adds the rules that did not fire.
        """
        return self.telling.outcomes() if self.telling is not None else ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self._told() == other._told()

    def __hash__(self) -> int:
        return hash((self.credits, self.used))

    def _told(self) -> tuple[object, ...]:
        return (
            self.credits,
            self.used,
            self.tier_moves,
            self.measures,
            self.spent,
            self.grants,
            self.trace,
        )


class Explanation(msgspec.Struct, frozen=True):
    """The full why: every rule in force in order, the sums per wallet, and the tier moves."""

    outcomes: tuple[RuleOutcome, ...]
    totals: tuple[tuple[str, int], ...]
    tier_moves: tuple[TierMove, ...]

    def for_members(self) -> Explanation:
        """Return what members are told: nothing of rules that are only tried."""
        told = tuple(outcome for outcome in self.outcomes if not outcome.is_trial)
        return Explanation(told, self.totals, self.tier_moves)
