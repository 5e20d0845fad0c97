"""Explains a fact: what every rule in force did with it, and why the others did nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.criteria.saying import WEEKDAYS, Names, either, why_not
from bashgah.engine.decisions import Explanation, RuleOutcome
from bashgah.engine.document import Occasion, Schedule
from bashgah.engine.earning import earned, effect_earned, in_schedule, scene_of, tiers_of
from bashgah.engine.facts import Fact
from bashgah.engine.piloting import in_pilot
from bashgah.engine.program import CompiledProgram, ReadyPilot, ReadyRule, trigger_of
from bashgah.engine.resolving import decided
from bashgah.engine.rules.measured import Measured
from bashgah.engine.states import State
from bashgah.engine.words import hour, texts, units
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


def explain(compiled: CompiledProgram, state: State, fact: Fact, names: Names | None = None) -> Explanation:
    """Return the full why of a fact: what each rule gave, as ``decide`` traced it, or why it gave nothing.

    Its sums equal the decision's credits; rules in shadow say what they would have given. ``names`` gives
    codes their names (branches, categories …).
    """
    trigger = trigger_of(fact.kind, fact.type)
    decision = decided(compiled, state, fact, trigger, earned(compiled, state, fact))
    fired = {outcome.rule: outcome for outcome in decision.trace}
    scene = scene_of(compiled, state, fact)
    outcomes = tuple(
        fired.get(ready.key) or _unfired(compiled, ready, scene, names)
        for ready in compiled.rules_for(trigger)
    )
    if compiled.shadow is not None:
        outcomes = _with_trials(compiled.shadow, outcomes, scene, names)
    totals: dict[str, int] = {}
    for credit in decision.given:
        totals[credit.wallet] = totals.get(credit.wallet, 0) + credit.amount
    return Explanation(outcomes, tuple(totals.items()), decision.tier_moves)


def _unfired(compiled: CompiledProgram, ready: ReadyRule, scene: Scene, names: Names | None) -> RuleOutcome:
    if ready.pilot is not None and not in_pilot(ready.pilot, scene.fact, scene.state):
        return RuleOutcome(ready.key, False, (), (_left_out(ready.pilot, scene),), is_trial=True)
    return RuleOutcome(ready.key, False, (), _reasons(compiled, ready, scene, names))


def _left_out(pilot: ReadyPilot, scene: Scene) -> Phrase:
    """Say why a member is not in a pilot: of another group than it is for, or not drawn."""
    if not holds(pilot.when, scene):
        return Phrase(_("it is in pilot for a group of members to which this member does not belong"))
    told = {"percent": pilot.percent}
    return Phrase(_("it is in pilot for {percent} percent, and this member is not among them"), told)


def _with_trials(
    shadow: CompiledProgram, outcomes: tuple[RuleOutcome, ...], scene: Scene, names: Names | None
) -> tuple[RuleOutcome, ...]:
    """Put what the rules in shadow would have done in its place among what the others did."""
    trigger = trigger_of(scene.fact.kind, scene.fact.type)
    decision = decided(shadow, scene.state, scene.fact, trigger, earned(shadow, scene.state, scene.fact))
    would = {outcome.rule: outcome for outcome in decision.trace}
    known = {outcome.rule: outcome for outcome in outcomes}
    told = []
    for ready in shadow.rules_for(trigger):
        if ready.rule.stage != "shadow":
            told.append(known[ready.key])
            continue
        reasons: tuple[Phrase, ...]
        if (found := would.get(ready.key)) is None:
            nothing = Phrase(_("in shadow: it would have given nothing"))
            reasons = nothing, *_reasons(shadow, ready, scene, names)
        else:
            reasons = *_would_give(shadow, found), *found.reasons
        told.append(RuleOutcome(ready.key, False, (), reasons, is_trial=True))
    return tuple(told)


def _would_give(shadow: CompiledProgram, found: RuleOutcome) -> Iterator[Phrase]:
    for wallet, amount in found.amounts:
        counted = shadow.unit(wallet)
        given = units(amount, counted, shadow.document) if counted is not None else wallet
        yield Phrase(_("in shadow: it would have given {units}"), {"units": given})


def _reasons(
    compiled: CompiledProgram, ready: ReadyRule, scene: Scene, names: Names | None
) -> tuple[Phrase, ...]:
    if ready.needs_lines and not scene.fact.lines_known:
        return (Phrase(_("not judged: the purchase was recorded by amount alone, without invoice lines")),)
    if not in_schedule(ready.rule.schedule, scene.fact, ready.only, ready.never):
        return schedule_reasons(ready.rule.schedule, scene.fact, ready.only, ready.never)
    if found := why_not(ready.when, scene, names):
        return found
    tiers, multipliers = tiers_of(compiled, scene.state)
    reasons: list[Phrase] = []
    for effect in ready.effects:
        seen = effect_earned(effect, scene, tiers, multipliers)
        if scene.fact.lines and not seen.weights:
            reasons.append(Phrase(_("none of the invoice lines counts for this rule")))
        else:
            told = Measured(seen.money, seen.quantity, tiers, multipliers)
            reasons += effect.amount.reasons(effect.params, effect.told, told)
    return tuple(each for i, each in enumerate(reasons) if each not in reasons[:i])


def schedule_reasons(
    schedule: Schedule, fact: Fact, only: tuple[Occasion, ...] = (), never: tuple[Occasion, ...] = ()
) -> tuple[Phrase, ...]:
    """Return why a schedule does not hold the fact's moment."""
    if schedule.starts_at is not None and fact.occurred_at < schedule.starts_at:
        return (Phrase(_("it starts on {date}"), {"date": schedule.starts_at}),)
    if schedule.ends_at is not None and fact.occurred_at >= schedule.ends_at:
        return (Phrase(_("it ended on {date}"), {"date": schedule.ends_at}),)
    reasons = []
    if schedule.weekdays and not in_schedule(Schedule(weekdays=schedule.weekdays), fact):
        days = either([Phrase(WEEKDAYS[day]) for day in schedule.weekdays], "in")
        reasons.append(Phrase(_("it applies only on {days}"), {"days": days}))
    if only and not in_schedule(Schedule(), fact, only):
        named = either([Phrase("{name}", {"name": texts(each.name, each.key)}) for each in only], "in")
        reasons.append(Phrase(_("it applies only at {occasions}"), {"occasions": named}))
    if never and not in_schedule(Schedule(), fact, (), never):
        named = either([Phrase("{name}", {"name": texts(each.name, each.key)}) for each in never], "in")
        reasons.append(Phrase(_("it does not apply at {occasions}"), {"occasions": named}))
    if schedule.from_hour is not None or schedule.to_hour is not None:
        said = {"begin": hour(schedule.from_hour, "00:00"), "end": hour(schedule.to_hour, "24:00")}
        reasons.append(Phrase(_("it applies only from {begin} to {end}"), said))
    return tuple(reasons)
