"""From exact units to a decision, in one fixed order: join, multiply, cap, round once."""

from __future__ import annotations

from datetime import date

from bashgah.engine.decisions import Credit, Decision, RuleOutcome, TierMove, Used
from bashgah.engine.earning import Earned
from bashgah.engine.exact import rounded_parts, total
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import standing_after
from bashgah.engine.multiplying import multiply
from bashgah.engine.program import CompiledProgram, limit_key
from bashgah.engine.rules.done import Done
from bashgah.engine.stacking import joined
from bashgah.engine.states import State
from bashgah.engine.windows import window_start
from bashgah.engine.words import texts, units
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_AT_MOST = {
    "day": _("at most {most} a day, {left} were left"),
    "week": _("at most {most} a week, {left} were left"),
    "month": _("at most {most} a month, {left} were left"),
    "year": _("at most {most} a year, {left} were left"),
    "ever": _("at most {most} in all, {left} were left"),
}


def decided(compiled: CompiledProgram, state: State, fact: Fact, found: list[Earned]) -> Decision:
    """Return the decision for what the rules earned.

    ``found`` is in the order of deciding: base amounts as exact units, multipliers as the part they add.
    """
    given = multiplied(compiled, found)
    uses = capped(compiled, state, fact, given) if compiled.limited else {}
    round_once(compiled, given)
    credits_ = tuple(
        each.effect.effect.done(
            Done(each.rule.key, each.effect.wallet.key, each.units, each.weights),
            each.effect.wallet,
            fact,
            compiled.document.calendar,
        )
        for each in given
        if each.units
    )
    measures, moves = _ladders(compiled, state, fact, credits_)
    return Decision(
        credits=credits_,
        used=_used(given, uses),
        tier_moves=moves,
        measures=measures,
        trace=_trace(given),
    )


def multiplied(compiled: CompiledProgram, found: list[Earned]) -> list[Earned]:
    """Join rules of a group and turn each multiplier into units: its part of the base it multiplies.

    Multipliers each add their own part of the base and never multiply one another, so their order cannot
    matter. What a best-of group leaves out keeps its place with no units and the reason.
    """
    if compiled.grouped:
        return joined(found)
    for each in found:
        if each.effect.amount.multiplies:
            multiply(each, [base for base in found if not base.effect.amount.multiplies])
    return found


def capped(
    compiled: CompiledProgram, state: State, fact: Fact, given: list[Earned]
) -> dict[tuple[str, str], list[tuple[str, date]]]:
    """Trim what passes a rule's limits, saying so; return the windows in which each rule's units count."""
    day, calendar = fact.local_at.date(), compiled.document.calendar
    windows: dict[tuple[str, str], list[tuple[str, date]]] = {}
    left: dict[tuple[str, date], tuple[int, int]] = {}
    for each in given:
        for limit in each.rule.rule.limits:
            wallet = each.effect.wallet
            key = limit_key(each.rule.key, wallet.key, limit.window)
            start = window_start(limit.window, day, calendar)
            counted = windows.setdefault((each.rule.key, wallet.key), [])
            if (key, start) not in left:
                left[key, start] = max(0, limit.most - state.used.get((key, start), 0)), 1
                counted.append((key, start))
            num, den = left[key, start]
            if each.num * den > num * each.den:
                program = compiled.document
                told = {
                    "most": units(limit.most, wallet, program),
                    "left": units(num // den, wallet, program),
                }
                each.notes += (Phrase(_AT_MOST[limit.window], told),)
                each.num, each.den = num, den
        for limit in each.rule.rule.limits:
            key = limit_key(each.rule.key, each.effect.wallet.key, limit.window)
            start = window_start(limit.window, day, calendar)
            left[key, start] = total([left[key, start], (-each.num, each.den)])
    return windows


def round_once(compiled: CompiledProgram, given: list[Earned]) -> None:
    """Round each wallet's sum once by its policy and share it among the rules that make it up."""
    by_wallet: dict[str, list[Earned]] = {}
    for each in given:
        if each.den == 1:
            each.units = each.num
        else:
            by_wallet.setdefault(each.effect.wallet.key, []).append(each)
    for key, parts in by_wallet.items():
        policy = compiled.wallets[key].rounding
        for each, whole in zip(parts, rounded_parts([(p.num, p.den) for p in parts], policy), strict=True):
            each.units = whole


def _used(given: list[Earned], windows: dict[tuple[str, str], list[tuple[str, date]]]) -> tuple[Used, ...]:
    sums: dict[tuple[str, date], int] = {}
    for each in given:
        for window in windows.get((each.rule.key, each.effect.wallet.key), ()):
            if each.units:
                sums[window] = sums.get(window, 0) + each.units
    return tuple(Used(key, start, amount) for (key, start), amount in sums.items())


def _ladders(
    compiled: CompiledProgram, state: State, fact: Fact, credits_: tuple[Credit, ...]
) -> tuple[tuple[tuple[str, int], ...], tuple[TierMove, ...]]:
    earned: dict[str, int] = {}
    for credit in credits_:
        earned[credit.wallet] = earned.get(credit.wallet, 0) + credit.amount
    measures, moves = [], []
    for key, ready in compiled.ladders.items():
        added = ready.measure.adds(fact, earned, ready.ladder, compiled.document)
        measures.append((key, added))
        value = state.measures.get(key, 0) + added
        before = state.standings.get(key)
        after = standing_after(ready.ladder, value, before, fact.local_at.date(), compiled.document.calendar)
        was = before.tier if before else ""
        if after.tier != was:
            tier = next(tier for tier in ready.ladder.tiers if tier.key == after.tier)
            why = Phrase(
                _("{value} reach {tier}"),
                {
                    "value": ready.measure.said(value, ready.ladder, compiled.document),
                    "tier": texts(tier.name, tier.key),
                },
            )
            moves.append(TierMove(key, was, after.tier, "raised", why))
    return tuple(measures), tuple(moves)


def _trace(given: list[Earned]) -> tuple[RuleOutcome, ...]:
    outcomes: dict[str, tuple[dict[str, int], list[Phrase]]] = {}
    for each in given:
        amounts, reasons = outcomes.setdefault(each.rule.key, ({}, []))
        wallet = each.effect.wallet.key
        amounts[wallet] = amounts.get(wallet, 0) + each.units
        reasons += each.effect.amount.reasons(each.effect.params, each.effect.told, each.measured)
        reasons += each.notes
    return tuple(
        RuleOutcome(key, True, tuple(amounts.items()), tuple(reasons))
        for key, (amounts, reasons) in outcomes.items()
    )
