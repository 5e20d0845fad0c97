"""Proves what rules counted: units and times against members' limits, counters, and shared budgets.

Everything is counted again from the activities, each under the version it was settled with; what came back
counts no more. A streak depends on the order in which facts were told, so it is held to what its acts can
come to at most. What a recomputation added stands in its audit row and counts with the activities; a member
whose row tells none (it was written before rows did) is left out of limits. A recomputation takes of no
shared budget: what returns took back of what one gave (the books know it apart) gives nothing back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg

from bashgah.activities.compact import KIND_CODES, fact_unpack, outcome_unpack, state_unpack
from bashgah.activities.granting import rules_over
from bashgah.activities.undoing import counters_freed, limit_windows, times_freed
from bashgah.clubs.selectors import club_get
from bashgah.engine import CompiledProgram
from bashgah.engine.counters import ReadyCounter
from bashgah.engine.facts import Fact
from bashgah.engine.limiting import budget_slot_on, budget_worth
from bashgah.engine.returns import GONE
from bashgah.engine.states import Slot, State
from bashgah.ground.audit import audit_details
from bashgah.ground.batch import cursor
from bashgah.ground.proofs import Finding
from bashgah.history.verify import USED
from bashgah.kit.ids import parse
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger.verify import RECOMPUTED_RETURNED, RULES_RECOMPUTED
from bashgah.members.selectors import MERGED
from bashgah.programs.budgets import TAKEN_BY_RULES
from bashgah.programs.selectors import program_by_number
from bashgah.redemption.types import GrantLine
from bashgah.redemption.verify import GIVEN_ANEW

RETURN = KIND_CODES["return"]
APART = ("~", "?")
"""Begins the keys of what promotions and rules in shadow count; `proving` proves the former."""
SAID = {
    "used_differs": _(
        "What counts against a limit is not what the activities say: {expected} expected, {found} found."
    ),
    "budget_spent_differs": _(
        "What was taken of a budget is not what the activities say: {expected} expected, {found} found."
    ),
}
Window = tuple[str, date]
Of = tuple[UUID, UUID]
"""Which activity: (member, activity)."""
Walk = Callable[[str, UUID | None], Iterator[Any]]


@dataclass(slots=True)
class Counted:
    """What one member's activities come to; ``lasting`` are the days of acts that only last."""

    used: dict[Window, int] = field(default_factory=dict)
    lasting: dict[str, tuple[ReadyCounter, list[date]]] = field(default_factory=dict)

    def add(self, other: Counted) -> None:
        """Count a merged member's acts for the one who stands for them."""
        for key, amount in other.used.items():
            self.used[key] = self.used.get(key, 0) + amount
        for name, (counter, days) in other.lasting.items():
            self.lasting.setdefault(name, (counter, []))[1].extend(days)


@dataclass(slots=True)
class Bought:
    """One fact while what came back of it is not known yet; ``grants`` are rewards its returns find."""

    compiled: CompiledProgram
    day: date
    branch: str
    fact: Fact | None
    state: State
    rules: set[str]
    is_gone: bool = False
    grants: tuple[GrantLine, ...] = ()

    @property
    def business_date(self) -> date:
        """The day it counts on."""
        return self.day


