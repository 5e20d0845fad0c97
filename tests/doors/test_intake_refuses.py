"""Bad input at the intake: each gets its code, nothing is written, no 5xx."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bashgah.access.models import ApiKey
from bashgah.access.services import key_issue
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from tests.doors.conftest import Integrator
from tests.doors.test_intake import MINUTE_AGO, count, purchase

pytestmark = pytest.mark.django_db(transaction=True)

WRITTEN = (
    "activities_activity",
    "activities_anonymous",
    "activities_reference",
    "ledger_entry",
    "ground_news",
)


def written() -> int:
    return sum(count(table) for table in WRITTEN)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in purchase().items() if key != name}


DEEP = b'{"kind": "custom", "attributes": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"

BAD: list[tuple[str, Any, int, str, str | None]] = [
    ("half a document", b'{"kind": "purchase"', 400, "json_malformed", None),
    ("nothing", b"", 400, "json_malformed", None),
    ("no UTF-8", b'{"kind": "\xff"}', 400, "json_malformed", None),
    ("a lone surrogate", b'{"kind": "purchase", "source": "\\ud800"}', 400, "json_malformed", None),
    ("endless depth", DEEP, 422, "invalid", None),
    ("a list", [], 422, "invalid", None),
    ("null", None, 422, "invalid", None),
    ("no kind", without("kind"), 422, "invalid", "/kind"),
    ("an unknown kind", purchase(kind="dance"), 422, "invalid", "/kind"),
    ("no reference", without("reference"), 422, "invalid", "/reference"),
    ("an empty reference", purchase(reference=""), 422, "invalid", "/reference"),
    ("an endless reference", purchase(reference="x" * 121), 422, "invalid", "/reference"),
    ("a source with spaces", purchase(source="my shop"), 422, "invalid", "/source"),
    ("an unknown field", purchase(colour="red"), 422, "invalid", "/colour"),
    (
        "an unknown field of a line",
        purchase(amounts=None, lines=[{"gross": 1, "x": 1}]),
        422,
        "invalid",
        "/lines/0/x",
    ),
    ("text for a number", purchase(amounts={"gross": "2400000"}), 422, "invalid", "/amounts/gross"),
    ("a fraction", purchase(amounts={"gross": 1.5}), 422, "invalid", "/amounts/gross"),
    ("a negative amount", purchase(amounts={"gross": -1}), 422, "invalid", "/amounts/gross"),
    ("a huge amount", purchase(amounts={"gross": 10**16}), 422, "invalid", "/amounts/gross"),
    ("a number too big to be one", purchase(amounts={"gross": 10**400}), 422, "invalid", "/amounts/gross"),
    ("no quantity", purchase(amounts=None, lines=[{"gross": 1, "quantity": 0}]), 422, "invalid", None),
    (
        "a thousand and one lines",
        purchase(amounts=None, lines=[{"gross": 1}] * 1001),
        422,
        "invalid",
        "/lines",
    ),
    ("a time without offset", purchase(occurred_at="2026-11-21T10:00:00"), 422, "invalid", "/occurred_at"),
    ("a time that is none", purchase(occurred_at="yesterday"), 422, "invalid", "/occurred_at"),
    ("a member by nothing", purchase(member={}), 422, "member_unclear", "/member"),
    ("a wrong mobile", purchase(member={"mobile": "12"}), 422, "mobile_invalid", "/member/mobile"),
    ("an absent member", purchase(member={"mobile": "09990000000"}), 404, "member_not_found", "/member"),
    (
        "an id of another kind",
        purchase(member={"id": "act_00000000000000000000000000"}),
        404,
        "id_invalid",
        "/member/id",
    ),
    ("an unknown branch", purchase(branch="moon"), 422, "branch_not_found", "/branch"),
    ("the future", purchase(occurred_at="2199-01-01T00:00:00Z"), 422, "occurred_in_future", "/occurred_at"),
]


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_bad_input_gets_its_code_and_writes_nothing(pos, body, status, code, pointer) -> None:
    before = written()
    answer = pos.post("/activities", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]
    if pointer:
        assert pointer in [error["pointer"] for error in problem["errors"]]
    assert written() == before


def test_a_nul_is_refused_wherever_it_hides(pos) -> None:
    before = written()
    for body in (
        purchase(reference="a\x00b"),
        purchase(amounts=None, lines=[{"gross": 1, "name": "\x00"}]),
        {
            "kind": "custom",
            "source": "app",
            "reference": "c",
            "occurred_at": MINUTE_AGO,
            "member": {"mobile": "09121234567"},
            "type": "review",
            "attributes": {"text": "x\x00"},
        },
    ):
        answer = pos.post("/activities", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "text_invalid"), answer.text
    assert written() == before


def test_the_letters_of_an_escape_are_no_nul(pos) -> None:
    assert pos.post("/activities", purchase(reference="\\u0000")).status_code == 201


def test_ten_megabytes_are_too_much_for_one_and_eleven_for_a_batch(pos) -> None:
    one = pos.post("/activities", b" " * (10 * 1024 * 1024))
    assert (one.status_code, one.json()["code"]) == (413, "body_too_large")
    many = pos.post("/activities/batch", b" " * (11 * 1024 * 1024))
    assert (many.status_code, many.json()["code"]) == (413, "body_too_large")


def test_a_body_that_says_no_length_is_cut_off_too(pos) -> None:
    async def endless():
        for _ in range(40):
            yield b" " * 65_536

    answer = pos.door.call("POST", "/api/v1/activities", content=endless(), headers=pos.headers())
    assert answer.status_code == 413


def test_another_media_type_is_refused(pos) -> None:
    headers = pos.headers() | {"Content-Type": "text/plain"}
    answer = pos.door.call("POST", "/api/v1/activities", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")


def test_other_methods_are_answered_with_those_there_are(pos) -> None:
    for path, allow in (("/activities", "GET, POST"), ("/activities/batch", "POST")):
        answer = pos.door.call("PUT", f"/api/v1{path}", content=b"{}", headers=pos.headers())
        assert (answer.status_code, answer.headers["allow"]) == (405, allow)


def test_problems_speak_persian(pos) -> None:
    pos.lang = "fa"
    problem = pos.post("/activities", purchase(amounts={"gross": -1})).json()
    assert problem["title"] == "مقدارها درست نیست"
    assert problem["errors"] == [{"pointer": "/amounts/gross", "detail": "باید ۰ یا بیشتر باشد."}]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (purchase(kind="bought"), "One of these is expected: purchase, return, visit, custom"),
        (purchase(amounts={"gross": "100"}), "A whole number is expected."),
        (
            purchase(occurred_at="1405-08-30"),
            "Write the time as RFC 3339 with an offset, as in 2026-11-21T17:42:00+03:30.",
        ),
        (
            purchase(member={"mobile": "12"}),
            "This is not a valid mobile number. Write all its digits, as in 0912 345 6789.",
        ),
    ],
)
def test_a_refusal_says_how_the_value_should_be(pos, body, said) -> None:
    pos.lang = "en"

    assert pos.post("/activities", body).json()["errors"][0]["detail"] == said


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "credential_missing"),
        ("bsh_aaaaaaaa_" + "a" * 40, "credential_refused"),
        ("x", "credential_refused"),
        ("bsh_" + "x" * 5000, "credential_refused"),
    ],
)
def test_without_a_good_key_nothing_is_taken(door, naderi, key, code) -> None:
    answer = Integrator(door, key).post("/activities", purchase())
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_without_the_scope_takes_nothing_in(keyed) -> None:
    answer = keyed("activities.read").post("/activities", purchase())
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert count("activities_activity") == 0


def test_an_expired_key_takes_nothing_in(door, naderi) -> None:
    yesterday = clock.now() - timedelta(days=1)
    _info, old = key_issue(
        club=naderi.club,
        name="old",
        scopes=["activities.write"],
        expires_at=yesterday + timedelta(hours=1),
        actor=SYSTEM,
        now=yesterday,
    )
    assert Integrator(door, old).post("/activities", purchase()).status_code == 401


def test_a_revoked_key_is_refused_within_five_seconds(pos) -> None:
    import time

    assert pos.post("/activities", purchase("K-1")).status_code == 201
    ApiKey.objects.update(revoked_at=clock.now())
    until = time.monotonic() + 5
    statuses = []
    while time.monotonic() < until:
        statuses.append(pos.post("/activities", purchase("K-1")).status_code)
        if statuses[-1] == 401:
            break
        time.sleep(0.2)
    assert statuses[-1] == 401
    assert pos.post("/activities", purchase("K-2")).status_code == 401


def test_a_key_has_so_many_requests_a_minute(keyed) -> None:
    caller = keyed("activities.write", limit_per_minute=2)
    assert [caller.post("/activities", purchase(f"Q-{n}")).status_code for n in range(3)] == [201, 201, 429]
    refused = caller.post("/activities", purchase("Q-9"))
    assert refused.json()["code"] == "too_many"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"minute";r=0;')


def test_another_clubs_members_and_activities_do_not_exist(pos, stranger, naderi, ketab) -> None:
    made = pos.post("/activities", purchase()).json()
    sara, nika = ids.public("member", naderi.sara.id), ids.public("member", ketab.nika.id)
    hers = purchase("N-1", member={"id": sara}, branch="1")
    refused = stranger.post("/activities", hers)
    assert (refused.status_code, refused.json()["code"]) == (404, "member_not_found")
    assert stranger.post("/activities", hers | {"member": {"mobile": "09121234567"}}).status_code == 404
    back = {
        "kind": "return",
        "source": "pos",
        "reference": "N-2",
        "occurred_at": MINUTE_AGO,
        "purchase": {"activity": made["id"]},
    }
    assert stranger.post("/activities", back).json()["code"] == "purchase_not_found"
    for path in (
        f"/activities/{made['id']}",
        f"/activities/{made['id']}/why",
        f"/members/{sara}/wallets",
        f"/members/{sara}/statement",
        f"/members/{sara}/activities",
        f"/activities?member_id={sara}",
    ):
        assert stranger.get(path).status_code == 404, path
    assert stranger.get("/activities").json()["activities"] == []
    listed = pos.get("/members").text + pos.get("/activities").text
    assert nika not in listed
    assert "نیکا" not in json.loads(json.dumps(listed))


def test_the_same_reference_in_two_clubs_is_two_purchases(pos, stranger, ketab) -> None:
    assert pos.post("/activities", purchase("S-1")).status_code == 201
    nikas = purchase("S-1", member={"mobile": "09103456789"}, branch="1")
    assert stranger.post("/activities", nikas).status_code == 201
