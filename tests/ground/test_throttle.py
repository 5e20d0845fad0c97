"""Tries are counted exactly, and a refusal does not erase them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import transaction

from bashgah.ground import throttle
from bashgah.ground.types import Limit
from bashgah.kit.refusals import Refusal

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
THREE_IN_TEN_MINUTES = Limit(count=3, seconds=600)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key() -> Iterator[str]:
    yield f"test:{uuid.uuid4()}"
    throttle.throttle_close()


def take(key: str, after_seconds: float = 0, *limits: Limit) -> None:
    throttle.throttle_take(
        key=key, limits=limits or (THREE_IN_TEN_MINUTES,), now=NOW + timedelta(seconds=after_seconds)
    )


def test_the_fourth_try_is_refused_until_the_first_is_ten_minutes_old(key: str) -> None:
    for second in (0, 100, 200):
        take(key, second)
    with pytest.raises(Refusal) as refused:
        take(key, 300)
    assert (refused.value.code, refused.value.status) == ("too_many", 429)
    assert refused.value.extra == {"retry_after": 300}
    take(key, 600)
    with pytest.raises(Refusal):
        take(key, 601)


def test_a_refused_try_does_not_count(key: str) -> None:
    for second in (0, 1, 2):
        take(key, second)
    for second in range(3, 50):
        with pytest.raises(Refusal):
            take(key, second)
    take(key, 600)


def test_tries_survive_the_refusal_of_the_request_they_belong_to(key: str) -> None:
    def take_and_fail() -> None:
        take(key)
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            take_and_fail()
    with pytest.raises(Refusal):
        take(key)


def test_all_limits_count_or_none(key: str) -> None:
    limits = (Limit(count=1, seconds=10), Limit(count=2, seconds=600))
    take(key, 0, *limits)
    with pytest.raises(Refusal) as refused:
        take(key, 5, *limits)
    assert refused.value.extra == {"retry_after": 5}
    take(key, 11, *limits)
    with pytest.raises(Refusal) as refused:
        take(key, 30, *limits)
    assert refused.value.extra == {"retry_after": 570}


def test_a_try_can_be_given_back_and_all_forgotten(key: str) -> None:
    for _ in range(3):
        take(key)
    throttle.throttle_return(key=key, now=NOW)
    take(key)
    with pytest.raises(Refusal):
        take(key)
    throttle.throttle_forget(key=key)
    take(key)


def test_hands_that_try_at_once_get_exactly_the_limit(key: str) -> None:
    granted: list[int] = []
    begin = threading.Barrier(12)

    def hand() -> None:
        begin.wait()
        try:
            take(key)
            granted.append(1)
        except Refusal:
            pass
        finally:
            throttle.throttle_close()

    hands = [threading.Thread(target=hand) for _ in range(12)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert len(granted) == 3


def test_rows_that_no_longer_count_are_swept(key: str) -> None:
    take(key)
    assert throttle.throttle_sweep(NOW + timedelta(seconds=300)) == 0
    assert throttle.throttle_sweep(NOW + timedelta(days=1)) >= 1


def test_a_thread_that_ends_leaves_no_connection_behind(key: str) -> None:
    throttle.throttle_close()
    for _ in range(3):
        hand = threading.Thread(target=take, args=(key,))
        hand.start()
        hand.join()
    assert len(throttle._idle) == 1


def test_a_connection_the_server_dropped_is_replaced(key: str) -> None:
    take(key)
    ((wanted, idle),) = throttle._idle
    with psycopg.connect(**wanted, autocommit=True) as same_role:
        same_role.execute("SELECT pg_terminate_backend(%s)", [idle.info.backend_pid])
    take(key)
    ((_wanted, fresh),) = throttle._idle
    assert fresh is not idle
