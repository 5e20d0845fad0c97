"""Addresses beside the operations: the document, its page for people, the token endpoint."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from oauth2_provider.views import RevokeTokenView, TokenView

from bashgah.access.gate import caller_address
from bashgah.api import document, problems, through
from bashgah.api.app import api
from bashgah.api.strict import Turned
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_take
from bashgah.ground.types import Limit
from bashgah.kit.refusals import Refusal

TOKENS_PER_ADDRESS = (Limit(60, 60), Limit(600, 3600))


@lru_cache(maxsize=8)
def _document(origin: str) -> bytes:
    return msgspec.json.encode(document.at_origin(api.get_openapi_schema(), origin))


@require_GET
@non_atomic_requests
def openapi(request: HttpRequest) -> HttpResponse:
    """Serve the OpenAPI 3.1 document."""
    origin = request.build_absolute_uri("/").rstrip("/")
    return HttpResponse(_document(origin), content_type="application/json; charset=utf-8")


@require_GET
@non_atomic_requests
def docs(request: HttpRequest) -> HttpResponse:
    """Show the document to people; every file of the page is our own."""
    return render(request, "api/docs.html", {"document": reverse("api-openapi"), "version": api.version})


def nothing_here(_request: HttpRequest) -> HttpResponse:
    """Answer for every address that is none."""
    raise Turned(problems.not_found())


def intake_only(_request: HttpRequest) -> HttpResponse:
    """Answer at an address the intake serves for methods it does not."""
    return HttpResponseNotAllowed(["POST"])


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give an access token to an OAuth2 client (client credentials); tries are counted by address."""
    refused = _refused(request)
    return refused or _no_store(TokenView.as_view()(request))


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke an access token (RFC 7009)."""
    refused = _refused(request)
    return refused or _no_store(RevokeTokenView.as_view()(request))


def _refused(request: HttpRequest) -> HttpResponse | None:
    try:
        throttle_take(key=f"token:{caller_address(request)}", limits=TOKENS_PER_ADDRESS, now=clock.now())
    except Refusal as refusal:
        return through.answer(request, refusal)
    return None


def _no_store(response: Any) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response  # type: ignore[no-any-return]
