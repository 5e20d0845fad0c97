"""``Idempotency-Key``: a write that names one happens once, and its first answer is given again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, get_type_hints

from django.http import HttpResponse
from ninja import Schema, Status

from bashgah.api.bearer import Call
from bashgah.ground.idempotency import idempotency_begin, idempotency_finish
from bashgah.ground.types import StoredAnswer
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

HEADER = "Idempotency-Key"
JSON = "application/json; charset=utf-8"

Operation = Callable[..., Any]


def once(*, required: bool = False, secrets: Sequence[str] = ()) -> Callable[[Operation], Operation]:
    """Make a writing operation repeatable under ``Idempotency-Key``; ``required`` ones refuse to go without.

    The operation returns a schema or ``Status`` with one. Same key and same request: the first answer again,
    with ``Idempotent-Replayed: true``. Same key, another request: 409. Fields named by ``secrets`` stand in
    the first answer alone: they are emptied in the one that is stored.
    """

    def decorate(operation: Operation) -> Operation:
        @wraps(operation)
        def repeatable(request: Call, *args: Any, **kwargs: Any) -> Any:
            key = _key(request)
            if not key:
                if required:
                    phrase = Phrase(_("Send an Idempotency-Key header with this request."))
                    raise Refusal("idempotency_key_missing", phrase, status=400)
                return operation(request, *args, **kwargs)
            place: dict[str, Any] = {
                "club_id": request.club.id,
                "credential": request.actor.id,
                "operation": operation.__name__,
                "key": key,
            }
            said = f"{request.method} {request.get_full_path()}\n".encode() + request.body
            stored = idempotency_begin(**place, body=said, now=request.now)
            if stored is not None:
                response = HttpResponse(stored.body, status=stored.status, content_type=JSON)
                response.headers["Idempotent-Replayed"] = "true"
                return response
            result = operation(request, *args, **kwargs)
            answer = _spelled(result)
            idempotency_finish(**place, answer=_spelled(result, secrets))
            return HttpResponse(answer.body, status=answer.status, content_type=JSON)

        # ninja reads the types here, where names of the operation's own module are out of sight
        repeatable.__signature__ = _with_types(operation)  # type: ignore[attr-defined]
        # ninja calls these with its operation: the header becomes part of the OpenAPI document
        repeatable._ninja_contribute_to_operation = [_documented(required)]  # type: ignore[attr-defined]
        return repeatable

    return decorate


def _key(request: Call) -> str:
    """Return the header's value; a structured-field string loses its quotes."""
    text: str = request.headers.get(HEADER, "").strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text


def _spelled(result: Any, secrets: Sequence[str] = ()) -> StoredAnswer:
    status, value = (result.status_code, result.value) if isinstance(result, Status) else (200, result)
    if not isinstance(value, Schema):
        raise TypeError("a repeatable operation returns a schema")
    said = value.model_copy(update=dict.fromkeys(secrets, "")) if secrets else value
    return StoredAnswer(status=status, body=said.model_dump_json())


def _with_types(operation: Operation) -> inspect.Signature:
    hints = get_type_hints(operation, include_extras=True)
    plain = inspect.signature(operation)
    return plain.replace(
        parameters=[
            parameter.replace(annotation=hints.get(name, parameter.annotation))
            for name, parameter in plain.parameters.items()
        ],
        return_annotation=hints.get("return", plain.return_annotation),
    )


def _documented(required: bool) -> Callable[[Any], None]:
    parameter = {
        "name": HEADER,
        "in": "header",
        "required": required,
        "description": "Printable ASCII, at most 255 characters; a UUID is best. Kept for 90 days.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    }

    def contribute(operation: Any) -> None:
        extra = operation.openapi_extra or {}
        operation.openapi_extra = {**extra, "parameters": [*extra.get("parameters", []), parameter]}

    return contribute
