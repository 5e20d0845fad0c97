"""What pages ask of a whole club, and may be answered as of some minutes ago where the club is large."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import cursor
from bashgah.insights.expiry import ExpiryDay, expiry_calendar
from bashgah.insights.kept import Question
from bashgah.ledger import selectors as ledger
from bashgah.ledger.types import ProgramTotal
from bashgah.members import selectors as members
from bashgah.members.types import MemberFilters
from bashgah.tiers import selectors as tiers

TAGS_MOST = 60


@dataclass(frozen=True, slots=True)
class Books:
    """What the program gave and took of each unit, and what members hold: available, pending, held."""

    totals: tuple[ProgramTotal, ...]
    held: dict[str, tuple[int, int, int]]


def _buyers(club: ClubInfo, _now: datetime, until: date, days: int) -> tuple[int, int]:
    """How many members bought in the days before ``until``, and how many of them twice or more."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE purchases > 1) FROM (
                SELECT sum(purchases) AS purchases FROM history_day
                WHERE club_id = %s AND day >= %s AND day < %s AND purchases > 0 GROUP BY member_id) buyers
            """,
            [club.id, until - timedelta(days=days), until],
        ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has one row
    return row[0], row[1]


def _enrolled(club: ClubInfo, _now: datetime, until: date) -> int:
    """How many members had joined before the day began."""
    end = datetime.combine(until, time.min, ZoneInfo(club.timezone))
    return members.members_count(club, MemberFilters(enrolled_until=end))


def _members(club: ClubInfo, _now: datetime) -> int:
    """How many members a list without filters shows."""
    return members.members_count(club)


def _tags(club: ClubInfo, _now: datetime) -> list[str]:
    """The tags that the latest tagged members carry, the most frequent first."""
    return members.tags_in_use(club, TAGS_MOST)


def _books(club: ClubInfo, _now: datetime) -> Books:
    return Books(tuple(ledger.program_totals(club)), ledger.outstanding(club))


def _held(club: ClubInfo, _now: datetime) -> dict[str, tuple[int, int, int]]:
    return ledger.outstanding(club)


def _standings(club: ClubInfo, _now: datetime) -> dict[str, dict[str, int]]:
    return tiers.standings_count(club)


def _expiring(club: ClubInfo, now: datetime, days: int, unit: str, tier: str) -> list[ExpiryDay]:
    return expiry_calendar(club, days=days, unit=unit, tier=tier, now=now)


BUYERS = Question("buyers", _buyers)
ENROLLED = Question("enrolled", _enrolled)
MEMBERS = Question("members", _members)
TAGS = Question("tags", _tags)
BOOKS = Question("books", _books)
HELD = Question("held", _held)
EXPIRING = Question("expiring", _expiring)
STANDINGS = Question("standings", _standings)
