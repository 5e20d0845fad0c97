"""Tries taken and given back by many hands at once: none is lost, and nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from bashgah.ground import throttle
from bashgah.ground.types import Limit
from tests.cast import NOW
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SHORT, LONG = Limit(1000, 600), Limit(1000, 86_400)


@pytest.fixture(autouse=True)
def _aftermath() -> Iterator[None]:
    yield
    throttle.throttle_close()


@pytest.fixture
def as_they_lie(owner_connection: psycopg.Connection[object]) -> None:
    """Let the long period's row lie before the short one's, and have rows be read as they lie."""
    throttle.throttle_take(key="k", limits=[LONG], now=NOW)
    throttle.throttle_take(key="k", limits=[SHORT], now=NOW)
    owner_connection.execute("ANALYZE ground_throttle")
    owner_connection.commit()


def test_tries_that_go_back_wait_for_nobody_in_a_circle(as_they_lie: None) -> None:
    def tries(place: int) -> None:
        for n in range(60):
            now = NOW + timedelta(seconds=1 + place, milliseconds=n)
            throttle.throttle_take(key="k", limits=[SHORT, LONG], now=now)
            throttle.throttle_take(key="k", limits=[SHORT], now=now)  # so it lies last again
            throttle.throttle_return(key="k", times=2, now=now)

    got = at_once(6, tries)
    assert got == [None] * 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT seconds, cardinality(hits) FROM ground_throttle WHERE key = 'k' ORDER BY 1")
        assert cursor.fetchall() == [(600, 1), (86_400, 1)]


def test_tries_forgotten_and_swept_amid_others_wait_for_nobody_in_a_circle(as_they_lie: None) -> None:
    def tries(place: int) -> None:
        for n in range(60):
            now = NOW + timedelta(seconds=1 + place, milliseconds=n)
            throttle.throttle_take(key="k", limits=[LONG], now=now)
            throttle.throttle_take(key="k", limits=[SHORT, LONG], now=now)
            if place % 3 == 1:
                throttle.throttle_forget(key="k")
            if place % 3 == 2:
                throttle.throttle_sweep(now + timedelta(days=2))

    assert at_once(6, tries) == [None] * 6
