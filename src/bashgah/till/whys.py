"""Why a purchase gives what it gives, as the small sum the cashier can read out."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext

from bashgah.activities.whys import ActivityWhy
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Explanation, RuleOutcome
from bashgah.engine.document import Program
from bashgah.engine.unheard import nearly_earned
from bashgah.engine.words import texts
from bashgah.kit import formats
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.till.counter import Counter
from bashgah.ui.types import Why, WhyRow

POINTS = "points"
NEARLY_MOST = 2


def of_explanation(counter: Counter, compiled: CompiledProgram, explanation: Explanation) -> Why | None:
    """Every rule in force: what gave, and in grey what did not and why."""
    told = explanation.for_members().outcomes
    return _why(counter, compiled.document, told, dict(explanation.totals).get(POINTS, 0))


def of_activity(counter: Counter, found: ActivityWhy) -> Why | None:
    """What was recorded: the rules that gave, and in grey every other rule of that moment and why not."""
    total = dict(found.explanation.totals).get(POINTS, 0)
    why = _why(counter, found.program, found.explanation.for_members().outcomes, total)
    if why is None or not found.discounts:
        return why
    off = tuple(WhyRow(each.name.say(counter.lang), counter.say(each.why), "") for each in found.discounts)
    return replace(why, rows=(*off, *why.rows))


def nearly(counter: Counter, found: ActivityWhy) -> tuple[str, ...]:
    """What was nearly earned: rules that only lacked more of one thing, with what was missing."""
    lacking = [outcome for outcome in found.explanation.for_members().outcomes if nearly_earned(outcome)]
    return tuple(
        counter.say(
            Phrase(_("Nearly: {rule}. {reason}."), {"rule": found.name(each.rule), "reason": each.reasons[0]})
        )
        for each in lacking[:NEARLY_MOST]
    )


def _why(counter: Counter, program: Program, outcomes: tuple[RuleOutcome, ...], total: int) -> Why | None:
    names = {rule.key: texts(rule.name, rule.key).say(counter.lang) for rule in program.rules}
    rows = [
        (
            not outcome.fired,
            len(outcome.reasons),
            _row(counter, names.get(outcome.rule, outcome.rule), outcome),
        )
        for outcome in outcomes
    ]
    if not rows:
        return None
    return Why(
        title=gettext("Why these points?"),
        rows=tuple(row for *_order, row in sorted(rows, key=lambda each: each[:2])),
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
        quiet=not any(units for _unit, units in outcome.amounts),
    )


def _said(counter: Counter, outcome: RuleOutcome) -> list[str]:
    return [counter.say(reason) for reason in outcome.reasons]
