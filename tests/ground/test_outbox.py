"""News reaches every handler, once for what it writes, whatever fails on the way."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction

from bashgah.ground import outbox
from bashgah.ground.types import News

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLUB = uuid.UUID(int=1)
SARA = uuid.UUID(int=2)
REZA = uuid.UUID(int=3)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_the_tests_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_handlers", {})
    return


def post(number: int, member: uuid.UUID | None = SARA, kind: str = "thing.done") -> uuid.UUID:
    return outbox.news_post(club_id=CLUB, kind=kind, member_id=member, payload={"number": number}, now=NOW)


def test_each_handler_hears_the_news_of_its_kinds() -> None:
    heard: list[tuple[str, int]] = []

    @outbox.hears("thing.done")
    def first(news: News) -> None:
        heard.append(("first", news.payload["number"]))

    @outbox.hears("thing.done", "thing.undone")
    def second(news: News) -> None:
        heard.append(("second", news.payload["number"]))

    @outbox.hears("*")
    def all_of_them(news: News) -> None:
        heard.append(("all", news.payload["number"]))

    post(1)
    post(2, kind="thing.undone")
    assert outbox.relay_once() == 2
    assert outbox.deliveries_run(now=NOW) == 5
    assert sorted(heard) == [("all", 1), ("all", 2), ("first", 1), ("second", 1), ("second", 2)]
    assert outbox.backlog() == outbox.Backlog(news=0, deliveries=0, stuck=0, oldest_at=None)


def test_news_of_a_transaction_that_rolled_back_was_never_news() -> None:
    def post_and_fail() -> None:
        post(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post_and_fail()
    assert outbox.relay_once() == 0


def test_a_failing_handler_blocks_no_other_and_is_tried_again_later() -> None:
    heard: list[int] = []
    failing = [True]

    @outbox.hears("thing.done")
    def shaky(news: News) -> None:
        if failing[0]:
            raise ConnectionError("the other side is away")
        heard.append(news.payload["number"])

    @outbox.hears("thing.done")
    def steady(news: News) -> None:
        heard.append(-news.payload["number"])

    post(7)
    outbox.relay_once()
    assert outbox.deliveries_run(now=NOW) == 2
    assert heard == [-7]
    assert outbox.deliveries_run(now=NOW) == 0
    failing[0] = False
    assert outbox.deliveries_run(now=NOW + timedelta(seconds=5)) == 1
    assert heard == [-7, 7]


def test_what_a_failed_handler_wrote_is_taken_back() -> None:
    @outbox.hears("thing.done")
    def writes_then_fails(news: News) -> None:
        outbox.news_post(club_id=CLUB, kind="other.done", member_id=None, payload={}, now=NOW)
        raise ValueError

    post(1)
    outbox.relay_once()
    outbox.deliveries_run(now=NOW)
    assert outbox.backlog().news == 0


def test_a_handler_that_breaks_the_transaction_is_only_put_off() -> None:
    @outbox.hears("thing.done")
    def wrong_sql(news: News) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")

    post(1)
    outbox.relay_once()
    assert outbox.deliveries_run(now=NOW) == 1
    assert outbox.backlog().deliveries == 1


def test_poison_is_set_aside_and_can_be_tried_again() -> None:
    @outbox.hears("thing.done")
    def poisoned(news: News) -> None:
        raise ValueError("no number is good enough")

    event_id = post(1)
    outbox.relay_once()
    at = NOW
    for _ in range(outbox.TRIES_MOST):
        assert outbox.deliveries_run(now=at) == 1
        at += timedelta(days=1)
    assert outbox.deliveries_run(now=at) == 0
    (stuck,) = outbox.deliveries_stuck()
    assert (stuck.event_id, stuck.handler, stuck.tries) == (event_id, "tests.ground.test_outbox.poisoned", 12)
    assert stuck.error == "ValueError: no number is good enough"
    assert outbox.delivery_retry(event_id, handler=stuck.handler, now=at)
    assert outbox.deliveries_run(now=at) == 1
    assert outbox.deliveries_stuck() == []


def test_each_club_sees_and_frees_its_own_poison_and_what_waits_behind_it() -> None:
    @outbox.hears("thing.done", ordered=True)
    def poisoned(news: News) -> None:
        raise ValueError("no number is good enough")

    post(1, member=SARA)
    post(2, member=SARA)
    outbox.relay_once()
    at = NOW
    for _ in range(outbox.TRIES_MOST):
        outbox.deliveries_run(now=at)
        at += timedelta(days=1)
    (stuck,) = outbox.deliveries_stuck(club_id=CLUB)
    assert stuck.behind == 1
    assert outbox.backlog(CLUB).stuck == 1
    stranger = uuid.UUID(int=9)
    assert outbox.deliveries_stuck(club_id=stranger) == []
    assert outbox.backlog(stranger) == outbox.Backlog(0, 0, 0, None)
    assert not outbox.delivery_retry(stuck.event_id, handler=stuck.handler, club_id=stranger, now=at)
    assert outbox.deliveries_retry(club_id=stranger, now=at) == 0
    assert outbox.deliveries_retry(club_id=CLUB, now=at) == 1
    assert outbox.deliveries_stuck() == []


def test_an_ordered_handler_hears_a_members_news_in_order_and_others_do_not_wait() -> None:
    heard: list[tuple[uuid.UUID | None, int]] = []
    failing = [True]

    @outbox.hears("thing.done", ordered=True)
    def in_order(news: News) -> None:
        if failing[0] and news.payload["number"] == 1:
            raise ConnectionError
        heard.append((news.member_id, news.payload["number"]))

    post(1)
    post(2)
    post(3, member=REZA)
    outbox.relay_once()
    outbox.deliveries_run(now=NOW)
    assert heard == [(REZA, 3)]
    failing[0] = False
    outbox.deliveries_run(now=NOW + timedelta(seconds=5))
    assert heard == [(REZA, 3), (SARA, 1), (SARA, 2)]


def test_a_company_that_fails_together_is_tried_one_by_one() -> None:
    heard: list[list[int]] = []

    @outbox.hears("thing.done", together=10)
    def rollup(news: Sequence[News]) -> None:
        numbers = [item.payload["number"] for item in news]
        if 3 in numbers:
            raise ValueError("three is not welcome")
        heard.append(numbers)

    for number in range(1, 6):
        post(number)
    outbox.relay_once()
    assert outbox.deliveries_run(now=NOW) == 5
    assert heard == [[1], [2], [4], [5]]
    assert outbox.backlog().deliveries == 1


def test_many_workers_hand_over_each_delivery_once() -> None:
    heard: list[int] = []
    kept = threading.Lock()

    @outbox.hears("thing.done")
    def count(news: News) -> None:
        with kept:
            heard.append(news.payload["number"])

    for number in range(120):
        post(number)
    begin = threading.Barrier(4)

    def worker() -> None:
        begin.wait()
        for _ in range(20):
            outbox.relay_once(limit=10)
            outbox.deliveries_run(limit=20, now=NOW)
        connections.close_all()

    hands = [threading.Thread(target=worker) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    while outbox.relay_once() or outbox.deliveries_run(now=NOW):
        pass
    assert sorted(heard) == list(range(120))


def test_waits_grow_to_a_day_and_no_further() -> None:
    waits = [outbox.wait_before(tries, SARA, "room.handler") for tries in range(1, 30)]
    assert timedelta(seconds=2.5) <= waits[0] <= timedelta(seconds=5)
    assert max(waits) <= timedelta(days=1)
    assert all(wait >= timedelta(hours=12) for wait in waits[16:])
