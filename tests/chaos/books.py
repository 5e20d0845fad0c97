"""What was acknowledged against what stands in the books."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from tests.chaos import hands

Sums = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A fact a client was told is settled: its reference, what it became, and what it moved."""

    reference: str
    activity: str
    member: str
    moved: dict[str, int]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong: acknowledged facts that are not there, facts there twice, balances that differ."""

    lost: list[str]
    doubled: list[str]
    drifting: list[str]

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.drifting)


def read_log(paths: Iterable[Path]) -> list[Acknowledged]:
    """Read what the hands wrote down when they were told."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [Acknowledged(**json.loads(line)) for line in lines]


def compare(owner_url: str, told: list[Acknowledged], *, all_told: bool = True) -> Found:
    """Compare what clients were told with the books.

    ``all_told`` says that every settled fact was acknowledged in the end, so that balances must be exactly
    what was told; while facts are still under way only losses and doubles can be seen.
    """
    with psycopg.connect(owner_url) as books:
        there: dict[str, Any] = dict(
            books.execute(
                """
                SELECT reference, id::text FROM activities_activity
                UNION ALL SELECT reference, id::text FROM activities_anonymous
                """
            ).fetchall()
        )
        counted = books.execute(
            """
            SELECT reference, count(*) FROM (
                SELECT source, reference FROM activities_activity
                UNION ALL SELECT source, reference FROM activities_anonymous) facts
            GROUP BY source, reference HAVING count(*) > 1
            """
        ).fetchall()
        entered = books.execute(
            "SELECT cause_id::text, count(*) FROM ledger_entry WHERE cause IN (1, 8)"
            " GROUP BY cause_id HAVING count(*) > 1"
        ).fetchall()
        held = books.execute(
            "SELECT member_id::text, unit, available + pending + held FROM ledger_wallet"
        ).fetchall()
    by_reference = {each.reference: each for each in told}
    lost = [each.reference for each in told if there.get(each.reference) != each.activity]
    doubled = [f"{name} {times}×" for name, times in (*counted, *entered)]
    if not all_told:
        return Found(lost, doubled, [])
    never_told = [reference for reference in there if reference not in by_reference]
    sums: Sums = Counter()
    for each in by_reference.values():
        for unit, amount in each.moved.items():
            sums[each.member, unit] += amount
    balances: Sums = Counter({(member, unit): amount for member, unit, amount in held})
    drifting = [
        f"{member} {unit}: told {sums[member, unit]}, holds {balances[member, unit]}"
        for member, unit in sums.keys() | balances.keys()
        if sums[member, unit] != balances[member, unit]
    ]
    return Found(lost, doubled, drifting + [f"{reference}: settled, never told" for reference in never_told])


def prove(url: str) -> None:
    """Recompute everything in a hand of its own; nothing may be found."""
    hands.run(_prove, url)


def _prove() -> None:
    from bashgah.activities.verify import verify

    found = verify()
    assert not found, [f"{one.code} {one.where}" for one in found[:10]]


def member_of(public_id: str) -> str:
    """Return a public member id as the books write it."""
    from bashgah.kit import ids

    return str(UUID(int=ids.parse("member", public_id).int))
