"""One application in front of both: the intake's own paths run raw, every other path runs Django in threads.

Django serves synchronous views one at a time under ASGI, so its WSGI application gets a pool of threads
instead; purchases never wait behind pages.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")

from a2wsgi import WSGIMiddleware

from bashgah.config.wsgi import application as pages_wsgi

# Django is set up by the import above; the intake reads models and settings
from bashgah.api.intake import app as intake  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE_THREADS = int(os.environ.get("BASHGAH_PAGE_THREADS", "16"))
LONGEST_BODY_BYTES = 12 * 1024 * 1024


pages = WSGIMiddleware(pages_wsgi, workers=PAGE_THREADS, send_queue_size=64)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a connection where its path belongs; the intake also hears of start and stop."""
    if scope["type"] == "lifespan" or scope.get("path") in intake.PATHS:
        await intake.application(scope, receive, send)
        return
    if scope["type"] != "http":
        return
    await pages(scope, receive, send)
