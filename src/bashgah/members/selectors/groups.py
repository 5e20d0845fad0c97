"""Reads of households and companies: the group, who is in it, invitations, what was spent this month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from bashgah.clubs.types import ClubInfo
from bashgah.kit.jalali import month_bounds
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.models import Belonging, Group, GroupInvitation, GroupSpend, Member, State
from bashgah.members.selectors.people import alias_set, members_get
from bashgah.members.types import BelongingInfo, GroupInfo, GroupInvitationInfo, GroupPurse

PAGE_MOST = 200
SPENT_OF_GROUPS = "SELECT club_id, group_id, member_id, unit, month, spent FROM members_groupspend"
"""What is counted against people's months, for a room that knows what they spent."""
GROUPS = "SELECT club_id, member_id, closed_at FROM members_group"
"""The households and companies there are, closed ones too; for proofs."""


def group_get(club: ClubInfo, id: UUID) -> GroupInfo:
    """One group of the club; refuses with ``group_not_found`` (404)."""
    found = _infos(club, Group.objects.filter(club_id=club.id, member_id=id))
    if not found:
        raise group_unknown()
    return found[0]


def groups_get(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, GroupInfo]:
    """Return those of the ids that are groups of the club."""
    found = _infos(club, Group.objects.filter(club_id=club.id, member_id__in=list(ids)))
    return {group.id: group for group in found}


