"""What all members together took of rules' budgets: locked, read and written within a settlement.

A budget's row is locked from reading to commit, after the members and in the order of keys, so no two
settlements take the same units and none is ever exceeded. Rules without budgets cost nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import psycopg

from bashgah.clubs.types import ClubInfo
from bashgah.engine.states import Slot
from bashgah.ground.batch import cursor

Spent = dict[Slot, int]
"""What was taken so far, by slot."""

_MADE = """
    INSERT INTO programs_budget (club_id, key, start, branch, spent)
    SELECT %s, k.key, k.start, k.branch, 0
    FROM unnest(%s::text[], %s::date[], %s::text[]) WITH ORDINALITY k(key, start, branch, place)
    ORDER BY k.place
    ON CONFLICT DO NOTHING
"""
_READ = """
    SELECT b.key, b.start, b.branch, b.spent FROM programs_budget b
    JOIN unnest(%s::text[], %s::date[], %s::text[]) k(key, start, branch) USING (key, start, branch)
    WHERE b.club_id = %s
"""
_LOCKED = f"{_READ} ORDER BY b.key, b.start, b.branch FOR UPDATE OF b"
_TAKEN = """
    UPDATE programs_budget b SET spent = b.spent + k.amount
    FROM unnest(%s::text[], %s::date[], %s::text[], %s::bigint[]) k(key, start, branch, amount)
    WHERE b.club_id = %s AND b.key = k.key AND b.start = k.start AND b.branch = k.branch
"""


TAKEN_BY_RULES = """
    SELECT key, start, branch, spent FROM programs_budget WHERE club_id = %(club)s AND key = ANY(%(keys)s)
"""
"""What rules gave of shared budgets, for a room that knows what they gave."""

TAKEN_BY_PROMOTIONS = """
    SELECT club_id, key, start, spent FROM programs_budget
    WHERE key LIKE '~%%' AND (%(all)s OR club_id = %(club)s)
"""
"""What promotions gave to all members, for a room that knows what was bought."""


def promotions_taken(club: ClubInfo) -> dict[str, dict[str, int]]:
    """Return by promotion what was taken of what all members share: uses, money, and how many codes."""
    found: dict[str, dict[str, int]] = {}
    with cursor() as cur:
        rows = cur.execute(TAKEN_BY_PROMOTIONS, {"all": False, "club": club.id}).fetchall()
    for _club, key, _start, spent in rows:
        promotion, what, *_code = str(key).removeprefix("~").split(".")
        counts = found.setdefault(promotion, {})
        counts[what] = counts.get(what, 0) + spent
    return found


def budgets_lock(cur: psycopg.Cursor[Any], club_id: UUID, slots: Iterable[Slot]) -> Spent:
    """Lock the slots until the transaction ends and return what was taken of each."""
    ordered = sorted(set(slots))
    columns = _columns(ordered)
    # every new row is made, in order, before any is locked: two settlements cannot wait for one another
    cur.execute(_MADE, [club_id, *columns])
    return _spent(cur.execute(_LOCKED, [*columns, club_id]).fetchall())


def budgets_read(cur: psycopg.Cursor[Any], club_id: UUID, slots: Iterable[Slot]) -> Spent:
    """Return what was taken of each slot now, for a preview; nothing is locked."""
    ordered = sorted(set(slots))
    found = _spent(cur.execute(_READ, [*_columns(ordered), club_id]).fetchall())
    return {slot: found.get(slot, 0) for slot in ordered}


def budgets_take(cur: psycopg.Cursor[Any], club_id: UUID, taken: Mapping[Slot, int]) -> None:
    """Write what this settlement took of slots that it has locked."""
    ordered = sorted((slot, amount) for slot, amount in taken.items() if amount)
    if ordered:
        amounts = [amount for _slot, amount in ordered]
        cur.execute(_TAKEN, [*_columns([slot for slot, _amount in ordered]), amounts, club_id])


def budgets_forget(cur: psycopg.Cursor[Any], club_id: UUID, owners: Iterable[str]) -> None:
    """Forget what was taken of the budgets of these owners (the part of a key before its first dot)."""
    cur.execute(
        "DELETE FROM programs_budget WHERE club_id = %s AND split_part(key, '.', 1) = ANY(%s)",
        [club_id, list(owners)],
    )


def _columns(slots: list[Slot]) -> list[list[Any]]:
    return [[slot[place] for slot in slots] for place in range(3)]


def _spent(rows: Iterable[tuple[Any, ...]]) -> Spent:
    return {(key, start, branch): spent for key, start, branch, spent in rows}
