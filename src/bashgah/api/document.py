"""The OpenAPI document: what ninja wrote, the intake's operations, scopes, and the problems of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bashgah.access.permissions import PERMISSIONS, SCOPES
from bashgah.activities.types import Intake
from bashgah.api.bearer import Bearer
from bashgah.api.intake.answers import ActivityAnswer, BatchAnswer
from bashgah.api.intake.reading import BatchIn
from bashgah.api.problems import MEDIA_TYPE, TITLES
from bashgah.kit.phrases import say

INTRODUCTION = """\
The JSON API of a customer club.

**Keys.** Send `Authorization: Bearer bsh_…` (an API key) or an access token of an OAuth2 client
(`POST /api/oauth/token`, client credentials). A key belongs to one club and carries scopes.

**Problems.** Every refusal is an RFC 9457 problem with a stable `code`, `errors[]` that point at the values
at fault, and a `request_id`; sentences come in Persian or English by `Accept-Language`.

**Again.** An activity is bound to its `source` and `reference`: the same one sent twice is settled once and
answered twice. Other writes are repeatable under `Idempotency-Key`.

**Addresses.** A parameter that an operation does not know is refused (422 `parameter_unknown`), not ignored.

**Values.** Money and points are integers in the smallest unit; times are RFC 3339 with an offset; ids are
typed (`mbr_…`, `act_…`). Lists go on by `next_cursor`.
"""

REF = "#/components/schemas/{name}"
TOKEN_URL = "https://club.example/api/oauth/token"  # noqa: S105 an address
SINGLE, BATCH = "/api/v1/activities", "/api/v1/activities/batch"
ALWAYS = (401, 403, 404, 422, 429, 500, 503)
WITH_BODY = (400, 409, 413, 415)

_TOLD = {"source": "pos", "occurred_at": "2026-11-21T17:42:00+03:30"}
_SARA = {"member": {"mobile": "09121234567"}}
EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "purchase": (
        "A purchase by lines",
        {
            "kind": "purchase",
            **_TOLD,
            "reference": "INV-1001",
            **_SARA,
            "branch": "101",
            "lines": [
                {"no": 1, "sku": "MILK-1L", "quantity": 2000, "gross": 1_200_000},
                {"no": 2, "sku": "CHEESE-400", "gross": 850_000, "discount": 50_000},
            ],
            "payment_methods": ["card"],
        },
    ),
    "amount": (
        "A purchase by its amount alone",
        {
            "kind": "purchase",
            **_TOLD,
            "reference": "INV-1002",
            "member": {"card": "6280000000000017"},
            "amounts": {"gross": 2_400_000},
        },
    ),
    "return": (
        "One of two cartons comes back",
        {
            "kind": "return",
            **_TOLD,
            "reference": "INV-1001-R1",
            "purchase": {"reference": "INV-1001"},
            "lines": [{"no": 1, "quantity": 1000}],
        },
    ),
    "visit": ("A visit", {"kind": "visit", **_TOLD, "reference": "V-1", **_SARA, "branch": "101"}),
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "instance", "code", "errors", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people, in the language asked for."},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "Stable; decide by this, never by the sentence."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or a parameter's name.",
                    },
                    "detail": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
        "extra": {
            "type": "object",
            "description": "Values a program may act on.",
            "additionalProperties": True,
        },
    },
}


def complete(schema: dict[str, Any], operations: Mapping[str, Any]) -> None:
    """Add to ninja's document what it cannot know."""
    components = schema["components"]
    components["schemas"]["Problem"] = PROBLEM
    _add_intake(schema)
    components["securitySchemes"] = _security_schemes()
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            scope = _scope(operations.get(operation["operationId"]))
            if path in {SINGLE, BATCH} and "x-intake" in operation:
                scope = operation.pop("x-intake")
            _finish(operation, scope)
    schema["tags"] = [{"name": name} for name in _tags(schema)]


