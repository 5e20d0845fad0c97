"""Why a purchase gives what it gives, as the small sum the cashier can read out."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Explanation, RuleOutcome
from bashgah.engine.words import texts
from bashgah.kit import formats
from bashgah.till.counter import Counter
from bashgah.ui.types import Why, WhyRow

POINTS = "points"


def of_explanation(counter: Counter, compiled: CompiledProgram, explanation: Explanation) -> Why | None:
    """Every rule in force: what gave, and in grey what did not and why."""
    return _why(
        counter, compiled, explanation.for_members().outcomes, dict(explanation.totals).get(POINTS, 0)
    )


def of_reasons(
    counter: Counter, compiled: CompiledProgram, outcomes: Iterable[RuleOutcome], total: int
) -> Why | None:
    """The rules that gave something, as the settlement answered."""
    return _why(counter, compiled, tuple(outcomes), total)


def _why(
    counter: Counter, compiled: CompiledProgram, outcomes: tuple[RuleOutcome, ...], total: int
) -> Why | None:
    names = {rule.key: texts(rule.name, rule.key).say(counter.lang) for rule in compiled.document.rules}
    rows = [_row(counter, names.get(outcome.rule, outcome.rule), outcome) for outcome in outcomes]
    if not rows:
        return None
    return Why(
        title=gettext("Why these points?"),
        rows=tuple(sorted(rows, key=lambda row: row.quiet)),
        total=formats.signed(total, counter.lang),
    )


def _row(counter: Counter, name: str, outcome: RuleOutcome) -> WhyRow:
    points = dict(outcome.amounts).get(POINTS, 0)
    return WhyRow(
        step=name,
        text="؛ ".join(_said(counter, outcome))
        if counter.lang == "fa"
        else "; ".join(_said(counter, outcome)),
        amount=formats.signed(points, counter.lang) if points else "",
        quiet=not points,
    )


def _said(counter: Counter, outcome: RuleOutcome) -> list[str]:
    return [counter.say(reason) for reason in outcome.reasons]
