"""What a program says that is probably not meant: rules that can never fire, rules that overlap.

Only what can be shown from the document alone is said, so nothing is said that is not so; what is not said
may still be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bashgah.engine.compiling import compile_program
from bashgah.engine.criteria.tree import Node, Test
from bashgah.engine.document import Program, Schedule
from bashgah.engine.generating.apart import conjuncts
from bashgah.engine.occasions import falls_on
from bashgah.engine.program import ReadyEffect, ReadyRule
from bashgah.engine.windows import weekday
from bashgah.engine.words import texts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_CLASH = _("It asks two things of the {field} that are never both so: it never applies.")
_BOTH = _("It can apply together with “{rule}”, and both are given; if this is not meant, group them.")
_YEAR = 370
_ONE = frozenset({"is", "in", "under", "under_any"})
_FIRST, _LAST = -(10**18), 10**18


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a person should look at; ``at`` leads to it."""

    at: str
    phrase: Phrase


def notices(program: Program, today: date | None = None) -> tuple[Notice, ...]:
    """Return what is probably not meant in a program without problems.

    With ``today`` rules whose time is over are named too.
    """
    compiled = compile_program(program, number=0)
    # a rule in shadow is looked at as the live one it may become
    compiled = compiled.shadow or compiled
    found: list[Notice] = []
    for rules in compiled.rules.values():
        alive = []
        for ready in rules:
            why = _never(ready, rules, today)
            if why is None:
                alive.append(ready)
            else:
                found.append(Notice(f"/rules/{ready.place}", why))
        found += _overlaps(alive)
    return tuple(sorted(found, key=lambda each: int(each.at.split("/")[2])))


def _never(ready: ReadyRule, rules: tuple[ReadyRule, ...], today: date | None) -> Phrase | None:
    """Return why a rule can never give anything, or None."""
    schedule = ready.rule.schedule
    if today is not None and schedule.ends_at is not None and schedule.ends_at.date() < today:
        return Phrase(_("It ended on {date} and gives nothing any more."), {"date": schedule.ends_at})
    if not _has_a_day(ready, today):
        return Phrase(_("None of its days comes within a year: it never applies."))
    if clash := _clash([*conjuncts(ready.when)]):
        return Phrase(_CLASH, {"field": clash})
    dead = [_dead(effect) for effect in ready.effects]
    if all(dead):
        return dead[0]
    return _shadowed(ready, rules) or _nothing_to_multiply(ready, rules)


def _dead(effect: ReadyEffect) -> Phrase | None:
    """Return why no line can ever count for an effect, or None."""
    lines = [*conjuncts(effect.lines)]
    if clash := _clash(lines):
        return Phrase(_CLASH, {"field": clash})
    if effect.excluded is not None and any(_same(line, effect.excluded) for line in lines):
        return Phrase(_("The lines it counts are the lines it leaves out: it gives nothing."))
    return None


def _shadowed(ready: ReadyRule, rules: tuple[ReadyRule, ...]) -> Phrase | None:
    """Return the rule of its group that always stands in its place."""
    group = ready.rule.stacking.group
    if not group:
        return None
    for other in rules:
        if other.key == ready.key:
            break
        stacking = other.rule.stacking
        alone = stacking.group == group and stacking.mode in ("exclusive", "last")
        gives = any(effect.amount.key == "fixed" for effect in other.effects)
        if alone and gives and _always(other):
            told = {"rule": texts(other.rule.name, other.key), "group": group}
            always = _("“{rule}” always comes before it in the group “{group}”: it is never given.")
            return Phrase(always, told)
    return None


def _nothing_to_multiply(ready: ReadyRule, rules: tuple[ReadyRule, ...]) -> Phrase | None:
    if not all(effect.amount.multiplies for effect in ready.effects):
        return None
    for effect in ready.effects:
        wanted = effect.params.rules
        for other in rules:
            if wanted and other.key not in wanted:
                continue
            if any(not e.amount.multiplies and e.wallet_key == effect.wallet_key for e in other.effects):
                return None
    return Phrase(_("No live rule gives what it multiplies: it gives nothing."))


def _overlaps(rules: list[ReadyRule]) -> Iterator[Notice]:
    """Name pairs of campaigns that can apply to the same fact and add up without anybody having said so."""
    asked = [ready for ready in rules if not _always(ready) and not _multiplier(ready)]
    for i, one in enumerate(asked):
        for other in asked[i + 1 :]:
            if one.rule.stacking.group and one.rule.stacking.group == other.rule.stacking.group:
                continue
            wallets = {effect.wallet_key for effect in one.effects}
            if wallets.isdisjoint(effect.wallet_key for effect in other.effects):
                continue
            if not _apart(one, other):
                told = {"rule": texts(one.rule.name, one.key)}
                yield Notice(f"/rules/{other.place}", Phrase(_BOTH, told))


