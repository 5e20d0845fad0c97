"""Changes of a member's profile and personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.members import profile, selectors
from bashgah.members.identifiers import digest, normalised
from bashgah.members.models import Identifier, Member, Person
from bashgah.members.names import names_search_key, names_sort_key
from bashgah.members.services.attributes import ranged_set, stored_attributes
from bashgah.members.services.enrolment import identifier_taken
from bashgah.members.services.erased import erased_refuse
from bashgah.members.services.standing import member_lock
from bashgah.members.types import IdentifierKind, MemberInfo

PLAIN = (
    "first_name",
    "last_name",
    "nickname",
    "city",
    "source",
    "gender",
    "locale",
    "birth_date",
    "tags",
    "favourite_branch_id",
)
KINDS: dict[str, IdentifierKind] = {
    "mobile": "mobile",
    "email": "email",
    "national_id": "national_id",
    "external_id": "external",
}
CHANGEABLE = frozenset({*PLAIN, *KINDS, *profile.SEALED_TEXTS, "attributes"})


def member_update(
    *, club: ClubInfo, id: UUID, changes: Mapping[str, Any], actor: Actor = SYSTEM, now: datetime
) -> MemberInfo:
    """Change the given fields and leave the rest; an empty text or None clears a field.

    ``changes`` may name any of ``CHANGEABLE``; ``attributes`` changes the attributes it names and None takes
    one away. A new identifier that has another owner raises ``mobile_taken`` and the like (409); the last
    identifier leads to the member until cleared. Audit and news name the fields, never
    their values.
    """
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"a member has no field {sorted(unknown)}")
    with transaction.atomic():
        member_lock(club, id)
        erased_refuse(id)
        before = selectors.member_get(club, id)
        columns = _columns(club, before, changes, now)
        sealed = {
            name: profile.cleaned(name, value or "", now)
            for name, value in changes.items()
            if name in profile.SEALED_TEXTS
        }
        for name in KINDS.keys() & changes.keys():
            value = _identifier_write(club, id, KINDS[name], changes[name] or "")
            if name == "external_id":
                columns[name] = value
            else:
                sealed[name] = value
        Member.objects.filter(id=id, club_id=club.id).update(**columns, updated_at=now)
        if "attributes" in columns:
            ranged_set(club, id, columns["attributes"])
        if sealed:
            closed = {name: profile.sealed(club, id, name, text) for name, text in sealed.items()}
            Person.objects.filter(member_id=id, club_id=club.id).update(**closed)
        details = {"fields": sorted(changes)}
        audit_post(
            club_id=club.id,
            actor=actor,
            action="member.updated",
            target=public("member", id),
            details=details,
            now=now,
        )
        news_post(club_id=club.id, kind="member.updated", member_id=id, payload=details, now=now)
        return selectors.member_get(club, id)


def _columns(club: ClubInfo, before: MemberInfo, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    empty: dict[str, Any] = {"birth_date": None, "tags": (), "favourite_branch_id": None}
    columns = {
        name: profile.cleaned(name, changes[name] or empty.get(name, ""), now)
        for name in PLAIN
        if name in changes
    }
    if columns.get("favourite_branch_id"):
        clubs.branch_get(club, columns["favourite_branch_id"])
    first, last, nickname = (
        columns.get(name, getattr(before, name)) for name in ("first_name", "last_name", "nickname")
    )
    columns["name_key"] = names_search_key(first, last, nickname)
    columns["sort_key"] = names_sort_key(first, last)
    if "attributes" in changes:
        merged = {**before.attributes, **stored_attributes(club, changes["attributes"] or {})}
        columns["attributes"] = {key: value for key, value in merged.items() if value is not None}
    return columns


def _identifier_write(club: ClubInfo, id: UUID, kind: IdentifierKind, value: str) -> str:
    """Exchange a member's identifier of this kind and return its one spelling."""
    one = normalised(kind, value) if value.strip() else ""
    found = digest(club.id, kind, one)
    own = Identifier.objects.filter(club_id=club.id, kind=kind, member_id=id)
    # earlier customer numbers keep leading to the member: shops go on sending them
    if kind != "external":
        own.exclude(digest=found).delete()
    if not one or own.filter(digest=found).exists():
        return one
    try:
        with transaction.atomic():
            Identifier.objects.create(club_id=club.id, kind=kind, digest=found, member_id=id)
    except IntegrityError:
        owner = selectors.member_resolve(club, kind, one)
        if owner is None:
            raise
        raise identifier_taken(kind, owner) from None
    return one
