"""The OpenAPI document: valid, complete, and true under fuzzing of every operation (Q12)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks as every
from schemathesis.specs.openapi import checks as openapi

from bashgah.api import codes
from bashgah.api.app import api
from bashgah.api.intake import reading
from bashgah.api.intake.app import PATHS, SINGLE
from bashgah.api.urls import urlpatterns
from tests import cast
from tests.doors.conftest import Door, Integrator, key_for
from tests.doors.test_intake import count, purchase
from tests.server import PROJECT

DOCUMENT: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]


def served() -> set[tuple[str, str]]:
    """Return every operation that answers: ninja's, and the intake's own."""
    found = {
        (method.lower(), "/api/v1" + path.replace("//", "/"))
        for router in api._get_bound_routers()
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    return found | {("post", path) for path in PATHS}


def test_what_is_served_is_documented_and_what_is_documented_is_served() -> None:
    assert set(OPERATIONS) == served()
    assert len(urlpatterns) == 7


def test_every_operation_but_health_names_a_scope() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            assert bool(operation.get("x-scope")) is (path != "/api/v1/health"), path


def test_every_operation_has_a_name_of_its_own_and_words() -> None:
    names = [o["operationId"] for methods in DOCUMENT["paths"].values() for o in methods.values()]
    assert len(names) == len(set(names))
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"]
            assert operation["tags"]


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_the_examples_of_the_document_are_understood() -> None:
    examples = DOCUMENT["paths"][SINGLE]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert len(examples) == 4
    for example in examples.values():
        assert reading.single(json.dumps(example["value"]).encode()).reference


def test_every_reference_of_the_document_leads_somewhere() -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    schemas = DOCUMENT["components"]["schemas"]
    for reference in references(DOCUMENT):
        assert reference.removeprefix("#/components/schemas/") in schemas


def test_the_document_is_served_and_its_page_shows_it(client: Client) -> None:
    served = client.get("/api/v1/openapi.json").json()
    assert served["servers"] == [{"url": "http://testserver"}]
    flow = served["components"]["securitySchemes"]["client"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "http://testserver/api/oauth/token"
    page = client.get("/api/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert 'data-document="/api/v1/openapi.json"' in text
    assert "://" not in text.replace("http://www.w3.org", "")


class Fuzz:
    """Sends schemathesis' cases through the ASGI door with a key, and looks at each answer."""

    def __init__(self, door: Door, key: str, nika: cast.Ketab) -> None:
        self.door, self.key = door, key
        self.secrets = (str(nika.nika.id), nika.nika.number, "نیکا", "9103456789")
        self.calls = 0

    def __call__(self, case: schemathesis.Case) -> None:
        self.calls += 1
        sent = case.as_transport_kwargs(base_url="http://club.test")
        method, url = sent["method"], sent["url"]
        headers = {
            name: str(value).encode("latin-1", "replace")
            for name, value in (sent.get("headers") or {}).items()
            if name != "Authorization"
        }
        headers["Authorization"] = f"Bearer {self.key}".encode()
        body = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
        answer = self.door.call(method, url, headers=headers, params=sent.get("params"), **body)
        assert answer.status_code < 500, (method, url, sent, answer.text)
        for secret in self.secrets:
            assert secret not in answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", (method, url)
            assert answer.json()["code"]
        case.validate_response(
            answer,
            checks=[
                openapi.status_code_conformance,
                openapi.content_type_conformance,
                openapi.response_schema_conformance,
                every.not_a_server_error,
            ],
        )


@pytest.fixture
def fuzz(door: Door, naderi: cast.Naderi, ketab: cast.Ketab) -> Fuzz:
    pos = Integrator(door, key_for(naderi.club, limit_per_minute=10**9))
    assert pos.post("/activities", purchase("F-1")).status_code == 201
    return Fuzz(door, pos.key, ketab)


@pytest.mark.django_db(transaction=True)
def test_no_operation_breaks_under_any_input(fuzz: Fuzz) -> None:
    fuzz_all(fuzz, examples=8)


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_no_operation_breaks_under_much_more_input(fuzz: Fuzz) -> None:
    fuzz_all(fuzz, examples=60)


def fuzz_all(fuzz: Fuzz, *, examples: int) -> None:
    """Send right and wrong input to every operation."""
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    for method, path in OPERATIONS:
        operation = schema[path][method]
        before = fuzz.calls
        takes_input = operation.path_parameters or operation.query or operation.body
        modes = list(schemathesis.GenerationMode) if takes_input else [schemathesis.GenerationMode.POSITIVE]
        for mode in modes:
            run(operation.as_strategy(generation_mode=mode), fuzz, examples)
        assert fuzz.calls > before, (method, path)


def run(strategy: Any, fuzz: Fuzz, examples: int) -> None:
    """Draw cases and send each; hypothesis shrinks what breaks."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def each(case: schemathesis.Case) -> None:
        fuzz(case)

    each()


@pytest.mark.django_db(transaction=True)
def test_no_operation_ignores_who_asks(door: Door, naderi: cast.Naderi) -> None:
    for method, path in OPERATIONS:
        if path == "/api/v1/health":
            continue
        address = path.replace("{", "").replace("}", "")
        for headers in (
            {},
            {"Authorization": "Bearer bsh_abcdefgh_" + "a" * 40},
            {"Cookie": "bashgah_session=x"},
        ):
            sent = {"content": b"{}", "headers": {**headers, "Content-Type": "application/json"}}
            answer = door.call(method.upper(), address, **sent)
            assert answer.status_code == 401, (method, path, headers)
    assert count("members_member") == 2


@pytest.mark.django_db(transaction=True)
def test_every_operation_refuses_a_key_without_its_scope(door: Door, naderi: cast.Naderi) -> None:
    for method, path in OPERATIONS:
        scope = DOCUMENT["paths"][path][method].get("x-scope")
        if not scope:
            continue
        other = "branches.read" if scope != "branches.read" else "rules.read"
        caller = Integrator(door, key_for(naderi.club, other))
        sent = {"content": b"{}", "headers": caller.headers()}
        answer = door.call(method.upper(), path.replace("{", "").replace("}", ""), **sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), (method, path)


def test_the_page_of_codes_is_that_of_the_source() -> None:
    stored = (PROJECT / "docs" / "api-codes.md").read_text(encoding="utf-8")
    assert stored == codes.page(), "run: python -m bashgah.api.codes > docs/api-codes.md"
