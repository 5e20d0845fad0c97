"""Makes the report of a replay from its sums."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Iterable
from datetime import date
from itertools import pairwise
from uuid import UUID

from bashgah.engine.document import REWARD_UNIT, Program, is_reward
from bashgah.kit.ids import public
from bashgah.kit.jalali import month_bounds, week_bounds
from bashgah.simulation.tallying import BRANCH, DAY, TAG, TIER, Pair, Tally, add_pairs
from bashgah.simulation.types import (
    BudgetUse,
    Change,
    Group,
    MemberPoints,
    Report,
    RewardFigures,
    RuleFigures,
    Sample,
    Segment,
    Span,
    Standing,
    Supposed,
    Totals,
)

EXTREMES = 20
SEGMENTS_MOST = 30
PERCENTILES = (10, 50, 90, 99)
NONE = (0, 0, 0, 0)
_SATURDAY, _MONDAY = 5, 0


def report_of(
    tally: Tally,
    live: Program,
    tried: Program,
    samples: tuple[Sample, ...] = (),
    supposed: tuple[Supposed, ...] = (),
) -> Report:
    """Return the report of a whole replay."""
    points = {w.key for program in (live, tried) for w in program.wallets if w.kind == "points"}
    rewards = _rewards(tally, live, tried)
    calendar = tried.calendar
    winners = sum(1 for before, after in zip(tally.live, tally.tried, strict=True) if after > before)
    losers = sum(1 for before, after in zip(tally.live, tally.tried, strict=True) if after < before)
    week_start = _SATURDAY if calendar == "jalali" else _MONDAY
    return Report(
        facts=tally.facts,
        purchases=tally.purchases,
        spend=tally.spend,
        members=len(tally.live),
        winners=winners,
        losers=losers,
        live=_totals(tally, 0, sum(r.live for r in rewards), sum(r.live_cost for r in rewards)),
        tried=_totals(tally, 1, sum(r.tried for r in rewards), sum(r.tried_cost for r in rewards)),
        weeks=_spans(tally, lambda day: week_bounds(day, week_start)[0]),
        months=_spans(tally, lambda day: month_bounds(day, calendar)[0]),
        branches=_groups(tally, BRANCH, tally.branches),
        tiers=_groups(tally, TIER, tally.tiers),
        tags=_groups(tally, TAG, tally.tags),
        rules=_rules(tally, points, rewards),
        standings=tuple(
            Standing(*key.split(".", 1), *counts) for key, counts in sorted(tally.standings.items())
        ),
        budgets=_budgets(tally, tried),
        changes=changes_of(after - before for before, after in zip(tally.live, tally.tried, strict=True)),
        middle=(_percentiles(tally.live), _percentiles(tally.tried)),
        gainers=extremes(tally, most=True),
        sufferers=extremes(tally, most=False),
        samples=samples,
        seconds=round(tally.seconds, 3),
        segments=_segments(tally),
        supposed=supposed,
        rewards=rewards,
    )


def extremes(tally: Tally, *, most: bool, count: int = EXTREMES) -> tuple[MemberPoints, ...]:
    """Return the members who gain most, or lose most; nobody whose points stay."""
    sign = 1 if most else -1
    changed = (
        (sign * (tried - live), member, live, tried)
        for member, live, tried in zip(tally.member_ids(), tally.live, tally.tried, strict=True)
        if sign * (tried - live) > 0
    )
    found = heapq.nlargest(count, changed)
    return tuple(
        MemberPoints(public("member", UUID(bytes=member)), live, tried) for _by, member, live, tried in found
    )


def changes_of(deltas: Iterable[int]) -> tuple[Change, ...]:
    """Return how many members change by how much, in round steps either side of nothing; those who stay too.

    The step is about half of the usual change, so that most members fall between the outermost bounds.
    """
    found = sorted(deltas)
    moved = sorted(abs(delta) for delta in found if delta)
    if not moved:
        return (Change(0, 0, len(found)),)
    step = _round(max(1, moved[len(moved) // 2] // 2))
    bounds = [0, step, 2 * step, 4 * step, 8 * step]
    edges: list[tuple[int | None, int | None]] = [(None, -bounds[-1] - 1)]
    edges += [(-high, -low - 1) for low, high in reversed(list(pairwise(bounds)))]
    edges += [(0, 0)]
    edges += [(low + 1, high) for low, high in pairwise(bounds)]
    edges += [(bounds[-1] + 1, None)]
    return tuple(
        Change(
            least,
            most,
            sum(1 for d in found if (least is None or d >= least) and (most is None or d <= most)),
        )
        for least, most in edges
    )


def _round(number: int) -> int:
    """Return the round number at or above: 1, 2 or 5 with noughts."""
    scale = 1
    while True:
        for digit in (1, 2, 5):
            if digit * scale >= number:
                return digit * scale
        scale *= 10


def _totals(tally: Tally, place: int, rewards: int, cost: int) -> Totals:
    return Totals(
        points=tally.points[place],
        money=tally.money[place],
        open_points=tally.open_points[place],
        open_money=tally.open_money[place],
        giving=tally.giving[place],
        at_limit=tally.at_limit[place],
        rewards=rewards,
        reward_cost=cost,
    )


def _spans(tally: Tally, start_of: Callable[[date], date]) -> tuple[Span, ...]:
    sums: dict[date, Pair] = {}
    for ordinal, figures in tally.days.items():
        held = sums.setdefault(start_of(date.fromordinal(ordinal)), [0, 0, 0, 0])
        for place, amount in enumerate(figures):
            held[place] += amount
    rewards: dict[date, Pair] = {}
    for (kind, key), figures in tally.rewards.items():
        if kind == DAY:
            add_pairs(rewards, {start_of(date.fromordinal(int(key))): figures})
    return tuple(Span(start, *sums[start], *rewards.get(start, NONE)) for start in sorted(sums))


def _groups(tally: Tally, kind: str, figures: dict[str, Pair]) -> tuple[Group, ...]:
    """Return the parts of the club, those first whose points change most."""
    ordered = sorted(figures.items(), key=lambda each: (-abs(each[1][1] - each[1][0]), each[0]))
    rewards = tally.rewards
    return tuple(Group(key, *values, *rewards.get((kind, key), NONE)) for key, values in ordered)


def _segments(tally: Tally) -> tuple[Segment, ...]:
    """Return the traits by kind, of each kind those first whose points change most; not all of many."""

    def order(each: tuple[tuple[str, str], Pair]) -> tuple[str, int, str]:
        (kind, key), figures = each
        return kind, -abs(figures[1] - figures[0]), key

    kinds: dict[str, list[Segment]] = {}
    for (kind, key), values in sorted(tally.segments.items(), key=order):
        kinds.setdefault(kind, []).append(Segment(kind, key, *values, *tally.rewards.get((kind, key), NONE)))
    return tuple(each for found in kinds.values() for each in found[:SEGMENTS_MOST])


def _rewards(tally: Tally, live: Program, tried: Program) -> tuple[RewardFigures, ...]:
    """Return what each rule gave of each reward; what one costs is what the program that gave it says."""
    costs = [{terms.key: terms.cost for terms in program.rewards} for program in (live, tried)]
    found = []
    for (rule, wallet), figures in sorted(tally.credits.items()):
        if is_reward(wallet):
            reward, counts = wallet.removeprefix(REWARD_UNIT), figures[:2]
            cost = [count * each.get(reward, 0) for count, each in zip(counts, costs, strict=True)]
            found.append(RewardFigures(reward, rule, *counts, *cost))
    return tuple(sorted(found, key=lambda each: (each.reward, each.rule)))


def _rules(tally: Tally, points: Container[str], given: Iterable[RewardFigures]) -> tuple[RuleFigures, ...]:
    """Return each rule's points; how often it gave is counted in the wallet in which it gave most often."""
    sums: dict[str, Pair] = {}
    rewards: dict[str, Pair] = {}
    for each in given:
        add_pairs(rewards, {each.rule: [each.live, each.tried, each.live_cost, each.tried_cost]})
    for (rule, wallet), (live, tried, live_times, tried_times) in tally.credits.items():
        held = sums.setdefault(rule, [0, 0, 0, 0])
        if wallet in points:
            held[0] += live
            held[1] += tried
        held[2], held[3] = max(held[2], live_times), max(held[3], tried_times)
    for rule in tally.limited:
        sums.setdefault(rule, [0, 0, 0, 0])
    return tuple(
        RuleFigures(rule, *sums[rule], *tally.limited.get(rule, (0, 0)), *rewards.get(rule, NONE))
        for rule in sorted(sums)
    )


def _budgets(tally: Tally, tried: Program) -> tuple[BudgetUse, ...]:
    mosts = {rule.counts_as: rule.budget.most for rule in tried.rules if rule.budget is not None}
    found = []
    for slot in sorted({**tally.budgets, **tally.asked}):
        key, start, branch = slot
        rule, wallet, of, _window = key.split(".")
        taken, asked = tally.budgets.get(slot, (0, 0)), tally.asked.get(slot, (0, 0))
        day = date.fromisoformat(start)
        found.append(BudgetUse(rule, wallet, of, day, branch, mosts.get(rule, 0), *taken, *asked))
    return tuple(found)


def _percentiles(points: Iterable[int]) -> tuple[int, ...]:
    found = sorted(points)
    if not found:
        return tuple(0 for _ in PERCENTILES)
    return tuple(found[min(len(found) - 1, len(found) * part // 100)] for part in PERCENTILES)
