"""Birthdays, anniversaries of joining and lapses, recorded day by day: none is lost, none comes twice.

Each club has one mark: up to which day its days were gone through. A day is marked once all of it is
recorded; a day begun and not ended is gone through again, and references keep what is there single. Days
before a club began are never gone through: years of members read from a file bring no flood.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from bashgah.activities.behaviours import Behaviour, behaviours_record, is_recorded
from bashgah.activities.models import OccasionMark
from bashgah.clubs.types import ClubInfo
from bashgah.history.selectors import last_bought_on
from bashgah.kit.jalali import to_jalali
from bashgah.members.selectors import members_get
from bashgah.members.selectors.anniversaries import (
    celebrated,
    members_born_on,
    members_joined_on,
    years_between,
)
from bashgah.members.types import MemberInfo

TYPES = ("birthday", "anniversary", "inactivity")
DAYS_AT_ONCE = 31
"""How many missed days one run makes up for at most; the next run goes on."""


def occasions_record(*, club: ClubInfo, now: datetime) -> int:
    """Record the birthdays, anniversaries and lapses due by now; return how many are new.

    A club whose program listens for the first time begins with today. Run twice, killed or days late, each
    member gets one of a kind in each year of the club's calendar.
    """
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    made = 0
    for type in TYPES:
        if not is_recorded(club, type, now):
            OccasionMark.objects.filter(club_id=club.id, type=type).delete()
            continue
        with transaction.atomic():
            mark, _new = OccasionMark.objects.get_or_create(
                club_id=club.id, type=type, defaults={"done_until": today - timedelta(days=1)}
            )
        for ahead in range(1, DAYS_AT_ONCE + 1):
            day = mark.done_until + timedelta(days=ahead)
            if day > today:
                break
            made += behaviours_record(club=club, behaviours=_of_day(club, type, day), now=now)
            OccasionMark.objects.filter(club_id=club.id, type=type, done_until__lt=day).update(done_until=day)
    return made


def birthday_of(club: ClubInfo, member: MemberInfo, now: datetime) -> list[Behaviour]:
    """Return today's birthday of a member whose birth date came to be known today; nothing on other days."""
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    born = member.birth_date
    if born is None or not member.is_active or born not in celebrated(today, club.calendar):
        return []
    return [_behaviour(club, "birthday", member.id, today, years_between(born, today, club.calendar))]


def _lapsed(club: ClubInfo, day: date) -> list[Behaviour]:
    """Return who has bought nothing for exactly one of the club's spans of days: each lapse once a span.

    Who has bought since, though the day is gone through late, has not lapsed.
    """
    spans = {day - timedelta(days=days): days for days in club.settings.inactivity_days}
    found = last_bought_on(club, list(spans))
    people = members_get(club, list(found))
    at = datetime.combine(day, time(), ZoneInfo(club.timezone))
    return [
        Behaviour("inactivity", id_, at, key=f"{last}:{spans[last]}", attributes={"days": spans[last]})
        for id_, last in sorted(found.items())
        if id_ in people and people[id_].is_active and people[id_].kind == "person"
    ]


def _of_day(club: ClubInfo, type: str, day: date) -> list[Behaviour]:
    if type == "inactivity":
        return _lapsed(club, day)
    found = members_born_on(club, day) if type == "birthday" else members_joined_on(club, day)
    return [_behaviour(club, type, id_, day, years) for id_, years in sorted(found.items())]


def _behaviour(club: ClubInfo, type: str, member_id: UUID, day: date, years: int) -> Behaviour:
    year = to_jalali(day)[0] if club.calendar == "jalali" else day.year
    return Behaviour(
        type,
        member_id,
        datetime.combine(day, time(), ZoneInfo(club.timezone)),
        key=str(year),
        attributes={"age" if type == "birthday" else "years": years},
    )
