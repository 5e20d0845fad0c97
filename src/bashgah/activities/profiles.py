"""Sign-up and the completed profile, told by the members room's news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.activities.behaviours import Behaviour, is_known, is_recorded
from bashgah.activities.occasions import birthday_of
from bashgah.clubs.types import ClubInfo
from bashgah.members.selectors import members_get, person_get
from bashgah.members.types import MemberInfo

BROUGHT = frozenset({"import", "demo"})
"""Channels of people who joined long before: their sign-up is no news."""
_SEALED = frozenset({"email", "national_id", "address"})


def told_by_enrolment(
    club: ClubInfo, member_id: UUID, payload: Mapping[str, Any], now: datetime
) -> list[Behaviour]:
    """Return what an enrolment is: a sign-up, and a completed profile where all that is asked was given."""
    member = members_get(club, [member_id]).get(member_id)
    if member is None or payload.get("channel") in BROUGHT:
        return []
    signed_up = Behaviour(
        "sign_up", member_id, member.enrolled_at, attributes={"source": member.source or member.channel}
    )
    return [signed_up, *_completed(club, member, now), *birthday_of(club, member, now)]


def told_by_change(
    club: ClubInfo, member_id: UUID, payload: Mapping[str, Any], now: datetime
) -> list[Behaviour]:
    """Return what a change of a profile is: its completion, the first time; or a birthday of today."""
    member = members_get(club, [member_id]).get(member_id)
    if member is None or not member.is_active:
        return []
    born = birthday_of(club, member, now) if "birth_date" in payload.get("fields", ()) else []
    return [*_completed(club, member, now), *born]


def profile_is_complete(club: ClubInfo, member: MemberInfo) -> bool:
    """Say whether a member gave everything the club asks for at enrolment."""
    asked = set(club.settings.enrolment_asks) | set(club.settings.enrolment_requires)
    if not asked or not all(getattr(member, name) for name in asked - _SEALED):
        return False
    sealed = asked & _SEALED
    person = person_get(club, member.id) if sealed else None
    return all(getattr(person, name) for name in sealed)


def _completed(club: ClubInfo, member: MemberInfo, now: datetime) -> list[Behaviour]:
    done = Behaviour("profile_completed", member.id, now)
    if not is_recorded(club, done.type, now) or is_known(club, done):
        return []
    return [done] if profile_is_complete(club, member) else []
