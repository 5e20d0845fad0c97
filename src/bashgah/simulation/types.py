"""What the simulation room hands out: backtests and their reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Cancelled(Exception):
    """Somebody asked a replay to stop."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What one program gave in the period.

    ``open_points`` and ``open_money`` are what of it has not expired at the end, had nothing been spent.
    ``giving`` counts facts that gave something, ``at_limit`` those at which a rule reached a limit.
    ``rewards`` are copies less those taken back, ``reward_cost`` their part of ``money``.
    """

    points: int
    money: int
    open_points: int
    open_money: int
    giving: int
    at_limit: int
    rewards: int = 0
    reward_cost: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """What a part of the club got under both programs, and how many win or lose points."""

    key: str
    live_points: int
    tried_points: int
    live_money: int
    tried_money: int
    winners: int = 0
    losers: int = 0
    live_rewards: int = 0
    tried_rewards: int = 0
    live_reward_cost: int = 0
    tried_reward_cost: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """What members who share a trait got under both programs.

    ``kind`` is ``city``, ``gender`` or ``attributes.`` and a declared attribute's key.
    """

    kind: str
    key: str
    live_points: int
    tried_points: int
    live_money: int
    tried_money: int
    winners: int = 0
    losers: int = 0
    live_rewards: int = 0
    tried_rewards: int = 0
    live_reward_cost: int = 0
    tried_reward_cost: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """What both programs gave in a week or month that begins on ``start``."""

    start: date
    live_points: int
    tried_points: int
    live_money: int
    tried_money: int
    live_rewards: int = 0
    tried_rewards: int = 0
    live_reward_cost: int = 0
    tried_reward_cost: int = 0


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What one rule gave: points, how often, how often at a limit, and how many rewards."""

    rule: str
    live_points: int
    tried_points: int
    live_times: int
    tried_times: int
    live_at_limit: int
    tried_at_limit: int
    live_rewards: int = 0
    tried_rewards: int = 0
    live_reward_cost: int = 0
    tried_reward_cost: int = 0


@dataclass(frozen=True, slots=True)
class RewardFigures:
    """How many copies of a reward one rule gave, less those taken back, and what they cost the club."""

    reward: str
    rule: str
    live: int
    tried: int
    live_cost: int
    tried_cost: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How many members stand on a tier at the end."""

    ladder: str
    tier: str
    live: int
    tried: int


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """What was taken of a rule's budget in one window, at one branch where each has its own.

    ``live_asked`` and ``tried_asked`` are what would have been taken had the budget no end. ``of`` is units
    or money; ``most`` is the tried program's, 0 where only the live one has the budget.
    """

    rule: str
    wallet: str
    of: str
    start: date
    branch: str
    most: int
    live: int
    tried: int
    live_asked: int = 0
    tried_asked: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """How many members get so much more (below zero: less), both bounds counted; None is no bound."""

    least: int | None
    most: int | None
    members: int


@dataclass(frozen=True, slots=True)
class MemberPoints:
    """A member by public id, and the points of both programs."""

    member: str
    live: int
    tried: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """What one rule did with a fact: the points it gave and why, as phrases in JSON."""

    rule: str
    fired: bool
    units: int
    why: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SampleFact:
    """A fact that the programs decide differently, with the rules that differ."""

    day: date
    kind: str
    branch: str
    net: int
    live: int
    tried: int
    live_reasons: tuple[Reasons, ...]
    tried_reasons: tuple[Reasons, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A member whose points change, with the facts that change them most."""

    member: str
    live: int
    tried: int
    facts: tuple[SampleFact, ...]


@dataclass(frozen=True, slots=True)
class Supposed:
    """A rule that is neither live nor ended, and so needs a word about how it was replayed.

    In what is tried (``is_tried``) it counted as if it were live for everybody. In the version compared with
    it counted as its ``stage`` really does: a pilot for its members (``percent`` of them), others not at all.
    """

    rule: str
    stage: str
    is_tried: bool
    percent: int = 100


@dataclass(frozen=True, slots=True)
class Report:
    """What a backtest found; ``seconds`` is the computing time of the replay, all processes together.

    ``middle`` holds the points of the members at the tenth, fiftieth, ninetieth and ninety-ninth percentile,
    live and tried. ``supposed`` are the rules of either program that are still tried.
    """

    facts: int
    purchases: int
    spend: int
    members: int
    winners: int
    losers: int
    live: Totals
    tried: Totals
    weeks: tuple[Span, ...]
    months: tuple[Span, ...]
    branches: tuple[Group, ...]
    tiers: tuple[Group, ...]
    tags: tuple[Group, ...]
    rules: tuple[RuleFigures, ...]
    standings: tuple[Standing, ...]
    budgets: tuple[BudgetUse, ...]
    changes: tuple[Change, ...]
    middle: tuple[tuple[int, ...], tuple[int, ...]]
    gainers: tuple[MemberPoints, ...]
    sufferers: tuple[MemberPoints, ...]
    samples: tuple[Sample, ...]
    seconds: float
    segments: tuple[Segment, ...] = ()
    supposed: tuple[Supposed, ...] = ()
    rewards: tuple[RewardFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class BacktestInfo:
    """A backtest: what is compared, how it stands, and its report once it is done.

    ``tried_number`` is 0 for the draft, whose revision then is ``tried_revision``. ``until`` is the first day
    that is no longer replayed.
    """

    id: UUID
    club_id: UUID
    name: str
    state: State
    since: date
    until: date
    permille: int
    live_number: int
    tried_number: int
    tried_revision: int
    started_by: str
    created_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    done: int
    total: int
    stop_asked: bool
    problem: str
    report: Report | None = None

    @property
    def is_open(self) -> bool:
        """Say whether it still waits or runs."""
        return self.state in ("waiting", "running")

    def seconds_left(self, now: datetime) -> int | None:
        """Return about how long it will still run, once that can be said."""
        if self.state != "running" or self.began_at is None or not self.done:
            return None
        spent = (now - self.began_at).total_seconds()
        return max(1, round(spent * (self.total - self.done) / self.done))
