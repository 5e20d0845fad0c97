"""Every refusal and failure as an RFC 9457 problem: stable code, translated sentence, request id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bashgah.api.language import Lang
from bashgah.kit.phrases import Phrase, phrase_from_json, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

MEDIA_TYPE = "application/problem+json"

TITLES = {
    202: _("Kept, not settled yet"),
    400: _("The request cannot be read"),
    401: _("Sign-in is needed"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("This method is not offered here"),
    409: _("Refused by the club's rules"),
    413: _("The body is too large"),
    415: _("Send JSON"),
    422: _("The values do not fit"),
    429: _("Too many requests"),
    500: _("Something went wrong on our side"),
    503: _("Not available just now"),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One value at fault: where it is (a JSON pointer into the body, or a parameter's name) and why."""

    pointer: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem before it is said in a language."""

    status: int
    code: str
    phrase: Phrase
    errors: Sequence[FieldError] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def from_refusal(refusal: Refusal) -> Problem:
    """Turn a business refusal into a problem; a field at fault is named in ``errors`` too."""
    errors = [FieldError(refusal.field, refusal.phrase)] if refusal.field else []
    wait = refusal.extra.get("retry_after")
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    return Problem(refusal.status, refusal.code, refusal.phrase, errors, refusal.extra, headers)


def document(problem: Problem, *, lang: Lang, request_id: str, instance: str) -> dict[str, Any]:
    """Say the problem in a language, as the JSON object that is sent."""
    said: dict[str, Any] = {
        "type": f"urn:bashgah:problem:{problem.code}",
        "title": say(Phrase(TITLES.get(problem.status, TITLES[409])), lang),
        "status": problem.status,
        "detail": say(problem.phrase, lang),
        "instance": instance,
        "code": problem.code,
        "errors": [{"pointer": error.pointer, "detail": say(error.phrase, lang)} for error in problem.errors],
        "request_id": request_id,
    }
    if problem.extra:
        said["extra"] = {name: _plain(value, lang) for name, value in problem.extra.items()}
    return said


def _plain(value: Any, lang: Lang) -> Any:
    """Say the phrases among the values a refusal carries."""
    if isinstance(value, Phrase):
        return say(value, lang)
    if isinstance(value, dict) and "m" in value:
        return say(phrase_from_json(value), lang)
    if isinstance(value, list | tuple):
        return [_plain(item, lang) for item in value]
    return value


def body(problem: Problem, *, lang: Lang, request_id: str, instance: str) -> bytes:
    """Return the document as UTF-8 JSON."""
    said = document(problem, lang=lang, request_id=request_id, instance=instance)
    return json.dumps(said, ensure_ascii=False, default=str).encode("utf-8", "replace")


def malformed() -> Problem:
    """The body is not JSON."""
    return Problem(400, "json_malformed", Phrase(_("The body is not valid JSON.")))


def not_json() -> Problem:
    """The body says it is something else."""
    return Problem(415, "media_type_unsupported", Phrase(_("Send the body as application/json.")))


def too_large(limit: int) -> Problem:
    """The body is longer than this operation takes."""
    phrase = Phrase(_("The body is larger than {limit} bytes."), {"limit": limit})
    return Problem(413, "body_too_large", phrase, extra={"limit_bytes": limit})


def text_invalid(pointer: str) -> Problem:
    """A text holds NUL or half a character."""
    phrase = Phrase(_("This text holds characters that cannot be stored."))
    return Problem(422, "text_invalid", phrase, [FieldError(pointer, phrase)])


def invalid(errors: Sequence[FieldError]) -> Problem:
    """Values of the request do not fit; each is named."""
    return Problem(422, "invalid", Phrase(_("Some values do not fit; each is named below.")), errors)


def parameter_unknown(names: Sequence[str], known: Iterable[str]) -> Problem:
    """The address asks for something by a name that this operation does not know; nothing is guessed."""
    phrase = Phrase(_("This operation does not know every parameter of the address; each is named below."))
    errors = [FieldError(name, Phrase(_("This parameter is not known here."))) for name in names]
    return Problem(422, "parameter_unknown", phrase, errors, extra={"known": sorted(known)})


def credential_missing() -> Problem:
    """No bearer token came with the request."""
    phrase = Phrase(_("Send an API key or an access token with the request: Authorization: Bearer …"))
    return Problem(401, "credential_missing", phrase, headers={"WWW-Authenticate": 'Bearer realm="bashgah"'})


def credential_refused() -> Problem:
    """A token came that opens nothing; which of the reasons it is, is not told to who holds it."""
    phrase = Phrase(_("This key or token is not accepted: it is wrong, has run out or was revoked."))
    headers = {"WWW-Authenticate": 'Bearer realm="bashgah", error="invalid_token"'}
    return Problem(401, "credential_refused", phrase, headers=headers)


def scope_missing(scope: str) -> Problem:
    """The credential is good but does not carry this."""
    phrase = Phrase(_("This credential does not carry the scope {scope}."), {"scope": scope})
    headers = {"WWW-Authenticate": f'Bearer realm="bashgah", error="insufficient_scope", scope="{scope}"'}
    return Problem(403, "scope_missing", phrase, extra={"scope": scope}, headers=headers)


def not_found() -> Problem:
    """No such address."""
    return Problem(404, "not_found", Phrase(_("There is nothing at this address.")))


def method_not_allowed(allow: str) -> Problem:
    """The address exists, the method does not."""
    phrase = Phrase(_("Use one of these methods here: {methods}"), {"methods": allow})
    return Problem(405, "method_not_allowed", phrase, headers={"Allow": allow})


def too_many(retry_after: int) -> Problem:
    """The credential has used up its requests."""
    phrase = Phrase(_("Too many requests. Try again in {seconds} seconds."), {"seconds": retry_after})
    headers = {"Retry-After": str(retry_after)}
    return Problem(429, "too_many", phrase, extra={"retry_after": retry_after}, headers=headers)


def unavailable(retry_after: int = 2) -> Problem:
    """The database is away or the queue is long; the same request may succeed in a moment."""
    phrase = Phrase(_("This cannot be done just now. Nothing was written; try the same request again."))
    headers = {"Retry-After": str(retry_after)}
    return Problem(503, "unavailable", phrase, extra={"retry_after": retry_after}, headers=headers)


def internal() -> Problem:
    """An error of ours; it is in the log under the request id."""
    phrase = Phrase(_("An unexpected error happened. Nothing was written; tell us the request id."))
    return Problem(500, "internal", phrase)
