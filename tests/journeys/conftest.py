"""Fixtures of the journeys: `browser`, `visit` (a window factory) and `look` (the ways a page is seen)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests import browser as harness

# playwright's loop runs in the test's own thread, where Django would otherwise refuse its database
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

Visit = Callable[..., AbstractContextManager[harness.Window]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey needs a browser; without one they are skipped, loudly (see `make test`)."""
    missing = harness.chromium() is None
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="BROWSER JOURNEYS DID NOT RUN: no Chromium found"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A module's Chromium: its event loop holds the thread, so other modules need it gone."""
    with harness.browser() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Visit:
    """`with visit(look) as window:` opens a fresh window on the server under test."""

    def opened(look: harness.Look | None = None, **kwargs: object) -> AbstractContextManager[harness.Window]:
        return harness.window(browser, live_server.url, look or harness.Look(), **kwargs)  # type: ignore[arg-type]

    return opened


@pytest.fixture(params=harness.LOOKS, ids=str)
def look(request: pytest.FixtureRequest) -> harness.Look:
    """All eight ways: Persian and English, phone and desktop, light and dark."""
    return request.param  # type: ignore[no-any-return]
