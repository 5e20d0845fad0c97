"""Households and companies: who is in which group with which role, and what each may spend of it.

Points are not moved here: rooms above do that under the same locks. People are locked before groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bashgah.clubs.types import ClubInfo, GroupType
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit import ids as kit_ids
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members import selectors
from bashgah.members.models import Belonging, Group, GroupInvitation, GroupSpend, Member, State
from bashgah.members.names import names_search_key, names_sort_key
from bashgah.members.selectors import groups as reads
from bashgah.members.services.belonging import belonging_over
from bashgah.members.services.enrolment import member_enrol
from bashgah.members.services.standing import member_unknown, members_lock, refused_for
from bashgah.members.types import BelongingInfo, Channel, GroupInfo, GroupRole, LockedGroup, LockedMember

NAME_LENGTH = 80
LIMIT_MOST = 10**12


def groups_lock(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, LockedGroup]:
    """Lock groups after the people who act in them; ids of no group are left out."""
    locked = members_lock(club, ids)
    rows = Group.objects.filter(member_id__in=[id for id, one in locked.items() if one.kind == "group"])
    return {row.member_id: LockedGroup(locked[row.member_id], row.type, row.share) for row in rows}  # type: ignore[arg-type]


def group_lock(club: ClubInfo, id: UUID) -> LockedGroup:
    """Lock one group; refuses with ``group_not_found`` (404) and ``group_closed`` (409)."""
    found = groups_lock(club, [id]).get(id)
    if found is None:
        raise reads.group_unknown()
    if found.member.status == "left":
        raise Refusal("group_closed", Phrase(_("This shared account is closed.")))
    return found


def group_open(
    *,
    club: ClubInfo,
    type: GroupType,
    name: str,
    head_id: UUID,
    share: int | None = None,
    channel: Channel,
    actor: Actor,
    now: datetime,
) -> GroupInfo:
    """Open a household or a company around its first head.

    A member opens one for themselves where the club lets members (``groups_by_staff``, 403), and cannot say
    the share: that is the club's. Refuses ``groups_off`` (409) for a kind the club has none of, and what
    ``belonging_add`` refuses.
    """
    terms = club.settings.groups
    if type not in terms.kinds:
        raise Refusal("groups_off", Phrase(_("The club has no such shared accounts.")))
    if actor.kind == "member":
        if terms.opened_by != "members" or actor.id != public("member", head_id):
            raise Refusal("groups_by_staff", Phrase(_("The club opens shared accounts itself.")), status=403)
        share = None
    with transaction.atomic():
        head = _person(club, head_id)
        made = member_enrol(club=club, first_name=_named(name), kind="group", channel=channel, now=now)
        Group.objects.create(
            member_id=made.id,
            club_id=club.id,
            type=type,
            share=terms.share_of(type) if share is None else _percent(share),
            opened_at=now,
        )
        group = group_lock(club, made.id)
        _join(club, group, head, "head", None, actor, now)
        group_write_down(club, group.member.id, actor, "group.opened", now, type=type)
        return reads.group_get(club, made.id)


def group_update(
    *,
    club: ClubInfo,
    id: UUID,
    name: str | None = None,
    share: int | None = None,
    actor: Actor,
    now: datetime,
) -> GroupInfo:
    """Change a group's name or, by staff alone, the share of earnings it gets from now on."""
    with transaction.atomic():
        group = group_lock(club, id)
        acts_for(club, group, actor)
        if share is not None:
            if actor.kind == "member":
                raise Refusal("groups_by_staff", Phrase(_("Only the club can change this.")), status=403)
            Group.objects.filter(member_id=id).update(share=_percent(share))
        if name is not None:
            said = _named(name)
            Member.objects.filter(id=id).update(
                first_name=said,
                name_key=names_search_key(said, "", ""),
                sort_key=names_sort_key(said, ""),
                updated_at=now,
            )
        group_write_down(club, id, actor, "group.changed", now, share=share)
        return reads.group_get(club, id)


def belonging_add(
    *,
    club: ClubInfo,
    group_id: UUID,
    member_id: UUID,
    role: GroupRole = "adult",
    monthly_limit: int | None = None,
    actor: Actor,
    now: datetime,
) -> BelongingInfo:
    """Take a person into a group, by staff; in it already with this role, nothing changes.

    Refuses ``in_another_group`` (409), ``group_full`` (409), ``member_blocked`` and ``member_left`` (409),
    ``group_in_group`` (422) for a group.
    """
    with transaction.atomic():
        person = _person(club, member_id)
        group = group_lock(club, group_id)
        if person.group_id == group.member.id:
            return member_belonging(club, group_id, person.id)
        _join(club, group, person, role, monthly_limit, actor, now)
        return member_belonging(club, group_id, person.id)


