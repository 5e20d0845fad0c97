"""Earned: exact units before they are joined, multiplied, capped and rounded; found by walking the trees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import msgspec

from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.document import Occasion, Schedule
from bashgah.engine.exact import Ratio
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import tier_in_force
from bashgah.engine.measuring import Weights, measured
from bashgah.engine.occasions import falls_on
from bashgah.engine.piloting import in_pilot
from bashgah.engine.program import CompiledProgram, ReadyEffect, ReadyRule, trigger_of
from bashgah.engine.rules.measured import Measured
from bashgah.engine.states import State
from bashgah.engine.windows import weekday
from bashgah.kit.phrases import Phrase


class Earned(msgspec.Struct, gc=False):
    """What one effect of one rule gives so far: ``num/den`` exact units, on lines by weight.

    ``place`` is the effect's in the order of deciding. For a multiplier the fraction is the part it adds to
    its base, until it is turned into units. ``money`` and ``quantity`` are what was measured; ``notes``
    collects what happened to it on the way (joined, capped), for the person who asks why.
    """

    place: int
    effect: ReadyEffect
    num: int
    den: int
    weights: Weights
    money: int
    quantity: int
    notes: tuple[Phrase, ...] = ()
    units: int = 0


def in_schedule(
    schedule: Schedule, fact: Fact, only: tuple[Occasion, ...] = (), never: tuple[Occasion, ...] = ()
) -> bool:
    """Say whether a rule's schedule holds the fact's moment.

    Instants are half-open. Hours may pass midnight; the hours after it belong to the day that began them,
    its weekday and its occasions. ``only`` and ``never`` are the occasions that the schedule names.
    """
    if schedule.starts_at is not None and fact.occurred_at < schedule.starts_at:
        return False
    if schedule.ends_at is not None and fact.occurred_at >= schedule.ends_at:
        return False
    day = _day_in_hours(schedule, fact)
    if day is None or (schedule.weekdays and weekday(day) not in schedule.weekdays):
        return False
    if only and not any(falls_on(occasion, day) for occasion in only):
        return False
    return not any(falls_on(occasion, day) for occasion in never)


def _day_in_hours(schedule: Schedule, fact: Fact) -> date | None:
    """Return the day to which the fact's hour belongs, or None outside the schedule's hours."""
    day, now = fact.local_at.date(), fact.local_at.time()
    begin, end = schedule.from_hour, schedule.to_hour
    if begin is not None and end is not None and begin > end:
        if end <= now < begin:
            return None
        return day - timedelta(days=1) if now < end else day
    outside = (begin is not None and now < begin) or (end is not None and now >= end)
    return None if outside else day


def scene_of(compiled: CompiledProgram, state: State, fact: Fact) -> Scene:
    """Return what criteria are judged on."""
    return Scene(fact, state, compiled.document.calendar)


def tiers_of(compiled: CompiledProgram, state: State) -> tuple[dict[str, str], dict[str, int]]:
    """Return the tier in force on each ladder, and its multiplier in thousandths."""
    tiers = {
        key: tier_in_force(ready.ladder, state.standings.get(key)) for key, ready in compiled.ladders.items()
    }
    return tiers, {key: compiled.ladders[key].multipliers[tier] for key, tier in tiers.items()}


def earned(compiled: CompiledProgram, state: State, fact: Fact) -> list[Earned]:
    """Return what each live rule gives for the fact, in order, by walking every rule's tree.

    Slow and plain: the meaning that generated code is held to, and what ``explain`` uses.
    """
    scene = scene_of(compiled, state, fact)
    tiers, multipliers = tiers_of(compiled, state)
    found = []
    for ready in compiled.rules_for(trigger_of(fact.kind, fact.type)):
        if fires(ready, scene):
            found += [
                each
                for effect in ready.effects
                if (each := effect_earned(effect, scene, tiers, multipliers)).num
            ]
    return found


def fires(ready: ReadyRule, scene: Scene) -> bool:
    """Say whether a rule applies to the fact, whatever it then gives."""
    if ready.needs_lines and not scene.fact.lines_known:
        return False
    if ready.pilot is not None and not in_pilot(ready.pilot, scene.fact, scene.state):
        return False
    return in_schedule(ready.rule.schedule, scene.fact, ready.only, ready.never) and holds(ready.when, scene)


def effect_earned(
    effect: ReadyEffect, scene: Scene, tiers: dict[str, str], multipliers: dict[str, int]
) -> Earned:
    """Measure the fact for one effect and take its exact units; where no line counts there are none."""
    money, quantity, weights = measured(scene, effect.basis, effect.lines, effect.excluded)
    chosen = effect.lines is not None or effect.excluded is not None
    if not weights and (chosen or scene.fact.lines):
        return Earned(effect.place, effect, 0, 1, weights, money, quantity)
    num, den = effect.amount.units(effect.params, Measured(money, quantity, tiers, multipliers))
    return Earned(effect.place, effect, num, den, weights, money, quantity)


def units_reader(compiled: CompiledProgram, effect: ReadyEffect) -> Callable[[int, int, State], Ratio]:
    """Return the function that takes an effect's exact units, for generated code."""
    amount, params = effect.amount, effect.params
    if not amount.ladders(params):
        return lambda money, quantity, _state: amount.units(params, Measured(money, quantity))

    def read(money: int, quantity: int, state: State) -> Ratio:
        return amount.units(params, Measured(money, quantity, *tiers_of(compiled, state)))

    return read
