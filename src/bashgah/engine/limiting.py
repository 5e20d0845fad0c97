"""Limits of one member and budgets of all: what passes them is trimmed, and it is said."""

from __future__ import annotations

from datetime import date

from bashgah.engine.decisions import Spent, Used
from bashgah.engine.document import Budget, Wallet
from bashgah.engine.earning import Earned
from bashgah.engine.exact import Ratio, total
from bashgah.engine.facts import Fact
from bashgah.engine.program import CompiledProgram, limit_key, trigger_of
from bashgah.engine.states import Slot, State
from bashgah.engine.windows import window_start
from bashgah.engine.words import money, units
from bashgah.kit.jalali import Calendar
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

AT_MOST = {
    "day": _("at most {most} a day, {left} were left"),
    "week": _("at most {most} a week, {left} were left"),
    "month": _("at most {most} a month, {left} were left"),
    "year": _("at most {most} a year, {left} were left"),
    "ever": _("at most {most} in all, {left} were left"),
}
OFTEN = {
    "day": _("at most {most} times a day, and today it was already given so often"),
    "week": _("at most {most} times a week, and this week it was already given so often"),
    "month": _("at most {most} times a month, and this month it was already given so often"),
    "year": _("at most {most} times a year, and this year it was already given so often"),
    "ever": _("at most {most} times in all, and it was already given so often"),
}
TIMES = "#times"
"""Stands where a limit's key names a wallet, for limits of how often a rule gives."""

Windows = dict[tuple[str, str], list[tuple[str, date]]]
"""By rule and wallet: the limits and windows in which its units count."""


def capped(compiled: CompiledProgram, state: State, fact: Fact, found: list[Earned]) -> Windows:
    """Trim what passes a rule's limits and budgets, saying so; return the windows in which units count."""
    windows: Windows = {}
    left: dict[tuple[str, date], Ratio] = {}
    day, calendar = fact.local_at.date(), compiled.document.calendar
    for each in found:
        limits = each.effect.rule.limits
        if not limits:
            continue
        rule, wallet = each.effect.rule_key, each.effect.wallet
        counted = windows.setdefault((rule, wallet.key), [])
        keys = []
        for limit in limits:
            if limit.of == "times":
                _often(each, limit.window, limit.most, state, day, calendar)
                continue
            key = (
                limit_key(each.effect.counts_as, wallet.key, limit.window),
                window_start(limit.window, day, calendar),
            )
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


def _often(  # noqa: PLR0917 private, one limit in its moment
    each: Earned, window: str, most: int, state: State, day: date, calendar: Calendar
) -> None:
    key = limit_key(each.effect.counts_as, TIMES, window), window_start(window, day, calendar)
    if state.used.get(key, 0) >= most and each.num:
        each.notes += (Phrase(OFTEN[window], {"most": most}),)
        each.num, each.den = 0, 1


def budgeted(compiled: CompiledProgram, state: State, fact: Fact, found: list[Earned]) -> None:
    """Trim what passes a rule's budget: ``cut`` leaves what there is, ``skip`` nothing of it."""
    left: dict[Slot, Ratio] = {}
    for each in found:
        budget = each.effect.rule.budget
        if budget is None or budget.unit != each.effect.wallet_key or not each.num:
            continue
        slot = budget_slot(each.effect.counts_as, budget, fact, compiled.document.calendar)
        if slot not in left:
            left[slot] = max(0, state.budgets.get(slot, 0)) // budget_worth(budget, each.effect.wallet), 1
        num, den = left[slot]
        if each.num * den > num * each.den:
            each.notes += (_budget_note(compiled, budget, each, num // den),)
            each.num, each.den = (num, den) if budget.at_limit == "cut" else (0, 1)
        left[slot] = total([left[slot], (-each.num, each.den)])


def budget_slot(rule: str, budget: Budget, fact: Fact, calendar: Calendar) -> Slot:
    """Return where a rule's budget is counted for a fact: its key, the window's start, the branch or ""."""
    return budget_slot_on(rule, budget, fact.local_at.date(), fact.branch, calendar)


def budget_slot_on(rule: str, budget: Budget, day: date, branch: str, calendar: Calendar) -> Slot:
    """Return where a rule's budget is counted for a day at a branch."""
    start = window_start(budget.window, day, calendar)
    key = f"{rule}.{budget.unit}.{budget.of}.{budget.window}"
    return key, start, branch if budget.per == "branch" else ""


def budgets_of(compiled: CompiledProgram, fact: Fact) -> dict[Slot, int]:
    """Return the budgets that a fact may take of, each with the most it has; those of rules in shadow too."""
    compiled = compiled.shadow or compiled
    trigger = trigger_of(fact.kind, fact.type)
    traits = compiled.traits.get(trigger)
    if traits is None or not traits.budgeted:
        return {}
    calendar = compiled.document.calendar
    return {
        budget_slot(ready.rule.counts_as, ready.rule.budget, fact, calendar): ready.rule.budget.most
        for ready in compiled.rules_for(trigger)
        if ready.rule.budget is not None
    }


def used_by(found: list[Earned], windows: Windows, fact: Fact, calendar: Calendar) -> tuple[Used, ...]:
    """Return what counts against the members' limits: whole units, and once for each rule that gave."""
    sums: dict[tuple[str, date], int] = {}
    for each in found:
        if not each.units:
            continue
        for window in windows.get((each.effect.rule_key, each.effect.wallet_key), ()):
            sums[window] = sums.get(window, 0) + each.units
        for limit in each.effect.rule.limits:
            if limit.of == "times":
                day = fact.local_at.date()
                key = limit_key(each.effect.counts_as, TIMES, limit.window)
                sums[key, window_start(limit.window, day, calendar)] = 1
    return tuple(Used(key, start, amount) for (key, start), amount in sums.items())


def spent_by(found: list[Earned], fact: Fact, calendar: Calendar) -> tuple[Spent, ...]:
    """Return what counts against budgets, in the budget's own measure: units, or what they are worth."""
    sums: dict[Slot, int] = {}
    for each in found:
        budget = each.effect.rule.budget
        if budget is not None and budget.unit == each.effect.wallet_key and each.units:
            slot = budget_slot(each.effect.counts_as, budget, fact, calendar)
            sums[slot] = sums.get(slot, 0) + each.units * budget_worth(budget, each.effect.wallet)
    return tuple(Spent(slot, amount) for slot, amount in sums.items())


def budget_worth(budget: Budget, wallet: Wallet) -> int:
    """Return how much of a budget one unit takes, in the budget's own measure."""
    return max(1, wallet.worth) if budget.of == "money" else 1


def _budget_note(compiled: CompiledProgram, budget: Budget, each: Earned, left: int) -> Phrase:
    program, wallet = compiled.document, each.effect.wallet
    most = money(budget.most, program) if budget.of == "money" else units(budget.most, wallet, program)
    told = {"most": most, "left": units(left, wallet, program)}
    if budget.at_limit == "skip":
        return Phrase(_("of the budget of {most} only {left} were left, so nothing is given"), told)
    return Phrase(_("of the budget of {most} only {left} were left"), told)
