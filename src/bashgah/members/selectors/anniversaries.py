"""Whose birthday or day of joining a day is, in the club's calendar; for what is recorded day by day.

30 Esfand and 29 February count as the year's, or month's, last day where a year has none: so everybody has
exactly one birthday in every year of the club's calendar.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.kit.jalali import Calendar, anniversary, to_jalali
from bashgah.members.selectors.birthdays import MMDD

EARLIEST_YEARS = 130
_PEOPLE = "s.status = 'active' AND s.merged_into IS NULL AND s.kind = 'person'"
_AROUND = (-2, -1, 0, 1, 2)


def members_born_on(club: ClubInfo, day: date) -> dict[UUID, int]:
    """Return the active members whose birthday this is, with how old they become by the club's calendar."""
    days = celebrated(day, club.calendar)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT m.id, m.birth_date FROM members_member m JOIN members_state s ON s.member_id = m.id
            WHERE m.club_id = %s AND {MMDD} = ANY(%s::numeric[]) AND m.birth_date = ANY(%s) AND {_PEOPLE}
            """,
            [club.id, sorted({each.month * 100 + each.day for each in days}), list(days)],
        )
        return {id_: years_between(born, day, club.calendar) for id_, born in cursor.fetchall()}


def members_joined_on(club: ClubInfo, day: date) -> dict[UUID, int]:
    """Return the active members who joined on this day of an earlier year, with the years since."""
    zone = ZoneInfo(club.timezone)
    days = [each for each in celebrated(day, club.calendar) if each < day]
    begins = [datetime.combine(each, time(), zone) for each in days]
    ends = [datetime.combine(each + timedelta(days=1), time(), zone) for each in days]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT m.id, m.enrolled_at FROM unnest(%s::timestamptz[], %s::timestamptz[]) d (begins, ends)
            JOIN members_member m
              ON m.club_id = %s AND m.enrolled_at >= d.begins AND m.enrolled_at < d.ends
            JOIN members_state s ON s.member_id = m.id WHERE {_PEOPLE}
            """,
            [begins, ends, club.id],
        )
        return {
            id_: years_between(joined.astimezone(zone).date(), day, club.calendar)
            for id_, joined in cursor.fetchall()
        }


def years_between(first: date, day: date, calendar: Calendar) -> int:
    """Return how many years of the calendar lie between the years of two days."""
    return _year(day, calendar) - _year(first, calendar)


@lru_cache(maxsize=64)
def celebrated(day: date, calendar: Calendar) -> tuple[date, ...]:
    """Return every day of the last years whose yearly return falls on this one, the newest first."""
    found = []
    for years in range(EARLIEST_YEARS):
        about = day - timedelta(days=round(years * 365.2422))
        near = (about + timedelta(days=shift) for shift in _AROUND)
        found += [each for each in near if each <= day and anniversary(each, day, calendar) == day]
    return tuple(sorted(set(found), reverse=True))


def _year(day: date, calendar: Calendar) -> int:
    return to_jalali(day)[0] if calendar == "jalali" else day.year
