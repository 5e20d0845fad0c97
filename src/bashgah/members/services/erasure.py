"""Erasure of a person: personal data and names go, the books and the consents' record stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import get_args
from uuid import UUID

from django.db import connection, transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids as fresh_ids
from bashgah.ground import outbox
from bashgah.ground.audit import audit_post
from bashgah.ground.idempotency import idempotency_forget
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors
from bashgah.members.forgetting import PARTS, Leaving
from bashgah.members.models import Belonging, Code, Erasure, Identifier, Member, Person, Ranged
from bashgah.members.services.erased import is_erased
from bashgah.members.services.standing import member_leave, member_unknown, members_lock
from bashgah.members.types import ErasureReason, LockedMember

REASONS: tuple[ErasureReason, ...] = get_args(ErasureReason)
"""Why somebody is erased: they asked, an authority orders it, they should never have been enrolled."""
GONE = {
    "first_name": "",
    "last_name": "",
    "nickname": "",
    "name_key": "",
    "sort_key": "~",
    "city": "",
    "gender": "",
    "birth_date": None,
    "favourite_branch_id": None,
    "source": "",
    "tags": [],
    "attributes": {},
    "external_id": "",
}


def member_erase(*, club: ClubInfo, id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End the membership and forget the person, in every room; nothing of it can be undone.

    Identifiers go too, so the same mobile may enrol anew as somebody else, and so do those of members that
    were merged into this one; a merged id erases its survivor. What was earned and spent stays under the bare
    member ids, or the books would not balance; what was left to spend lapses. Erasing twice is erasing once.

    Refuses ``erasure_reason_unknown`` (422), ``erasure_of_group`` (409), and ``erasure_hindered`` (409) with
    a sentence while something stands open that has to be finished first.
    """
    if reason not in REASONS:
        raise Refusal(
            "erasure_reason_unknown",
            Phrase(_("Choose why the data is erased.")),
            status=422,
            field="/reason",
        )
    with transaction.atomic():
        leaving = _locked(club, id, actor, now)
        person = leaving.members[0]
        if is_erased(leaving.ids):
            return
        hindrances = selectors.erasure_look(club, person.id, now).hindrances
        if hindrances:
            raise Refusal("erasure_hindered", hindrances[0], status=409)
        groups = Belonging.objects.filter(club_id=club.id, member_id__in=leaving.ids)
        group_ids = list(groups.values_list("group_id", flat=True).distinct())
        said = say(Phrase(_("The personal data was erased.")), club.locale)
        member_leave(club=club, id=person.id, reason=said, actor=actor, now=now)
        _groups_forget(club, group_ids)
        Person.objects.filter(club_id=club.id, member_id__in=leaving.ids).update(erased_at=now)
        _all_forget(leaving)
        _closed(leaving, reason)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="member.erased",
            target=public("member", person.id),
            details={"reason": reason},
            now=now,
        )
        outbox.news_post(club_id=club.id, kind="member.erased", member_id=person.id, payload={}, now=now)


def member_forget_again(*, club: ClubInfo, id: UUID, now: datetime) -> None:
    """Forget once more what was written beside the erasure, and the answers kept for repeated requests."""
    with transaction.atomic():
        leaving = _locked(club, id, SYSTEM, now)
        if not is_erased(leaving.ids):
            return
        _all_forget(leaving)
        named = [public("member", one) for one in leaving.ids]
        idempotency_forget(club_id=club.id, named=named, but="member_erase")


def _locked(club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> Leaving:
    """Lock the person under every id; a merge meanwhile would have needed the same locks."""
    ids = selectors.alias_set(club, id)
    locked = members_lock(club, ids)
    if ids[0] not in locked:
        raise member_unknown()
    if locked[ids[0]].kind == "group":
        raise Refusal(
            "erasure_of_group", Phrase(_("A shared account is closed on its own page, not erased."))
        )
    if locked[ids[0]].merged_into is not None or selectors.alias_set(club, id) != ids:
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")), status=409)
    members: list[LockedMember] = [locked[one] for one in ids]
    return Leaving(club, tuple(members), actor, now)


def _all_forget(leaving: Leaving) -> None:
    """Forget the person in this room, on the ground, and in each room that put its part on the shelf."""
    club, ids = leaving.club, leaving.ids
    Identifier.objects.filter(club_id=club.id, member_id__in=ids).delete()
    Code.objects.filter(club_id=club.id, member_id__in=ids).delete()
    Person.objects.filter(club_id=club.id, member_id__in=ids).update(
        mobile=None, email=None, national_id=None, address=None, notes=None
    )
    Member.objects.filter(club_id=club.id, id__in=ids).update(**GONE, updated_at=leaving.now)
    Ranged.objects.filter(club_id=club.id, member_id__in=ids).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_words_forget(%s::uuid[])", [ids])
    outbox.errors_forget(ids)
    for part in PARTS:
        part.forget(leaving)


def _groups_forget(club: ClubInfo, group_ids: Sequence[UUID]) -> None:
    """Let the names of shared accounts go in which nobody is left; others still answer to theirs."""
    held = Belonging.objects.filter(group_id__in=group_ids, ended_at__isnull=True)
    empty = set(group_ids) - set(held.values_list("group_id", flat=True))
    Member.objects.filter(club_id=club.id, id__in=empty).update(
        first_name="", last_name="", nickname="", name_key="", sort_key="~"
    )


def _closed(leaving: Leaving, reason: str) -> None:
    """Close the wish that waited, also one of a membership merged since; or write down what nobody wished."""
    club, now = leaving.club, leaving.now
    waiting = Erasure.objects.filter(club_id=club.id, member_id__in=leaving.ids, state="waiting")
    if waiting.update(state="done", closed_at=now):
        return
    Erasure.objects.create(
        id=fresh_ids.fresh(),
        club_id=club.id,
        member_id=leaving.ids[0],
        asked_at=now,
        due_at=now,
        closed_at=now,
        state="done",
        reason=reason,
        asked_kind=leaving.actor.kind,
    )
