"""What becomes of proofs when their member is erased, merged into another, or parted again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.members.selectors import alias_set, member_root
from bashgah.members.services import members_lock
from bashgah.social.models import Proof
from bashgah.social.services.showing import pictures_of


def proofs_forget(*, club: ClubInfo, member_id: UUID) -> None:
    """Let links, texts and pictures of an erased member go, of merged memberships too.

    That a task was done stays under the bare id, as the points do: its places and the books still add up.
    What waited is refused. Told twice it does nothing the second time.
    """
    members = alias_set(club, member_id)
    with transaction.atomic():
        members_lock(club, members)
        rows = Proof.objects.filter(club_id=club.id, member_id__in=members)
        rows.filter(state="waiting").update(state="refused", reason="other")
        rows.update(words=None, print=None, likeness=None, picture="", note="")
    for id_ in members:
        _folder_empty(pictures_of(id_))


def proofs_join(*, club: ClubInfo, merge_id: UUID, survivor_id: UUID, now: datetime) -> int:
    """Close what two memberships of one person both sent and nobody decided yet; return how many.

    No row changes its member: reads follow the alias. Of two that wait the older goes on waiting; where one
    was accepted, those that wait are closed. What was accepted twice before anybody knew stays.
    """
    members = alias_set(club, member_root(club, survivor_id))
    with transaction.atomic():
        members_lock(club, members)
        seen, joined = set(), 0
        rows = Proof.objects.filter(club_id=club.id, member_id__in=members, state__in=["waiting", "accepted"])
        for row in sorted(rows, key=lambda one: (one.state != "accepted", one.id.int)):
            about = row.task_id or row.purchase_id
            if about in seen and row.state == "waiting":
                row.state, row.joined_by, row.decided_at = "joined", merge_id, now
                row.save()
                joined += 1
            seen.add(about)
    return joined


def proofs_part(*, club: ClubInfo, merge_id: UUID) -> int:
    """Let what a merge closed wait again; return how many.

    It stays closed where the member sent the same again since: once for each still holds.
    """
    with transaction.atomic():
        closed = Proof.objects.filter(club_id=club.id, joined_by=merge_id, state="joined")
        members_lock(club, set(closed.values_list("member_id", flat=True)))
        parted = [row for row in closed.order_by("id") if not _sent_again(club, row)]
        for row in parted:
            row.state, row.joined_by, row.decided_at = "waiting", None, None
            row.save()
    return len(parted)


def _sent_again(club: ClubInfo, row: Proof) -> bool:
    return Proof.objects.filter(
        club_id=club.id,
        member_id__in=alias_set(club, member_root(club, row.member_id)),
        task_id=row.task_id,
        purchase_id=row.purchase_id,
        state__in=["waiting", "accepted"],
    ).exists()


def _folder_empty(folder: str) -> None:
    """Delete every file of a folder; one that there is not is empty."""
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        default_storage.delete(f"{folder}/{name}")
