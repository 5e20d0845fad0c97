"""The worker delivers news to each handler on a line of its own."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

import pytest

from bashgah.ground import clock, outbox
from bashgah.ground.types import News
from bashgah.jobs.worker import Lanes

pytestmark = pytest.mark.django_db(transaction=True)

CLUB = uuid.UUID(int=1)


@pytest.fixture(autouse=True)
def _only_the_tests_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_handlers", {})


def wait_until(done: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(0.01)
    assert done()


def test_a_handler_that_hangs_holds_up_no_other() -> None:
    heard: list[int] = []
    hangs, goes_on = threading.Event(), threading.Event()

    @outbox.hears("thing.done")
    def hanging(news: News) -> None:
        hangs.set()
        goes_on.wait(20)

    @outbox.hears("thing.done")
    def steady(news: News) -> None:
        heard.append(news.payload["number"])

    lanes = Lanes()
    for number in range(3):
        outbox.news_post(
            club_id=CLUB, kind="thing.done", member_id=None, payload={"number": number}, now=clock.now()
        )
    outbox.relay_once()
    lanes.deliver()
    assert hangs.wait(10)
    wait_until(lambda: heard == [0, 1, 2])
    # asked again, the one that hangs is not started a second time
    lanes.deliver()
    assert outbox.handlers_due(clock.now()) == ["tests.jobs.test_worker.hanging"]
    goes_on.set()
    wait_until(lambda: outbox.backlog().deliveries == 0)
    wait_until(lambda: not any(thread.name.startswith("deliver-") for thread in threading.enumerate()))
