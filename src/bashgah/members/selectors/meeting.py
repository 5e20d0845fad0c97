"""How many members meet a criterion: exactly where that is quick, else from a sample that says so."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from bashgah.clubs.types import ClubInfo
from bashgah.engine.criteria.selecting import Selection

QUICK_MS = 250
QUICK_COST = 50_000.0
"""What the planner may think a quick count costs: some 300,000 members, joined to what is kept of them."""
SAMPLE_MEMBERS = 10_000
SEED = 1405
_OF = "s.status = 'active' AND s.merged_into IS NULL AND s.kind = 'person'"


@dataclass(frozen=True, slots=True)
class Meeting:
    """Of ``of`` members looked at, ``number`` meet the criterion; ``whole`` is how many there are, about."""

    number: int
    of: int
    whole: int
    is_sample: bool = False


def members_meeting(
    club: ClubInfo, found: Selection, *, quick_ms: int = QUICK_MS, quick_cost: float = QUICK_COST
) -> Meeting:
    """Count the club's active people who meet a criterion.

    A count that is thought to cost more than ``quick_cost``, or takes longer than ``quick_ms``, is made on a
    sample of about 10,000 members, always the same ones, so that conditions can be compared.
    """
    if _cost(club, found) <= quick_cost:
        try:
            with transaction.atomic():
                number, of = _counted(club, found, "", quick_ms)
                return Meeting(number, of, of)
        except OperationalError:
            pass  # it took too long; the sample says about how many
    percent = _percent()
    sample = f"TABLESAMPLE SYSTEM ({percent:.4f}) REPEATABLE ({SEED})"
    number, of = _counted(club, found, sample, quick_ms * 4)
    return Meeting(number, of, round(of * 100 / percent), is_sample=True)


def _cost(club: ClubInfo, found: Selection) -> float:
    """Return what the planner thinks that counting all members costs."""
    with connection.cursor() as cur:
        cur.execute(f"EXPLAIN (FORMAT JSON) {_statement(found, '')}", [*_in_order(found), club.id])
        (said,) = cur.fetchone()
    plan = json.loads(said) if isinstance(said, str) else said
    return float(plan[0]["Plan"]["Total Cost"])


def _statement(found: Selection, sample: str) -> str:
    return f"""
        SELECT count(*) FILTER (WHERE {found.where}), count(*)
        FROM members_member m {sample} JOIN members_state s ON s.member_id = m.id {found.joins}
        WHERE m.club_id = %s AND {_OF}
    """


def _counted(club: ClubInfo, found: Selection, sample: str, most_ms: int) -> tuple[int, int]:
    with connection.cursor() as cur:
        cur.execute("SELECT set_config('statement_timeout', %s, true)", [str(most_ms)])
        if sample:  # what belongs to a few members is looked up; a hash would read everybody's
            _by_lookups(cur, only=True)
        cur.execute(_statement(found, sample), [*_in_order(found), club.id])
        number, of = cur.fetchone()
        cur.execute("SELECT set_config('statement_timeout', '0', true)")
        if sample:
            _by_lookups(cur, only=False)
    return number, of


def _by_lookups(cur: CursorWrapper, *, only: bool) -> None:
    """Let the planner join by looking rows up alone, or as it likes, until the transaction ends.

    Nor is such a plan worth compiling, which takes longer than it runs.
    """
    cur.execute(
        "SELECT set_config(name, CASE WHEN %s THEN 'off' ELSE reset_val END, true) FROM pg_settings"
        " WHERE name IN ('enable_hashjoin', 'enable_mergejoin', 'jit')",
        [only],
    )


def _in_order(found: Selection) -> tuple[object, ...]:
    """The condition stands before the joins here, so its parameters come first."""
    return (*found.params[found.joined :], *found.params[: found.joined])


def _percent() -> float:
    """How much of the table holds so many members."""
    with connection.cursor() as cur:
        cur.execute("SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'members_member'::regclass")
        (rows,) = cur.fetchone()
    return min(100.0, 100.0 * SAMPLE_MEMBERS / rows)
