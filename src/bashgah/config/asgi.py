"""One application in front of both: the intake's own paths run raw, every other path runs Django in threads.

Django serves synchronous views one at a time under ASGI, so its WSGI application gets a pool of threads
instead; purchases never wait behind pages.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote_from_bytes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")

from a2wsgi import WSGIMiddleware

# Django is set up by this import; what comes after it may read models and settings
from bashgah.config.wsgi import application as pages_wsgi  # isort: skip
from bashgah.api.intake import app as intake  # isort: skip
from bashgah.ground.collector import collector_calm  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE_THREADS = int(os.environ.get("BASHGAH_PAGE_THREADS", "16"))
QUERY_SAFE = "".join(chr(code) for code in range(0x21, 0x7F))

# all that is loaded by now stays for good: the collector need not look at it again between purchases
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 50, 100)

pages = WSGIMiddleware(pages_wsgi, workers=PAGE_THREADS, send_queue_size=64)
collector_calm()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send a connection where its path belongs; the intake also hears of start and stop."""
    if scope["type"] == "lifespan" or intake.serves(scope):
        await intake.application(scope, receive, send)
    elif scope["type"] == "http":
        await pages(plain(scope), receive, send)


def plain(scope: Scope) -> Scope:
    """Return the scope without what WSGI would misread.

    Raw bytes in a query become percent escapes; a header with an underscore is dropped, since WSGI could not
    tell ``X_Forwarded_For`` from the header a trusted proxy sets.
    """
    kept = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    query = quote_from_bytes(scope["query_string"], safe=QUERY_SAFE).encode("ascii")
    return {**scope, "headers": kept, "query_string": query}
