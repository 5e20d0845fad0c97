"""Points of a household or company: paying in, and what becomes of them when somebody leaves or it closes.

People are locked before the group, all in one transaction. What each paid in is a sum over the ledger, so
sharing out needs no counter that could be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.dealings import references, selectors
from bashgah.dealings.references import Asked
from bashgah.dealings.types import Contributed, SharedOut
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import pooling
from bashgah.members import selectors as members
from bashgah.members import services as members_services
from bashgah.members.services.groups import acts_for, group_write_down, member_belonging
from bashgah.members.types import LockedGroup, LockedMember


def group_contribute(
    *,
    club: ClubInfo,
    group_id: UUID,
    member_id: UUID,
    unit: str,
    amount: int,
    reference: Asked | None = None,
    actor: Actor,
    now: datetime,
) -> Contributed:
    """Move units of a member's own wallet into the shared account they are in, each with its expiry.

    A member pays in only for themselves (``group_head_only`` for others, 403). The same ``reference`` is the
    same contribution. Refuses ``not_in_group``, ``group_blocked``, ``member_blocked`` (409) and what
    ``ledger.pooling.pool_contribute`` refuses.
    """
    body = references.body_of("contribute", group_id, member_id, unit, amount)
    member_id = members.member_root(club, member_id)
    if actor.kind == "member" and actor.id != public("member", member_id):
        raise Refusal("contribution_of_another", Phrase(_("Only the member can pay in.")), status=403)
    known = references.reference_find(club, reference, body)
    if known is not None:
        return Contributed(known, group_id, member_id, unit, amount, repeated=True)
    with transaction.atomic():
        person = _locked(club, [member_id])[member_id]
        group = members_services.group_lock(club, group_id)
        known = references.reference_find(club, reference, body)
        if known is not None:
            return Contributed(known, group_id, member_id, unit, amount, repeated=True)
        member_belonging(club, group_id, member_id)
        _active(person, group)
        entry_id = pooling.pool_contribute(
            club=club, person=person, group=group.member, unit=unit, amount=amount, actor=actor, now=now
        )
        references.reference_bind(
            club=club, asked=reference, member_id=member_id, target_id=entry_id, body=body
        )
        group_write_down(
            club,
            group_id,
            actor,
            "group.contributed",
            now,
            member=public("member", member_id),
            unit=unit,
            amount=amount,
            entry=str(entry_id),
        )
        return Contributed(entry_id, group_id, member_id, unit, amount)


def group_leave(*, club: ClubInfo, group_id: UUID, member_id: UUID, actor: Actor, now: datetime) -> SharedOut:
    """Let somebody out: by themselves, by a head or by staff; return what they took along.

    By the club's policy their points stay in the shared account, or they take their part by what each of its
    present members paid in. Refuses ``group_needs_head`` (409) for the last head while others stay; the very
    last member closes it instead (``group_last_closes``, 409).
    """
    member_id = members.member_root(club, member_id)
    by_self = actor.kind != "member" or actor.id == public("member", member_id)
    with transaction.atomic():
        people = _people(club, group_id, also=[member_id])
        group = members_services.group_lock(club, group_id)
        if not by_self:
            acts_for(club, group, actor)
        people = _still_in(club, group_id, people)
        member_belonging(club, group_id, member_id)
        if len(people) == 1:
            raise Refusal(
                "group_last_closes",
                Phrase(_("The last one in a shared account closes it instead of leaving.")),
            )
        by = "left" if actor.kind == "member" and by_self else "removed"
        members_services.belonging_end(
            club=club, group=group, member_id=member_id, by=by, actor=actor, now=now
        )
        got = {}
        if club.settings.groups.leaving == "share" and group.is_active:
            got = _share_out(club, group, people, actor, now, only=member_id)
        return SharedOut(group_id, got)


def group_close(*, club: ClubInfo, group_id: UUID, actor: Actor, now: datetime) -> SharedOut:
    """Close a shared account and give its points to its members by what each paid in; by a head or staff.

    Exact to the unit by largest remainder; where nobody paid anything in, equally. What comes back to it
    later (goods returned that it had paid for) is shared out by closing it once more, by staff. Refuses
    ``holds_open`` and ``group_owes`` (409), ``group_blocked`` (409), and ``group_has_points`` (409) where
    points are left and nobody is there to have them.
    """
    with transaction.atomic():
        info = members.group_get(club, group_id)
        people = _people(club, group_id, closed=not info.is_open)
        group = members_services.groups_lock(club, [group_id])[group_id]
        if group.member.status == "blocked":
            raise Refusal("group_blocked", Phrase(_("This shared account is blocked.")))
        is_open = group.member.status == "active"
        if is_open:
            acts_for(club, group, actor)
            people = _still_in(club, group_id, people)
        elif actor.kind == "member":
            raise Refusal("group_closed", Phrase(_("This shared account is closed.")))
        pooling.pool_refuse_busy(club, group.member, now)
        if not people and selectors.pool_units(club, group_id, now):
            raise Refusal(
                "group_has_points",
                Phrase(_("Points are left and nobody is in the shared account. Correct them first.")),
            )
        got = _share_out(club, group, people, actor, now)
        if is_open:
            members_services.group_ended(club=club, group=group, actor=actor, now=now)
        return SharedOut(group_id, got)


def _share_out(  # noqa: PLR0917 one pool, its people, one act
    club: ClubInfo,
    group: LockedGroup,
    people: Sequence[LockedMember],
    actor: Actor,
    now: datetime,
    only: UUID | None = None,
) -> dict[UUID, dict[str, int]]:
    if not people:
        return {}
    paid = selectors.paid_in(club, group.member.id, [person.id for person in people])
    units = {unit for sums in paid.values() for unit in sums}
    weights = {unit: [paid[person.id].get(unit, 0) for person in people] for unit in units}
    return pooling.pool_share_out(
        club=club,
        group=group.member,
        people=people,
        weights=weights,
        only=only,
        actor=actor,
        now=now,
    )


def _people(
    club: ClubInfo, group_id: UUID, *, also: Iterable[UUID] = (), closed: bool = False
) -> list[LockedMember]:
    """Lock all who are in a group (or were when it closed), before the group itself is locked."""
    wanted = selectors.last_members(club, group_id) if closed else _in_group(club, group_id)
    locked = _locked(club, [*wanted, *also])
    return [locked[id_] for id_ in wanted if locked[id_].merged_into is None]


def _still_in(club: ClubInfo, group_id: UUID, people: Sequence[LockedMember]) -> list[LockedMember]:
    """Those locked people who are in the group now that it is locked; somebody who joined meanwhile is met
    by asking again."""
    now_in = set(_in_group(club, group_id))
    if not now_in <= {person.id for person in people}:
        raise Refusal("group_changed", Phrase(_("Somebody joined at this moment. Try again.")))
    return [person for person in people if person.id in now_in]


def _in_group(club: ClubInfo, group_id: UUID) -> list[UUID]:
    return [one.member_id for one in members.belonging_list(club, group_id)]


def _locked(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, LockedMember]:
    wanted = set(ids)
    locked = members_services.members_lock(club, wanted)
    if wanted - locked.keys():
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    return locked


def _active(person: LockedMember, group: LockedGroup) -> None:
    references.merged_meanwhile([person.merged_into is not None])
    if person.status == "blocked":
        raise Refusal("member_blocked", Phrase(_("This member is blocked.")))
    if person.status == "left":
        raise Refusal("member_left", Phrase(_("This member has left the club.")))
    if not group.is_active:
        raise Refusal("group_blocked", Phrase(_("This shared account is blocked.")))
