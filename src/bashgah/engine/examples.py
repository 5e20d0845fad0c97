"""Runs the examples that guard a rule: a fact and a state in plain values, and what the rule must give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from pydantic import ConfigDict, ValidationError
from pydantic import Field as Value

from bashgah.engine.compiling import compile_program
from bashgah.engine.criteria.saying import Names
from bashgah.engine.decisions import Explanation, RuleOutcome
from bashgah.engine.document import Example, Key, Program, Rule, Window
from bashgah.engine.explaining import explain
from bashgah.engine.facts import Fact, FactKind, Line
from bashgah.engine.limiting import TIMES, budget_slot
from bashgah.engine.parts import Part
from bashgah.engine.program import CompiledProgram, limit_key
from bashgah.engine.states import Slot, Standing, State
from bashgah.engine.windows import window_start
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts

USUAL_MOMENT = datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=3, minutes=30)))
"""When an example that names no moment happens: Saturday 30 Aban 1405 at noon in Tehran."""

_MONEY = 10**15


class LineCase(Part):
    """One invoice line of an example; quantity in thousandths, money in the smallest unit."""

    sku: str = ""
    name: str = ""
    category: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    quantity: int = Value(default=1000, gt=0, le=10**12)
    gross: int = Value(default=0, ge=0, le=_MONEY)
    discount: int = Value(default=0, ge=0, le=_MONEY)
    tax: int = Value(default=0, ge=0, le=_MONEY)
    paid_by_points: int = Value(default=0, ge=0, le=_MONEY)


class FactCase(Part):
    """The fact of an example; with lines, the totals are theirs, else ``gross`` is the amount alone."""

    at: datetime = USUAL_MOMENT
    lines: tuple[LineCase, ...] = Value(default=(), max_length=500)
    gross: int = Value(default=0, ge=0, le=_MONEY)
    discount: int = Value(default=0, ge=0, le=_MONEY)
    tax: int = Value(default=0, ge=0, le=_MONEY)
    shipping: int = Value(default=0, ge=0, le=_MONEY)
    paid_by_points: int = Value(default=0, ge=0, le=_MONEY)
    branch: str = ""
    region: str = ""
    city: str = ""
    channel: str = "pos"
    payment_methods: tuple[str, ...] = ()
    coupons: tuple[str, ...] = ()
    attributes: dict[str, Any] = {}

    model_config = ConfigDict(extra="forbid", frozen=True)


class StateCase(Part):
    """What is known of the example's member: tiers by ladder, fields, measures, units used by window.

    ``times`` is how often the rule gave in each window, ``counters`` what each counter holds before the fact
    (of a streak its length up to the window before, of ``days_since`` the days), ``budget`` what is left of
    the rule's budget; without it the budget is whole.
    """

    tiers: dict[Key, Key] = {}
    values: dict[str, Any] = {}
    measures: dict[Key, int] = {}
    used: dict[Window, int] = {}
    times: dict[Window, int] = {}
    counters: dict[Key, int] = {}
    budget: int | None = Value(default=None, ge=0)


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """How one example came out; ``reasons`` say what the rule did and why."""

    name: Texts
    ok: bool
    got: dict[str, int]
    expected: dict[str, int]
    reasons: tuple[Phrase, ...]


def run(program: Program, rule: Rule, names: Names | None = None) -> list[ExampleResult]:
    """Run a rule's examples in its program, as if the rule were live for everybody.

    ``names`` gives codes their names (branches, categories …) in the reasons. ``expect`` is what this rule
    alone gives by wallet; a wallet it does not name must get nothing. An example that cannot be read fails
    with the reason. Raises ``Refusal`` where the program itself cannot be compiled.
    """
    live = rule.model_copy(update={"stage": "live"})
    rules = tuple(live if each.key == rule.key else each for each in program.rules)
    if live not in rules:
        rules = (*rules, live)
    compiled = compile_program(program.model_copy(update={"rules": rules}), number=0)
    return [_result(compiled, live, example, names) for example in rule.examples]


def run_all(program: Program) -> dict[str, list[ExampleResult]]:
    """Run every rule's examples as ``run`` would; for live rules the program is compiled once."""
    compiled = compile_program(program, number=0)
    return {
        rule.key: [_result(compiled, rule, example) for example in rule.examples]
        if rule.stage == "live"
        else run(program, rule)
        for rule in program.rules
        if rule.examples
    }