def _apart(one: ReadyRule, other: ReadyRule) -> bool:
    """Say whether two rules can never both give something for one fact (as far as it can be shown)."""
    if _clash([*conjuncts(one.when), *conjuncts(other.when)]):
        return True
    if _times_apart(one, other):
        return True
    # rules over different goods do not speak of the same money, though one purchase may hold both
    return all(
        _clash([*conjuncts(mine.lines), *conjuncts(theirs.lines)]) is not None
        for mine in one.effects
        for theirs in other.effects
        if mine.wallet_key == theirs.wallet_key
    )


def _times_apart(one: ReadyRule, other: ReadyRule) -> bool:
    mine, theirs = one.rule.schedule, other.rule.schedule
    if mine.weekdays and theirs.weekdays and set(mine.weekdays).isdisjoint(theirs.weekdays):
        return True
    if _before(mine, theirs) or _before(theirs, mine):
        return True
    if one.only and other.only:
        days = [date(2026, 1, 1) + timedelta(days=day) for day in range(_YEAR)]
        return not any(
            any(falls_on(each, day) for each in one.only) and any(falls_on(each, day) for each in other.only)
            for day in days
        )
    return False


def _before(one: Schedule, other: Schedule) -> bool:
    return one.ends_at is not None and other.starts_at is not None and one.ends_at <= other.starts_at


def _has_a_day(ready: ReadyRule, today: date | None) -> bool:
    """Say whether some day of the rule's span (of a year of it, where it is longer) meets its schedule."""
    schedule = ready.rule.schedule
    if not (schedule.weekdays or ready.only or ready.never):
        return True
    begin = _day(schedule.starts_at) or today or date(2026, 1, 1)
    # the hours after midnight belong to the day before
    overnight = schedule.from_hour and schedule.to_hour and schedule.from_hour > schedule.to_hour
    first = begin - timedelta(days=1) if overnight else begin
    end = _day(schedule.ends_at)
    last = min(end, first + timedelta(days=_YEAR)) if end else first + timedelta(days=_YEAR)
    day = first
    while day <= last:
        wanted = not schedule.weekdays or weekday(day) in schedule.weekdays
        named = not ready.only or any(falls_on(each, day) for each in ready.only)
        if wanted and named and not any(falls_on(each, day) for each in ready.never):
            return True
        day += timedelta(days=1)
    return False


def _day(at: datetime | None) -> date | None:
    return at.date() if at is not None else None


def _always(ready: ReadyRule) -> bool:
    return (
        ready.when is None
        and ready.rule.schedule == Schedule()
        and not ready.rule.limits
        and ready.rule.budget is None
        and all(effect.lines is None and effect.excluded is None for effect in ready.effects)
    )


def _multiplier(ready: ReadyRule) -> bool:
    return all(effect.amount.multiplies for effect in ready.effects)


def _clash(nodes: list[Node]) -> Phrase | None:
    """Return the field of which the conditions, all needed, ask what cannot be; None where none is seen."""
    values: dict[str, set[Any]] = {}
    ranges: dict[str, tuple[int, int]] = {}
    for node in nodes:
        if not isinstance(node, Test):
            continue
        key = node.field.key
        if node.op in _ONE and node.field.type != "path":
            wanted = set(node.value) if isinstance(node.value, tuple) else {node.value}
            values[key] = values.get(key, wanted) & wanted
            if not values[key]:
                return node.field.label
        elif (span := _span(node)) is not None:
            low, high = ranges.get(key, (_FIRST, _LAST))
            ranges[key] = max(low, span[0]), min(high, span[1])
            if ranges[key][0] > ranges[key][1]:
                return node.field.label
    return None


def _span(test: Test) -> tuple[int, int] | None:  # noqa: PLR0911 one line a comparison
    """Return the whole numbers that a comparison allows; attributes of members may be no whole numbers."""
    if test.field.type not in ("number", "money", "quantity") or test.field.key.startswith("activity."):
        return None
    value = test.value
    match test.op:
        case "gte":
            return value, _LAST
        case "gt":
            return value + 1, _LAST
        case "lte":
            return _FIRST, value
        case "lt":
            return _FIRST, value - 1
        case "eq":
            return value, value
        case "between":
            low, high = value
            return low, high
    return None


def _same(one: Node, other: Node) -> bool:
    if isinstance(one, Test) and isinstance(other, Test):
        return (one.field.key, one.op, one.value) == (other.field.key, other.op, other.value)
    return one == other
