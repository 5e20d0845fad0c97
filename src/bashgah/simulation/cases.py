"""Makes an example of a rule from something that really happened, without a word about who it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from bashgah.activities.recent import RecentFact, fact_get
from bashgah.activities.running import running_read
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, compile_program, examples
from bashgah.engine.criteria.tree import state_fields, walk
from bashgah.engine.document import BothTexts, Example, Program, Rule
from bashgah.engine.facts import Fact, Line
from bashgah.engine.ladders import tier_in_force
from bashgah.engine.limiting import TIMES
from bashgah.engine.piloting import MEMBER
from bashgah.engine.program import ReadyRule, limit_key, trigger_of
from bashgah.engine.states import State
from bashgah.engine.windows import window_start
from bashgah.ground.batch import cursor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import program_by_number
from bashgah.simulation.touching import state_of

_LINE = ("sku", "name", "category", "brand", "tags", "quantity", "gross", "discount", "tax", "paid_by_points")
_USUAL = {name: getattr(Line(1), name) for name in _LINE}
_TOTALS = ("gross", "discount", "tax", "paid_by_points")


def example_of(*, club: ClubInfo, program: Program, rule: Rule, activity_id: UUID) -> Example:
    """Return an example of a settled fact: its basket, what the rule reads of the state, what it now gives.

    Only what the rule looks at is taken of the member, as plain values: no id, name or contact. A fact that
    does not begin this rule is refused with ``example_of_another_kind`` (422).
    """
    found = fact_get(club, activity_id)
    if trigger_of(found.fact.kind, found.fact.type) != rule.trigger:
        raise Refusal(
            "example_of_another_kind",
            Phrase(_("This rule does not begin with such an activity.")),
            status=422,
        )
    live = rule.model_copy(update={"stage": "live", "pilot": None})
    rules = [each for each in program.rules if each.key != rule.key]
    compiled = compile_program(
        program.model_copy(update={"rules": (*rules, live)}), number=0, currency=club.currency
    )
    ready = next(each for each in compiled.rules_for(rule.trigger) if each.key == rule.key)
    state = _known(club, compiled, found)
    made = Example(
        name=BothTexts(),
        fact=_fact(found.fact, ready),
        state=_state(state, found.fact, ready, compiled),
        expect={},
    )
    (result,) = examples.run(program, live.model_copy(update={"examples": (made,)}))
    return made.model_copy(update={"expect": result.got})


def _known(club: ClubInfo, compiled: CompiledProgram, found: RecentFact) -> State:
    with cursor() as cur:
        members = running_read(cur, club, [found.member_id], compiled.needs, {found.fact.local_at.date()})
    then = program_by_number(club, found.program).needs
    return state_of(then, compiled, members[found.member_id], found)


def _fact(fact: Fact, ready: ReadyRule) -> dict[str, Any]:
    """The fact in plain values, what is usual left out; free texts only where the rule looks at them."""
    found: dict[str, Any] = {"at": fact.local_at.isoformat()}
    lines = [
        {name: _plain(value) for name in _LINE if (value := getattr(line, name)) != _USUAL[name]}
        for line in fact.lines
    ]
    if lines:
        found["lines"] = lines
    else:
        found |= {name: value for name in _TOTALS if (value := getattr(fact, name))}
    for name in ("shipping", "branch", "region", "city"):
        if value := getattr(fact, name):
            found[name] = value
    if fact.channel != "pos":
        found["channel"] = fact.channel
    if fact.payment_methods:
        found["payment_methods"] = list(fact.payment_methods)
    read = {each.field.key for each in walk(ready.when) if hasattr(each, "field")}
    if "purchase.coupons" in read and fact.coupons:
        found["coupons"] = list(fact.coupons)
    attributes = {name: value for name, value in fact.attributes.items() if f"activity.{name}" in read}
    return found | ({"attributes": attributes} if attributes else {})


def _state(state: State, fact: Fact, ready: ReadyRule, compiled: CompiledProgram) -> dict[str, Any]:
    found: dict[str, Any] = {}
    values = {
        name: _plain(value)
        for name in sorted(state_fields(ready.when) - {MEMBER})
        if (value := state.values.get(name)) is not None
    }
    if values:
        found["values"] = values
    tiers = {
        key: tier_in_force(compiled.ladders[key].ladder, state.standings.get(key))
        for key in sorted(_ladders(ready))
        if key in compiled.ladders
    }
    if tiers:
        found["tiers"] = tiers
    found |= {name: kept for name, kept in _used(state, fact, ready, compiled).items() if kept}
    return found


def _ladders(ready: ReadyRule) -> set[str]:
    """The ladders whose tier decides: those of the conditions and those of the amounts."""
    found = {
        each.field.name for each in walk(ready.when) if hasattr(each, "field") and each.field.type == "tier"
    }
    return found.union(*(effect.amount.ladders(effect.params) for effect in ready.effects))


def _used(
    state: State, fact: Fact, ready: ReadyRule, compiled: CompiledProgram
) -> dict[str, Mapping[str, int]]:
    """What was used of the rule's own caps before the fact, and what the counters it reads held."""
    day, calendar = fact.local_at.date(), compiled.document.calendar
    units: dict[str, int] = {}
    times: dict[str, int] = {}
    for limit in ready.rule.limits:
        key = TIMES if limit.of == "times" else ready.effects[0].wallet.key
        start = window_start(limit.window, day, calendar)
        if held := state.used.get((limit_key(ready.rule.counts_as, key, limit.window), start)):
            (times if limit.of == "times" else units)[limit.window] = held
    return {"used": units, "times": times, "counters": _counters(state, day, ready, compiled)}


def _counters(state: State, day: date, ready: ReadyRule, compiled: CompiledProgram) -> dict[str, int]:
    read = {
        each.field.name
        for each in walk(ready.when)
        if hasattr(each, "field") and each.field.source == "counters"
    }
    found: dict[str, int] = {}
    for counter in compiled.counters:
        if counter.counter.key not in read:
            continue
        streak = counter.counter.counts == "streak"
        kept = state.used.get((counter.key, counter.start(day, before=streak)), 0)
        if counter.counter.counts == "days_since" and kept:
            found[counter.counter.key] = max(0, day.toordinal() - kept)
        elif kept:
            found[counter.counter.key] = kept
    return found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
