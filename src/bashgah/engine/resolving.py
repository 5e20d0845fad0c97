"""From exact units to a decision, in one fixed order: join, multiply, cap, round once."""

from __future__ import annotations

from datetime import date

from bashgah.engine.decisions import Credit, Decision, TierMove, Used
from bashgah.engine.earning import Earned
from bashgah.engine.exact import apportion, rounded_parts, total
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import standing_after
from bashgah.engine.measuring import Weights
from bashgah.engine.multiplying import multiply
from bashgah.engine.program import CompiledProgram, Usable, limit_key
from bashgah.engine.stacking import joined
from bashgah.engine.states import State
from bashgah.engine.tracing import Telling
from bashgah.engine.windows import window_start
from bashgah.engine.words import texts, units
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

AT_MOST = {
    "day": _("at most {most} a day, {left} were left"),
    "week": _("at most {most} a week, {left} were left"),
    "month": _("at most {most} a month, {left} were left"),
    "year": _("at most {most} a year, {left} were left"),
    "ever": _("at most {most} in all, {left} were left"),
}
Windows = dict[tuple[str, str], list[tuple[str, date]]]
"""By rule and wallet: the limits and windows in which its units count."""


def decided(
    compiled: CompiledProgram, state: State, fact: Fact, trigger: str, found: list[Earned]
) -> Decision:
    """Return the decision for what the rules of the fact's trigger earned.

    ``found`` is in the order of deciding: base amounts as exact units, multipliers as the part they add.
    """
    traits = compiled.traits.get(trigger)
    uses: tuple[Used, ...] = ()
    plain = traits is None or traits.plain
    if traits is not None and not plain:
        multiplied(found, grouped=traits.grouped, some=traits.multiplied)
        windows = capped(compiled, state, fact, found) if traits.limited else {}
        round_once(compiled, found)
        uses = _used(found, windows) if windows else ()
    credits_, earned = _credits(compiled, fact, found, plain)
    measures, moves = _ladders(compiled, state, fact, earned)
    telling = Telling(compiled, state, found) if found else None
    return Decision(credits_, uses, moves, measures, telling)


def _credits(
    compiled: CompiledProgram, fact: Fact, found: list[Earned], plain: bool
) -> tuple[tuple[Credit, ...], dict[str, int]]:
    """Return the credits and their sums by wallet; in a plain program exact units are whole already."""
    given = []
    sums: dict[str, int] = {}
    clocks, local_at = compiled.clocks, fact.local_at
    usable: dict[str, Usable] = {}
    for each in found:
        if plain:
            units = each.units = each.num
        else:
            units = each.units
            if not units:
                continue
        effect, weights = each.effect, each.weights
        key = effect.wallet_key
        if key in usable:
            opens, expires, confirm_by = usable[key]
            sums[key] += units
        else:
            opens, expires, confirm_by = usable[key] = clocks[key].usable(local_at)
            sums[key] = units
        base = ((weights[0][0], units),) if len(weights) == 1 else _parts(units, weights)
        given.append(effect.done(key, units, effect.rule_key, opens, expires, base, confirm_by))
    return tuple(given), sums


def _parts(units: int, weights: Weights) -> Weights:
    """Share units among lines by their weights."""
    parts = apportion(units, [weight for _no, weight in weights])
    return tuple([(no, part) for (no, _weight), part in zip(weights, parts, strict=True)])


def multiplied(found: list[Earned], *, grouped: bool, some: bool) -> None:
    """Join rules of a group and turn each multiplier into units: its part of the base it multiplies.

    Multipliers each add their own part of the base and never multiply one another, so their order cannot
    matter. What a group leaves out keeps its place with no units and the reason.
    """
    if grouped:
        joined(found)
    elif some:
        bases = [base for base in found if not base.effect.amount.multiplies]
        for each in found:
            if each.effect.amount.multiplies:
                multiply(each, bases)


def capped(compiled: CompiledProgram, state: State, fact: Fact, found: list[Earned]) -> Windows:
    """Trim what passes a rule's limits, saying so; return the windows in which each rule's units count."""
    windows: Windows = {}
    left: dict[tuple[str, date], tuple[int, int]] = {}
    day, calendar = fact.local_at.date(), compiled.document.calendar
    for each in found:
        limits = each.effect.rule.limits
        if not limits:
            continue
        rule, wallet = each.effect.rule_key, each.effect.wallet
        counted = windows.setdefault((rule, wallet.key), [])
        keys = []
        for limit in limits:
            key = limit_key(rule, wallet.key, limit.window), window_start(limit.window, day, calendar)
            keys.append(key)
            if key not in left:
                left[key] = max(0, limit.most - state.used.get(key, 0)), 1
                counted.append(key)
            num, den = left[key]
            if each.num * den > num * each.den:
                program = compiled.document
                told = {
                    "most": units(limit.most, wallet, program),
                    "left": units(num // den, wallet, program),
                }
                each.notes += (Phrase(AT_MOST[limit.window], told),)
                each.num, each.den = num, den
        for key in keys:
            left[key] = total([left[key], (-each.num, each.den)])
    return windows


def round_once(compiled: CompiledProgram, found: list[Earned]) -> None:
    """Round each wallet's sum once by its policy and share it among the rules that make it up."""
    by_wallet: dict[str, list[Earned]] = {}
    for each in found:
        if each.den == 1:
            each.units = each.num
        else:
            by_wallet.setdefault(each.effect.wallet_key, []).append(each)
    for key, parts in by_wallet.items():
        policy = compiled.wallets[key].rounding
        for each, whole in zip(parts, rounded_parts([(p.num, p.den) for p in parts], policy), strict=True):
            each.units = whole


def _used(found: list[Earned], windows: Windows) -> tuple[Used, ...]:
    sums: dict[tuple[str, date], int] = {}
    for each in found:
        if each.units:
            for window in windows.get((each.effect.rule_key, each.effect.wallet_key), ()):
                sums[window] = sums.get(window, 0) + each.units
    return tuple(Used(key, start, amount) for (key, start), amount in sums.items())


def _ladders(
    compiled: CompiledProgram, state: State, fact: Fact, earned: dict[str, int]
) -> tuple[tuple[tuple[str, int], ...], tuple[TierMove, ...]]:
    if not compiled.ladders:
        return (), ()
    measures = []
    moves: list[TierMove] = []
    for key, ready in compiled.ladders.items():
        added = ready.measure.adds(fact, earned, ready.status)
        measures.append((key, added))
        value = state.measures.get(key, 0) + added
        before = state.standings.get(key)
        was = before.tier if before is not None else ""
        if value < ready.nexts.get(was, -1):
            continue
        after = standing_after(ready.ladder, value, before, fact.local_at.date(), compiled.document.calendar)
        if after.tier != was:
            tier = next(tier for tier in ready.ladder.tiers if tier.key == after.tier)
            said = ready.measure.said(value, ready.ladder, compiled.document)
            why = Phrase(_("{value} reach {tier}"), {"value": said, "tier": texts(tier.name, tier.key)})
            moves.append(TierMove(key, was, after.tier, "raised", why))
    return tuple(measures), tuple(moves)