@dataclass(slots=True)
class _Anew:
    """What recomputations changed: counts by member, and of each activity the rules that gave something.

    ``grants`` are copies of rewards they gave less those they took, by activity, ``gone`` those of theirs
    that came back with it; ``returned`` are units of theirs by the return that took them back.
    """

    counted: dict[UUID, dict[Window, int]]
    untold: set[UUID]
    rules: dict[Of, set[str]] = field(default_factory=dict)
    grants: dict[Of, list[GrantLine]] = field(default_factory=dict)
    gone: dict[Of, list[GrantLine]] = field(default_factory=dict)
    returned: dict[Of, list[tuple[str, str, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, club_id: UUID, cur: psycopg.Cursor[Any]) -> _Anew:
        """Read it of a club: from the audit trail, and from the books."""
        anew = cls({}, set())
        for target, details in audit_details(club_id=club_id, action="points.recomputed"):
            member_id = parse("member", target)
            if "counted" not in details:
                anew.untold.add(member_id)
            windows = anew.counted.setdefault(member_id, {})
            for name, amount in details.get("counted", {}).items():
                key, start = name.rsplit(" ", 1)
                window = key, date.fromisoformat(start)
                windows[window] = windows.get(window, 0) + amount
        about = {"club": club_id}
        for *of, rule, is_left in cur.execute(RULES_RECOMPUTED, about).fetchall():
            anew.rules.setdefault((of[0], of[1]), set()).update([rule] if is_left else [])
        for *of, rule, reward, given, taken, gone in cur.execute(GIVEN_ANEW, about).fetchall():
            anew.grants.setdefault((of[0], of[1]), []).append(GrantLine(reward, given - taken, rule))
            if gone:
                anew.gone.setdefault((of[0], of[1]), []).append(GrantLine(reward, gone, rule))
        for *of, rule, unit, amount in cur.execute(RECOMPUTED_RETURNED, about).fetchall():
            anew.returned.setdefault((of[0], of[1]), []).append((rule, unit, int(amount)))
        return anew

    def apply(self, one: Bought, key: Of) -> None:
        """Let a purchase that was computed again free what it gave then, once it comes back."""
        if (rules := self.rules.get(key)) is not None:
            one.rules = rules
        if more := self.grants.get(key):
            left: dict[tuple[str, str], int] = {}
            for line in (*one.grants, *more):
                left[line.reward, line.rule] = left.get((line.reward, line.rule), 0) + line.count
            one.grants = tuple(GrantLine(reward, n, rule) for (reward, rule), n in left.items() if n)


def limits_against_activities(club_id: UUID | None, walk: Walk) -> Iterator[Finding]:
    """Count everything again that rules limit; compare with what is kept of members and of budgets."""
    for club in _clubs():
        if club_id not in (None, club):
            continue
        versions = _versions(club)
        keys = {
            key
            for compiled in versions.values()
            for key, _window in compiled.needs.limits
            if not key.startswith(APART)
        }
        if keys or any(rule.budget for one in versions.values() for rule in one.document.rules):
            yield from _of_club(club, versions, keys, walk)


def _of_club(
    club_id: UUID, versions: dict[int, CompiledProgram], keys: set[str], walk: Walk
) -> Iterator[Finding]:
    with cursor() as cur:
        merged = dict(cur.execute(MERGED).fetchall())
        anew = _Anew.of(club_id, cur)
    together = {*merged, *merged.values()}
    budgets: dict[Slot, int] = {}
    kept = groupby(
        walk(USED, club_id),
        key=lambda row: row[0],
    )
    rows = walk(
        "SELECT member_id, id, kind, type, program, business_date, branch, about_id, fact, state, outcome"
        " FROM activities_activity WHERE %(all)s OR club_id = %(club)s ORDER BY member_id, id",
        club_id,
    )
    aside: dict[UUID, tuple[Counted, dict[Window, int]]] = {}
    stored = _next(kept, keys)
    for member_id, facts in groupby(rows, key=lambda row: row[0]):
        while stored is not None and stored[0] < member_id:
            yield from _compared(stored[0], Counted(), stored[1])
            stored = _next(kept, keys)
        taken: dict[Slot, int] = {}
        counted = _counted(facts, versions, taken, anew)
        for window, amount in anew.counted.get(member_id, {}).items():
            if window[0] in keys:
                _use(counted, window, amount)
        for slot, amount in taken.items():
            budgets[slot] = budgets.get(slot, 0) + amount
        found: dict[Window, int] = {}
        if stored is not None and stored[0] == member_id:
            found, stored = stored[1], _next(kept, keys)
        if member_id in anew.untold:
            continue
        if member_id in together:
            aside[member_id] = counted, found
        else:
            yield from _compared(member_id, counted, found)
    while stored is not None:
        if stored[0] in together:
            aside[stored[0]] = Counted(), stored[1]
        else:
            yield from _compared(stored[0], Counted(), stored[1])
        stored = _next(kept, keys)
    yield from _joined(aside, merged)
    yield from _budgets_compared(club_id, versions, budgets)


def _counted(
    facts: Iterator[Any], versions: dict[int, CompiledProgram], taken: dict[Slot, int], anew: _Anew
) -> Counted:
    """Count one member's facts, in the order in which they were recorded; returns after all others."""
    bought: dict[UUID, Bought] = {}
    result, back = Counted(), []
    for member_id, id_, kind, type_, program, day, branch, about, fact, state, outcome in facts:
        if kind == RETURN:
            back.append((type_, about, fact, outcome, (member_id, id_)))
            continue
        bought[id_] = _done(result, taken, versions[program], (day, branch, fact, state, outcome))
        anew.apply(bought[id_], (member_id, id_))
    for type_, about, fact, outcome, of in back:
        if about in bought:
            one, is_whole = bought[about], type_ in GONE
            _taken_back(result, taken, one, is_whole, fact, outcome)
            for rule, unit, amount in anew.returned.get(of, ()):
                _budget(taken, one, rule, unit, amount)
            for line in anew.gone.get((of[0], about), ()) if is_whole else ():
                _budget(taken, one, line.rule, line.unit, line.count)
    for one in bought.values():
        if one.fact is not None and not one.is_gone:
            for counter in one.compiled.counters:
                if counter.lasts and counter.is_act(one.fact, one.state):
                    result.lasting.setdefault(counter.key, (counter, []))[1].append(one.day)
    return result


def _done(
    result: Counted,
    taken: dict[Slot, int],
    compiled: CompiledProgram,
    row: tuple[date, str, bytes, bytes, bytes],
) -> Bought:
    day, branch, fact, state, outcome = row
    one = Bought(compiled, day, branch, None, State(), set())
    if compiled.counters:
        one.fact, one.state = fact_unpack(fact), state_unpack(state)
        for counter in compiled.counters:
            if not counter.lasts and (added := counter.adds(one.fact, one.state)):
                _use(result, (counter.key, counter.start(day)), added)
    given = outcome_unpack(outcome)
    for credit in given.credits:
        line = credit.line
        one.rules.add(line.rule)
        _units(result, taken, one, line.rule, line.wallet, line.amount)
    one.grants = given.grants
    for grant in given.grants:
        _units(result, taken, one, grant.rule, grant.unit, grant.count)
    rules = one.rules | {grant.rule for grant in given.grants}
    for key, start, times in times_freed(compiled, rules, day):
        _use(result, (key, start), times)
    return one


def _taken_back(  # noqa: PLR0917 one return of one purchase
    result: Counted, taken: dict[Slot, int], one: Bought, is_whole: bool, fact: bytes, outcome: bytes
) -> None:
    back = outcome_unpack(outcome)
    for credit in back.credits:
        _units(result, taken, one, credit.line.rule, credit.line.wallet, credit.line.amount)
    for grant in back.grants:
        _units(result, taken, one, grant.rule, grant.unit, grant.count)
    if one.fact is not None:
        for key, start, amount in counters_freed(one.compiled, one, fact_unpack(fact), is_whole):  # type: ignore[arg-type]
            _use(result, (key, start), -amount)
    if is_whole:
        one.is_gone = True
        rules = rules_over(one.rules, one.grants, back.grants)
        for key, start, times in times_freed(one.compiled, rules, one.day):
            _use(result, (key, start), -times)


def _units(  # noqa: PLR0917 units of one rule
    result: Counted, taken: dict[Slot, int], one: Bought, rule: str, wallet: str, amount: int
) -> None:
    for window in limit_windows(one.compiled, rule, wallet, one.day):
        _use(result, window, amount)
    _budget(taken, one, rule, wallet, amount)


def _budget(taken: dict[Slot, int], one: Bought, rule: str, wallet: str, amount: int) -> None:
    """Count units of one rule as taken of its budget."""
    for ready in one.compiled.document.rules:
        if ready.key == rule and ready.budget is not None and ready.budget.unit == wallet:
            calendar = one.compiled.document.calendar
            slot = budget_slot_on(ready.counts_as, ready.budget, one.day, one.branch, calendar)
            counted = one.compiled.unit(wallet)
            worth = budget_worth(ready.budget, counted) if counted is not None else 0
            taken[slot] = taken.get(slot, 0) + amount * worth


def _use(result: Counted, window: Window, amount: int) -> None:
    result.used[window] = result.used.get(window, 0) + amount


def _next(kept: Iterator[Any], keys: set[str]) -> tuple[UUID, dict[Window, int]] | None:
    """Return the next member with what is kept of them under keys of rules and counters."""
    found = next(kept, None)
    if found is None:
        return None
    member_id, rows = found
    return member_id, {(key, start): used for _member, key, start, used in rows if key in keys}


def _joined(
    aside: dict[UUID, tuple[Counted, dict[Window, int]]], merged: dict[UUID, UUID]
) -> Iterator[Finding]:
    """Compare those who took others in: what a merged member did counts for them and for the survivor."""
    for member_id, survivor_id in merged.items():
        if member_id in aside:
            aside.setdefault(survivor_id, (Counted(), {}))[0].add(aside[member_id][0])
    for member_id, (counted, found) in aside.items():
        yield from _compared(member_id, counted, found)


def _compared(member_id: UUID, counted: Counted, found: dict[Window, int]) -> Iterator[Finding]:
    left = dict(found)
    for name, (counter, days) in counted.lasting.items():
        for start, most in counter.reckoned(days).items():
            kept = left.pop((name, start), 0)
            least = most if counter.counter.counts == "days_since" else 1
            if not least <= kept <= most:
                yield _finding("used_differs", f"{member_id} {name} {start}", most, kept)
    for key in counted.used.keys() | left.keys():
        if counted.used.get(key, 0) != left.get(key, 0):
            where = f"{member_id} {key[0]} {key[1]}"
            yield _finding("used_differs", where, counted.used.get(key, 0), left.get(key, 0))


def _budgets_compared(
    club_id: UUID, versions: dict[int, CompiledProgram], expected: dict[Slot, int]
) -> Iterator[Finding]:
    rules = {
        f"{rule.counts_as}.{rule.budget.unit}.{rule.budget.of}.{rule.budget.window}"
        for one in versions.values()
        for rule in one.document.rules
        if rule.budget is not None and not rule.counts_as.startswith(APART)
    }
    with cursor() as cur:
        rows = cur.execute(TAKEN_BY_RULES, {"club": club_id, "keys": sorted(rules)}).fetchall()
    found = {(key, start, branch): spent for key, start, branch, spent in rows}
    for slot in expected.keys() | found.keys():
        if expected.get(slot, 0) != found.get(slot, 0):
            where = f"club {club_id} {slot[0]} {slot[1]} {slot[2]}"
            yield _finding("budget_spent_differs", where, expected.get(slot, 0), found.get(slot, 0))


def _clubs() -> list[UUID]:
    with cursor() as cur:
        rows = cur.execute("SELECT id FROM clubs_club ORDER BY id").fetchall()
    return [id_ for (id_,) in rows]


def _versions(club_id: UUID) -> dict[int, CompiledProgram]:
    """Return the versions that activities were settled with."""
    club = club_get(club_id)
    with cursor() as cur:
        rows = cur.execute(
            "SELECT DISTINCT program FROM activities_activity WHERE club_id = %s", [club_id]
        ).fetchall()
    return {number: program_by_number(club, number) for (number,) in rows}


def _finding(code: str, where: str, expected: int, found: int) -> Finding:
    return Finding(code, where, Phrase(SAID[code], {"expected": expected, "found": found}))
