"""What rules may ask about a member: plain values, for the settlement and for history replayed alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from bashgah.engine.facts import Fact
from bashgah.kit.jalali import Calendar, to_jalali


class MemberFacts(msgspec.Struct, frozen=True, gc=False):
    """What criteria look at, as it stands when a fact is settled; ``id`` draws pilots' members."""

    city: str = ""
    gender: str = ""
    tags: tuple[str, ...] = ()
    birth_date: date | None = None
    attributes: dict[str, Any] = {}
    enrolled_on: date | None = None
    id: str = ""

    def value(self, name: str, fact: Fact, calendar: Calendar) -> Any:
        """Return the value of a ``member.…`` field of the catalogue; None where nothing is known."""
        if name.startswith("member.attributes."):
            return self.attributes.get(name.removeprefix("member.attributes."))
        return _VALUES[name](self, fact, calendar)


def facts_of(rows: Sequence[Sequence[Any]], id: UUID | None = None) -> MemberFacts:
    """Make the facts of what ``MEMBER`` read; of nobody nothing is known."""
    if not rows:
        return MemberFacts()
    city, gender, tags, birth, attributes, enrolled = msgspec.json.decode(rows[0][1])
    return MemberFacts(
        city,
        gender,
        tuple(tags),
        date.fromisoformat(birth) if birth else None,
        attributes,
        date.fromisoformat(enrolled) if enrolled else None,
        id.hex if id else "",
    )


def _age_days(member: MemberFacts, fact: Fact, _calendar: Calendar) -> int:
    day = fact.local_at.date()
    return (day - member.enrolled_on).days if member.enrolled_on else 0


def _birth_month_day(member: MemberFacts, _fact: Fact, calendar: Calendar) -> int | None:
    born = member.birth_date
    if born is None:
        return None
    month, day = to_jalali(born)[1:] if calendar == "jalali" else (born.month, born.day)
    return month * 100 + day


_VALUES: dict[str, Callable[[MemberFacts, Fact, Calendar], Any]] = {
    "member.id": lambda member, _f, _c: member.id,
    "member.city": lambda member, _f, _c: member.city,
    "member.gender": lambda member, _f, _c: member.gender,
    "member.tags": lambda member, _f, _c: member.tags,
    "member.age_days": _age_days,
    "member.birth_month_day": _birth_month_day,
}
OF_THE_DAY = frozenset({"member.age_days"})
"""The fields whose value depends on the day of the fact; all others are the same for every fact."""
