"""What is recorded about members: consents, status history, declared attributes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.kit.text import Texts
from bashgah.members.models import Attribute, Change, Consent
from bashgah.members.types import (
    AttributeInfo,
    ConsentChannel,
    ConsentInfo,
    ConsentPurpose,
    StatusChange,
)

BRANCHES = "SELECT id AS member_id, branch_id FROM members_member WHERE club_id = %(club)s"
"""Where a club's members enrolled, for a statement of another room."""


def consents(club: ClubInfo, id: UUID) -> dict[tuple[ConsentChannel, ConsentPurpose], ConsentInfo]:
    """Return what counts now: the latest yes or no of each channel and purpose."""
    current: dict[tuple[ConsentChannel, ConsentPurpose], ConsentInfo] = {}
    for consent in consent_history(club, id):
        if consent.void_at is None:
            current.setdefault((consent.channel, consent.purpose), consent)
    return current


def consent_history(club: ClubInfo, id: UUID) -> list[ConsentInfo]:
    """Return every consent and withdrawal, the latest first."""
    found = Consent.objects.filter(club_id=club.id, member_id=id).order_by("-at", "-id")
    return [
        ConsentInfo(
            id=row.id,
            channel=row.channel,
            purpose=row.purpose,
            granted=row.granted,
            text_version=row.text_version,
            source=row.source,
            proof=row.proof,
            at=row.at,
            void_at=row.void_at,
        )
        for row in found
    ]


def consents_granted(
    club: ClubInfo, ids: Sequence[UUID], channel: ConsentChannel, purpose: ConsentPurpose
) -> set[UUID]:
    """Return those of the members whose latest word on this channel and purpose is yes."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (member_id) member_id, granted FROM members_consent
            WHERE club_id = %s AND member_id = ANY(%s) AND channel = %s AND purpose = %s
              AND void_at IS NULL
            ORDER BY member_id, at DESC, id DESC
            """,
            [club.id, list(ids), channel, purpose],
        )
        return {member_id for member_id, granted in cursor.fetchall() if granted}


def status_history(club: ClubInfo, id: UUID) -> list[StatusChange]:
    """Return every step of a member's status, the latest first."""
    found = Change.objects.filter(club_id=club.id, member_id=id).order_by("-at", "-id")
    return [
        StatusChange(
            id=row.id,
            before=row.before,
            after=row.after,
            reason=row.reason,
            actor_kind=row.actor_kind,
            actor_name=row.actor_name,
            at=row.at,
        )
        for row in found
    ]


def attribute_list(club: ClubInfo, *, active_only: bool = True) -> list[AttributeInfo]:
    """Return the attributes the club declared, by key."""
    found = Attribute.objects.filter(club_id=club.id).order_by("key")
    return [
        AttributeInfo(
            key=row.key,
            label=Texts(row.label_fa, row.label_en),
            type=row.type,
            choices=tuple(row.choices),
            is_active=row.is_active,
        )
        for row in (found.filter(is_active=True) if active_only else found)
    ]
