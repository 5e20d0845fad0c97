"""The compiled program: a document whose rules, ladders and rewards were checked and made ready to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bashgah.engine.criteria.tree import Node
from bashgah.engine.document import Basis, Ladder, Program, RewardTerms, Rule, Wallet
from bashgah.engine.rules.done import Effect
from bashgah.engine.rules.measured import Amount, Told
from bashgah.engine.states import Needs
from bashgah.engine.tiers.measured import Measure

SEMANTICS = 1
"""Rises when the same document would decide otherwise; stored with each activity."""


@dataclass(frozen=True, slots=True)
class ReadyEffect:
    """One effect with its plug-ins, checked parameters and line criteria."""

    effect: Effect
    amount: Amount
    params: Any
    wallet: Wallet
    basis: Basis
    lines: Node | None
    excluded: Node | None
    told: Told
    at: int


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """One rule in the order in which rules are decided."""

    place: int
    rule: Rule
    when: Node | None
    effects: tuple[ReadyEffect, ...]
    needs_lines: bool

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
    """One ladder with its measure."""

    ladder: Ladder
    measure: Measure
    multipliers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CompiledProgram:
    """What ``decide`` works on; made by ``compile_program`` and safe to share between threads."""

    document: Program
    number: int
    semantics: int
    needs: Needs
    rules: Mapping[str, tuple[ReadyRule, ...]]
    wallets: Mapping[str, Wallet]
    ladders: Mapping[str, ReadyLadder]
    rewards: Mapping[str, ReadyReward]
    grouped: bool
    limited: bool

    def rules_for(self, trigger: str) -> tuple[ReadyRule, ...]:
        """Return the live rules of a trigger in the order of deciding."""
        return self.rules.get(trigger, ())


def limit_key(rule: str, wallet: str, window: str) -> str:
    """Return the key under which units against a limit are counted."""
    return f"{rule}.{wallet}.{window}"


def trigger_of(kind: str, fact_type: str) -> str:
    """Return the trigger that a fact pulls."""
    return f"custom:{fact_type}" if kind == "custom" else kind
