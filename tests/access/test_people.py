"""Roles, invitations and what they let people do."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections

from bashgah.access import permissions, selectors, services
from bashgah.access.models import RoleGrant, Staff
from bashgah.ground.audit import audit_list
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from tests.access.conftest import NOW, PASSWORD
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db


def test_every_permission_of_a_role_is_in_the_table() -> None:
    for role in permissions.ROLES.values():
        assert role.permissions <= permissions.PERMISSIONS.keys()
        assert role.limits.keys() <= role.permissions


@pytest.mark.parametrize(
    ("role", "permission", "expected"),
    [
        ("owner", "keys.manage", True),
        ("owner", "audit.read", True),
        ("marketer", "rules.publish", True),
        ("marketer", "staff.manage", False),
        ("marketer", "keys.manage", False),
        ("analyst", "insights.read", True),
        ("analyst", "rules.edit", False),
        ("analyst", "members.personal", False),
        ("auditor", "audit.read", True),
        ("auditor", "members.write", False),
        ("auditor", "points.adjust", False),
    ],
)
def test_a_role_of_the_whole_club_may_what_the_table_says(club, role, permission, expected) -> None:
    staff = Staff.objects.create_user(f"{role}@naderi.example", name=role)
    services.role_grant(club=club, staff_id=staff.id, role=role, actor=SYSTEM, now=NOW)
    assert selectors.may(staff, club, permission) is expected


def test_a_cashier_works_in_the_named_branch_only(club, omid, branch, far_branch) -> None:
    assert selectors.may(omid, club, "activities.write", branch=branch.id)
    assert not selectors.may(omid, club, "activities.write", branch=far_branch.id)
    assert selectors.may(omid, club, "till.use")
    assert not selectors.may(omid, club, "settings.edit")
    grants = selectors.grants_of(omid.id, club.id)
    assert selectors.branches_for(grants, "activities.write") == {branch.id}
    assert selectors.branches_for(grants, "settings.edit") == frozenset()


def test_a_branch_role_never_carries_what_concerns_the_whole_club(club, branch) -> None:
    staff = Staff.objects.create_user("b@naderi.example", name="B")
    services.role_grant(
        club=club, staff_id=staff.id, role="branch_manager", branches=[branch.id], actor=SYSTEM, now=NOW
    )
    for key, permission in permissions.PERMISSIONS.items():
        if not permission.by_branch:
            assert not selectors.may(staff, club, key), key


def test_adjusting_points_stops_at_the_limit_of_the_role_or_of_the_grant(club) -> None:
    staff = Staff.objects.create_user("m@naderi.example", name="M")
    services.role_grant(club=club, staff_id=staff.id, role="marketer", actor=SYSTEM, now=NOW)
    assert selectors.may(staff, club, "points.adjust", amount=50_000)
    assert not selectors.may(staff, club, "points.adjust", amount=50_001)
    assert not selectors.may(staff, club, "points.adjust", amount=-50_001)
    services.role_grant(
        club=club,
        staff_id=staff.id,
        role="marketer",
        limits={"points.adjust": 100},
        actor=SYSTEM,
        now=NOW + timedelta(seconds=1),
    )
    assert selectors.may(staff, club, "points.adjust", amount=100)
    assert not selectors.may(staff, club, "points.adjust", amount=101)


def test_the_owner_has_no_limit(club, mina) -> None:
    assert selectors.may(mina, club, "points.adjust", amount=10**12)
    assert selectors.limit_for(selectors.grants_of(mina.id, club.id), "points.adjust") is None


def test_a_role_in_one_club_is_no_role_in_another(club, other_club, mina) -> None:
    assert not selectors.may(mina, other_club, "members.read")
    assert selectors.staff_list(other_club) == []


def test_a_role_taken_back_is_gone_at_once_and_stays_in_the_past(club, mina) -> None:
    staff = Staff.objects.create_user("a@naderi.example", name="A")
    grant = services.role_grant(club=club, staff_id=staff.id, role="analyst", actor=SYSTEM, now=NOW)
    services.role_revoke(club=club, grant_id=grant.id, actor=SYSTEM, now=NOW)
    assert not selectors.may(staff, club, "insights.read")
    assert RoleGrant.objects.filter(id=grant.id).exists()


def test_the_last_owner_stays(club, mina) -> None:
    (grant,) = selectors.grants_of(mina.id, club.id)
    with pytest.raises(Refusal, match="last_owner"):
        services.role_revoke(club=club, grant_id=grant.id, actor=SYSTEM, now=NOW)


def test_another_clubs_role_cannot_be_taken_back(club, other_club, mina) -> None:
    (grant,) = selectors.grants_of(mina.id, club.id)
    with pytest.raises(Refusal, match="role_unknown"):
        services.role_revoke(club=other_club, grant_id=grant.id, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("role", "with_branch", "code"),
    [
        ("cashier", False, "role_needs_branch"),
        ("owner", True, "role_of_whole_club"),
        ("emperor", False, "role_unknown"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(club, mina, branch, role, with_branch, code) -> None:
    with pytest.raises(Refusal, match=code):
        services.role_grant(
            club=club,
            staff_id=mina.id,
            role=role,
            branches=[branch.id] if with_branch else [],
            actor=SYSTEM,
            now=NOW,
        )


def test_each_act_on_roles_leaves_an_audit_row(club, mina) -> None:
    staff = Staff.objects.create_user("a@naderi.example", name="A")
    grant = services.role_grant(club=club, staff_id=staff.id, role="analyst", actor=SYSTEM, now=NOW)
    services.role_revoke(club=club, grant_id=grant.id, actor=SYSTEM, now=NOW)
    services.factor_policy_set(club=club, roles=["owner"], actor=SYSTEM, now=NOW)
    actions = [row.action for row in audit_list(club_id=club.id)]
    assert actions[:3] == ["factor_policy.set", "role.revoked", "role.granted"]


def test_an_invitation_opens_once_and_gives_its_role(club, branch) -> None:
    info, token = services.staff_invite(
        club=club,
        email="Sahar@Naderi.example",
        name="Sahar",
        role="cashier",
        branches=[branch.id],
        actor=SYSTEM,
        now=NOW,
    )
    assert services.invitation_find(token=token, now=NOW).id == info.id
    staff = services.invitation_accept(token=token, name="Sahar", password=PASSWORD, now=NOW)
    assert staff.email == "sahar@naderi.example"
    assert Staff.objects.get(id=staff.id).check_password(PASSWORD)
    assert selectors.may(staff, club, "till.use", branch=branch.id)
    with pytest.raises(Refusal, match="invitation_invalid"):
        services.invitation_accept(token=token, name="Sahar", password="another password", now=NOW)


def test_an_invitation_never_changes_the_password_of_someone_who_has_one(club, other_club, mina) -> None:
    _info, token = services.staff_invite(
        club=other_club, email=mina.email, name="Mina", role="analyst", actor=SYSTEM, now=NOW
    )
    services.invitation_accept(token=token, name="Mina", password="taken over by the link", now=NOW)
    mina.refresh_from_db()
    assert mina.check_password(PASSWORD)
    assert selectors.may(mina, other_club, "insights.read")


def test_an_old_revoked_or_replaced_invitation_opens_nothing(club) -> None:
    def invite() -> tuple[object, str]:
        return services.staff_invite(
            club=club, email="x@naderi.example", name="X", role="analyst", actor=SYSTEM, now=NOW
        )

    _first, replaced = invite()
    info, token = invite()
    for text, at in ((replaced, NOW), (token, NOW + timedelta(days=7)), ("guess", NOW)):
        with pytest.raises(Refusal, match="invitation_invalid"):
            services.invitation_find(token=text, now=at)
    services.invitation_revoke(club=club, invitation_id=info.id, actor=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="invitation_invalid"):
        services.invitation_find(token=token, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_send_each_other_away_at_once(club, mina) -> None:
    second = Staff.objects.create_user("two@naderi.example", name="Two")
    services.role_grant(club=club, staff_id=second.id, role="owner", actor=SYSTEM, now=NOW)
    grants = [selectors.grants_of(staff.id, club.id)[0].id for staff in (mina, second)]
    barrier, outcomes = threading.Barrier(2), []

    def send_away(grant_id) -> None:
        barrier.wait()
        try:
            services.role_revoke(club=club, grant_id=grant_id, actor=SYSTEM, now=NOW)
            outcomes.append("gone")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send_away, args=(grant,)) for grant in grants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["gone", "last_owner"]


@pytest.mark.django_db(transaction=True)
def test_a_role_given_by_two_at_once_is_held_once(club, mina) -> None:
    def gives(_place: int) -> object:
        return services.role_grant(club=club, staff_id=mina.id, role="analyst", actor=SYSTEM, now=NOW)

    got = at_once(4, gives)
    refused = [each.code for each in got if isinstance(each, Refusal)]
    assert set(refused) <= {"role_held"}
    held = [each for each in selectors.grants_of(mina.id, club.id) if each.role == "analyst"]
    assert len(held) == 1


def test_a_role_is_given_to_who_is_there(club) -> None:
    with pytest.raises(Refusal) as refused:
        services.role_grant(club=club, staff_id=uuid4(), role="analyst", actor=SYSTEM, now=NOW)
    assert (refused.value.code, refused.value.status) == ("staff_unknown", 404)


def test_a_client_of_another_club_is_not_revoked(club, other_club) -> None:
    client, _secret = services.client_issue(
        club=club, name="shop", scopes=["members.read"], actor=SYSTEM, now=NOW
    )
    with pytest.raises(Refusal) as refused:
        services.client_revoke(club=other_club, client_id=client.id, actor=SYSTEM, now=NOW)
    assert (refused.value.code, refused.value.status) == ("client_unknown", 404)


def test_the_app_role_cannot_erase_who_held_which_role(club, mina) -> None:
    from django.db import ProgrammingError, transaction

    for statement in ("DELETE FROM access_role_grant", "UPDATE access_role_grant SET role = 'owner'"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
