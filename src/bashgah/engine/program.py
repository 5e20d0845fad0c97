"""The compiled program: a document whose rules, ladders and rewards were checked and made ready to decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from bashgah.engine.criteria.tree import Node
from bashgah.engine.decisions import Credit
from bashgah.engine.document import (
    REWARD_UNIT,
    Basis,
    Ladder,
    Occasion,
    Program,
    RewardTerms,
    Rule,
    Wallet,
    is_reward,
)
from bashgah.engine.rules.done import Effect
from bashgah.engine.rules.measured import Amount, Told
from bashgah.engine.states import Needs
from bashgah.engine.tiers.measured import Measure
from bashgah.engine.windows import available_instant, expiry_instant, inactive_instant
from bashgah.engine.words import copies_of
from bashgah.kit.jalali import Calendar

CLOCK_DAYS = 4096
Usable = tuple[datetime | None, datetime | None, datetime | None]

SEMANTICS = 1
"""Rises when the same document would decide otherwise; stored with each activity."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadyEffect:
    """One effect of a rule with its plug-ins, checked parameters and line criteria.

    ``at`` is its place in the rule, ``place`` its place in the order in which all effects are decided;
    ``rule_key``, ``wallet_key``, ``done`` and ``counts_as`` are at hand because every credit asks for them.
    """

    rule: Rule
    effect: Effect
    amount: Amount
    params: Any
    wallet: Wallet
    basis: Basis
    lines: Node | None
    excluded: Node | None
    told: Told
    at: int
    place: int
    rule_key: str
    wallet_key: str
    done: Callable[..., Credit]
    counts_as: str
    is_reward: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReadyPilot:
    """Whom a rule in pilot is for."""

    rule: str
    percent: int
    when: Node | None
    calendar: Calendar


@dataclass(frozen=True, slots=True, eq=False)
class ReadyRule:
    """One rule; ``place`` is its place in the document, ``pilot`` is there while it is in pilot."""

    place: int
    rule: Rule
    when: Node | None
    effects: tuple[ReadyEffect, ...]
    needs_lines: bool
    only: tuple[Occasion, ...] = ()
    never: tuple[Occasion, ...] = ()
    pilot: ReadyPilot | None = None

    @property
    def key(self) -> str:
        """The rule's key."""
        return self.rule.key


@dataclass(frozen=True, slots=True)
class ReadyReward:
    """One reward's terms with its criterion."""

    terms: RewardTerms
    when: Node | None


@dataclass(frozen=True, slots=True)
class ReadyLadder:
    """One ladder with its measure.

    ``nexts`` is by tier the value that would change a standing, ``status`` the wallet whose units qualify.
    """

    ladder: Ladder
    measure: Measure
    multipliers: Mapping[str, int]
    nexts: Mapping[str, int]
    status: str


@dataclass(frozen=True, slots=True)
class Traits:
    """What the rules of a trigger need beyond adding up: a program without them is decided faster."""

    grouped: bool
    multiplied: bool
    limited: bool
    fractional: bool
    budgeted: bool = False
    granting: bool = False

    @property
    def plain(self) -> bool:
        """Say whether exact units are already whole units."""
        return not (self.grouped or self.multiplied or self.limited or self.budgeted or self.fractional)


class Clock:
    """From when and until when a wallet's units can be used; the same day is worked out once."""

    __slots__ = ("_calendar", "_known", "_lapses", "_wallet", "always", "lapses")

    def __init__(self, wallet: Wallet, calendar: Calendar) -> None:
        self._wallet, self._calendar = wallet, calendar
        self.always = wallet.expiry.kind == "never" and not wallet.pending_days and not wallet.confirmation
        self.lapses = wallet.expiry.inactive_months > 0
        self._known: dict[tuple[int, tzinfo | None], Usable] = {}
        self._lapses: dict[tuple[int, tzinfo | None], datetime | None] = {}

    def usable(self, local_at: datetime) -> Usable:
        """Return from when and until when units earned then can be used, and by when they need a yes."""
        if self.always:
            return None, None, None
        key = local_at.toordinal(), local_at.tzinfo
        found = self._known.get(key)
        if found is None:
            if len(self._known) > CLOCK_DAYS:
                self._known.clear()
            found = self._known[key] = self._worked_out(local_at)
        return found

    def inactive_at(self, local_at: datetime) -> datetime | None:
        """Return when all the wallet's units expire if nothing happens after ``local_at``."""
        if not self.lapses:
            return None
        key = local_at.toordinal(), local_at.tzinfo
        if key not in self._lapses:
            if len(self._lapses) > CLOCK_DAYS:
                self._lapses.clear()
            self._lapses[key] = _instant(
                inactive_instant(self._wallet.expiry, local_at.date(), local_at.tzinfo, self._calendar)
            )
        return self._lapses[key]

    def _worked_out(self, local_at: datetime) -> Usable:
        wallet, confirm_by = self._wallet, None
        opens = available_instant(wallet.pending_days, local_at) if wallet.pending_days else None
        if wallet.confirmation is not None:
            limit = available_instant(wallet.confirmation.within_days, local_at)
            opens, confirm_by = (limit, None) if wallet.confirmation.otherwise == "release" else (None, limit)
        expires = expiry_instant(wallet.expiry, local_at.date(), local_at.tzinfo, self._calendar)
        return _instant(opens), _instant(expires), _instant(confirm_by)


def _instant(at: datetime | None) -> datetime | None:
    """Return the same instant in UTC: moments of one zone are compared far faster than those of two."""
    return None if at is None else at.astimezone(UTC)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledProgram:
    """What ``decide`` works on; made by ``compile_program`` and safe to share between threads.

    ``earners`` keeps the generated functions by trigger, made when the first fact pulls it. ``shadow`` is the
    same program as if its rules in shadow were live; None where it has none.
    """

    document: Program
    number: int
    semantics: int
    needs: Needs
    rules: Mapping[str, tuple[ReadyRule, ...]]
    wallets: Mapping[str, Wallet]
    ladders: Mapping[str, ReadyLadder]
    rewards: Mapping[str, ReadyReward]
    clocks: Mapping[str, Clock]
    traits: Mapping[str, Traits]
    earners: dict[str, Any]
    counters: tuple[Any, ...] = ()
    promotions: tuple[Any, ...] = ()
    shadow: CompiledProgram | None = None

    def unit(self, key: str) -> Wallet | None:
        """Return what units of a key are: a wallet's, or copies of a reward; None where there is neither."""
        if not is_reward(key):
            return self.wallets.get(key)
        ready = self.rewards.get(key.removeprefix(REWARD_UNIT))
        return copies_of(ready.terms) if ready is not None else None

    def rules_for(self, trigger: str) -> tuple[ReadyRule, ...]:
        """Return the rules of a trigger that count, live or in pilot, in the order of deciding."""
        return self.rules.get(trigger, ())


def limit_key(rule: str, wallet: str, window: str) -> str:
    """Return the key under which units against a limit are counted; ``rule`` is what the rule counts as."""
    return f"{rule}.{wallet}.{window}"


def trigger_of(kind: str, fact_type: str) -> str:
    """Return the trigger that a fact pulls."""
    return f"custom:{fact_type}" if kind == "custom" else kind
