"""What the door refuses, and how: every refusal a problem with its code, and nothing written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from bashgah.access.services import key_issue, key_revoke
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db

DEEP = "[" * 100_000 + "]" * 100_000


def members() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM members_member")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ('{"mobile": ', 400, "json_malformed", None),
        ("", 422, "invalid", None),
        ("[]", 422, "invalid", None),
        ('"text"', 422, "invalid", None),
        ("null", 422, "invalid", None),
        (b"\xff\xfe", 400, "json_malformed", None),
        (DEEP, 400, "json_malformed", None),
        ('{"attributes": {"a": NaN}}', 400, "json_malformed", None),
        ('{"mobile": "09121234567", "mobile": "09121234568"}', 400, "json_malformed", None),
        ('{"mobile": 9121234567}', 422, "invalid", "/mobile"),
        ('{"mobile": ["09121234567"]}', 422, "invalid", "/mobile"),
        ('{"mobile": null}', 422, "invalid", "/mobile"),
        ('{"mobile": "0912"}', 422, "mobile_invalid", "/mobile"),
        ('{"mobile": "09121234567", "salary": 5}', 422, "invalid", "/salary"),
        ('{"mobile": "09121234567", "first_name": "a\\u0000b"}', 422, "text_invalid", "/first_name"),
        ('{"mobile": "09121234567", "first_name": "\\ud800"}', 422, "text_invalid", "/first_name"),
        ('{"mobile": "09121234567", "first_name": "\\u0007"}', 422, "text_invalid", "/first_name"),
        ('{"mobile": "09121234567", "first_name": "' + "a" * 201 + '"}', 422, "invalid", "/first_name"),
        ('{"mobile": "09121234567", "gender": "x"}', 422, "invalid", "/gender"),
        ('{"mobile": "09121234567", "birth_date": "31/31/31"}', 422, "date_invalid", "/birth_date"),
        ('{"mobile": "09121234567", "branch": "moon"}', 422, "branch_not_found", "/branch"),
        ('{"mobile": "09121234567", "referrer_id": "mbr_x"}', 422, "referrer_unknown", "/referrer_id"),
        ('{"mobile": "09121234567", "attributes": {"x": 1}}', 422, "attribute_unknown", "/attributes/x"),
        ('{"first_name": "Sara"}', 422, "mobile_missing", "/mobile"),
        ('{"mobile": "09121234567", "consents": [{"channel": "sms"}]}', 422, "invalid", None),
        ('{"mobile": "09121234567", "tags": "vip"}', 422, "invalid", "/tags"),
    ],
)
def test_bad_input_gets_its_code_and_writes_nothing(naderi, body, status, code, pointer) -> None:
    answer = naderi("POST", "/members", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert {"type", "title", "status", "detail", "instance", "errors"} <= problem.keys()
    if pointer:
        assert pointer in [error["pointer"] for error in problem["errors"]]
    assert members() == 0


def test_a_body_of_another_kind_or_size_is_refused_before_it_is_read(naderi) -> None:
    form = naderi("POST", "/members", "mobile=1", content_type="application/x-www-form-urlencoded")
    assert (form.status_code, form.json()["code"]) == (415, "media_type_unsupported")
    big = naderi("POST", "/members", b'{"mobile": "' + b"9" * 10 * 1024 * 1024 + b'"}')
    assert (big.status_code, big.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/members/", 404, "not_found"),
        ("GET", "/members/42", 404, "id_invalid"),
        ("GET", "/members/mbr_00000000000000000000000000", 404, "member_not_found"),
        ("GET", "/members/act_00000000000000000000000000", 404, "id_invalid"),
        ("GET", "/members/%00", 404, "id_invalid"),
        ("GET", "/members?text=%00", 422, "text_invalid"),
        ("GET", "/members?limit=0", 422, "invalid"),
        ("GET", "/members?limit=201", 422, "invalid"),
        ("GET", "/members?limit=many", 422, "invalid"),
        ("GET", "/members?status=dead", 422, "invalid"),
        ("GET", "/members?enrolled_from=yesterday", 422, "invalid"),
        ("GET", "/members?branch=moon", 422, "branch_not_found"),
        ("DELETE", "/members", 405, "method_not_allowed"),
        ("PUT", "/members/find", 405, "method_not_allowed"),
        ("PUT", "/activities/batch", 405, "method_not_allowed"),
    ],
)
def test_bad_addresses_and_parameters_get_their_code(naderi, method, address, status, code) -> None:
    answer = naderi(method, address)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_address_tells_which_methods_it_takes(naderi) -> None:
    assert naderi("DELETE", "/members").headers["Allow"] == "GET, POST"
    assert naderi("PUT", "/activities/batch").headers["Allow"] == "POST"


def test_problems_are_said_in_the_language_asked_for(naderi) -> None:
    naderi.lang = "fa-IR, en;q=0.5"
    persian = naderi.get("/members/42").json()
    assert (persian["title"], persian["detail"]) == ("پیدا نشد", "چیزی با این شناسه پیدا نشد.")
    naderi.lang = "en"
    assert naderi.get("/members/42").json()["title"] == "Not found"
    naderi.lang = ""
    assert naderi.get("/members/42").json()["title"] == "پیدا نشد"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "credential_missing"),
        ("Bearer", "credential_missing"),
        ("Bearer ", "credential_missing"),
        ("Basic bWluYTpzZWNyZXQ=", "credential_missing"),
        ("Bearer bsh_abcdefgh_" + "a" * 40, "credential_refused"),
        ("Bearer " + "x" * 4000, "credential_refused"),
        ("Bearer bsh_\u00e9", "credential_refused"),
    ],
)
def test_without_a_good_key_nothing_opens(club, client, header, code) -> None:
    answer = client.get("/api/v1/members", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    challenge = 'Bearer realm="bashgah"' + (', error="invalid_token"' if code == "credential_refused" else "")
    assert answer.headers["WWW-Authenticate"] == challenge


def test_an_expired_key_and_a_revoked_one_open_nothing(club) -> None:
    info, text = key_issue(
        club=club,
        name="short",
        scopes=["members.read"],
        expires_at=clock.now() + timedelta(hours=1),
        actor=SYSTEM,
        now=clock.now(),
    )
    assert Caller(text).get("/members").status_code == 200
    key_revoke(club=club, key_id=info.id, actor=SYSTEM, now=clock.now())
    revoked = Caller(text).get("/members")
    yesterday = clock.now() - timedelta(days=1)
    _info, old = key_issue(
        club=club,
        name="old",
        scopes=["members.read"],
        expires_at=yesterday + timedelta(hours=1),
        actor=SYSTEM,
        now=yesterday,
    )
    for answer in (revoked, Caller(old).get("/members")):
        assert (answer.status_code, answer.json()["code"]) == (401, "credential_refused")


def test_a_key_does_only_what_its_scopes_name(keyed, sara) -> None:
    reader = keyed("members.read")
    assert reader.get(f"/members/{sara}").status_code == 200
    answer = reader.patch(f"/members/{sara}", {"city": "شیراز"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert answer.json()["extra"] == {"scope": "members.write"}
    assert reader.get(f"/members/{sara}").json()["city"] == ""


def test_another_clubs_member_does_not_exist(ketab, sara) -> None:
    for answer in (
        ketab.get(f"/members/{sara}"),
        ketab.patch(f"/members/{sara}", {"city": "شیراز"}),
        ketab.post(f"/members/{sara}/block", {"reason": "mine now"}),
        ketab.get(f"/members/{sara}/consents"),
        ketab.post("/members/find", {"mobile": "09121234567"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "member_not_found")
    assert ketab.get("/members").json()["members"] == []


def test_a_key_has_so_many_requests_a_minute(keyed) -> None:
    caller = keyed("branches.read", limit_per_minute=3)
    left = [caller.get("/branches").headers["RateLimit"].split(";")[1] for _ in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    refused = caller.get("/branches")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Policy"] == '"minute";q=3;w=60'


def test_the_same_idempotency_key_gives_the_first_answer_again(naderi) -> None:
    body = {"mobile": "09121234567"}
    first = naderi.post("/members", body, Idempotency_Key='"8e03978e-40d5"')
    again = naderi.post("/members", body, Idempotency_Key="8e03978e-40d5")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert members() == 1


def test_the_same_idempotency_key_with_another_body_is_refused(naderi) -> None:
    naderi.post("/members", {"mobile": "09121234567"}, Idempotency_Key="k1")
    other = naderi.post("/members", {"mobile": "09121234568"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "reference_reused")
    assert members() == 1


def test_a_refusal_binds_no_idempotency_key(naderi) -> None:
    refused = naderi.post("/members", {"mobile": "nonsense"}, Idempotency_Key="k2")
    assert refused.status_code == 422
    assert naderi.post("/members", {"mobile": "09121234567"}, Idempotency_Key="k2").status_code == 201


def test_two_credentials_do_not_share_idempotency_keys(naderi, keyed) -> None:
    naderi.post("/members", {"mobile": "09121234567"}, Idempotency_Key="k3")
    other = keyed("members.write").post("/members", {"mobile": "09121234568"}, Idempotency_Key="k3")
    assert other.status_code == 201
    assert members() == 2


@pytest.mark.parametrize("key", ["k" * 256, "شماره".encode().decode("latin-1")])
def test_an_idempotency_key_that_is_none_is_refused(naderi, key) -> None:
    answer = naderi.post("/members", {"mobile": "09121234567"}, Idempotency_Key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")


def test_health_needs_no_key_and_is_never_stored(client, db) -> None:
    answer = client.get("/api/v1/health")
    assert answer.json()["status"] == "ok"
    assert answer.headers["Cache-Control"] == "no-store"
