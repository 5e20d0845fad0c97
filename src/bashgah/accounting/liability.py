"""What members hold at the end of a closed day, by wallet, tier, branch and age; kept by a job, proved later.

The units are worked out from the ledger as it stood when the day closed: what is left of a lot now, plus
what was taken from it since, plus what was on hold then. So a page reads a few rows whatever the ledger's
size, and ``verify`` can count them again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction

from bashgah.accounting.types import AGES, Basis, OutstandingRow
from bashgah.activities import selectors as activities
from bashgah.clubs.selectors import branch_list, club_list
from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program
from bashgah.ground.batch import RowSet, Table, cursor, write
from bashgah.ground.proofs import Finding
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger import roots, sources
from bashgah.ledger.types import RootInfo
from bashgah.members import selectors as members
from bashgah.tiers import selectors as tiers

OUTSTANDING = Table(
    "accounting_outstanding",
    (
        ("units", "bigint"),
        ("lots", "bigint"),
        ("day", "date"),
        ("basis", "smallint"),
        ("age", "smallint"),
        ("club_id", "uuid"),
        ("unit", "text"),
        ("tier", "text"),
        ("branch", "text"),
    ),
    same=frozenset({"club_id", "day"}),
)

_COUNTED = f"""
    SELECT l.unit, coalesce(t.tier, ''), coalesce(a.branch, ''), m.branch_id,
           width_bucket(extract(epoch FROM %(until)s - l.occurred_at)::bigint / 86400, %(ages)s::bigint[]),
           sum(l.units)::bigint, count(*)
    FROM ({sources.LOTS_AT}) l
    LEFT JOIN ({activities.BRANCHES}) a ON a.member_id = l.member_id AND a.id = l.cause_id
    LEFT JOIN ({members.BRANCHES}) m ON m.member_id = l.member_id
    LEFT JOIN ({tiers.TIERS}) t ON t.member_id = l.member_id AND t.ladder = %(ladder)s
    GROUP BY 1, 2, 3, 4, 5
"""
_TOTALS = f"SELECT l.unit, sum(l.units)::bigint FROM ({sources.LOTS_AT}) l GROUP BY l.unit"


def liability_keep(*, club: ClubInfo, program: Program | None) -> date | None:
    """Count what was outstanding when the last closed day ended and keep it; return that day.

    None when no day is closed, or it was counted before. Tiers are those of the moment of counting.
    """
    with transaction.atomic():
        last = roots.roots_list(club, limit=1)
        if not last or outstanding_day(club) == last[0].day:
            return None
        with cursor() as cur:
            rows = _count(cur, club, last[0], program)
            write(cur, [RowSet(OUTSTANDING, rows)])
        return last[0].day


def outstanding_day(club: ClubInfo, at_most: date | None = None) -> date | None:
    """Return the last day that was counted, at most ``at_most``."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT max(day) FROM accounting_outstanding
            WHERE club_id = %(club)s AND (%(most)s::date IS NULL OR day <= %(most)s)
            """,
            {"club": club.id, "most": at_most},
        ).fetchone()
    return row[0] if row else None


def outstanding_list(club: ClubInfo, day: date, basis: Basis) -> list[OutstandingRow]:
    """Return what was outstanding at the end of a counted day."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT unit, tier, branch, age, units, lots FROM accounting_outstanding
            WHERE club_id = %s AND day = %s AND basis = %s ORDER BY unit, tier, branch, age
            """,
            [club.id, day, int(basis)],
        ).fetchall()
    return [OutstandingRow(*row) for row in rows]


def verify(club_id: UUID | None = None, *, most: int = 100) -> list[Finding]:
    """Count the last kept day again, of one club or all; return which wallets differ, by either branch."""
    found: list[Finding] = []
    for club in club_list():
        day = outstanding_day(club) if club_id in {None, club.id} else None
        if day is None:
            continue
        sealed = roots.roots_list(club, since=day, until=day)
        with cursor() as cur:
            there = dict(cur.execute(_TOTALS, _params(club, sealed[0])).fetchall()) if sealed else {}
        for basis in Basis:
            kept: dict[str, int] = defaultdict(int)
            for row in outstanding_list(club, day, basis):
                kept[row.unit] += row.units
            for unit in sorted({*kept, *there}):
                if kept[unit] != there.get(unit, 0):
                    params = {"expected": there.get(unit, 0), "found": kept[unit]}
                    where = f"{club.slug} {day.isoformat()} {unit} {basis.name.lower()}"
                    found.append(Finding("liability_differs", where, Phrase(_DIFFERS, params)))
    return found[:most]


def _count(
    cur: psycopg.Cursor[Any], club: ClubInfo, root: RootInfo, program: Program | None
) -> list[tuple[Any, ...]]:
    ladder = program.ladders[0] if program and program.ladders else None
    codes = {branch.id: branch.code for branch in branch_list(club)}
    params = _params(club, root) | {
        "ages": [first for first, _last in AGES[1:]],
        "ladder": ladder.key if ladder else "",
    }
    sums: dict[tuple[Basis, str, str, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for unit, tier, earned, enrolled, age, units, lots in cur.execute(_COUNTED, params).fetchall():
        stands = tier or (ladder.tiers[0].key if ladder else "")
        for basis, branch in ((Basis.EARNED, earned), (Basis.ENROLLED, codes.get(enrolled, ""))):
            kept = sums[basis, unit, stands, branch, age]
            kept[0] += units
            kept[1] += lots
    return [
        (units, lots, root.day, int(basis), age, club.id, unit, tier, branch)
        for (basis, unit, tier, branch, age), (units, lots) in sorted(sums.items())
    ]


def _params(club: ClubInfo, root: RootInfo) -> dict[str, Any]:
    return {"club": club.id, "since": root.until, "until": root.until}


_DIFFERS = _("What was counted as outstanding is not what the lots say: {expected} expected, {found} found.")
