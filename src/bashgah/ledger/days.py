"""Recomputes closed days from the entries behind them: sums by unit, and hashes of every row.

A row's leaf is the SHA-256 of its fields in PostgreSQL's binary form (``record_send``: number of fields, then
type, length and bytes of each), which tells nothing apart that is the same and nothing together that differs.
A day's hash of one unit is the SHA-256 of its leaves in the order of member and id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from bashgah.ledger import sources
from bashgah.ledger.types import DayInfo, Flows

NOTHING = hashlib.sha256(b"").hexdigest()
FIRST_BEFORE = "0" * 64

_MOVED = f"""
    SELECT width_bucket(m.recorded_at, %(bounds)s::timestamptz[]) AS place, m.unit, count(*) AS postings,
           {sources.flow_columns()},
           sha256(string_agg(sha256(record_send({sources.MOVEMENT_ROW})), ''::bytea
                             ORDER BY m.member_id, m.id))
    FROM ({sources.MOVEMENTS}) m
    LEFT JOIN ledger_lot l ON l.member_id = m.member_id AND l.id = m.id
    GROUP BY place, m.unit
"""

_ALLOCATED = f"""
    SELECT width_bucket(m.recorded_at, %(bounds)s::timestamptz[]) AS place, m.unit, count(*),
           sha256(string_agg(sha256(record_send({sources.ALLOCATION_ROW})), ''::bytea
                             ORDER BY a.member_id, a.posting_id, a.lot_id))
    FROM ({sources.MOVEMENTS}) m
    JOIN ledger_allocation a ON a.member_id = m.member_id AND a.posting_id = m.id
    GROUP BY place, m.unit
"""

_ENTRIES = f"""
    SELECT width_bucket(e.recorded_at, %(bounds)s::timestamptz[]) AS place, count(*)
    FROM ({sources.ENTRIES}) e GROUP BY place
"""


@dataclass(frozen=True, slots=True)
class Span:
    """One recorded day and the instants it runs between."""

    day: date
    since: datetime
    until: datetime


@dataclass(slots=True)
class Counted:
    """What the ledger says of one day: its entries, and by unit what moved and its hashes."""

    entries: int = 0
    units: dict[str, DayInfo] = field(default_factory=dict)


def count(cur: psycopg.Cursor[Any], club_id: UUID, spans: Sequence[Span]) -> list[Counted]:
    """Read what was recorded on each of the days, which follow one another without a gap.

    ``closing`` of the result is what moved that day alone; the caller adds what was there before.
    """
    counted = [Counted() for _ in spans]
    if not spans:
        return counted
    params = {
        "club": club_id,
        "since": spans[0].since,
        "until": spans[-1].until,
        "bounds": [span.since for span in spans],
    }
    for place, entries in cur.execute(_ENTRIES, params).fetchall():
        counted[place - 1].entries = entries
    hashes = {
        (place, unit): (rows, bytes(hashed).hex())
        for place, unit, rows, hashed in cur.execute(_ALLOCATED, params).fetchall()
    }
    for place, unit, postings, *sums, hashed in cur.execute(_MOVED, params).fetchall():
        flows = Flows(*sums)
        allocations, allocated = hashes.get((place, unit), (0, NOTHING))
        counted[place - 1].units[unit] = DayInfo(
            spans[place - 1].day,
            unit,
            postings,
            allocations,
            flows,
            flows.net,
            bytes(hashed).hex(),
            allocated,
        )
    return counted


def closed(counted: Counted, day: date, before: dict[str, int]) -> list[DayInfo]:
    """Return the rows of a day by unit, those that did not move included; ``before`` is what each had."""
    rows = []
    for unit in sorted({*before, *counted.units}):
        had = before.get(unit, 0)
        found = counted.units.get(unit)
        if found is None:
            rows.append(DayInfo(day, unit, 0, 0, Flows(), had, NOTHING, NOTHING))
            continue
        rows.append(
            DayInfo(
                day,
                unit,
                found.postings,
                found.allocations,
                found.flows,
                had + found.flows.net,
                found.movements_hash,
                found.allocations_hash,
            )
        )
    return rows


def seal(club_id: UUID, span: Span, entries: int, rows: Sequence[DayInfo], before: str) -> str:
    """Return the root of a day: the SHA-256 of the root before it and of the day, line by line.

    The text is plain, so that anybody can make it again: ``bashgah root export --text`` prints it.
    """
    return hashlib.sha256(text(club_id, span, entries, rows, before).encode()).hexdigest()


def text(club_id: UUID, span: Span, entries: int, rows: Sequence[DayInfo], before: str) -> str:
    """Return what a root is the hash of."""
    lines = [
        "bashgah ledger day 1",
        before,
        str(club_id),
        span.day.isoformat(),
        f"{_micros(span.since)} {_micros(span.until)} {entries}",
    ]
    for row in sorted(rows, key=lambda each: each.unit):
        flows = row.flows
        figures = (
            row.postings,
            row.allocations,
            flows.issued,
            flows.reversed,
            flows.redeemed,
            flows.expired,
            flows.adjusted,
            flows.transferred,
            row.closing,
        )
        lines.append(f"{row.unit} {' '.join(map(str, figures))} {row.movements_hash} {row.allocations_hash}")
    return "\n".join(lines) + "\n"


def _micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - datetime.fromtimestamp(0, at.tzinfo)) // timedelta(microseconds=1)