def _result(
    compiled: CompiledProgram, rule: Rule, example: Example, names: Names | None = None
) -> ExampleResult:
    name = Texts(example.name.fa, example.name.en)
    expected = {wallet: units for wallet, units in example.expect.items() if units}
    try:
        fact = fact_read(example.fact, rule.trigger, compiled.document.currency)
        state = state_read(example.state, rule, fact, compiled)
    except ValidationError as error:
        where = "/".join(str(part) for part in error.errors()[0]["loc"])
        unread = Phrase(_("This example cannot be read: {where}"), {"where": where})
        return ExampleResult(name, False, {}, expected, (unread,))
    outcome = _outcome(rule, explain(compiled, state, fact, names))
    got = {wallet: units for wallet, units in outcome.amounts if units}
    return ExampleResult(name, got == expected, got, expected, outcome.reasons)


def _outcome(rule: Rule, explained: Explanation) -> RuleOutcome:
    for outcome in explained.outcomes:
        if outcome.rule == rule.key:
            return outcome
    return RuleOutcome(rule.key, False, (), ())


def fact_read(data: dict[str, Any], trigger: str, currency: str = "IRR") -> Fact:
    """Return the fact of plain values; another shape raises pydantic's ``ValidationError``."""
    case = FactCase.model_validate(data)
    at = case.at if case.at.tzinfo else case.at.replace(tzinfo=USUAL_MOMENT.tzinfo)
    kind: FactKind = (
        "custom" if trigger.startswith("custom:") else "visit" if trigger == "visit" else "purchase"
    )
    lines = tuple(Line(no, **line.model_dump()) for no, line in enumerate(case.lines, 1))
    totals = {
        name: sum(getattr(line, name) for line in lines) if lines else getattr(case, name)
        for name in ("gross", "discount", "tax", "paid_by_points")
    }
    return Fact(
        kind=kind,
        type=trigger.removeprefix("custom:"),
        occurred_at=at,
        local_at=at,
        branch=case.branch,
        region=case.region,
        city=case.city,
        channel=case.channel,
        currency=currency,
        lines=lines,
        lines_known=bool(lines) or kind != "purchase",
        shipping=case.shipping,
        payment_methods=case.payment_methods,
        coupons=case.coupons,
        attributes=case.attributes,
        **totals,
    )


def state_read(data: dict[str, Any], rule: Rule, fact: Fact, compiled: CompiledProgram) -> State:
    """Return the state of plain values; another shape raises pydantic's ``ValidationError``."""
    case = StateCase.model_validate(data)
    day, calendar = fact.local_at.date(), compiled.document.calendar
    used = {
        (limit_key(rule.key, effect.unit, window), window_start(window, day, calendar)): units
        for window, units in case.used.items()
        for effect in rule.effects
    }
    used |= {
        (limit_key(rule.key, TIMES, window), window_start(window, day, calendar)): times
        for window, times in case.times.items()
    }
    used |= _counted(case, compiled, day)
    return State(
        budgets=_budgets(case, rule, fact, compiled),
        values={name: _plain(value) for name, value in case.values.items()},
        standings={ladder: Standing(tier) for ladder, tier in case.tiers.items()},
        measures=case.measures,
        used=used,
    )


def _counted(case: StateCase, compiled: CompiledProgram, day: date) -> dict[tuple[str, date], int]:
    """Keep what the counters hold as a settlement would keep it."""
    found = {}
    for ready in compiled.counters:
        held = case.counters.get(ready.counter.key, 0)
        if ready.counter.counts == "days_since" and ready.counter.key in case.counters:
            found[ready.key, ready.start(day)] = day.toordinal() - held
        elif held:
            found[ready.key, ready.start(day, before=ready.counter.counts == "streak")] = held
    return found


def _budgets(case: StateCase, rule: Rule, fact: Fact, compiled: CompiledProgram) -> dict[Slot, int]:
    """Give every budget whole, that of the example's rule as the example says."""
    left = {}
    for ready in compiled.rules_for(rule.trigger):
        budget = ready.rule.budget
        if budget is not None:
            slot = budget_slot(ready.key, budget, fact, compiled.document.calendar)
            told = case.budget if ready.key == rule.key else None
            left[slot] = budget.most if told is None else told
    return left


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
