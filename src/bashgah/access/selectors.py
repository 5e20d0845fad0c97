"""Reads of the access room: who is who, who may what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from bashgah.access import permissions, types
from bashgah.access.models import (
    ApiKey,
    FactorPolicy,
    Invitation,
    OAuthClient,
    PutAway,
    RoleGrant,
    Staff,
)
from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids as public_ids


def staff_get(staff_id: UUID) -> types.StaffInfo | None:
    """Return one member of staff, or nothing."""
    staff = Staff.objects.filter(id=staff_id).first()
    return _staff_info(staff, _with_factor([staff.id])) if staff else None


def grants_of(staff_id: UUID, club_id: UUID | None = None) -> tuple[types.GrantInfo, ...]:
    """Return the roles in force, oldest first; of one club or of all clubs."""
    grants = RoleGrant.objects.filter(staff_id=staff_id, revoked_at__isnull=True)
    if club_id is not None:
        grants = grants.filter(club_id=club_id)
    return tuple(_grant_info(grant) for grant in grants.order_by("granted_at", "id"))


def staff_list(club: ClubInfo) -> list[types.StaffMember]:
    """Return everyone with a role in the club, by name."""
    rows = RoleGrant.objects.filter(club_id=club.id, revoked_at__isnull=True).select_related("staff")
    grants: dict[UUID, list[types.GrantInfo]] = {}
    people: dict[UUID, Staff] = {}
    for row in rows.order_by("staff__name", "staff__email", "granted_at"):
        people[row.staff_id] = row.staff
        grants.setdefault(row.staff_id, []).append(_grant_info(row))
    factors = _with_factor(people)
    return [
        types.StaffMember(_staff_info(staff, factors), tuple(grants[staff.id])) for staff in people.values()
    ]


def invitation_list(club: ClubInfo) -> list[types.InvitationInfo]:
    """Return the invitations that wait, newest first."""
    rows = Invitation.objects.filter(club_id=club.id, accepted_at__isnull=True, revoked_at__isnull=True)
    return [invitation_info(row) for row in rows.order_by("-created_at")]


def key_list(club: ClubInfo) -> list[types.KeyInfo]:
    """Return the club's API keys, newest first, revoked ones too."""
    return [key_info(row) for row in ApiKey.objects.filter(club_id=club.id).order_by("-created_at")]


def client_list(club: ClubInfo) -> list[types.ClientInfo]:
    """Return the club's OAuth2 clients, newest first, revoked ones too."""
    rows = OAuthClient.objects.filter(club_id=club.id).select_related("application")
    return [client_info(row) for row in rows.order_by("-created_at")]


def factor_roles(club_id: UUID) -> frozenset[str]:
    """Return the roles that the club lets in only with a second factor."""
    policy = FactorPolicy.objects.filter(club_id=club_id).first()
    return frozenset(policy.roles) if policy else frozenset()


def is_put_away(club: ClubInfo, staff_id: UUID, part: str) -> bool:
    """Say whether the person put this part of the console away in the club."""
    return PutAway.objects.filter(club_id=club.id, staff_id=staff_id, part=part).exists()


def has_second_factor(staff_id: UUID) -> bool:
    """Say whether a TOTP or a passkey is enrolled."""
    return staff_id in _with_factor([staff_id])


def may(
    staff: Staff | types.StaffInfo,
    club: ClubInfo,
    permission: str,
    *,
    branch: UUID | None = None,
    amount: int | None = None,
) -> bool:
    """Say whether the member of staff may do this in the club, at this branch and for this amount.

    Without a branch the question is whether they may do it somewhere; without an amount, at all.
    """
    return granted(grants_of(staff.id, club.id), permission, branch=branch, amount=amount)


def granted(
    grants: Iterable[types.GrantInfo],
    permission: str,
    *,
    branch: UUID | None = None,
    amount: int | None = None,
) -> bool:
    """Say whether any of these roles carries the permission for this branch and amount."""
    return any(_covers(grant, permission, branch) and _reaches(grant, permission, amount) for grant in grants)


