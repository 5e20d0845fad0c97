"""From exact units to a decision, in one fixed order: join, multiply, cap, round once."""

from __future__ import annotations

from bashgah.engine.counters import counted
from bashgah.engine.decisions import Credit, Decision, Grant, Spent, TierMove, Used
from bashgah.engine.earning import Earned
from bashgah.engine.exact import apportion, rounded_parts
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import standing_after
from bashgah.engine.limiting import budgeted, capped, spent_by, used_by
from bashgah.engine.measuring import Weights
from bashgah.engine.multiplying import multiply
from bashgah.engine.program import CompiledProgram, Traits, Usable
from bashgah.engine.stacking import joined
from bashgah.engine.states import State
from bashgah.engine.tracing import Telling
from bashgah.engine.words import texts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


def decided(
    compiled: CompiledProgram, state: State, fact: Fact, trigger: str, found: list[Earned]
) -> Decision:
    """Return the decision for what the rules of the fact's trigger earned.

    ``found`` is in the order of deciding: base amounts as exact units, multipliers as the part they add.
    """
    traits = compiled.traits.get(trigger)
    uses: tuple[Used, ...] = ()
    spent: tuple[Spent, ...] = ()
    whole = True
    if found and traits is not None and not traits.plain:
        uses, spent = weighed(compiled, traits, state, fact, found)
        whole = False
    grants: tuple[Grant, ...] = ()
    if traits is not None and traits.granting:
        grants, units = _grants(found, whole)
        credits_, earned = _credits(compiled, fact, units, whole)
    else:
        credits_, earned = _credits(compiled, fact, found, whole)
    measures, moves = _ladders(compiled, state, fact, earned)
    if compiled.counters:
        uses += counted(compiled.counters, state, fact)
    telling = Telling(compiled, state, found) if found else None
    return Decision(credits_, uses, moves, measures, telling, spent, grants)


def _grants(found: list[Earned], whole: bool) -> tuple[tuple[Grant, ...], list[Earned]]:
    """Part copies of rewards from units of wallets."""
    grants = []
    units = []
    for each in found:
        effect = each.effect
        if not effect.is_reward:
            units.append(each)
            continue
        if whole:
            each.units = each.num
        if each.units:
            terms = effect.rule.effects[effect.at]
            stays = terms.on_return == "keep"
            grants.append(Grant(terms.reward or "", each.units, effect.rule_key, terms.valid_days, stays))
    return tuple(grants), units


def weighed(
    compiled: CompiledProgram, traits: Traits, state: State, fact: Fact, found: list[Earned]
) -> tuple[tuple[Used, ...], tuple[Spent, ...]]:
    """Join, multiply, cap and round what was found; return what counts against limits and budgets.

    Afterwards each hit has its whole units.
    """
    uses: tuple[Used, ...] = ()
    spent: tuple[Spent, ...] = ()
    multiplied(found, grouped=traits.grouped, some=traits.multiplied)
    limited = [each for each in found if each.effect.rule.limits] if traits.limited else []
    shared = [each for each in found if each.effect.rule.budget is not None] if traits.budgeted else []
    windows = capped(compiled, state, fact, limited) if limited else {}
    if shared:
        budgeted(compiled, state, fact, shared)
    if traits.fractional or traits.grouped or traits.multiplied or shared:
        round_once(found)
    else:
        for each in found:
            each.units = each.num
    if limited:
        uses = used_by(limited, windows, fact, compiled.document.calendar)
    if shared:
        spent = spent_by(shared, fact, compiled.document.calendar)
    return uses, spent


def _credits(
    compiled: CompiledProgram, fact: Fact, found: list[Earned], whole: bool
) -> tuple[tuple[Credit, ...], dict[str, int]]:
    """Return the credits and their sums by wallet; ``whole`` says that exact units are whole already."""
    given = []
    sums: dict[str, int] = {}
    clocks, local_at = compiled.clocks, fact.local_at
    usable: dict[str, Usable] = {}
    for each in found:
        if whole:
            each.units = each.num
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


def round_once(found: list[Earned]) -> None:
    """Round each wallet's sum once by its policy and share it among the rules that make it up."""
    by_wallet: dict[str, list[Earned]] = {}
    for each in found:
        if each.den == 1:
            each.units = each.num
        else:
            by_wallet.setdefault(each.effect.wallet_key, []).append(each)
    for parts in by_wallet.values():
        policy = parts[0].effect.wallet.rounding
        for each, whole in zip(parts, rounded_parts([(p.num, p.den) for p in parts], policy), strict=True):
            each.units = whole


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
