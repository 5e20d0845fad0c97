"""What a replay comes to: sums that add up whatever way the members were shared out."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bashgah.simulation.budgets import Demands

Pair = list[int]
"""A figure of the live program and of the tried one."""

SUMS = (
    "credits",
    "limited",
    "days",
    "branches",
    "tiers",
    "tags",
    "segments",
    "standings",
    "budgets",
    "rewards",
)
"""What of a tally is figures by key."""

DAY, BRANCH, TIER, TAG = "day", "branch", "tier", "tag"
"""Kinds of parts in ``Tally.rewards``, beside those of segments."""


def add_pairs(into: dict[Any, Pair], other: dict[Any, Pair]) -> None:
    """Add figures by key."""
    for key, pair in other.items():
        held = into.get(key)
        if held is None:
            into[key] = list(pair)
        else:
            for place, amount in enumerate(pair):
                held[place] += amount


@dataclass(slots=True)
class Tally:
    """Figures of both programs over a period; a pair is (live, tried).

    ``points`` count units of wallets that are spent as points; ``money`` what all wallets' units pay;
    ``open_…`` is what of it has not expired at the end. ``days`` is by ordinal: points live and tried, money
    live and tried; ``branches``, ``tiers``, ``tags`` and ``segments`` (by kind and value) the same with
    winners and losers after them, counted among the members of that tier or tag, or by their points at that
    branch. ``credits`` is by rule and
    wallet: units live and tried, times live and tried; ``limited`` how often a rule was at a limit.
    ``standings`` counts members by ladder and tier at the end, ``budgets`` is what was taken of each by key,
    window and branch, ``asked`` what facts would have taken of whole ones; ``demands`` notes it fact by fact,
    for each program. ``rewards`` counts rewards by kind of part (``day``, ``branch``, ``tier``, ``tag``, or a
    segment's) and its key: copies live and tried, what they cost live and tried. ``members``, ``live`` and
    ``tried`` are columns: whose points they are.
    """

    facts: int = 0
    purchases: int = 0
    spend: int = 0
    giving: Pair = field(default_factory=lambda: [0, 0])
    at_limit: Pair = field(default_factory=lambda: [0, 0])
    points: Pair = field(default_factory=lambda: [0, 0])
    money: Pair = field(default_factory=lambda: [0, 0])
    open_points: Pair = field(default_factory=lambda: [0, 0])
    open_money: Pair = field(default_factory=lambda: [0, 0])
    credits: dict[tuple[str, str], Pair] = field(default_factory=dict)
    limited: dict[str, Pair] = field(default_factory=dict)
    days: dict[int, Pair] = field(default_factory=dict)
    branches: dict[str, Pair] = field(default_factory=dict)
    tiers: dict[str, Pair] = field(default_factory=dict)
    tags: dict[str, Pair] = field(default_factory=dict)
    segments: dict[tuple[str, str], Pair] = field(default_factory=dict)
    standings: dict[str, Pair] = field(default_factory=dict)
    budgets: dict[tuple[str, str, str], Pair] = field(default_factory=dict)
    asked: dict[tuple[str, str, str], Pair] = field(default_factory=dict)
    rewards: dict[tuple[str, str], Pair] = field(default_factory=dict)
    demands: list[Demands] = field(default_factory=list)
    members: bytearray = field(default_factory=bytearray)
    live: array[int] = field(default_factory=lambda: array("q"))
    tried: array[int] = field(default_factory=lambda: array("q"))
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add another part of the members."""
        self.facts += other.facts
        self.purchases += other.purchases
        self.spend += other.spend
        self.seconds += other.seconds
        for name in ("giving", "at_limit", "points", "money", "open_points", "open_money"):
            held, more = getattr(self, name), getattr(other, name)
            held[0] += more[0]
            held[1] += more[1]
        for name in SUMS:
            add_pairs(getattr(self, name), getattr(other, name))
        self.members += other.members
        self.live.extend(other.live)
        self.tried.extend(other.tried)

    def member_ids(self) -> Iterable[bytes]:
        """Return whose points ``live`` and ``tried`` are, in their order."""
        return (bytes(self.members[at : at + 16]) for at in range(0, len(self.members), 16))


def won(figures: Pair, live: Pair, tried: Pair) -> None:
    """Add what a member got, (points, money) twice, to a figure of six; more points win, fewer lose."""
    figures[0] += live[0]
    figures[1] += tried[0]
    figures[2] += live[1]
    figures[3] += tried[1]
    if tried[0] > live[0]:
        figures[4] += 1
    elif tried[0] < live[0]:
        figures[5] += 1
