"""The books for whoever checks them: roots to keep elsewhere, the auditor's statement, liability, journal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from bashgah.accounting import costs, liability
from bashgah.accounting.journal import journal
from bashgah.accounting.types import AGES, Basis
from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Limit
from bashgah.ledger.roots import roots_list
from bashgah.ledger.statements import auditor_statement
from bashgah.ledger.types import RootInfo

router = Router(tags=["proof"])

Since = Annotated[date, Query(..., description="First day, included.")]
Until = Annotated[date, Query(..., description="Last day, included.")]
BASES: dict[Literal["earned", "enrolled"], Basis] = {"earned": Basis.EARNED, "enrolled": Basis.ENROLLED}


class RootOut(Schema):
    """The seal of one recorded day, chained to the day before."""

    day: date
    root: Annotated[str, Field(description="SHA-256, in hex.")]
    before: Annotated[str, Field(description="The root of the day before; zeros for the first.")]
    since: datetime
    until: datetime
    closed_at: datetime
    entries: int
    postings: int
    allocations: int


class RootsOut(Schema):
    """Sealed days, the latest first."""

    roots: list[RootOut]


class StatementLineOut(Schema):
    """One wallet: opening and what moved make closing, to the unit."""

    wallet: str
    opening: int
    issued: int
    reversed: int
    redeemed: int
    expired: int
    adjusted: int
    transferred: int
    closing: int


class AuditorStatementOut(Schema):
    """The books of a span of closed days."""

    since: date
    until: date
    days: int
    entries: int
    postings: int
    allocations: int
    lines: list[StatementLineOut]
    root_before: str
    root: str


class OutstandingOut(Schema):
    """Units of one wallet, by tier, branch and age in days."""

    wallet: str
    tier: str
    branch: str
    age_from: int
    age_to: int | None
    units: int
    lots: int
    value: Annotated[int | None, Field(description="In the currency's smallest unit; null without a cost.")]


class LiabilityOut(Schema):
    """What members could use at the end of the last counted day."""

    day: date | None
    currency: str
    by: Literal["earned", "enrolled"]
    outstanding: list[OutstandingOut]


class JournalLineOut(Schema):
    """One line of the journal; the lines of a number balance."""

    day: date
    number: str
    wallet: str
    kind: str
    units: int
    account: str
    account_name: str
    debit: int
    credit: int


class JournalOut(Schema):
    """Deferred revenue at earning and its release, in the currency's smallest unit."""

    since: date
    until: date
    currency: str
    debit: int
    credit: int
    deferred: Annotated[dict[str, int], Field(description="What is owed at the end, by wallet.")]
    without_cost: list[str]
    lines: list[JournalLineOut]


@router.get("/proof/roots", response=RootsOut, auth=Bearer("audit.read"), summary="List daily roots")
def root_list(
    request: Call,
    limit: Limit,
    since: Annotated[date | None, Query(None, description="First day, included.")] = None,
    until: Annotated[date | None, Query(None, description="Last day, included.")] = None,
) -> RootsOut:
    """The roots that seal the ledger's days; keep them where this server cannot reach."""
    found = roots_list(request.club, since=since, until=until, limit=limit)
    return RootsOut(roots=[_root(each) for each in found])


@router.get(
    "/proof/statement",
    response=AuditorStatementOut,
    auth=Bearer("audit.read"),
    summary="Read the auditor's statement",
)
def proof_statement(request: Call, since: Since, until: Until) -> AuditorStatementOut:
    """What each wallet opened with, what moved and what it closed with, of closed days alone."""
    found = auditor_statement(request.club, since, until)
    return AuditorStatementOut(
        since=found.since,
        until=found.until,
        days=found.days,
        entries=found.entries,
        postings=found.postings,
        allocations=found.allocations,
        lines=[
            StatementLineOut(
                wallet=line.unit,
                opening=line.opening,
                issued=line.flows.issued,
                reversed=line.flows.reversed,
                redeemed=line.flows.redeemed,
                expired=line.flows.expired,
                adjusted=line.flows.adjusted,
                transferred=line.flows.transferred,
                closing=line.closing,
            )
            for line in found.lines
        ],
        root_before=found.root_before,
        root=found.root,
    )


@router.get("/liability", response=LiabilityOut, auth=Bearer("insights.read"), summary="Read the liability")
def liability_read(
    request: Call,
    by: Annotated[
        Literal["earned", "enrolled"],
        Query(
            "earned", description="Which branch: the one that gave the units, or that enrolled the member."
        ),
    ],
) -> LiabilityOut:
    """What members could still use at the end of the last counted day, and what it is worth."""
    club, day = request.club, liability.outstanding_day(request.club)
    known = costs.costs_list(club)
    rows = liability.outstanding_list(club, day, BASES[by]) if day else []
    found = []
    for row in rows:
        cost = costs.cost_on(known, row.unit, day) if day else None
        found.append(
            OutstandingOut(
                wallet=row.unit,
                tier=row.tier,
                branch=row.branch,
                age_from=AGES[row.age][0],
                age_to=AGES[row.age][1],
                units=row.units,
                lots=row.lots,
                value=costs.value(row.units, cost) if cost is not None else None,
            )
        )
    return LiabilityOut(day=day, currency=club.currency, by=by, outstanding=found)


@router.get(
    "/liability/journal", response=JournalOut, auth=Bearer("insights.read"), summary="Read the journal"
)
def journal_read(request: Call, since: Since, until: Until) -> JournalOut:
    """Deferred revenue and its release, day by day; a closed day read again is the same."""
    club = request.club
    found = journal(club, since, until)
    return JournalOut(
        since=found.since,
        until=found.until,
        currency=club.currency,
        debit=found.debit,
        credit=found.credit,
        deferred=found.deferred,
        without_cost=list(found.without_cost),
        lines=[
            JournalLineOut(
                day=line.day,
                number=line.number,
                wallet=line.unit,
                kind=line.kind,
                units=line.units,
                account=line.account.code,
                account_name=line.account.name,
                debit=line.debit,
                credit=line.credit,
            )
            for line in found.lines
        ],
    )


def _root(root: RootInfo) -> RootOut:
    return RootOut(
        day=root.day,
        root=root.root,
        before=root.before,
        since=root.since,
        until=root.until,
        closed_at=root.closed_at,
        entries=root.entries,
        postings=root.postings,
        allocations=root.allocations,
    )
