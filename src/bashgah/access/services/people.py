"""Writes of the access room that concern people: invitations, roles, second-factor policy."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from bashgah.access import keys, permissions, selectors, types
from bashgah.access.models import FactorPolicy, Invitation, PutAway, RoleGrant, Staff
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.types import Actor
from bashgah.kit import email as emails
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

INVITATION_LIFE = timedelta(days=7)


def staff_invite(
    *,
    club: ClubInfo,
    email: str,
    name: str,
    role: str,
    branches: Iterable[UUID] = (),
    locale: str = "fa",
    actor: Actor,
    now: datetime,
) -> tuple[types.InvitationInfo, str]:
    """Offer a role to an address and return the invitation with its one-time token.

    The token is shown or sent once and only its digest is kept. A second invitation to the same address
    replaces the first.
    """
    address = emails.normalise(email)
    named = _branches(role, branches)
    waiting = Invitation.objects.filter(
        club_id=club.id, email=address, accepted_at__isnull=True, revoked_at__isnull=True
    )
    waiting.update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    row = Invitation.objects.create(
        club_id=club.id,
        email=address,
        name=name,
        locale=locale,
        role=role,
        branches=named,
        digest=keys.digest(token),
        invited_by=actor.id,
        created_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    audit_post(
        club_id=club.id,
        actor=actor,
        action="staff.invited",
        target=f"invitation:{row.id}",
        details={"role": role},
        now=now,
    )
    return selectors.invitation_info(row), token


def invitation_find(*, token: str, now: datetime) -> types.InvitationInfo:
    """Return the invitation a token opens, or refuse with ``invitation_invalid`` when it opens nothing."""
    row = Invitation.objects.filter(digest=keys.digest(token)).first()
    if row is None or row.accepted_at or row.revoked_at or row.expires_at <= now:
        raise _invitation_invalid()
    return selectors.invitation_info(row)


def invitation_accept(*, token: str, name: str, password: str, now: datetime) -> types.StaffInfo:
    """Make the invited person staff (or find them), set the first password and give the role.

    Someone who already signs in elsewhere keeps their password: the link alone does not change it.
    """
    row = Invitation.objects.select_for_update().filter(digest=keys.digest(token)).first()
    if row is None or row.accepted_at or row.revoked_at or row.expires_at <= now:
        raise _invitation_invalid()
    staff = Staff.objects.filter(email=row.email).first()
    if staff is None:
        staff = Staff.objects.create_user(row.email, password, name=name or row.name, locale=row.locale)
    Invitation.objects.filter(id=row.id).update(accepted_at=now)
    actor = Actor(kind="staff", id=ids.public("staff", staff.id), name=staff.name)
    if not _held(staff.id, row.club_id, row.role):
        _grant(
            club_id=row.club_id,
            staff_id=staff.id,
            role=row.role,
            branches=row.branches,
            limits={},
            granted_by=row.invited_by,
            now=now,
        )
    audit_post(
        club_id=row.club_id,
        actor=actor,
        action="staff.joined",
        target=ids.public("staff", staff.id),
        details={"role": row.role},
        now=now,
    )
    info = selectors.staff_get(staff.id)
    assert info is not None  # noqa: S101 - made three lines above
    return info


def invitation_revoke(*, club: ClubInfo, invitation_id: UUID, actor: Actor, now: datetime) -> None:
    """Take an invitation back; its link opens nothing from now on. Twice is once."""
    rows = Invitation.objects.filter(
        club_id=club.id, id=invitation_id, accepted_at__isnull=True, revoked_at__isnull=True
    )
    if rows.update(revoked_at=now):
        audit_post(
            club_id=club.id,
            actor=actor,
            action="staff.invitation_revoked",
            target=f"invitation:{invitation_id}",
            details={},
            now=now,
        )


def role_grant(
    *,
    club: ClubInfo,
    staff_id: UUID,
    role: str,
    branches: Iterable[UUID] = (),
    limits: Mapping[str, int] | None = None,
    actor: Actor,
    now: datetime,
) -> types.GrantInfo:
    """Give a member of staff a role in the club; branches limit where, limits how much.

    Giving a role that is held replaces its branches and limits. Refuses ``role_unknown``,
    ``role_needs_branch`` and ``role_of_whole_club``.
    """
    named = _branches(role, branches)
    if not Staff.objects.filter(id=staff_id).exists():
        raise Refusal("staff_unknown", Phrase(_("This member of staff was not found.")), status=404)
    RoleGrant.objects.filter(staff_id=staff_id, club_id=club.id, role=role, revoked_at__isnull=True).update(
        revoked_at=now
    )
    row = _grant(
        club_id=club.id,
        staff_id=staff_id,
        role=role,
        branches=named,
        limits=limits or {},
        granted_by=actor.id,
        now=now,
    )
    details = {"role": role, "branches": [str(branch) for branch in named], "limits": dict(limits or {})}
    audit_post(
        club_id=club.id,
        actor=actor,
        action="role.granted",
        target=ids.public("staff", staff_id),
        details=details,
        now=now,
    )
    return next(grant for grant in selectors.grants_of(staff_id, club.id) if grant.id == row.id)


def role_revoke(*, club: ClubInfo, grant_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a role back; it bites at the next request. The last owner stays: ``last_owner``."""
    with transaction.atomic():
        # owners are locked together, so that two owners cannot send each other away at once
        owners = list(
            RoleGrant.objects.select_for_update()
            .filter(club_id=club.id, role="owner", revoked_at__isnull=True)
            .order_by("id")
            .values_list("id", flat=True)
        )
        row = RoleGrant.objects.filter(id=grant_id, club_id=club.id, revoked_at__isnull=True).first()
        if row is None:
            raise Refusal("role_unknown", Phrase(_("This role was not found.")), status=404)
        if owners == [row.id]:
            raise Refusal("last_owner", Phrase(_("A club keeps at least one owner.")))
        RoleGrant.objects.filter(id=row.id).update(revoked_at=now)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="role.revoked",
            target=ids.public("staff", row.staff_id),
            details={"role": row.role},
            now=now,
        )


