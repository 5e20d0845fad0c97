"""How a person's time in a group ends by what happens to the person: leaving the club, a merge, its undo."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.models import Belonging, State
from bashgah.members.types import LockedMember

ROLES = ("head", "adult", "junior")


def membership_ended(*, club: ClubInfo, member_id: UUID, now: datetime) -> None:
    """End the group of somebody who leaves the club; the person is locked.

    What is in the shared account stays there. Where the last head goes, who has been in it longest follows,
    an adult before a junior.
    """
    row = Belonging.objects.filter(club_id=club.id, member_id=member_id, ended_at__isnull=True).first()
    if row is None:
        return
    # heads change under the group's lock; people are locked before groups
    State.objects.select_for_update().get(member_id=row.group_id)
    belonging_over(row, "left", now)
    left = Belonging.objects.filter(group_id=row.group_id, ended_at__isnull=True)
    if not left.filter(role="head").exists():
        heir = left.order_by("role", "joined_at", "id").first()  # adult sorts before junior
        if heir is not None:
            heir.role, heir.monthly_limit = "head", None
            heir.save(update_fields=["role", "monthly_limit"])


def groups_join(*, club: ClubInfo, survivor: LockedMember, merged: LockedMember, now: datetime) -> None:
    """Let the survivor of a merge be in the group in the merged member's place; both are locked.

    In the same group, the better role stays. Refuses ``merge_groups_differ`` (409) for two groups: nobody is
    in two, and only a person can say which.
    """
    if merged.group_id is None:
        return
    if survivor.group_id not in (None, merged.group_id):
        raise Refusal(
            "merge_groups_differ",
            Phrase(_("The two are in different shared accounts. Let one of them leave first.")),
        )
    theirs = Belonging.objects.get(club_id=club.id, member_id=merged.id, ended_at__isnull=True)
    belonging_over(theirs, "merged", now)
    if survivor.group_id is None:
        _place(theirs, survivor.id, theirs.role, theirs.monthly_limit, now, taken_from=merged.id)
        return
    own = Belonging.objects.get(club_id=club.id, member_id=survivor.id, ended_at__isnull=True)
    if ROLES.index(theirs.role) < ROLES.index(own.role):
        # their own place ends with the same mark, so that the undo finds which role it was
        belonging_over(own, "merged", now)
        _place(own, survivor.id, theirs.role, theirs.monthly_limit, own.joined_at, taken_from=merged.id)


def groups_part(*, club: ClubInfo, survivor: LockedMember, merged: LockedMember, now: datetime) -> None:
    """Undo ``groups_join``: whoever brought the group along is in it again, if it is still open.

    A better role that came with the merge goes with it.
    """
    theirs = (
        Belonging.objects.filter(club_id=club.id, member_id=merged.id, ended_by="merged")
        .order_by("-ended_at")
        .first()
    )
    if theirs is None:
        return
    taken = Belonging.objects.filter(
        club_id=club.id, member_id=survivor.id, taken_from=merged.id, ended_at__isnull=True
    ).first()
    if taken is not None:
        belonging_over(taken, "parted", now)
    if State.objects.get(member_id=theirs.group_id).status == "left" or (
        taken is None and survivor.group_id != theirs.group_id
    ):
        return
    _place(theirs, merged.id, theirs.role, theirs.monthly_limit, now)
    own = Belonging.objects.filter(
        member_id=survivor.id, group_id=theirs.group_id, ended_by="merged", ended_at=theirs.ended_at
    ).first()
    if taken is not None and own is not None:
        # a role that was given to the survivor meanwhile is theirs
        kept = own if taken.role == theirs.role else taken
        _place(own, survivor.id, kept.role, kept.monthly_limit, own.joined_at)


def _place(
    row: Belonging,
    member_id: UUID,
    role: str,
    limit: int | None,
    joined_at: datetime,
    *,
    taken_from: UUID | None = None,
) -> None:
    """Give a person a place in the group of this row."""
    Belonging.objects.create(
        id=ids.fresh(),
        club_id=row.club_id,
        group_id=row.group_id,
        member_id=member_id,
        role=role,
        monthly_limit=limit,
        joined_at=joined_at,
        taken_from=taken_from,
    )
    State.objects.filter(member_id=member_id).update(group_id=row.group_id)


def belonging_over(row: Belonging, by: str, now: datetime) -> None:
    """End one belonging; the person is free to join another group."""
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    State.objects.filter(member_id=row.member_id).update(group_id=None)