def belonging_set(
    *,
    club: ClubInfo,
    group_id: UUID,
    member_id: UUID,
    role: GroupRole,
    monthly_limit: int | None,
    actor: Actor,
    now: datetime,
) -> BelongingInfo:
    """Change a role and a monthly limit, by a head or by staff; the last head stays one."""
    with transaction.atomic():
        group = group_lock(club, group_id)
        acts_for(club, group, actor)
        row = belonging_row(club, group_id, member_id)
        if row.role == "head" and role != "head":
            _another_head(group, row)
        row.role, row.monthly_limit = role, limit_checked(monthly_limit)
        row.save(update_fields=["role", "monthly_limit"])
        group_write_down(
            club, group_id, actor, "group.role_set", now, member=public("member", row.member_id), role=role
        )
        return reads.belonging_infos(club, [row])[0]


def belonging_end(
    *, club: ClubInfo, group: LockedGroup, member_id: UUID, by: str, actor: Actor, now: datetime
) -> None:
    """End one person's time in a locked group; the person must be locked too.

    ``by`` is ``left``, ``removed`` or ``closed``. The last head cannot go while others stay
    (``group_needs_head``, 409).
    """
    row = belonging_row(club, group.member.id, member_id)
    if row.role == "head" and by != "closed":
        _another_head(group, row)
    belonging_over(row, by, now)
    group_write_down(club, group.member.id, actor, f"group.{by}", now, member=public("member", row.member_id))


def group_ended(*, club: ClubInfo, group: LockedGroup, actor: Actor, now: datetime) -> None:
    """Close a locked group whose people are locked and whose wallets are empty."""
    rows = list(Belonging.objects.filter(group_id=group.member.id, ended_at__isnull=True))
    for row in rows:
        belonging_over(row, "closed", now)
    GroupInvitation.objects.filter(group_id=group.member.id, state="open").update(
        state="withdrawn", closed_at=now
    )
    Group.objects.filter(member_id=group.member.id).update(closed_at=now)
    State.objects.filter(member_id=group.member.id).update(status="left")
    gone = [public("member", row.member_id) for row in rows]
    group_write_down(club, group.member.id, actor, "group.closed", now, members=gone)


def group_allowed(  # noqa: PLR0917 one question about one spending
    club: ClubInfo, group: LockedGroup, member_id: UUID, unit: str, amount: int, now: datetime
) -> None:
    """Refuse what a person may not spend of a group; both are locked.

    ``not_in_group`` (409), ``group_blocked`` (409), ``group_role_spends_not`` (403) for who only earns, and
    ``group_limit_reached`` (409, with ``left``) beyond the month's limit.
    """
    row = belonging_row(club, group.member.id, member_id)
    if not group.is_active:
        raise reads.group_blocked()
    limit = row.monthly_limit
    if row.role == "junior" and not limit:
        raise reads.role_spends_not()
    if limit is None:
        return
    spent = reads.spent_of(club, group.member.id, member_id, unit, reads.month_of(club, now))
    left = max(0, limit - spent)
    if amount > left:
        raise Refusal(
            "group_limit_reached",
            Phrase(_("This month {left} more can be spent."), {"left": Points(left, unit)}),
            extra={"left": left},
        )


def group_spent(
    *, club: ClubInfo, group_id: UUID, member_id: UUID, unit: str, amount: int, at: datetime
) -> None:
    """Count what a person spent of a group's wallet in the month of ``at``; below zero takes it back."""
    month: date = reads.month_of(club, at)
    key = {"group_id": group_id, "member_id": member_id, "unit": unit, "month": month}
    if not GroupSpend.objects.filter(**key).update(spent=F("spent") + amount):
        GroupSpend.objects.create(**key, club_id=club.id, spent=amount)


def acts_for(club: ClubInfo, group: LockedGroup, actor: Actor) -> None:
    """Refuse a member who is not a head of the group with ``group_head_only`` (403)."""
    if actor.kind != "member":
        return
    acting = kit_ids.parse("member", actor.id)
    if not Belonging.objects.filter(
        club_id=club.id, group_id=group.member.id, member_id=acting, role="head", ended_at__isnull=True
    ).exists():
        raise Refusal(
            "group_head_only", Phrase(_("Only a head of the shared account can do this.")), status=403
        )


