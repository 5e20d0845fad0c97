"""Checks that find what does not hold in stored rows: a statement each, and what it says of a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bashgah.ground.batch import cursor
from bashgah.kit.phrases import Phrase

ALIASES = ("", *(f"{letter}." for letter in "abcdefghijklmnopqrstuvwxyz"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: a stable code, whose row it is, and a sentence for the operator."""

    code: str
    where: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Check:
    """One law of the books: what it says when broken, and the statement that finds where it is."""

    code: str
    phrase: str
    sql: str


def run_all(
    checks: Iterable[Check], params: Mapping[str, Any], club_id: UUID | None, most: int
) -> list[Finding]:
    """Run checks over one club, or over all; return what does not hold, at most ``most`` a check."""
    return [finding for check in checks for finding in _run(check, params, club_id, most)]


def _run(check: Check, params: Mapping[str, Any], club_id: UUID | None, most: int) -> Iterator[Finding]:
    values = {**params, "club": club_id, "most": most}
    with cursor() as cur:
        wrong = f"SELECT * FROM ({_scoped(check.sql, club_id)}) wrong LIMIT %(most)s"
        rows = cur.execute(wrong, values).fetchall()
    for member_id, what, expected, found in rows:
        where = f"{member_id or 'club'} {what}"
        yield Finding(check.code, where, Phrase(check.phrase, {"expected": expected, "found": found}))


def _scoped(sql: str, club_id: UUID | None) -> str:
    """Fill ``{club}`` and ``{alias.club}`` with the narrowing to one club, or with nothing."""
    for alias in ALIASES:
        narrowed = "true" if club_id is None else f"{alias}club_id = %(club)s"
        sql = sql.replace(f"{{{alias}club}}", narrowed)
    return sql
