"""The auditor's statement: the books of a span of closed days, with the roots that seal them."""

from __future__ import annotations

from datetime import date

from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import roots
from bashgah.ledger.days import FIRST_BEFORE
from bashgah.ledger.types import AuditorStatement, DayInfo, Flows, StatementLine

LONGEST_DAYS = 4000


def closed_until(club: ClubInfo) -> date | None:
    """Return the last closed day, or ``None`` before the first."""
    last = roots.roots_list(club, limit=1)
    return last[0].day if last else None


def auditor_statement(club: ClubInfo, since: date, until: date) -> AuditorStatement:
    """Return the statement of closed days from ``since`` to ``until``, both included.

    Days before the first closed one count as nothing; the end is moved back to the last closed day. Refuses
    ``period_not_closed`` (409) when no day of it is closed, ``period_invalid`` (422) when it is turned round.
    """
    if until < since or (until - since).days > LONGEST_DAYS:
        raise Refusal("period_invalid", Phrase(_("The last day lies before the first.")), status=422)
    sealed = roots.roots_list(club, since=since, until=until, limit=LONGEST_DAYS + 1)
    if not sealed:
        raise Refusal("period_not_closed", Phrase(_("No day of this period is closed yet.")), status=409)
    first, last = sealed[-1], sealed[0]
    by_unit: dict[str, list[DayInfo]] = {}
    for row in roots.days_list(club, first.day, last.day):
        by_unit.setdefault(row.unit, []).append(row)
    return AuditorStatement(
        since=first.day,
        until=last.day,
        lines=tuple(_line(unit, rows) for unit, rows in sorted(by_unit.items())),
        days=len(sealed),
        entries=sum(root.entries for root in sealed),
        postings=sum(root.postings for root in sealed),
        allocations=sum(root.allocations for root in sealed),
        root_before=first.before or FIRST_BEFORE,
        root=last.root,
    )


def _line(unit: str, rows: list[DayInfo]) -> StatementLine:
    """Add up a unit's days; its opening is what it closed the first of them with, less what moved then."""
    flows = sum((row.flows for row in rows), Flows())
    return StatementLine(unit, rows[0].closing - rows[0].flows.net, flows, rows[-1].closing)
