"""All that is kept of one member, for that member: this room's part and those on the shelf."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from bashgah.clubs.selectors import branch_list
from bashgah.clubs.types import ClubInfo
from bashgah.kit.ids import public
from bashgah.members.exports import PARTS
from bashgah.members.models import Belonging
from bashgah.members.selectors import groups, people, records
from bashgah.members.types import MemberInfo, PersonInfo

VERSION = 1


def member_export(club: ClubInfo, id: UUID, now: datetime) -> dict[str, Any]:
    """Return all that is kept of a member, in clear and as plain JSON values, for the member alone.

    What this room keeps, and the parts that rooms above put on their shelf (``members.exports``). Merged
    predecessors are included, since they are the same person; words that came by a merge which was undone
    are somebody else's and left out. Of others nothing is told: neither who referred the member nor which
    of the staff did anything. After an erasure what is left has no name. Raises ``member_not_found`` (404).
    """
    ids = people.alias_set(club, id)
    whole = {
        "version": VERSION,
        "made_at": now,
        "club": {"slug": club.slug, "name": asdict(club.name), "currency": club.currency},
        "member": public("member", people.member_get(club, ids[0]).id),
        "profiles": [_profile(club, people.member_get(club, one)) for one in ids],
        "personal_data": [_person(people.person_get(club, one)) for one in ids],
        "consents": [row for one in ids for row in _consents(club, one)],
        "status_changes": [row for one in ids for row in _status_changes(club, one)],
        "shared_accounts": _shared(club, ids),
    }
    parts = {part.key: part.rows(club, ids, now) for part in PARTS}
    return json.loads(json.dumps(whole | parts, cls=DjangoJSONEncoder))


def _profile(club: ClubInfo, member: MemberInfo) -> dict[str, Any]:
    branches = {branch.id: branch.code for branch in branch_list(club)}
    return {
        "id": public("member", member.id),
        "number": member.number,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "nickname": member.nickname,
        "status": member.status,
        "city": member.city,
        "gender": member.gender,
        "birth_date": member.birth_date,
        "branch": branches.get(member.branch_id) if member.branch_id else None,
        "favourite_branch": branches.get(member.favourite_branch_id) if member.favourite_branch_id else None,
        "source": member.source,
        "channel": member.channel,
        "tags": list(member.tags),
        "attributes": dict(member.attributes),
        "locale": member.locale,
        "external_id": member.external_id,
        "was_referred": member.referrer_id is not None,
        "enrolled_at": member.enrolled_at,
    }


def _person(person: PersonInfo) -> dict[str, Any]:
    return {
        "member": public("member", person.member_id),
        "mobile": person.mobile,
        "email": person.email,
        "national_id": person.national_id,
        "address": person.address,
        "notes": person.notes,
    }


def _consents(club: ClubInfo, id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "channel": consent.channel,
            "purpose": consent.purpose,
            "granted": consent.granted,
            "text_version": consent.text_version,
            "source": consent.source,
            "at": consent.at,
        }
        for consent in records.consent_history(club, id)
        if consent.void_at is None
    ]


def _status_changes(club: ClubInfo, id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "before": change.before,
            "after": change.after,
            "reason": change.reason,
            "by": change.actor_kind,
            "at": change.at,
        }
        for change in records.status_history(club, id)
    ]


def _shared(club: ClubInfo, ids: list[UUID]) -> list[dict[str, Any]]:
    """The households and companies the person was in: what they are called, never who else is in them."""
    rows = list(Belonging.objects.filter(club_id=club.id, member_id__in=ids).order_by("joined_at", "id"))
    named = groups.groups_get(club, {row.group_id for row in rows})
    return [
        {
            "name": named[row.group_id].name if row.group_id in named else "",
            "role": row.role,
            "monthly_limit": row.monthly_limit,
            "joined_at": row.joined_at,
            "ended_at": row.ended_at,
        }
        for row in rows
    ]
