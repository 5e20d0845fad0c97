"""The way of every API call through Django: checked before, one transaction, a problem for whatever fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, transaction
from django.db.transaction import non_atomic_requests
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import AuthenticationError, HttpError, ValidationError

from bashgah.api import language, problems
from bashgah.api.strict import INSTANT, Turned, body_most, storable
from bashgah.ground.apart import attempt
from bashgah.ground.conflicts import TRIES, is_conflict, step_aside
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
View = Callable[..., HttpResponse]

log = structlog.get_logger("bashgah.api")


def through(
    view: View, *, more_methods: tuple[str, ...] = (), queries: Mapping[str, frozenset[str]] | None = None
) -> View:
    """Wrap a view of the API; ``more_methods`` are served by the intake at the same address.

    ``queries`` are the parameters of the address that it knows, by method: another one is refused.
    """
    known_by = queries or {}

    @csrf_exempt
    @non_atomic_requests
    @wraps(view)
    def called(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _check_request(request)
            _check_query(request, known_by.get(request.method or ""))
            response = _called(view, request, args, kwargs)
        except Exception as error:
            response = answer(request, error)
        if response.status_code == 405 and response.headers.get("Content-Type") != problems.MEDIA_TYPE:
            allow = ", ".join(sorted({*response.headers["Allow"].split(", "), *more_methods}))
            response = problem_response(request, problems.method_not_allowed(allow))
        allowance = getattr(request, "allowance", None)
        if allowance is not None:
            for name, value in allowance.headers().items():
                response.headers[name] = value
        response.headers["Cache-Control"] = "no-store"
        return response

    return called


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the problem for an error; what nobody foresaw is logged and answered with 500."""
    request.is_ended = is_conflict(error)  # type: ignore[attr-defined]
    return problem_response(request, problem_of(error))


def problem_of(error: Exception) -> problems.Problem:  # noqa: PLR0911 one line a kind
    """Translate an exception into the problem the caller reads."""
    match error:
        case Turned():
            return error.problem
        case Refusal():
            return problems.from_refusal(error)
        case ValidationError():
            return problems.invalid([_field_error(item) for item in error.errors])
        case HttpError() if isinstance(error.__cause__, Turned):
            # ninja wraps what its parser raises
            return error.__cause__.problem
        case AuthenticationError():
            return problems.credential_missing()
        case Http404():
            return problems.not_found()
        case RequestDataTooBig():
            return problems.too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case UnreadablePostError():
            return problems.malformed()
        case OperationalError() | InterfaceError() | psycopg.OperationalError() | psycopg.InterfaceError():
            log.warning("api.database_away", error=type(error).__name__)
            return problems.unavailable()
    log.error("api.failed", exc_info=error)
    return problems.internal()


def problem_response(request: HttpRequest, problem: problems.Problem) -> HttpResponse:
    """Say the problem in the caller's language."""
    raw = problems.body(
        problem,
        lang=lang_of(request),
        request_id=getattr(request, "request_id", ""),
        instance=request.path,
    )
    return HttpResponse(
        raw, status=problem.status, content_type=problems.MEDIA_TYPE, headers=dict(problem.headers)
    )


def lang_of(request: HttpRequest) -> language.Lang:
    """Return the language of the answer: the header's, else the club's own, else English."""
    club = getattr(request, "club", None)
    return language.chosen(request.headers.get("Accept-Language", ""), club.locale if club else "en")


def _called(view: View, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponse:
    for _try in range(TRIES):
        request.is_ended = False  # type: ignore[attr-defined]
        with attempt() as tried, transaction.atomic():
            response = view(request, *args, **kwargs)
            # ninja has turned the exception into an answer already: what was written before it must go
            if response.status_code >= 400:
                transaction.set_rollback(True)
        # ended to let another pass: nothing of it is left, and it may be begun anew
        if not request.is_ended:  # type: ignore[attr-defined]
            break
        tried.take_back()
        step_aside()
    return response


def _check_request(request: HttpRequest) -> None:
    for name in request.GET:
        if not storable(name) or not all(storable(value) for value in request.GET.getlist(name)):
            raise Turned(problems.text_invalid("query"))
    if request.method not in WRITES:
        return
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit():
        raise Turned(problems.malformed())
    if int(length) > (most := body_most(request.path)):
        raise Turned(problems.too_large(most))
    if int(length) and request.content_type != "application/json":
        raise Turned(problems.not_json())


def _check_query(request: HttpRequest, known: frozenset[str] | None) -> None:
    """Refuse a mistyped parameter: a list that ignores its filter gives everything."""
    unknown = [name for name in request.GET if known is not None and name not in known]
    if unknown:
        raise Turned(problems.parameter_unknown(unknown, known or ()))


# pydantic's own words are English only: the kinds a caller meets are said in both languages
_SAID = {
    "missing": _("This field is needed."),
    "extra_forbidden": _("This field is not known."),
    "string_too_short": _("At least {min_length} characters."),
    "string_too_long": _("At most {max_length} characters."),
    "string_type": _("A text is expected."),
    "int_type": _("A whole number is expected."),
    "int_parsing": _("A whole number is expected."),
    "int_from_float": _("A whole number is expected."),
    "bool_type": _("true or false is expected."),
    "bool_parsing": _("true or false is expected."),
    "greater_than_equal": _("This must be {ge} or more."),
    "greater_than": _("More than {gt}."),
    "less_than_equal": _("This must be {le} or less."),
    "less_than": _("Less than {lt}."),
    "literal_error": _("One of these is expected: {expected}"),
    "string_pattern_mismatch": _("The text does not have the expected form."),
    "list_type": _("A list is expected."),
    "dict_type": _("An object is expected."),
    "model_attributes_type": _("An object is expected."),
    "model_type": _("An object is expected."),
    "too_long": _("At most {max_length} items."),
    "too_short": _("At least {min_length} items."),
    "instant": INSTANT,
    "text_invalid": _("This text holds characters that cannot be stored."),
    "date_from_datetime_parsing": _("Write the date as YYYY-MM-DD."),
    "date_type": _("Write the date as YYYY-MM-DD."),
    "date_parsing": _("Write the date as YYYY-MM-DD."),
}
_OTHERWISE = _("This value does not fit.")


def _field_error(item: dict[str, Any]) -> problems.FieldError:
    kind = item["type"]
    if kind in {"too_long", "too_short"} and item.get("ctx", {}).get("field_type") == "Value":
        kind = f"string_{kind}"  # a text that is checked before it is measured
    msgid = _SAID.get(kind, _OTHERWISE)
    context = {name: value for name, value in item.get("ctx", {}).items() if isinstance(value, (int, str))}
    return problems.FieldError(_pointer(item["loc"]), Phrase(msgid, context))


def _pointer(location: tuple[Any, ...]) -> str:
    kind, *rest = location
    if kind != "body":
        return "/".join(str(part) for part in rest) or str(kind)
    # ninja names the body parameter of the operation first; callers never see that name
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in rest[1:])
