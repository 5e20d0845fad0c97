"""Goods come back: which part of a purchase, and which part of each credit it earned.

The recorded credits are reversed, never recomputed: each line carries its recorded share of every credit
(``StoredCredit.base``), and ``engine.returns.share`` takes back of it in proportion to all that has come back
so far, so that partial returns add up to the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import UNSET

from bashgah.activities import apart, granting, paying, pooling
from bashgah.activities.compact import (
    KIND_CODES,
    Outcome,
    StoredCredit,
    fact_unpack,
    outcome_unpack,
    state_unpack,
)
from bashgah.activities.falling import fall
from bashgah.activities.lasting import purchase_forgotten
from bashgah.activities.paying import Paid, paid_read
from bashgah.activities.running import Running
from bashgah.activities.types import CreditLine, ReturnIn
from bashgah.activities.undoing import budget_freed, counters_freed, limit_windows, spread, times_freed
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, returns
from bashgah.engine.document import REWARD_UNIT
from bashgah.engine.facts import Fact, Line
from bashgah.engine.limiting import budget_slot
from bashgah.engine.returns import CANCELLED, GONE, WHOLE, bought_of
from bashgah.engine.states import Slot, State
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.pooling import Share
from bashgah.ledger.reading import credits_of, entries_about, reversed_by
from bashgah.ledger.states import Credited, Origin
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members.selectors import alias_set
from bashgah.programs.selectors import program_by_number
from bashgah.redemption.regranting import grants_anew
from bashgah.redemption.types import GrantBack, GrantLine


@dataclass(slots=True)
class Goods:
    """What was bought and what of it came back so far; returns of one batch see one another in it."""

    id: UUID
    fact: Fact
    bought: dict[int, int]
    returned: dict[int, int]
    touched: set[int]

    @property
    def is_gone(self) -> bool:
        """Say whether everything has come back."""
        return all(self.returned.get(no, 0) >= bought for no, bought in self.bought.items())

    @property
    def shares(self) -> dict[int, returns.Share]:
        """Return which part of each line has come back so far."""
        return {no: (back, self.bought[no]) for no, back in self.returned.items()}


@dataclass(slots=True)
class Purchase(Goods):
    """A member's settled purchase: what it earned and what it was paid with.

    ``grants_anew`` says that a recomputation gave rewards for it.
    """

    member_id: UUID
    business_date: date
    recorded_at: datetime
    program: int
    outcome: Outcome
    credited: list[Credited]
    bases: list[returns.Base]
    state: State
    paid: list[Paid]
    grants_anew: bool = False
    shares_out: dict[UUID, tuple[Running, Share]] = field(default_factory=dict)


def purchases_read(
    cur: psycopg.Cursor[Any],
    club_id: UUID,
    purchase_ids: Sequence[UUID],
    cancelled: Collection[UUID] = (),
) -> dict[UUID, Purchase]:
    """Read purchases, what came back of them and their credits as they stand; the members must be locked.

    Those in ``cancelled`` may be custom activities: they are taken back as whole purchases are.
    """
    rows = cur.execute(
        """
        SELECT id, member_id, business_date, recorded_at, program, fact, state, outcome
        FROM activities_activity
        WHERE club_id = %s AND id = ANY(%s) AND (kind = %s OR kind = %s AND id = ANY(%s))
        """,
        [
            club_id,
            list(purchase_ids),
            KIND_CODES["purchase"],
            KIND_CODES["custom"],
            list(cancelled),
        ],
    ).fetchall()
    back: dict[UUID, dict[int, int]] = {}
    for purchase_id, line_no, returned in cur.execute(
        """
        SELECT purchase_id, line_no, returned FROM activities_returned
        WHERE member_id = ANY(%s) AND purchase_id = ANY(%s)
        """,
        [[row[1] for row in rows], list(purchase_ids)],
    ).fetchall():
        back.setdefault(purchase_id, {})[line_no] = returned
    paid = paid_read(cur, [row[1] for row in rows], purchase_ids)
    anew = grants_anew([row[1] for row in rows], purchase_ids) if rows else set()
    found = {}
    for id_, member_id, day, recorded_at, program, packed, state, outcome in rows:
        fact, given = fact_unpack(packed), outcome_unpack(outcome)
        credited, bases = credited_read(cur, member_id, id_, fact, given)
        found[id_] = Purchase(
            id=id_,
            fact=fact,
            bought=bought_of(fact),
            returned=back.get(id_, {}),
            touched=set(),
            member_id=member_id,
            business_date=day,
            recorded_at=recorded_at,
            program=program,
            outcome=given,
            credited=credited,
            bases=bases,
            state=state_unpack(state),
            paid=paid.get(id_, []),
            grants_anew=id_ in anew,
        )
    return found


def return_fact(intake: ReturnIn, purchase: Goods, local_at: datetime) -> Fact:
    """Return what comes back as a fact with its part of the amounts, and count it as returned.

    Its type is ``whole`` when nothing of the purchase is left then.

    Refuses ``return_exceeds`` (409) for more than is left, ``line_not_found`` (422) for a line never bought.
    """
    wanted = _wanted(intake, purchase)
    before = dict(purchase.returned)
    for no, quantity in wanted.items():
        purchase.returned[no] = before.get(no, 0) + quantity
        purchase.touched.add(no)
    fact = purchase.fact
    lines = tuple(
        _line_part(line, before.get(line.no, 0), purchase.returned[line.no])
        for line in fact.lines
        if line.no in wanted
    )
    whole = Line(
        no=WHOLE,
        gross=fact.gross,
        discount=fact.discount,
        tax=fact.tax,
        quantity=purchase.bought.get(WHOLE, 1),
    )
    amounts = lines or (_line_part(whole, before.get(WHOLE, 0), purchase.returned[WHOLE]),)
    return Fact(
        kind="return",
        type=_type_of(purchase),
        occurred_at=intake.occurred_at,
        local_at=local_at,
        branch=fact.branch,
        region=fact.region,
        city=fact.city,
        channel=intake.channel,
        currency=fact.currency,
        lines=lines,
        lines_known=bool(lines),
        gross=sum(line.gross for line in amounts),
        discount=sum(line.discount for line in amounts),
        tax=sum(line.tax for line in amounts),
    )


def taken_back(
    running: Running,
    purchase: Purchase,
    fact: Fact,
    programs: tuple[CompiledProgram, CompiledProgram],
    origin: Origin,
    *,
    club: ClubInfo,
    actor: Actor,
    gone: Collection[UUID] = (),
    survivor: Running | None = None,
    pools: Mapping[UUID, Running],
    undone: Sequence[tuple[str, date, int]] = (),
) -> tuple[Outcome, dict[Slot, int]]:
    """Reverse each recorded credit in proportion to all that came back, and count the return.

    ``programs`` are those of the purchase and of the return. Spend and qualifying units fall on the day of
    the purchase and units free the limits they were counted against, so that windows stay as if it had not
    been; a tier that only this purchase lifted falls. ``undone`` are uses of promotions that count no more.

    What had been taken from budgets that all members share is the second answer; ``gone`` are the purchases
    that came back whole in this batch, this one too.

    Where the buyer was merged into a ``survivor`` since, the return counts for both, and what it gave back or
    left owing goes on to the survivor.
    """
    then, compiled = programs
    given, coupons = paying.gave_back(
        running, compiled, purchase, origin, club=club, actor=actor, pools=pools
    )
    shares = purchase.shares
    lines: list[CreditLine] = []
    freed: dict[tuple[str, date], int] = {}
    shared: dict[Slot, int] = {}
    apart.recalled(running, survivor, purchase.credited, origin)
    qualifying = 0
    for place, credited in enumerate(purchase.credited):
        taken = credited.reversed_total - credited.recomputed
        due = credited.amount - credited.recomputed
        amount = returns.share(due, purchase.bases[place], shares, taken)
        if not amount:
            continue
        wallet = then.wallets.get(credited.unit)
        # what a merged member lacks, the survivor has or owes
        negative = wallet.negative if wallet is not None and survivor is None else "allow"
        pooling.called_back(running, purchase, place, amount, origin, negative)
        purchase.credited[place] = running.points.reverse(origin, credited, amount, negative=negative)
        lines.append(CreditLine(credited.unit, -amount, credited.rule))
        of_none = place >= len(purchase.outcome.credits)  # a recomputation takes of no budget
        _freed(then, purchase, credited.rule, credited.unit, amount, freed, {} if of_none else shared)
        if credited.kind is WalletKind.STATUS:
            qualifying += amount
    back: list[GrantBack] = []
    if fact.type in GONE and (purchase.outcome.grants or purchase.grants_anew):
        holders = (running,) if survivor is None else (running, survivor)
        back, uncredited = granting.grants_taken_back(club, purchase, holders, origin, actor)
        lines += uncredited
    grants = granting.lines_of(back)
    for each in back:
        unit, of_budget = f"{REWARD_UNIT}{each.reward}", {} if each.is_anew else shared
        _freed(then, purchase, each.rule, unit, int(each.is_gone), freed, of_budget)
    for key, start, amount in counters_freed(then, purchase, fact, fact.type in GONE):
        freed[key, start] = freed.get((key, start), 0) + amount
    if fact.type in GONE:
        # what a recomputation took in whole was freed by it
        credited = {one.rule for one in purchase.credited if one.amount > one.recomputed}
        held = [GrantLine(each.reward, 1, each.rule) for each in back]
        rules = granting.rules_over(credited, held, grants)
        for key, start, amount in times_freed(then, rules, purchase.business_date):
            freed[key, start] = freed.get((key, start), 0) + amount
    for key, start, amount in undone:
        freed[key, start] = freed.get((key, start), 0) + amount
    for one in filter(None, (running, survivor)):
        one.remember_return(
            fact, purchase.business_date, qualifying, is_whole=fact.type == "whole", freed=freed
        )
        if fact.type in GONE:
            ids = [one.member_id] if one is running and survivor else alias_set(club, one.member_id)
            purchase_forgotten(one, then, purchase, ids=ids, gone=gone)
    since, is_alone = purchase.recorded_at, survivor is not None
    moves = fall(club, running, compiled, since, origin, is_alone=is_alone)
    running.pass_time(origin.recorded_at)
    if survivor is not None:
        moves = fall(club, survivor, compiled, since, origin, running)
        apart.passed_on(running, survivor, origin)
    told = survivor or running
    outcome = Outcome(
        credits=tuple(StoredCredit(line, ()) for line in lines),
        balances=told.balances(compiled),
        tiers=told.tiers(compiled),
        moves=moves,
        given_back=given,
        coupons_back=coupons,
        grants=grants,
    )
    return outcome, shared


def _freed(  # noqa: PLR0917 what of one rule comes back, and what counted it
    then: CompiledProgram,
    purchase: Purchase,
    rule: str,
    unit: str,
    amount: int,
    freed: dict[tuple[str, date], int],
    shared: dict[Slot, int],
) -> None:
    """Free the limits and the shared budget against which units of a rule were counted."""
    if not amount:
        return
    for window in limit_windows(then, rule, unit, purchase.business_date):
        freed[window] = freed.get(window, 0) + amount
    budget = budget_freed(then, rule, unit, purchase.fact, amount)
    if budget is not None:
        shared[budget[0]] = shared.get(budget[0], 0) + budget[1]


def budgets_of_returns(club: ClubInfo, purchases: Iterable[Purchase]) -> set[Slot]:
    """Return the shared budgets that purchases took of, which what comes back of them is given back to."""
    found = set()
    for purchase in purchases:
        then = program_by_number(club, purchase.program)
        given = [(credited.rule, credited.unit) for credited in purchase.credited]
        given += [(line.rule, line.unit) for line in purchase.outcome.grants]
        for rule, unit in given:
            budget = budget_freed(then, rule, unit, purchase.fact, 0)
            if budget is not None:
                found.add(budget[0])
        for ready in then.document.rules if then.shadow is not None else ():
            if ready.stage == "shadow" and ready.budget is not None:
                found.add(budget_slot(ready.counts_as, ready.budget, purchase.fact, then.document.calendar))
    return found


def credited_read(
    cur: psycopg.Cursor[Any], member_id: UUID, purchase_id: UUID, fact: Fact, outcome: Outcome
) -> tuple[list[Credited], list[returns.Base]]:
    """Return what a purchase gave as the books have it, with each credit's share per line.

    What a recomputation gave more lies on the lines by their net; what it took is out of the credit's lines.
    """
    entries = entries_about(cur, member_id, Cause.RECOMPUTE, [purchase_id]).get(purchase_id, [])
    credited = credits_of(cur, member_id, [purchase_id])
    more = credits_of(cur, member_id, entries) if entries else []
    bases = [credit.base for credit in outcome.credits]
    bases += [spread(credit.amount, paying.weights(fact)) for credit in more]
    credited += more
    if any(credit.reversals for credit in credited):
        causes = reversed_by(cur, member_id, [credit.posting_id for credit in credited])
        for place, credit in enumerate(credited):
            gone = causes.get(credit.posting_id, {}).get(Cause.RECOMPUTE, 0)
            if gone:
                credited[place] = msgspec.structs.replace(credit, recomputed=gone)
                bases[place] = spread(credit.amount - gone, bases[place])
    return credited, bases


def _type_of(purchase: Goods) -> str:
    if purchase.fact.kind != "purchase":
        return CANCELLED
    return "whole" if purchase.is_gone else "return"


def _wanted(intake: ReturnIn, purchase: Goods) -> dict[int, int]:
    left = {no: bought - purchase.returned.get(no, 0) for no, bought in purchase.bought.items()}
    if WHOLE in left:
        if intake.lines:
            raise _invalid("line_not_found", _("This purchase is known by its amount alone."), "/lines")
        wanted = {WHOLE: left[WHOLE] if intake.amount is UNSET else intake.amount}
    elif intake.amount is not UNSET:
        raise _invalid("return_needs_lines", _("Say which lines came back, and how much of each."), "/amount")
    elif not intake.lines:
        wanted = {no: quantity for no, quantity in left.items() if quantity}
    else:
        wanted = {}
        for place, line in enumerate(intake.lines):
            if line.no not in left:
                raise _invalid("line_not_found", _("This purchase has no such line."), f"/lines/{place}/no")
            wanted[line.no] = wanted.get(line.no, 0) + line.quantity
    for no, quantity in wanted.items():
        if quantity > left[no]:
            raise _exceeds(no, left[no])
    if not any(wanted.values()):
        raise _exceeds(next(iter(left)), 0)
    return wanted


def _line_part(line: Line, before: int, after: int) -> Line:
    def part(amount: int) -> int:
        return amount * after // line.quantity - amount * before // line.quantity

    return msgspec.structs.replace(
        line,
        quantity=after - before,
        gross=part(line.gross),
        discount=part(line.discount),
        tax=part(line.tax),
        paid_by_points=part(line.paid_by_points),
    )


def _exceeds(no: int, left: int) -> Refusal:
    return Refusal(
        "return_exceeds",
        Phrase(_("More came back than was bought; what is left to return is {left}."), {"left": left}),
        extra={"line": no, "left": left},
    )


def _invalid(code: str, msgid: str, at: str) -> Refusal:
    return Refusal(code, Phrase(msgid), status=422, field=at)
