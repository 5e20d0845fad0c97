"""One application in front of both: each path reaches its own, and odd bytes reach neither as an error."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bashgah.config import asgi

pytestmark = pytest.mark.django_db(transaction=True)


def ask(
    path: str = "/livez",
    *,
    query: bytes = b"",
    headers: list[tuple[bytes, bytes]] | None = None,
    method: str = "GET",
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Send one request through the whole application and return status, headers and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = http_scope(path, method) | {
        "query_string": query,
        "headers": [(b"host", b"localhost"), *(headers or [])],
    }
    asyncio.run(asgi.application(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


def http_scope(path: str, method: str) -> dict[str, Any]:
    """A request as the server describes it."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": b"", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 4000), "server": ("127.0.0.1", 8000),
    }  # fmt: skip


def test_senders_who_never_finish_keep_no_page_from_others() -> None:
    answered: list[int] = []

    async def story() -> None:
        never = asyncio.Event()

        async def trickle() -> dict[str, Any]:
            await never.wait()
            return {"type": "http.disconnect"}

        async def ignore(_message: Any) -> None:
            raise AssertionError("nobody was to be answered")

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                answered.append(message["status"])

        slow = [
            asyncio.create_task(asgi.application(http_scope("/accounts/login/", "POST"), trickle, ignore))
            for _ in range(asgi.PAGE_THREADS * 2)
        ]
        await asyncio.sleep(0.1)
        await asyncio.wait_for(asgi.application(http_scope("/livez", "GET"), asgi.once(b""), note), 20)
        never.set()
        await asyncio.gather(*slow)

    asyncio.run(story())
    assert answered == [200]


def test_an_endless_body_is_refused_and_not_kept() -> None:
    sent: list[Any] = []

    async def endless() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}

    async def note(message: Any) -> None:
        sent.append(message)

    asyncio.run(asgi.application(http_scope("/accounts/login/", "POST"), endless, note))
    assert sent[0]["status"] == 413
    assert b"request_entity_too_large" in sent[1]["body"]


def test_a_page_is_answered_by_django() -> None:
    status, headers, body = ask("/livez")
    assert (status, body) == (200, b'{"status": "alive"}')
    assert headers[b"content-type"] == b"application/json"


def test_an_intake_path_is_answered_by_the_intake() -> None:
    status, headers, _body = ask("/api/v1/activities", method="POST")
    assert status == 401
    assert headers[b"content-type"].startswith(b"application/problem+json")


@pytest.mark.parametrize(
    "query", [b"q=\xff\xfe", b"q=\xd8\xb3", b"%zz", b"q=%00", b"a=" + b"\x80" * 50, b"page=%D9%A1"]
)
@pytest.mark.parametrize("path", ["/livez", "/accounts/login/", "/api/v1/members"])
def test_odd_bytes_in_a_query_are_no_error_of_ours(path: str, query: bytes) -> None:
    status, _headers, _body = ask(path, query=query)
    assert status < 500


@pytest.mark.parametrize(
    "path",
    ["/\u0633\u0644\u0627\u0645", "/a\x00b", "/%2e%2e/%2e%2e/etc/passwd", "//evil.example", "/x" * 3000],
)
def test_odd_paths_are_not_found_rather_than_failing(path: str) -> None:
    status, headers, _body = ask(path)
    assert 300 <= status < 500
    assert b"evil.example" not in headers.get(b"location", b"")


def test_a_header_cannot_pretend_to_be_a_proxys() -> None:
    scope = {"headers": [(b"x_forwarded_for", b"10.0.0.1"), (b"x-real", b"1")], "query_string": b"a=b&c=%41"}
    kept = asgi.plain(scope, 0)
    assert kept["headers"] == [(b"x-real", b"1"), (b"content-length", b"0")]
    assert kept["query_string"] == b"a=b&c=%41"


def test_a_body_in_chunks_without_a_length_is_read_whole() -> None:
    scope = {"headers": [(b"transfer-encoding", b"chunked")], "query_string": b""}
    assert asgi.plain(scope, 5)["headers"] == [(b"content-length", b"5")]


def test_an_odd_host_is_refused_politely() -> None:
    status, _headers, _body = ask("/accounts/login/", headers=[(b"host", b"a b<>")])
    assert 400 <= status < 500
