"""Erasure of a person: personal data and names go, the books and the consents' record stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.members import selectors
from bashgah.members.models import Code, Identifier, Member, Person, Ranged
from bashgah.members.services.standing import member_leave, member_unknown, members_lock


def member_erase(*, club: ClubInfo, id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End the membership and forget the person; nothing of it can be undone.

    Identifiers go too, so the same mobile may enrol anew as somebody else, and so do those of members that
    were merged into this one. What was earned and spent stays under the bare member ids, or the books would
    not balance. Erasing twice is erasing once.
    """
    with transaction.atomic():
        ids = selectors.alias_set(club, id)
        if id not in members_lock(club, ids):
            raise member_unknown()
        member_leave(club=club, id=id, reason=reason, actor=actor, now=now)
        Identifier.objects.filter(club_id=club.id, member_id__in=ids).delete()
        Code.objects.filter(club_id=club.id, member_id__in=ids).delete()
        Person.objects.filter(club_id=club.id, member_id__in=ids).update(
            mobile=None, email=None, national_id=None, address=None, notes=None
        )
        Member.objects.filter(club_id=club.id, id__in=ids).update(
            first_name="",
            last_name="",
            nickname="",
            name_key="",
            sort_key="~",
            city="",
            gender="",
            birth_date=None,
            source="",
            tags=[],
            attributes={},
            external_id="",
            updated_at=now,
        )
        Ranged.objects.filter(club_id=club.id, member_id__in=ids).delete()
        audit_post(club_id=club.id, actor=actor, action="member.erased", target=public("member", id), now=now)
        news_post(club_id=club.id, kind="member.erased", member_id=id, payload={}, now=now)
