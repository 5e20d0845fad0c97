"""What a rule costs as its newest backtest saw it: what a club's stages ask before it is published."""

from __future__ import annotations

from datetime import datetime

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program, Rule
from bashgah.programs.staging import MONTH_DAYS, rule_terms
from bashgah.simulation.selectors import backtest_list, backtest_programs

LATEST = 20


def backtest_cost(club: ClubInfo, program: Program, rule: Rule, _now: datetime) -> int | None:
    """Return what a rule with these terms cost a month in the newest backtest that tried it, or None.

    Points count by what they pay. A rule counts as tried where the tried program had it live, or it was
    supposed to be live.
    """
    wanted = rule_terms(rule)
    worths = [wallet.worth for wallet in program.wallets if wallet.kind == "points"]
    worth = max(worths, default=0)
    costs = {terms.key: terms.cost for terms in program.rewards}
    # the dearest of its rewards, so that a rule is never taken for cheaper than it is
    cost = max((costs.get(effect.reward or "", 0) for effect in rule.effects), default=0)
    for info in backtest_list(club, limit=LATEST):
        if info.report is None:
            continue
        tried = next(
            (each for each in backtest_programs(club, info.id)[1].rules if each.key == rule.key), None
        )
        supposed = {each.rule for each in info.report.supposed if each.is_tried}
        if tried is None or not (tried.stage == "live" or tried.key in supposed):
            continue
        if rule_terms(tried) != wanted:
            continue
        points = sum(each.tried_points for each in info.report.rules if each.rule == rule.key)
        rewards = sum(each.tried_rewards for each in info.report.rules if each.rule == rule.key)
        days = max(1, (info.until - info.since).days)
        return (points * worth + rewards * cost) * MONTH_DAYS * 1000 // (days * info.permille)
    return None