def branches_for(grants: Iterable[types.GrantInfo], permission: str) -> frozenset[UUID] | None:
    """Return the branches where these roles carry the permission; ``None`` means all of the club's."""
    branches: set[UUID] = set()
    for grant in grants:
        if not _covers(grant, permission, None):
            continue
        if not grant.branches:
            return None
        branches |= grant.branches
    return frozenset(branches)


def limit_for(grants: Sequence[types.GrantInfo], permission: str) -> int | None:
    """Return the highest amount these roles reach; ``None`` means no limit. Zero without the permission."""
    reached = 0
    for grant in grants:
        if not _covers(grant, permission, None):
            continue
        limit = _limit(grant, permission)
        if limit is None:
            return None
        reached = max(reached, limit)
    return reached


def credential_maker(club_id: UUID, credential: str) -> str:
    """Return who made an API key or OAuth2 client, as the public id of the person; empty if unknown."""
    row_id = public_ids.parse("key", credential)
    for model in (ApiKey, OAuthClient):
        row = model.objects.filter(club_id=club_id, pk=row_id).first()
        if row is not None:
            return str(row.created_by)
    return ""


def _covers(grant: types.GrantInfo, permission: str, branch: UUID | None) -> bool:
    role = permissions.ROLES.get(grant.role)
    if role is None or permission not in role.permissions:
        return False
    if not grant.branches:
        return True
    if not permissions.PERMISSIONS[permission].by_branch:
        return False
    return branch is None or branch in grant.branches


def _limit(grant: types.GrantInfo, permission: str) -> int | None:
    own = dict(grant.limits)
    return own.get(permission, permissions.ROLES[grant.role].limits.get(permission))


def _reaches(grant: types.GrantInfo, permission: str, amount: int | None) -> bool:
    limit = _limit(grant, permission)
    return amount is None or limit is None or abs(amount) <= limit


def _with_factor(staff_ids: Iterable[UUID]) -> frozenset[UUID]:
    ids = list(staff_ids)
    if not ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT user_id FROM mfa_authenticator WHERE user_id = ANY(%s) AND type <> %s",
            [ids, "recovery_codes"],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def _staff_info(staff: Staff, factors: frozenset[UUID]) -> types.StaffInfo:
    return types.StaffInfo(
        id=staff.id,
        email=staff.email,
        name=staff.name,
        locale=staff.locale,
        is_active=staff.is_active,
        has_second_factor=staff.id in factors,
        last_login=staff.last_login,
        created_at=staff.created_at,
    )


def _grant_info(row: RoleGrant) -> types.GrantInfo:
    return types.GrantInfo(
        id=row.id,
        staff_id=row.staff_id,
        club_id=row.club_id,
        role=row.role,
        branches=frozenset(row.branches),
        limits=tuple(sorted(row.limits.items())),
        granted_at=row.granted_at,
    )


def invitation_info(row: Invitation) -> types.InvitationInfo:
    """Return the row as others see it."""
    return types.InvitationInfo(
        id=row.id,
        club_id=row.club_id,
        email=row.email,
        name=row.name,
        role=row.role,
        branches=frozenset(row.branches),
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
        revoked_at=row.revoked_at,
    )


def key_info(row: ApiKey) -> types.KeyInfo:
    """Return the row as others see it."""
    return types.KeyInfo(
        id=row.id,
        club_id=row.club_id,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(row.scopes),
        limit_per_minute=row.limit_per_minute,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def client_info(row: OAuthClient) -> types.ClientInfo:
    """Return the row as others see it; it needs the application joined."""
    return types.ClientInfo(
        id=row.id,
        club_id=row.club_id,
        name=row.application.name,
        client_id=row.application.client_id,
        scopes=frozenset(row.scopes),
        limit_per_minute=row.limit_per_minute,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
