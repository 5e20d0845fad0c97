"""Says why a rule of a version was not asked about a fact: it waits for something else or was not live."""

from __future__ import annotations

from bashgah.engine.activities import type_name
from bashgah.engine.criteria.saying import MORE_NEEDED
from bashgah.engine.decisions import RuleOutcome
from bashgah.engine.document import Program, Rule
from bashgah.engine.facts import Fact
from bashgah.engine.program import trigger_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_STAGES = {
    "draft": _("it was a draft then and gave nothing to anybody"),
    "ended": _("it had ended by then"),
}
_TRIGGERS = {
    "purchase": _("it waits for a purchase, and this was none"),
    "visit": _("it waits for a visit, and this was none"),
}


def unheard(document: Program, fact: Fact) -> tuple[RuleOutcome, ...]:
    """Return the rules of a version that were never asked about a fact, each with the reason; in its order.

    Together with ``explain`` of the same version every rule is there once.
    """
    trigger = trigger_of(fact.kind, fact.type)
    return tuple(
        RuleOutcome(rule.key, False, (), (reason,))
        for rule in document.rules
        if (reason := _reason(document, rule, trigger)) is not None
    )


def no_such_rule(number: int, key: str) -> RuleOutcome:
    """Return the outcome of a rule that a version did not have."""
    reason = Phrase(_("version {number} of the program, in force then, had no such rule"), {"number": number})
    return RuleOutcome(key, False, (), (reason,))


def nearly_earned(outcome: RuleOutcome) -> bool:
    """Say whether a rule only lacked more of one thing, so that a little more of it would have given."""
    return not outcome.fired and len(outcome.reasons) == 1 and outcome.reasons[0].msgid in MORE_NEEDED


def changed_since(then: Program, now: Program) -> dict[str, str]:
    """Return which rules of one version another has no more (``removed``) or has otherwise (``changed``)."""
    later = {rule.key: rule for rule in now.rules}
    found = {}
    for rule in then.rules:
        if rule.key not in later:
            found[rule.key] = "removed"
        elif later[rule.key] != rule:
            found[rule.key] = "changed"
    return found


def _reason(document: Program, rule: Rule, trigger: str) -> Phrase | None:
    if rule.stage in _STAGES:
        return Phrase(_STAGES[rule.stage])
    if rule.trigger == trigger:
        return None
    if rule.trigger in _TRIGGERS:
        return Phrase(_TRIGGERS[rule.trigger])
    name = rule.trigger.removeprefix("custom:")
    return Phrase(_("it waits for “{activity}”, and this was none"), {"activity": type_name(document, name)})
