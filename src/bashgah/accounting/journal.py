"""The journal: deferred revenue at earning, its release at redemption and expiry, day by day.

For each wallet and closed day, what the ledger sealed is valued at that day's cost; each kind of movement is
one debit and one credit. A last pair brings deferred revenue to exactly units times cost: it carries a change
of the cost, and the rounding of the lines, never more than a few of the currency's smallest units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bashgah.accounting.costs import accounts_by_day, cost_on, costs_list, value
from bashgah.accounting.types import AccountInfo, Journal, JournalLine, UnitCostInfo
from bashgah.clubs.types import ClubInfo
from bashgah.ledger.roots import days_list
from bashgah.ledger.statements import auditor_statement
from bashgah.ledger.types import DayInfo

ONE_DAY = timedelta(days=1)

KINDS: dict[str, tuple[int, str]] = {
    "issued": (1, "earning"),
    "reversed": (-1, "earning"),
    "redeemed": (-1, "redeemed"),
    "expired": (-1, "expired"),
    "adjusted": (1, "adjusted"),
    "transferred": (1, "transferred"),
}
"""What moved: whether it adds to what is owed, and the account on the other side of deferred revenue."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """One kind of movement of a wallet's day, and by how much it changes what is owed."""

    row: DayInfo
    kind: str
    units: int
    owed: int


def journal(club: ClubInfo, since: date, until: date) -> Journal:
    """Return the journal of the closed days from ``since`` to ``until``, both included.

    Wallets without a cost are left out and named. Refuses what ``ledger.statements.auditor_statement`` does.
    """
    span = auditor_statement(club, since, until)
    costs = costs_list(club)
    rows = days_list(club, span.since, span.until)
    accounts = accounts_by_day(club, sorted({row.day for row in rows}))
    lines: list[JournalLine] = []
    deferred: dict[str, int] = {}
    without: set[str] = set()
    for row in sorted(rows, key=lambda each: (each.day, each.unit)):
        cost = cost_on(costs, row.unit, row.day)
        if cost is None:
            if row.postings or row.closing:
                without.add(row.unit)
            continue
        lines += _day_lines(row, cost, costs, accounts[row.day])
        deferred[row.unit] = value(row.closing, cost)
    return Journal(span.since, span.until, tuple(lines), deferred, tuple(sorted(without)))


def _day_lines(
    row: DayInfo, cost: int, costs: Sequence[UnitCostInfo], accounts: Mapping[str, AccountInfo]
) -> Iterator[JournalLine]:
    """Yield the pairs of one wallet and day; they add up to the change of what is owed."""
    before = cost_on(costs, row.unit, row.day - ONE_DAY)
    opening = row.closing - row.flows.net
    owed = value(opening, before) if before is not None else 0
    for kind, (sign, account) in KINDS.items():
        units = getattr(row.flows, kind)
        amount = sign * value(units, cost)
        owed += amount
        yield from _pair(_Moved(row, kind, units, amount), accounts[account], accounts["deferred"])
    rest = value(row.closing, cost) - owed
    kind = "opening" if before is None else "rounding" if before == cost else "revaluation"
    yield from _pair(_Moved(row, kind, opening, rest), accounts["revalued"], accounts["deferred"])


def _pair(moved: _Moved, other: AccountInfo, deferred: AccountInfo) -> Iterator[JournalLine]:
    """Yield a debit and a credit: what is owed grows on the credit side, or shrinks on the debit side."""
    if not moved.owed:
        return
    row, amount = moved.row, abs(moved.owed)
    number = f"BSH-{row.day:%Y%m%d}-{row.unit}"
    debited, credited = (other, deferred) if moved.owed > 0 else (deferred, other)
    yield JournalLine(row.day, number, row.unit, moved.kind, moved.units, debited, amount, 0)
    yield JournalLine(row.day, number, row.unit, moved.kind, moved.units, credited, 0, amount)
