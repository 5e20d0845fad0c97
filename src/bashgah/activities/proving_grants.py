"""Proves rewards of rules: what facts gave is what was granted, what returns took back went back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from bashgah.activities.compact import KIND_CODES, outcome_unpack
from bashgah.ground.proofs import Finding
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.redemption.verify import GRANTED

Walk = Callable[[str, UUID | None], Iterator[Any]]
Key = tuple[UUID, UUID, str, str]

SAID = {
    "grants_differ": _(
        "Rewards of rules are not what the activities gave: {expected} expected, {found} found."
    ),
    "grants_back_differ": _(
        "Rewards taken back are not what the returns say: {expected} expected, {found} found."
    ),
}
# what a fact gave, and what its returns took back, told by one member after the other
_TOLD = f"""
    SELECT member_id, coalesce(CASE WHEN kind = {KIND_CODES["return"]} THEN about_id END, id), outcome
    FROM activities_activity WHERE %(all)s OR club_id = %(club)s ORDER BY member_id, id
"""


def grants_against_activities(club_id: UUID | None, walk: Walk) -> Iterator[Finding]:
    """Walk members side by side in what was settled and in what was granted."""
    told = groupby(walk(_TOLD, club_id), key=lambda row: row[0])
    kept = groupby(walk(GRANTED, club_id), key=lambda row: row[0])
    stored = next(kept, None)
    found = _stored(stored)
    for member_id, rows in told:
        while stored is not None and stored[0] < member_id:
            yield from _compared({}, found)
            stored = next(kept, None)
            found = _stored(stored)
        expected = _expected(member_id, rows)
        if stored is not None and stored[0] == member_id:
            yield from _compared(expected, found)
            stored = next(kept, None)
            found = _stored(stored)
        elif expected:
            yield from _compared(expected, {})
    while stored is not None:
        yield from _compared({}, found)
        stored = next(kept, None)
        found = _stored(stored)


def _stored(group: tuple[UUID, Iterator[Any]] | None) -> dict[Key, tuple[int, int]]:
    if group is None:
        return {}
    return {(m, a, rule, reward): (n, back) for m, a, rule, reward, n, back in group[1]}


def _expected(member_id: UUID, rows: Iterator[Any]) -> dict[Key, tuple[int, int]]:
    sums: dict[Key, tuple[int, int]] = {}
    for _member, activity_id, outcome in rows:
        for line in outcome_unpack(outcome).grants:
            key = member_id, activity_id, line.rule, line.reward
            given, back = sums.get(key, (0, 0))
            sums[key] = given + max(0, line.count), back + max(0, -line.count)
    return sums


def _compared(expected: dict[Key, tuple[int, int]], found: dict[Key, tuple[int, int]]) -> Iterator[Finding]:
    for key in sorted(expected.keys() | found.keys()):
        wanted, there = expected.get(key, (0, 0)), found.get(key, (0, 0))
        where = " ".join(str(part) for part in key)
        for code, place in (("grants_differ", 0), ("grants_back_differ", 1)):
            if wanted[place] != there[place]:
                told = {"expected": wanted[place], "found": there[place]}
                yield Finding(code, where, Phrase(SAID[code], told))
