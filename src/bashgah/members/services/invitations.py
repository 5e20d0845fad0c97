"""Invitations into a group: a one-time code, or a name on it that its bearer finds in the portal."""

from __future__ import annotations

import hashlib
import secrets as randomness
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids, throttle
from bashgah.ground.types import Actor, Limit
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits
from bashgah.members.models import GroupInvitation
from bashgah.members.selectors import groups as reads
from bashgah.members.services import groups
from bashgah.members.types import BelongingInfo, GroupInvitationInfo, GroupRole

VALID_FOR = timedelta(days=7)
OPEN_MOST = 20
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10
TRIES = (Limit(10, 15 * 60), Limit(40, 24 * 60 * 60))


def invitation_make(
    *,
    club: ClubInfo,
    group_id: UUID,
    role: GroupRole = "adult",
    monthly_limit: int | None = None,
    member_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> GroupInvitationInfo:
    """Invite somebody, by a head or by staff; the answer alone carries the one-time code.

    An invitation that names a member is theirs alone, and they find it in the portal. It is good for seven
    days; ``too_many_invitations`` (409) beyond twenty open ones. Whether who is named can join is looked at
    when they accept, so that inviting tells nobody who is a member.
    """
    with transaction.atomic():
        group = groups.group_lock(club, group_id)
        groups.acts_for(club, group, actor)
        if len(reads.invitation_list(club, group_id=group_id, now=now)) >= OPEN_MOST:
            raise Refusal("too_many_invitations", Phrase(_("Withdraw an open invitation first.")))
        code = "".join(randomness.choice(ALPHABET) for _place in range(LENGTH))
        row = GroupInvitation.objects.create(
            id=ids.fresh(),
            club_id=club.id,
            group_id=group_id,
            member_id=member_id,
            digest=_digest(club, code),
            role=role,
            monthly_limit=groups.limit_checked(monthly_limit),
            state="open",
            made_by=actor.id,
            made_at=now,
            expires_at=now + VALID_FOR,
        )
        groups.group_write_down(
            club,
            group_id,
            actor,
            "group.invited",
            now,
            invitation=public("group_invitation", row.id),
            role=role,
            **({"member": public("member", member_id)} if member_id else {}),
            expires_at=row.expires_at.isoformat(),
        )
        return reads.invitation_info(row, code)


def invitation_take(
    *,
    club: ClubInfo,
    member_id: UUID,
    code: str = "",
    invitation_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> BelongingInfo:
    """Join by a code, or by an invitation that names the member; it is used up by it.

    Refuses ``invitation_over`` (404) for one that does not exist, is over, or is somebody else's, after
    ten wrong codes in a quarter of an hour ``too_many`` (429), and what joining refuses.
    """
    if invitation_id is None:
        throttle.throttle_take(key=f"group-code:{member_id}", limits=TRIES, now=now)
    with transaction.atomic():
        person = groups.person_locked(club, member_id)
        row = _open(club, person.id, code, invitation_id, now)
        group = groups.group_lock(club, row.group_id)
        if not _close(row, "accepted", now):
            raise over()
        groups.person_join(club, group, person, row.role, row.monthly_limit, actor, now)  # type: ignore[arg-type]
        return groups.member_belonging(club, row.group_id, person.id)


def invitation_decline(*, club: ClubInfo, member_id: UUID, invitation_id: UUID, now: datetime) -> None:
    """Say no to an invitation that names the member; twice is once."""
    with transaction.atomic():
        row = GroupInvitation.objects.filter(club_id=club.id, id=invitation_id, member_id=member_id).first()
        if row is None:
            raise over()
        if row.state == "open":
            _close(row, "declined", now)


def invitation_withdraw(
    *, club: ClubInfo, group_id: UUID, invitation_id: UUID, actor: Actor, now: datetime
) -> None:
    """Take an open invitation back, by a head or by staff; twice is once."""
    with transaction.atomic():
        group = groups.group_lock(club, group_id)
        groups.acts_for(club, group, actor)
        row = GroupInvitation.objects.filter(club_id=club.id, id=invitation_id, group_id=group_id).first()
        if row is None:
            raise over()
        if row.state == "open":
            _close(row, "withdrawn", now)


def over() -> Refusal:
    """The refusal of an invitation that cannot be used (any more)."""
    return Refusal(
        "invitation_over",
        Phrase(_("This invitation is not valid. Ask for a new one.")),
        status=404,
        field="/code",
    )


def _open(
    club: ClubInfo, member_id: UUID, code: str, invitation_id: UUID | None, now: datetime
) -> GroupInvitation:
    found = GroupInvitation.objects.filter(club_id=club.id, state="open", expires_at__gt=now)
    if invitation_id is not None:
        row = found.filter(id=invitation_id, member_id=member_id).first()
    else:
        row = found.filter(digest=_digest(club, code)).first()
    if row is None or row.member_id not in (None, member_id):
        raise over()
    return row


def _close(row: GroupInvitation, state: str, now: datetime) -> bool:
    """Close an invitation; false where somebody closed it a moment ago, by whatever they did with it."""
    still_open = GroupInvitation.objects.filter(id=row.id, state="open")
    return bool(still_open.update(state=state, closed_at=now))


def _digest(club: ClubInfo, code: str) -> bytes:
    said = "".join(letter for letter in ascii_digits(code).upper() if letter.isalnum())
    return hashlib.sha256(club.id.bytes + said.encode()).digest()