def person_join(  # noqa: PLR0917 one person, one group, one role
    club: ClubInfo,
    group: LockedGroup,
    person: LockedMember,
    role: GroupRole,
    limit: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a locked person into a locked group."""
    _join(club, group, person, role, limit, actor, now)


def person_locked(club: ClubInfo, member_id: UUID) -> LockedMember:
    """Lock a person who may join a group."""
    return _person(club, member_id)


def member_belonging(club: ClubInfo, group_id: UUID, member_id: UUID) -> BelongingInfo:
    """A person's place in this group; refuses with ``not_in_group`` (409)."""
    return reads.belonging_infos(club, [belonging_row(club, group_id, member_id)])[0]


def belonging_row(club: ClubInfo, group_id: UUID, member_id: UUID) -> Belonging:
    """The row of a person's place in this group, or ``not_in_group`` (409)."""
    row = Belonging.objects.filter(
        club_id=club.id, group_id=group_id, member_id=member_id, ended_at__isnull=True
    ).first()
    if row is None:
        raise reads.not_in_group()
    return row


def limit_checked(limit: int | None) -> int | None:
    """Return a monthly limit or refuse one below zero or beyond reason (``limit_invalid``, 422)."""
    if limit is not None and not 0 <= limit <= LIMIT_MOST:
        raise Refusal(
            "limit_invalid",
            Phrase(_("A monthly limit is zero or more.")),
            status=422,
            field="/monthly_limit",
        )
    return limit


def group_write_down(
    club: ClubInfo, group_id: UUID, actor: Actor, action: str, now: datetime, **details: object
) -> None:
    """Write an act down and tell it."""
    audit_post(
        club_id=club.id,
        actor=actor,
        action=action,
        target=public("member", group_id),
        details=details,
        now=now,
    )
    news_post(club_id=club.id, kind=action, member_id=group_id, payload=details, now=now)


def _join(  # noqa: PLR0917 one person, one group, one role
    club: ClubInfo,
    group: LockedGroup,
    person: LockedMember,
    role: GroupRole,
    limit: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    if person.group_id is not None:
        raise Refusal("in_another_group", Phrase(_("This member is already in a shared account.")))
    if not group.is_active:
        raise Refusal("group_blocked", Phrase(_("This shared account is blocked.")))
    most = club.settings.groups.most_members
    if Belonging.objects.filter(group_id=group.member.id, ended_at__isnull=True).count() >= most:
        raise Refusal(
            "group_full",
            Phrase(_("A shared account has at most {most} members."), {"most": most}),
            extra={"most": most},
        )
    Belonging.objects.create(
        id=ids.fresh(),
        club_id=club.id,
        group_id=group.member.id,
        member_id=person.id,
        role=role,
        monthly_limit=limit_checked(limit),
        joined_at=now,
    )
    State.objects.filter(member_id=person.id).update(group_id=group.member.id)
    group_write_down(
        club, group.member.id, actor, "group.joined", now, member=public("member", person.id), role=role
    )


def _another_head(group: LockedGroup, row: Belonging) -> None:
    others = Belonging.objects.filter(group_id=group.member.id, ended_at__isnull=True).exclude(id=row.id)
    if not others.filter(role="head").exists():
        raise Refusal(
            "group_needs_head",
            Phrase(_("A shared account needs a head. Make somebody else one first, or close it.")),
        )


def _person(club: ClubInfo, id: UUID) -> LockedMember:
    """Lock a person, following a merge."""
    root = selectors.member_root(club, id)
    locked = members_lock(club, [root]).get(root)
    if locked is None:
        raise member_unknown()
    if locked.kind == "group":
        raise Refusal(
            "group_in_group",
            Phrase(_("A shared account can't be in another one.")),
            status=422,
            field="/member_id",
        )
    if locked.merged_into is not None:
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")))
    if locked.status != "active":
        raise refused_for(locked.status)
    return locked


def _named(name: str) -> str:
    said = clean(name, field="/name", limit=NAME_LENGTH)
    if not said:
        raise Refusal("name_missing", Phrase(_("Give the shared account a name.")), status=422, field="/name")
    return said


def _percent(share: int) -> int:
    if not 0 <= share <= 100:
        raise Refusal(
            "share_invalid", Phrase(_("The share is between 0 and 100 percent.")), status=422, field="/share"
        )
    return share
