"""Proves rewards of rules: what facts gave is what was granted, what returns took back went back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from bashgah.activities.compact import KIND_CODES, outcome_unpack
from bashgah.clubs.selectors import club_list
from bashgah.ground.audit import audit_details
from bashgah.ground.proofs import Finding
from bashgah.kit.ids import parse
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.redemption.verify import GRANTED

Walk = Callable[[str, UUID | None], Iterator[Any]]
Key = tuple[UUID, UUID, str, str]
Counts = tuple[int, int, int, int]
"""Copies that a fact gave, that its returns took back, that recomputations gave and that they took."""
NONE: Counts = (0, 0, 0, 0)
PLACES = (
    ("grants_differ", 0),
    ("grants_back_differ", 1),
    ("grants_recomputed_differ", 2),
    ("grants_recomputed_differ", 3),
)

SAID = {
    "grants_differ": _(
        "Rewards of rules are not what the activities gave: {expected} expected, {found} found."
    ),
    "grants_recomputed_differ": _(
        "Rewards that a recomputation gave or took are not those of its record:"
        " {expected} expected, {found} found."
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
    """Walk members side by side in what was settled (and computed again) and in what was granted."""
    anew = _recomputed(club_id)
    told = groupby(walk(_TOLD, club_id), key=lambda row: row[0])
    kept = groupby(walk(GRANTED, club_id), key=lambda row: row[0])
    stored = next(kept, None)
    found = _stored(stored)
    for member_id, rows in told:
        while stored is not None and stored[0] < member_id:
            yield from _compared({}, found)
            stored = next(kept, None)
            found = _stored(stored)
        expected = _expected(member_id, rows, anew.get(member_id, {}))
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


def _recomputed(club_id: UUID | None) -> dict[UUID, dict[Key, list[int]]]:
    """Return by member what recomputations gave and took, as their sealed records say."""
    found: dict[UUID, dict[Key, list[int]]] = {}
    for club in [each.id for each in club_list()] if club_id is None else [club_id]:
        for target, details in audit_details(club_id=club, action="points.recomputed"):
            member_id = parse("member", target)
            for name, counts in details.get("grants", {}).items():
                activity_id, rule, reward = name.split(" ")
                held = found.setdefault(member_id, {}).setdefault(
                    (member_id, UUID(activity_id), rule, reward), [0, 0]
                )
                held[:] = [before + more for before, more in zip(held, counts, strict=True)]
    return found


def _stored(group: tuple[UUID, Iterator[Any]] | None) -> dict[Key, Counts]:
    if group is None:
        return {}
    return {(m, a, rule, reward): tuple(counts) for m, a, rule, reward, *counts in group[1]}


def _expected(member_id: UUID, rows: Iterator[Any], anew: Mapping[Key, list[int]]) -> dict[Key, Counts]:
    sums: dict[Key, Counts] = {key: (0, 0, given, taken) for key, (given, taken) in anew.items()}
    for _member, activity_id, outcome in rows:
        for line in outcome_unpack(outcome).grants:
            key = member_id, activity_id, line.rule, line.reward
            given, back, *others = sums.get(key, NONE)
            sums[key] = given + max(0, line.count), back + max(0, -line.count), others[0], others[1]
    return sums


def _compared(expected: dict[Key, Counts], found: dict[Key, Counts]) -> Iterator[Finding]:
    for key in sorted(expected.keys() | found.keys()):
        wanted, there = expected.get(key, NONE), found.get(key, NONE)
        where = " ".join(str(part) for part in key)
        for code, place in PLACES:
            if wanted[place] != there[place]:
                told = {"expected": wanted[place], "found": there[place]}
                yield Finding(code, where, Phrase(SAID[code], told))
