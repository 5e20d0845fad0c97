"""One id for each request, in logs, answers and problems, so that a complaint can be followed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from bashgah.ground import ids

ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
ANSWERED = Counter("bashgah_requests", "Requests answered", ["method", "status"])
SECONDS = Histogram("bashgah_request_seconds", "Time from request to answer", ["method"])

log = structlog.get_logger("bashgah.requests")


class RequestMiddleware:
    """Give the request an id (the caller's own if it is plain), bind it to the log, count and time it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if ACCEPTED.fullmatch(given) else ids.fresh().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - begun
            if response.status_code >= 500:
                log.error(
                    "request.failed", method=request.method, path=request.path, status=response.status_code
                )
        response.headers["X-Request-Id"] = request_id
        ANSWERED.labels(request.method or "", response.status_code).inc()
        SECONDS.labels(request.method or "").observe(seconds)
        return response
