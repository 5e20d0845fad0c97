"""Q13: who passes which address of console and till, generated from the addresses themselves."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client

from bashgah.access import gate, permissions
from bashgah.access.models import Staff
from bashgah.access.selectors import granted, grants_of
from bashgah.access.services import role_grant
from bashgah.ground.types import SYSTEM
from bashgah.programs.services import program_start
from tests import cast

DOORS = ("console/", "till/")
ROUTES = [route for door in DOORS for route in gate.routes(door)]
GATED = [route for route in ROUTES if route.needs is not None and not route.needs.public]

# what stands in an address where it names something; none of these exists
NOBODY = {
    "uuid": str(UUID(int=7)),
    "int": "7",
    "slug": "nothing",
    "key": "nothing",
    "str": "nothing",
    "path": "nothing",
}


def address(path: str) -> str:
    """Fill an address's places with things that do not exist."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda place: NOBODY[place[1] or "str"], path)


def test_the_doors_have_addresses() -> None:
    assert len(GATED) > 20


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_address_declares_what_it_needs(route: gate.Route) -> None:
    assert route.needs is not None, f"{route.path}: gate.allowed, gate.signed_in or gate.public is missing"
    assert route.needs.public or route.needs.any_role or route.needs.read in permissions.PERMISSIONS


@pytest.mark.django_db
@pytest.mark.parametrize("role", permissions.ROLES)
def test_a_role_passes_where_the_table_says_and_nowhere_else(role: str) -> None:
    club = cast.naderi()
    program_start(club=club.club, actor=SYSTEM, now=cast.LONG_AGO)
    staff = Staff.objects.create_user(f"{role}@naderi.example", name=role)
    branches = [club.vanak.id] if role in permissions.BRANCH_ROLES else []
    role_grant(
        club=club.club, staff_id=staff.id, role=role, branches=branches, actor=SYSTEM, now=cast.LONG_AGO
    )
    grants = grants_of(staff.id, club.club.id)
    client = Client(raise_request_exception=False)
    client.force_login(staff)
    wrong = []
    for route in GATED:
        for method, permission in (("GET", route.needs.read), ("POST", route.needs.write)):
            may = not permission or granted(grants, permission)
            status = client.generic(method, address(route.path)).status_code
            if status == 405:  # not offered at all, to nobody
                continue
            if (status == 403) is may or status >= 500:
                wrong.append((method, route.path, permission, "may" if may else "may not", status))
    assert wrong == []


@pytest.mark.django_db
def test_nobody_passes_without_signing_in() -> None:
    cast.naderi()
    client = Client(raise_request_exception=False)
    for route in GATED:
        for method in ("GET", "POST"):
            answer = client.generic(method, address(route.path))
            if answer.status_code == 405:
                continue
            assert answer.status_code == 302, (method, route.path)
            assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
def test_posting_without_the_token_of_a_form_is_refused_everywhere() -> None:
    club = cast.naderi()
    staff = Staff.objects.create_user("mina@naderi.example", name="Mina")
    role_grant(club=club.club, staff_id=staff.id, role="owner", actor=SYSTEM, now=cast.LONG_AGO)
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    for route in ROUTES:
        assert client.post(address(route.path)).status_code == 403, route.path
