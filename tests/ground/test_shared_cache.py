"""What libraries keep in Django's cache is one for all processes, and survives a rolled back request."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from bashgah.ground import clock, throttle
from bashgah.ground.shared_cache import cache_sweep
from bashgah.ground.types import Limit
from bashgah.kit.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_PROCESS = """
import sys, django
django.setup()
from django.core.cache import cache
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_take
from bashgah.ground.types import Limit
print(cache.get(sys.argv[1]), cache.add(sys.argv[1], 2))
throttle_take(key=sys.argv[1], limits=(Limit(count=2, seconds=600),), now=clock.now())
"""


@pytest.fixture
def key() -> Iterator[str]:
    yield f"test:{uuid4()}"
    throttle.throttle_close()


def test_another_process_sees_what_this_one_kept_and_counts_on(key: str) -> None:
    cache.set(key, [1.5, "a"])
    throttle.throttle_take(key=key, limits=(Limit(count=2, seconds=600),), now=clock.now())
    settings = connection.get_connection_params()
    url = "postgresql://{user}@/{dbname}?host={host}".format(**settings)
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bashgah.config.settings"}
    told = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, key],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split("\n")[0] == "[1.5, 'a'] False"
    with pytest.raises(Refusal, match="too_many"):
        throttle.throttle_take(key=key, limits=(Limit(count=2, seconds=600),), now=clock.now())


def test_a_rolled_back_request_forgets_nothing(key: str) -> None:
    with transaction.atomic():
        cache.set(key, 1)
        transaction.set_rollback(True)
    assert cache.get(key) == 1
    assert (cache.delete(key), cache.get(key, "none"), cache.delete(key)) == (True, "none", False)


def test_of_hands_that_add_at_once_one_wins(key: str) -> None:
    won: list[bool] = []
    hands = [threading.Thread(target=lambda: won.append(cache.add(key, 1, 60))) for _ in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(won) == [False] * 7 + [True]


def test_what_is_over_is_neither_read_nor_in_the_way_and_is_swept(key: str) -> None:
    cache.set(key, 1, -1)
    assert cache.get(key) is None
    assert cache.add(key, 2, 60)
    cache.set(key, 3, -1)
    assert cache_sweep() >= 1
    assert cache.get(key) is None
