"""Goods come back: which part of a purchase, and which part of each credit it earned.

The recorded credits are reversed, never recomputed: each line carries its recorded share of every credit
(``StoredCredit.base``), and ``engine.returns.share`` takes back of it in proportion to all that has come back
so far, so that partial returns add up to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import UNSET

from bashgah.activities.compact import KIND_CODES, Outcome, StoredCredit, fact_unpack, outcome_unpack
from bashgah.activities.running import Running
from bashgah.activities.types import CreditLine, ReturnIn
from bashgah.engine import CompiledProgram, returns
from bashgah.engine.facts import Fact, Line
from bashgah.engine.returns import WHOLE, bought_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.reading import credits_of
from bashgah.ledger.states import Credited, Origin
from bashgah.ledger.types import WalletKind


@dataclass(slots=True)
class Purchase:
    """A settled purchase with what came back of it so far; returns of one batch see one another in it."""

    id: UUID
    member_id: UUID
    business_date: date
    fact: Fact
    outcome: Outcome
    credited: list[Credited]
    bought: dict[int, int]
    returned: dict[int, int]
    touched: set[int]


def purchases_read(
    cur: psycopg.Cursor[Any], club_id: UUID, purchase_ids: Sequence[UUID]
) -> dict[UUID, Purchase]:
    """Read purchases, what came back of them and their credits as they stand; the members must be locked."""
    rows = cur.execute(
        """
        SELECT id, member_id, business_date, fact, outcome FROM activities_activity
        WHERE club_id = %s AND id = ANY(%s) AND kind = %s
        """,
        [club_id, list(purchase_ids), KIND_CODES["purchase"]],
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
    found = {}
    for id_, member_id, day, packed, outcome in rows:
        fact = fact_unpack(packed)
        found[id_] = Purchase(
            id_,
            member_id,
            day,
            fact,
            outcome_unpack(outcome),
            credits_of(cur, member_id, [id_]),
            bought_of(fact),
            back.get(id_, {}),
            set(),
        )
    return found


def return_fact(intake: ReturnIn, purchase: Purchase, local_at: datetime) -> Fact:
    """Return what comes back as a fact with its part of the amounts, and count it as returned.

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
        type="return",
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
    running: Running, purchase: Purchase, fact: Fact, compiled: CompiledProgram, origin: Origin
) -> Outcome:
    """Reverse each recorded credit in proportion to all that came back, and count the return.

    Spend and qualifying units fall on the day of the purchase, so that windows stay as if it had not been.
    """
    shares = {no: (back, purchase.bought[no]) for no, back in purchase.returned.items()}
    lines: list[CreditLine] = []
    qualifying = 0
    for place, credited in enumerate(purchase.credited):
        base = purchase.outcome.credits[place].base
        amount = returns.share(credited.amount, base, shares, credited.reversed_total)
        if not amount:
            continue
        purchase.credited[place] = running.points.reverse(origin, credited, amount)
        lines.append(CreditLine(credited.unit, -amount, credited.rule))
        if credited.kind is WalletKind.STATUS:
            qualifying += amount
    running.remember_return(fact, purchase.business_date, qualifying)
    running.pass_time(origin.recorded_at)
    return Outcome(
        credits=tuple(StoredCredit(line, ()) for line in lines),
        balances=running.balances(compiled),
        tiers=running.tiers(compiled),
    )


def _wanted(intake: ReturnIn, purchase: Purchase) -> dict[int, int]:
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
