"""What rules in shadow would have given: rows beside the books, written and taken back in the settlement.

A row is units that would have been given more (or, of a rule that counts, otherwise) by one fact. A return
adds rows of its own with what would have gone back. Nothing here is points: it ends with the trial.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import psycopg

from bashgah.activities import paying
from bashgah.activities.returning import Purchase
from bashgah.activities.running import Running
from bashgah.activities.undoing import budget_freed, limit_windows, spread, times_freed
from bashgah.engine import CompiledProgram, returns
from bashgah.engine.decisions import Credit, Decision
from bashgah.engine.document import is_reward
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import tier_in_force
from bashgah.engine.returns import Base
from bashgah.engine.shadowing import shadowed
from bashgah.engine.states import State

if TYPE_CHECKING:
    from bashgah.activities.recording import Batch

OWN, OTHERS = 0, 1
"""Whose units: the rule's in shadow, or those of a rule that counts and would have given otherwise."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[tuple[int, int], ...]).decode


class Would(msgspec.Struct, frozen=True):
    """Units one rule would have given (or, below zero, not have given), and on which lines they lie."""

    kind: int
    rule: str
    unit: str
    amount: int
    base: Base
    tier: str


def shadow_add(  # noqa: PLR0917 one fact as it was decided
    batch: Batch,
    member: Running,
    compiled: CompiledProgram,
    state: State,
    fact: Fact,
    decision: Decision,
    activity_id: UUID,
) -> None:
    """Write what a fact would have been given more, and count it against the shadow's own limits.

    A fact of a merged member counts for them and for who stands for them, as every fact does.
    """
    found = shadowed(compiled, state, fact, decision)
    if found is None:
        return
    for used in found.used:
        _use(batch, member, used.limit, used.window_start, used.amount)
    for spent in found.spent:
        batch.budgets[spent.slot] += spent.amount
        batch.taken[spent.slot] = batch.taken.get(spent.slot, 0) + spent.amount
    tier = _tier(compiled, state)
    would = [Would(OWN, rule, unit, *units, tier) for (rule, unit), units in _joined(found.credits).items()]
    for rule, unit, amount in found.differences:
        would.append(Would(OTHERS, rule, unit, amount, spread(abs(amount), paying.weights(fact)), tier))
    about = (member.member_id, activity_id, activity_id)
    batch.shadows += [_row(batch, about, fact, one) for one in would]


def shadow_return(  # noqa: PLR0917 one return and the purchase it is of
    cur: psycopg.Cursor[Any],
    batch: Batch,
    member: Running,
    then: CompiledProgram,
    purchase: Purchase,
    fact: Fact,
    activity_id: UUID,
) -> None:
    """Take back of what a purchase would have been given what its goods that came back carried.

    ``then`` is the program of the purchase; units free the shadow's limits and budgets as real ones do.
    """
    given = _given(cur, batch, purchase)
    about = (member.member_id, activity_id, purchase.id)
    for one, taken in given:
        if is_reward(one.unit):
            back = abs(one.amount) - abs(taken) if purchase.is_gone else 0
        else:
            back = returns.share(abs(one.amount), one.base, purchase.shares, abs(taken))
        if not back:
            continue
        gone = msgspec.structs.replace(one, amount=-back if one.amount > 0 else back, base=())
        batch.shadows.append(_row(batch, about, fact, gone))
        if one.kind == OWN:
            for key, start in limit_windows(then, one.rule, one.unit, purchase.business_date):
                _use(batch, member, key, start, -back)
            freed = budget_freed(then, one.rule, one.unit, purchase.fact, back)
            if freed is not None:
                slot, amount = freed
                batch.budgets[slot] -= amount
                batch.taken[slot] = batch.taken.get(slot, 0) - amount
    if fact.type in returns.GONE:
        rules = {one.rule for one, _taken in given if one.kind == OWN}
        for key, start, times in times_freed(then, rules, purchase.business_date):
            _use(batch, member, key, start, -times)


def _use(batch: Batch, member: Running, key: str, start: date, amount: int) -> None:
    member.history.use(key, start, amount)
    survivor_id = batch.survivors.get(member.member_id)
    if survivor_id is not None:
        batch.members[survivor_id].history.use(key, start, amount)


def _given(cur: psycopg.Cursor[Any], batch: Batch, purchase: Purchase) -> list[tuple[Would, int]]:
    """Return what a purchase would have been given, each with what came back of it, this batch included."""
    rows = cur.execute(
        """
        SELECT activity_id, kind, rule, unit, amount, base, tier FROM activities_shadow
        WHERE member_id = %s AND about_id = %s ORDER BY kind, rule, unit
        """,
        [purchase.member_id, purchase.id],
    ).fetchall()
    rows += [_said(row) for row in batch.shadows if row[5] == purchase.id]
    taken: dict[tuple[int, str, str], int] = {}
    for activity, kind, rule, unit, amount, *_rest in rows:
        if activity != purchase.id:
            taken[kind, rule, unit] = taken.get((kind, rule, unit), 0) + amount
    return [
        (Would(kind, rule, unit, amount, _decode(base), tier), taken.get((kind, rule, unit), 0))
        for activity, kind, rule, unit, amount, base, tier in rows
        if activity == purchase.id
    ]


def _joined(credits_: Iterable[Credit]) -> dict[tuple[str, str], tuple[int, Base]]:
    """Join a rule's credits in one wallet; its share of each line adds up."""
    sums: dict[tuple[str, str], tuple[int, dict[int, int]]] = {}
    for credit in credits_:
        amount, lines = sums.get((credit.rule, credit.wallet), (0, {}))
        for no, part in credit.base or ((returns.WHOLE, credit.amount),):
            lines[no] = lines.get(no, 0) + part
        sums[credit.rule, credit.wallet] = amount + credit.amount, lines
    return {key: (amount, tuple(lines.items())) for key, (amount, lines) in sums.items()}


def _tier(compiled: CompiledProgram, state: State) -> str:
    """Return where the member stood on the first ladder."""
    for key, ready in compiled.ladders.items():
        return tier_in_force(ready.ladder, state.standings.get(key))
    return ""


def _row(batch: Batch, about: tuple[UUID, UUID, UUID], fact: Fact, one: Would) -> tuple[Any, ...]:
    member_id, activity_id, about_id = about
    return (
        one.amount,
        fact.local_at.date(),
        one.kind,
        member_id,
        activity_id,
        about_id,
        batch.club.id,
        one.rule,
        one.unit,
        fact.branch,
        one.tier,
        _encode(one.base),
    )


def _said(row: tuple[Any, ...]) -> tuple[Any, ...]:
    amount, _day, kind, _member, activity, _about, _club, rule, unit, _branch, tier, base = row
    return activity, kind, rule, unit, amount, base, tier
