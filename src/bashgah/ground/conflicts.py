"""What the database ended to let another pass is done once more, by whoever began the transaction.

Two transactions that wait for each other cannot both go on: PostgreSQL ends one, and nothing of it is left.
Trying again helps only from its very beginning, for the locks taken before are what the other waits for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
import structlog
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse

from bashgah.ground.apart import attempt, attempt_take_back

T = TypeVar("T")
TRIES = 3
PAUSE = 0.05
ENDED = ("40001", "40P01")
"""SQL states of a transaction ended for another's sake: not serializable, a deadlock."""

log = structlog.get_logger("bashgah.conflicts")


def is_conflict(error: BaseException) -> bool:
    """Say whether a transaction was ended to let another pass."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return isinstance(cause, psycopg.Error) and cause.sqlstate in ENDED


def step_aside() -> None:
    """Wait until whoever was let pass has had what both wanted: at once, one would be in their way again."""
    time.sleep(PAUSE)


def once_more(act: Callable[[], T]) -> T:
    """Do it in one transaction, and again, twice at most, where the database ended it to let another pass.

    What is done must be safe to begin anew: it writes to the database alone. Inside a caller's transaction it
    is done once, because only the outermost can let go of what the other waits for. What was counted apart of
    the transaction that ended (tries, one-time codes) is taken back.
    """
    for left in range(TRIES - 1, -1, -1):
        try:
            with attempt() as tried, transaction.atomic():
                return act()
        except (DatabaseError, psycopg.Error) as error:
            if connection.in_atomic_block or not is_conflict(error):
                raise
            tried.take_back()
            if not left:
                raise
            log.info("conflict.again", left=left)
            step_aside()
    raise AssertionError("the last try returns or raises")


class AgainMiddleware:
    """Answers a page whose request was ended to let another pass by doing the request once more.

    A page is one transaction (``ATOMIC_REQUESTS``), gone by the time this is asked; uploads are not read
    twice, and what keeps transactions of its own is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with attempt():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Do the request again where that may help."""
        match = request.resolver_match
        if match is None or not is_conflict(exception) or getattr(match.func, "_non_atomic_requests", None):
            return None
        if request.content_type == "multipart/form-data" and request.FILES:
            return None
        attempt_take_back()
        step_aside()
        return once_more(lambda: match.func(request, *match.args, **match.kwargs))
