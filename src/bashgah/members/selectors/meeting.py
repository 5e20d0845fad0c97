"""How many members meet a criterion: exactly where that is quick, else from a sample that says so."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import OperationalError, connection, transaction

from bashgah.clubs.types import ClubInfo
from bashgah.engine.criteria.selecting import Selection

QUICK_MS = 800
SAMPLE_MEMBERS = 20_000
_OF = "s.status = 'active' AND s.merged_into IS NULL AND s.kind = 'person'"


@dataclass(frozen=True, slots=True)
class Meeting:
    """Of ``of`` members looked at, ``number`` meet the criterion; ``whole`` is how many there are, about."""

    number: int
    of: int
    whole: int
    is_sample: bool = False


def members_meeting(club: ClubInfo, found: Selection, *, quick_ms: int = QUICK_MS) -> Meeting:
    """Count the club's active people who meet a criterion.

    A count that takes longer than ``quick_ms`` is given up and made on a sample of about 20,000 members.
    """
    try:
        with transaction.atomic():
            number, of = _counted(club, found, "", quick_ms)
            return Meeting(number, of, of)
    except OperationalError:
        percent = _percent()
        sample = f"TABLESAMPLE SYSTEM ({percent:.4f})"
        number, of = _counted(club, found, sample, quick_ms * 4)
        return Meeting(number, of, round(of * 100 / percent), is_sample=True)


def _counted(club: ClubInfo, found: Selection, sample: str, most_ms: int) -> tuple[int, int]:
    with connection.cursor() as cur:
        cur.execute("SELECT set_config('statement_timeout', %s, true)", [str(most_ms)])
        cur.execute(
            f"""
            SELECT count(*) FILTER (WHERE {found.where}), count(*)
            FROM members_member m {sample} JOIN members_state s ON s.member_id = m.id {found.joins}
            WHERE m.club_id = %s AND {_OF}
            """,
            [*_in_order(found), club.id],
        )
        number, of = cur.fetchone()
        cur.execute("SELECT set_config('statement_timeout', '0', true)")
    return number, of


def _in_order(found: Selection) -> tuple[object, ...]:
    """The condition stands before the joins here, so its parameters come first."""
    return (*found.params[found.joined :], *found.params[: found.joined])


def _percent() -> float:
    """How much of the table holds so many members."""
    with connection.cursor() as cur:
        cur.execute("SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'members_member'::regclass")
        (rows,) = cur.fetchone()
    return min(100.0, 100.0 * SAMPLE_MEMBERS / rows)
