"""The gate of console and till, tried on views of its own."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, override_settings
from django.urls import include, path

from bashgah.access import gate, services
from bashgah.access.models import Staff
from bashgah.ground.types import SYSTEM
from tests.access.conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@gate.allowed("members.read", writes="members.write")
def members(request: HttpRequest) -> HttpResponse:
    branches = request.staff_branches
    return JsonResponse(
        {
            "club": request.club.slug,
            "actor": request.actor.name,
            "branches": None if branches is None else sorted(map(str, branches)),
        }
    )


@gate.allowed("settings.edit")
def settings_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("settings")


@gate.signed_in
def oneself(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.actor.name)


@gate.public("anyone may read it")
def open_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("forgotten")


def choose(request: HttpRequest, club_id: uuid.UUID) -> HttpResponse:
    gate.club_choose(request, club_id)
    return HttpResponse("chosen")


urlpatterns = [
    path("desk/members", members, name="members"),
    path("desk/settings", settings_page, name="settings"),
    path("desk/me", oneself, name="me"),
    path("desk/open", open_page, name="open"),
    path("desk/forgotten", forgotten, name="forgotten"),
    path("desk/choose/<uuid:club_id>", choose),
    path("", include("bashgah.config.urls")),
]


@pytest.fixture(autouse=True)
def _own_addresses():
    with override_settings(ROOT_URLCONF=__name__):
        yield


def enter(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_a_stranger_is_sent_to_sign_in_and_comes_back(club, client) -> None:
    response = client.get("/desk/members")
    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=/desk/members"


def test_a_stranger_in_the_middle_of_a_page_is_told_by_htmx(club, client) -> None:
    response = client.get("/desk/members", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/accounts/login/"


def test_whoever_passes_has_club_actor_and_branches_on_the_request(club, mina, omid, branch) -> None:
    assert enter(mina).get("/desk/members").json() == {"club": "naderi", "actor": "Mina", "branches": None}
    assert enter(omid).get("/desk/members").json()["branches"] == [str(branch.id)]


def test_writing_needs_the_permission_to_write(club) -> None:
    staff = Staff.objects.create_user("a@naderi.example", name="A")
    services.role_grant(club=club, staff_id=staff.id, role="analyst", actor=SYSTEM, now=NOW)
    client = enter(staff)
    assert client.get("/desk/members").status_code == 200
    assert client.post("/desk/members").status_code == 403


def test_a_role_without_the_permission_is_refused(club, omid) -> None:
    assert enter(omid).get("/desk/settings").status_code == 403
    assert enter(omid).get("/desk/me").content == b"Omid"


def test_staff_without_any_role_are_refused_everywhere(club) -> None:
    staff = Staff.objects.create_user("n@naderi.example", name="N")
    assert enter(staff).get("/desk/me").status_code == 403


def test_a_role_taken_away_bites_at_the_next_request(club, mina) -> None:
    staff = Staff.objects.create_user("a@naderi.example", name="A")
    grant = services.role_grant(club=club, staff_id=staff.id, role="analyst", actor=SYSTEM, now=NOW)
    client = enter(staff)
    assert client.get("/desk/members").status_code == 200
    services.role_revoke(club=club, grant_id=grant.id, actor=SYSTEM, now=NOW)
    assert client.get("/desk/members").status_code == 403


def test_staff_who_were_switched_off_are_signed_out(club, mina) -> None:
    client = enter(mina)
    Staff.objects.filter(id=mina.id).update(is_active=False)
    assert client.get("/desk/members").status_code == 302


def test_one_person_works_in_the_club_they_chose_and_in_no_other(club, other_club, mina) -> None:
    services.role_grant(club=other_club, staff_id=mina.id, role="analyst", actor=SYSTEM, now=NOW)
    client = enter(mina)
    assert client.get("/desk/members").json()["club"] == "naderi"
    client.get(f"/desk/choose/{other_club.id}")
    assert client.get("/desk/members").json()["club"] == "ketab"
    assert client.get("/desk/settings").status_code == 403


def test_a_club_without_a_role_cannot_be_chosen(club, other_club, mina) -> None:
    assert enter(mina).get(f"/desk/choose/{other_club.id}").status_code == 403


def test_a_role_that_needs_a_second_factor_is_sent_to_enrol_one(club, mina) -> None:
    services.factor_policy_set(club=club, roles=["owner", "marketer"], actor=SYSTEM, now=NOW)
    client = enter(mina)
    assert client.get("/desk/members").headers["Location"] == "/accounts/2fa/"
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=mina, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert client.get("/desk/members").status_code == 302
    Authenticator.objects.create(user=mina, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get("/desk/members").status_code == 200


def test_roles_outside_the_policy_need_no_second_factor(club, omid) -> None:
    services.factor_policy_set(club=club, roles=["owner"], actor=SYSTEM, now=NOW)
    assert enter(omid).get("/desk/members").status_code == 200


def test_routes_tell_what_each_view_declares() -> None:
    found = {route.name: route.needs for route in gate.routes("desk/") if route.name}
    assert found["members"] == gate.Needs(read="members.read", write="members.write")
    assert found["settings"] == gate.Needs(read="settings.edit", write="settings.edit")
    assert found["me"].any_role
    assert found["open"].public == "anyone may read it"
    assert found["forgotten"] is None


def test_a_permission_that_is_none_stops_the_start() -> None:
    with pytest.raises(LookupError, match=r"members\.raed"):
        gate.allowed("members.raed")


def sign_in(client: Client, password: str):
    return client.post("/accounts/login/", {"login": "mina@naderi.example", "password": password})


def test_staff_sign_in_by_address_and_password(club, mina, client) -> None:
    assert sign_in(client, "wrong").status_code == 200
    assert sign_in(client, PASSWORD).status_code == 302
    assert client.get("/desk/me").content == b"Mina"


def test_a_sign_in_is_written_down(club, mina, client) -> None:
    sign_in(client, "wrong")
    sign_in(client, PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, actor_name, details FROM ground_audit WHERE club_id IS NULL")
        ((action, name, details),) = cursor.fetchall()
    assert (action, name) == ("staff.signed_in", "Mina")
    assert "127.0.0.1" in str(details)


def test_nobody_signs_up_by_themselves(club, client) -> None:
    client.post("/accounts/signup/", {"email": "new@naderi.example", "password1": PASSWORD})
    assert not Staff.objects.filter(email="new@naderi.example").exists()


def test_passwords_are_hashed_by_argon2(club, mina) -> None:
    assert mina.password.startswith("argon2$argon2id$")


@pytest.mark.django_db(transaction=True)
def test_guessing_a_password_stops_after_ten_wrong_tries_and_right_ones_cost_nothing(club, mina) -> None:
    def attempt(password: str) -> int:
        cache.clear()  # what allauth counts is this process's alone; ours is in the database
        return sign_in(Client(), password).status_code

    assert [attempt(PASSWORD) for _ in range(12)] == [302] * 12
    assert [attempt("wrong guess") for _ in range(10)] == [200] * 10
    assert attempt(PASSWORD) == 200
