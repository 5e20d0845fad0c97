"""One application in front of both: the intake's own paths run raw, every other path runs Django in threads.

Django serves synchronous views one at a time under ASGI, so its WSGI application gets a pool of threads
instead; purchases never wait behind pages.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_from_bytes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")

from a2wsgi import WSGIMiddleware

# Django is set up by this import; what comes after it may read models and settings
from bashgah.config.wsgi import application as pages_wsgi  # isort: skip
from bashgah.api.intake import app as intake  # isort: skip
from bashgah.api import language, problems  # isort: skip
from bashgah.api.strict import body_most  # isort: skip
from bashgah.ground.collector import collector_calm  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE_THREADS = int(os.environ.get("BASHGAH_PAGE_THREADS", "16"))
LONGEST_BODY_BYTES = 12 * 1024 * 1024
API = "/api/"
FRAMING = (b"content-length", b"transfer-encoding")
LONGEST_BODY_SECONDS = 60.0
QUERY_SAFE = "".join(chr(code) for code in range(0x21, 0x7F))

# all that is loaded by now stays for good: the collector need not look at it again between purchases
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 50, 100)

pages = WSGIMiddleware(pages_wsgi, workers=PAGE_THREADS, send_queue_size=64)
collector_calm()


def application(scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
    """Send a connection where its path belongs; the intake also hears of start and stop.

    It hands on the coroutine itself: one more around it would be entered at each step of each purchase.
    """
    if scope["type"] == "lifespan" or intake.serves(scope):
        return intake.application(scope, receive, send)
    return page(scope, receive, send)


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer by Django, in a thread."""
    if scope["type"] == "http":
        is_api = scope["path"].startswith(API)
        most = body_most(scope["path"]) if is_api else LONGEST_BODY_BYTES
        body = await whole_body(receive, most)
        if isinstance(body, bytes):
            await pages(plain(scope, len(body)), once(body), send)
        elif is_api and body is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            await answer(send, body, too_large(scope, most))
        elif body is not None:
            await refuse(send, body)


async def whole_body(receive: Receive, most: int = LONGEST_BODY_BYTES) -> bytes | HTTPStatus | None:
    """Read the body before a page thread is taken, so that slow or endless senders occupy none.

    None means that the client has gone; a status, that the body is longer than ``most`` or too slow. No more
    than ``most`` bytes are ever kept: whoever sends more, with a key or without, fills no memory.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(LONGEST_BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > most:
                    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                chunks.append(chunk)
                if not message.get("more_body"):
                    return b"".join(chunks)
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT


def once(body: bytes) -> Receive:
    """Return a ``receive`` that hands over a body that is here already."""

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def refuse(send: Send, status: HTTPStatus) -> None:
    """Answer without troubling Django."""
    code = status.phrase.lower().replace(" ", "_")
    body = json.dumps({"type": "about:blank", "title": status.phrase, "status": int(status), "code": code})
    await answer(send, status, body.encode())


def too_large(scope: Scope, most: int) -> bytes:
    """Return the problem of a body that is too long for an operation of the API, in the caller's language."""
    told = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    lang = language.chosen(told.decode("latin-1"))
    return problems.body(problems.too_large(most), lang=lang, request_id="", instance=scope["path"])


async def answer(send: Send, status: HTTPStatus, body: bytes) -> None:
    """Send a problem and close: the rest of the body is not waited for."""
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})


def plain(scope: Scope, length: int) -> Scope:
    """Return the scope without what WSGI would misread.

    Raw bytes in a query become percent escapes; a header with an underscore is dropped, since WSGI could not
    tell ``X_Forwarded_For`` from the header a trusted proxy sets. The length is that of the body as it came:
    one sent in chunks names none, and Django would read nothing of it.
    """
    kept = [(name, value) for name, value in scope["headers"] if b"_" not in name and name not in FRAMING]
    kept.append((b"content-length", str(length).encode("ascii")))
    query = quote_from_bytes(scope["query_string"], safe=QUERY_SAFE).encode("ascii")
    return {**scope, "headers": kept, "query_string": query}
