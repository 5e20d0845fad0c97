"""What an address asks for by a name nobody knows is refused at every operation: no filter is forgotten."""

from __future__ import annotations

import pytest

from tests import cast
from tests.doors.conftest import Door, Integrator, key_for
from tests.doors.test_intake import count, purchase
from tests.doors.test_schema import DOCUMENT

OPERATIONS = [
    (method.upper(), path, sorted(p["name"] for p in said.get("parameters", ()) if p["in"] == "query"))
    for path, methods in DOCUMENT["paths"].items()
    for method, said in methods.items()
]


@pytest.mark.django_db(transaction=True)
def test_every_operation_refuses_a_parameter_it_does_not_know_and_names_those_it_does(
    door: Door, naderi: cast.Naderi
) -> None:
    caller = Integrator(door, key_for(naderi.club))
    assert len([each for each in OPERATIONS if "limit" in each[2]]) > 10

    for method, path, known in OPERATIONS:
        address = path.replace("{", "").replace("}", "") + "?limt=5&of="
        answer = door.call(method, address, content=b"{}", headers=caller.headers())
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "parameter_unknown"), (method, path)
        assert [each["pointer"] for each in problem["errors"]] == ["limt", "of"], (method, path)
        assert problem["extra"] == {"known": known}, (method, path)
        assert "422" in DOCUMENT["paths"][path][method.lower()]["responses"], (method, path)
    assert count("members_member") == 2


def test_what_is_known_is_taken_and_an_empty_query_asks_for_nothing(pos: Integrator) -> None:
    assert pos.post("/activities?", purchase("Q-1")).status_code == 201
    assert pos.post("/activities?&", purchase("Q-2")).status_code == 201
    assert pos.get("/activities?limit=1&kind=purchase").status_code == 200
    assert count("activities_activity") == 2


def test_a_parameter_nobody_knows_is_said_in_the_language_asked_for(pos: Integrator) -> None:
    pos.lang = "fa"
    (error,) = pos.get("/members?cty=تهران").json()["errors"]
    assert error == {"pointer": "cty", "detail": "این پارامتر اینجا شناخته‌شده نیست."}
    refused = pos.post("/activities?dry_run=1", purchase())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "dry_run")
    assert count("activities_reference") == 0