def group_list(
    club: ClubInfo,
    *,
    text: str = "",
    type: str = "",
    is_open: bool | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[GroupInfo]:
    """The club's groups, the latest opened first; ``text`` is part of the name or the card number.

    At most one more than the largest page, by which who asks knows that there is another.
    """
    found = Group.objects.filter(club_id=club.id)
    if type:
        found = found.filter(type=type)
    if is_open is not None:
        found = found.filter(closed_at__isnull=is_open)
    if before is not None:
        found = found.filter(member_id__lt=before)
    if text:
        named = Member.objects.filter(Q(first_name__icontains=text) | Q(number=text), club_id=club.id)
        found = found.filter(member_id__in=named.values("id"))
    return _infos(club, found.order_by("-member_id")[: min(limit, PAGE_MOST + 1)])


def belonging_get(club: ClubInfo, member_id: UUID) -> BelongingInfo | None:
    """The group a person is in now, with their role there, or None."""
    row = Belonging.objects.filter(club_id=club.id, member_id=member_id, ended_at__isnull=True).first()
    return belonging_infos(club, [row])[0] if row else None


def belonging_list(club: ClubInfo, group_id: UUID) -> list[BelongingInfo]:
    """Who is in a group now: heads first, then adults, then juniors, each by when they joined."""
    rows = Belonging.objects.filter(club_id=club.id, group_id=group_id, ended_at__isnull=True)
    found = belonging_infos(club, list(rows.order_by("joined_at", "id")))
    return sorted(found, key=lambda one: ("head", "adult", "junior").index(one.role))


def belonging_closed(club: ClubInfo, group_id: UUID) -> list[UUID]:
    """Who was in a group when it closed, in the order they had joined."""
    found = Belonging.objects.filter(club_id=club.id, group_id=group_id, ended_by="closed")
    return list(found.order_by("joined_at", "id").values_list("member_id", flat=True))


def invitation_list(
    club: ClubInfo, *, group_id: UUID | None = None, member_id: UUID | None = None, now: datetime
) -> list[GroupInvitationInfo]:
    """Open invitations of a group, or those that name a member, the latest first."""
    found = GroupInvitation.objects.filter(club_id=club.id, state="open", expires_at__gt=now)
    if group_id is not None:
        found = found.filter(group_id=group_id)
    if member_id is not None:
        found = found.filter(member_id=member_id)
    return [invitation_info(row) for row in found.order_by("-id")[:PAGE_MOST]]


def spent_of(club: ClubInfo, group_id: UUID, member_id: UUID, unit: str, month: date) -> int:
    """How much a person, under any of their ids, spent of one wallet of the group in a month."""
    found = GroupSpend.objects.filter(
        club_id=club.id, group_id=group_id, member_id__in=alias_set(club, member_id), unit=unit, month=month
    )
    return sum(found.values_list("spent", flat=True))


def group_purse(club: ClubInfo, member_id: UUID, unit: str, now: datetime) -> GroupPurse:
    """Return from which shared account a member may spend, and what this month's limit leaves of a wallet.

    Refuses as spending does: ``not_in_group``, ``group_blocked`` (409), ``group_role_spends_not`` (403).
    """
    mine = belonging_get(club, member_id)
    if mine is None:
        raise not_in_group()
    if group_get(club, mine.group_id).status != "active":
        raise group_blocked()
    if not mine.may_spend:
        raise role_spends_not()
    if mine.monthly_limit is None:
        return GroupPurse(mine.group_id, None)
    spent = spent_of(club, mine.group_id, member_id, unit, month_of(club, now))
    return GroupPurse(mine.group_id, max(0, mine.monthly_limit - spent))


def not_in_group() -> Refusal:
    """The refusal of somebody who is in no shared account, or not in this one."""
    return Refusal("not_in_group", Phrase(_("This member is not in the shared account.")))


def group_blocked() -> Refusal:
    """The refusal of a shared account that is blocked: nobody may spend from it."""
    return Refusal("group_blocked", Phrase(_("This shared account is blocked.")))


def role_spends_not() -> Refusal:
    """The refusal of somebody who only earns for the shared account."""
    return Refusal(
        "group_role_spends_not",
        Phrase(_("This member earns for the shared account but may not spend from it.")),
        status=403,
    )


def month_of(club: ClubInfo, now: datetime) -> date:
    """The first day of the month of the club's calendar that it is in the club's zone."""
    return month_bounds(now.astimezone(ZoneInfo(club.timezone)).date(), club.calendar)[0]


def group_unknown() -> Refusal:
    """The refusal of an id that is no group's of the club."""
    return Refusal("group_not_found", Phrase(_("There is no such shared account.")), status=404)


def belonging_infos(club: ClubInfo, rows: Iterable[Belonging]) -> list[BelongingInfo]:
    """Belongings as others see them, with names."""
    found = list(rows)
    people = members_get(club, [row.member_id for row in found])
    return [
        BelongingInfo(
            group_id=row.group_id,
            member_id=row.member_id,
            name=people[row.member_id].name,
            role=row.role,  # type: ignore[arg-type]
            monthly_limit=row.monthly_limit,
            joined_at=row.joined_at,
        )
        for row in found
    ]


def invitation_info(row: GroupInvitation, code: str = "") -> GroupInvitationInfo:
    """The invitation as others see it."""
    return GroupInvitationInfo(
        id=row.id,
        group_id=row.group_id,
        member_id=row.member_id,
        role=row.role,  # type: ignore[arg-type]
        monthly_limit=row.monthly_limit,
        made_at=row.made_at,
        expires_at=row.expires_at,
        code=code,
    )


def _infos(club: ClubInfo, rows: Iterable[Group]) -> list[GroupInfo]:
    found = list(rows)
    ids = [row.member_id for row in found]
    named = {row.id: row for row in Member.objects.filter(club_id=club.id, id__in=ids)}
    status = dict(State.objects.filter(member_id__in=ids).values_list("member_id", "status"))
    counts = dict(
        Belonging.objects.filter(group_id__in=ids, ended_at__isnull=True)
        .values_list("group_id")
        .annotate(Count("id"))
    )
    return [
        GroupInfo(
            id=row.member_id,
            name=named[row.member_id].first_name,
            number=named[row.member_id].number,
            type=row.type,  # type: ignore[arg-type]
            share=row.share,
            status=status[row.member_id],
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            members=counts.get(row.member_id, 0),
        )
        for row in found
    ]