def at_origin(schema: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """Return the document with the address it was asked for at: OpenAPI wants the token's in full."""
    flows = {"clientCredentials": {**_flow(schema), "tokenUrl": f"{origin}/api/oauth/token"}}
    schemes = schema["components"]["securitySchemes"]
    components = {
        **schema["components"],
        "securitySchemes": {**schemes, "client": {**schemes["client"], "flows": flows}},
    }
    return {**schema, "servers": [{"url": origin}], "components": components}


def _flow(schema: Mapping[str, Any]) -> dict[str, Any]:
    return dict(schema["components"]["securitySchemes"]["client"]["flows"]["clientCredentials"])


def _add_intake(schema: dict[str, Any]) -> None:
    types = [Intake, BatchIn, ActivityAnswer, BatchAnswer]
    shapes, defined = msgspec.json.schema_components(types, ref_template=REF)
    defined["BatchResult"]["properties"]["problem"] = {"$ref": REF.format(name="Problem")}
    schema["components"]["schemas"].update(defined)
    intake, batch_in, activity, batch_answer = shapes
    schema["paths"].setdefault(SINGLE, {})["post"] = {
        "operationId": "activity_record",
        "tags": ["activities"],
        "summary": "Record an activity",
        "description": (
            "Record and settle a purchase, return, visit or custom activity. The answer comes after the "
            "commit: what was earned, the balances, the tier, why, and the lines to print. The same source "
            "and reference with the same values answers 200 with the first answer; with other values 409 "
            "`reference_reused`."
        ),
        "requestBody": _with_examples(_json(intake)),
        "responses": {
            "201": {"description": "Recorded and settled", **_json(activity, required=False)},
            "200": {
                "description": "Recorded before: the first answer again",
                **_json(activity, required=False),
            },
            "202": {
                "description": "A return whose purchase is not known yet (`return_waits`): kept, and settled "
                "when the purchase comes",
                **_json({"$ref": REF.format(name="Problem")}, required=False),
            },
        },
        "x-intake": "activities.write",
    }
    schema["paths"][BATCH] = {
        "post": {
            "operationId": "activity_record_batch",
            "tags": ["activities"],
            "summary": "Record up to 1,000 activities",
            "description": (
                "Each activity is settled or refused by itself; a refused one stops no other. Those of one "
                "member are settled in the order told, and those that bear on each other (a return of a "
                "purchase of the batch). Each result carries the status its activity would have got alone; "
                "503 `settlement_failed` for some says that the database failed on the way, and they can be "
                "sent again."
            ),
            "requestBody": _json(batch_in),
            "responses": {
                "200": {
                    "description": "Results in the order of the request",
                    **_json(batch_answer, required=False),
                }
            },
            "x-intake": "activities.write",
        }
    }


def _with_examples(body: dict[str, Any]) -> dict[str, Any]:
    body["content"]["application/json"]["examples"] = {
        name: {"summary": summary, "value": value} for name, (summary, value) in EXAMPLES.items()
    }
    return body


def _json(shape: Mapping[str, Any], *, required: bool = True) -> dict[str, Any]:
    body: dict[str, Any] = {"content": {"application/json": {"schema": dict(shape)}}}
    return {"required": True, **body} if required else body


def _security_schemes() -> dict[str, Any]:
    scopes = {scope: say(PERMISSIONS[scope].label, "en") for scope in SCOPES}
    return {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key: `bsh_…`"},
        "client": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": TOKEN_URL, "scopes": scopes}},
        },
    }


def _scope(operation: Any) -> str:
    for callback in getattr(operation, "auth_callbacks", ()):
        if isinstance(callback, Bearer):
            return callback.scope
    return ""


def _finish(operation: dict[str, Any], scope: str) -> None:
    operation.pop("security", None)
    statuses: tuple[int, ...] = (422, 500, 503)
    if scope:
        operation["security"] = [{"key": []}, {"client": [scope]}]
        operation["x-scope"] = scope
        statuses = ALWAYS
        operation["description"] = f"{operation.get('description', '').strip()}\n\nScope: `{scope}`".strip()
    if operation.get("requestBody"):
        statuses += WITH_BODY
    elif operation.get("parameters"):
        statuses += (400, 409)
    for status in sorted(statuses):
        operation["responses"].setdefault(
            str(status),
            {
                "description": TITLES[status],
                "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(name="Problem")}}},
            },
        )
    operation["responses"] = {str(key): value for key, value in operation["responses"].items()}


def _tags(schema: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for methods in schema["paths"].values():
        for operation in methods.values():
            found.update(dict.fromkeys(operation.get("tags", ())))
    return list(found)