def factor_policy_set(*, club: ClubInfo, roles: Iterable[str], actor: Actor, now: datetime) -> None:
    """Say which roles of the club sign in only with a second factor."""
    named = sorted(set(roles))
    for role in named:
        _known(role)
    FactorPolicy.objects.update_or_create(club_id=club.id, defaults={"roles": named})
    audit_post(
        club_id=club.id,
        actor=actor,
        action="factor_policy.set",
        target=ids.public("club", club.id),
        details={"roles": named},
        now=now,
    )


def part_put_away(*, club: ClubInfo, staff_id: UUID, part: str, now: datetime) -> None:
    """Show a part of the console no more to this person in this club; twice is once."""
    PutAway.objects.get_or_create(club_id=club.id, staff_id=staff_id, part=part, defaults={"at": now})


def part_bring_back(*, club: ClubInfo, staff_id: UUID, part: str) -> None:
    """Show a part that was put away again; one that was not stays as it is."""
    PutAway.objects.filter(club_id=club.id, staff_id=staff_id, part=part).delete()


def staff_locale_set(*, staff_id: UUID, locale: str) -> None:
    """Remember the language a member of staff reads, for letters; nobody's rights change, so no audit."""
    Staff.objects.filter(id=staff_id).exclude(locale=locale).update(locale=locale)


def _known(role: str) -> permissions.Role:
    known = permissions.ROLES.get(role)
    if known is None:
        raise Refusal("role_unknown", Phrase(_("There is no such role.")), status=422, field="/role")
    return known


def _branches(role: str, branches: Iterable[UUID]) -> list[UUID]:
    _known(role)
    named = sorted(set(branches))
    if role in permissions.BRANCH_ROLES and not named:
        phrase = Phrase(_("Choose at least one branch for this role."))
        raise Refusal("role_needs_branch", phrase, status=422, field="/branches")
    if named and role not in permissions.BRANCH_ROLES:
        phrase = Phrase(_("This role is for the whole club; leave the branches empty."))
        raise Refusal("role_of_whole_club", phrase, status=422, field="/branches")
    return named


def _held(staff_id: UUID, club_id: UUID, role: str) -> bool:
    return any(grant.role == role for grant in selectors.grants_of(staff_id, club_id))


def _grant(
    *,
    club_id: UUID,
    staff_id: UUID,
    role: str,
    branches: list[UUID],
    limits: Mapping[str, int],
    granted_by: str,
    now: datetime,
) -> RoleGrant:
    try:
        with transaction.atomic():
            return RoleGrant.objects.create(
                club_id=club_id,
                staff_id=staff_id,
                role=role,
                branches=branches,
                limits=dict(limits),
                granted_by=granted_by,
                granted_at=now,
            )
    except IntegrityError as conflict:
        raise Refusal("role_held", Phrase(_("This role has just been given by someone else."))) from conflict


def _invitation_invalid() -> Refusal:
    phrase = Phrase(_("This invitation is not valid any more. Ask for a new one."))
    return Refusal("invitation_invalid", phrase, status=404)
