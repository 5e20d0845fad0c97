"""Proves what promotions counted: members' uses and what all took, from the purchases that took quotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from bashgah.activities.compact import KIND_CODES, fact_unpack
from bashgah.clubs.selectors import club_get
from bashgah.engine.facts import Fact
from bashgah.engine.promotions.counting import counted
from bashgah.engine.returns import bought_of
from bashgah.ground.batch import cursor
from bashgah.ground.proofs import Finding
from bashgah.history.verify import USED_BY_PROMOTIONS
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.members.selectors import MERGED
from bashgah.programs.budgets import TAKEN_BY_PROMOTIONS
from bashgah.programs.selectors import program_by_number

Counts = dict[tuple[Any, ...], int]

_TAKEN = """
    SELECT q.club_id, q.member_id, q.id, q.program, coalesce(a.fact, n.fact), n.id,
           EXISTS (SELECT FROM activities_activity r
                   WHERE r.member_id = coalesce(a.member_id, n.claimed_by)
                     AND r.about_id = coalesce(a.id, n.claim_id)
                     AND r.kind = %(return)s AND r.type = 'whole')
    FROM activities_quote q
    LEFT JOIN activities_activity a ON a.member_id = q.member_id AND a.id = q.activity_id
    LEFT JOIN activities_anonymous n ON n.club_id = q.club_id AND n.id = q.activity_id
    WHERE q.activity_id IS NOT NULL AND (%(all)s OR q.club_id = %(club)s)
"""
SAID = {
    "quote_without_purchase": _("A quote names a purchase that is not there."),
    "promotion_uses_differ": _(
        "A member's uses of a promotion are not those of the purchases: {expected} expected, {found} found."
    ),
    "promotion_spent_differs": _(
        "What a promotion gave is not what the purchases got: {expected} expected, {found} found."
    ),
}


def promotions_against_purchases(club_id: UUID | None) -> Iterator[Finding]:
    """Count every purchase that took a quote again, but those wholly returned; compare with what is kept."""
    params = {"all": club_id is None, "club": club_id, "return": KIND_CODES["return"]}
    uses: Counts = {}
    spent: Counts = {}
    with cursor() as cur:
        merged = dict(cur.execute(MERGED).fetchall())
        rows = cur.execute(_TAKEN, params).fetchall()
        for club, member, quote, number, packed, nameless, is_gone in rows:
            if packed is None:
                yield _finding("quote_without_purchase", f"{member} {quote}", 1, 0)
                continue
            fact = fact_unpack(packed)
            if is_gone or (nameless is not None and _nameless_gone(cur, club, nameless, fact)):
                continue
            owner = None if nameless is not None else member
            _count(club, owner, number, fact, merged, uses, spent)
        kept = {(row[0], row[1], row[2]): row[3] for row in cur.execute(USED_BY_PROMOTIONS, params)}
        taken = {(row[0], row[1], row[2]): row[3] for row in cur.execute(TAKEN_BY_PROMOTIONS, params)}
    yield from _compared("promotion_uses_differ", uses, kept)
    yield from _compared("promotion_spent_differs", spent, taken)


def _count(  # noqa: PLR0917 one purchase among the sums
    club_id: UUID,
    member_id: UUID | None,
    number: int,
    fact: Fact,
    merged: Mapping[UUID, UUID],
    uses: Counts,
    spent: Counts,
) -> None:
    program = program_by_number(club_get(club_id), number).document
    day: date = fact.local_at.date()
    used, taken = counted(program, fact.promotions, day)
    # what a merged member did counts for them and for the survivor
    owners = [each for each in (member_id, merged.get(member_id) if member_id else None) if each]
    for each in used:
        for owner in owners:
            key = (owner, each.limit, each.window_start)
            uses[key] = uses.get(key, 0) + each.amount
    for slot in taken:
        place = (club_id, slot.slot[0], slot.slot[1])
        spent[place] = spent.get(place, 0) + slot.amount


def _nameless_gone(cur: psycopg.Cursor[Any], club_id: UUID, purchase_id: UUID, fact: Fact) -> bool:
    back = dict(
        cur.execute(
            "SELECT line_no, returned FROM activities_anonymousreturned"
            " WHERE club_id = %s AND purchase_id = %s",
            [club_id, purchase_id],
        ).fetchall()
    )
    return all(back.get(no, 0) >= bought for no, bought in bought_of(fact).items())


def _compared(code: str, expected: Counts, found: Counts) -> Iterator[Finding]:
    for key in sorted(expected.keys() | found.keys(), key=str):
        if expected.get(key, 0) != found.get(key, 0):
            where = " ".join(str(part) for part in key)
            yield _finding(code, where, expected.get(key, 0), found.get(key, 0))


def _finding(code: str, where: str, expected: int, found: int) -> Finding:
    return Finding(code, where, Phrase(SAID[code], {"expected": expected, "found": found}))
