"""Q11: news reaches every handler under failures, hanging, duplicates and kills; poison is set aside."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.chaos import hands, listeners
from tests.chaos.conftest import size
from tests.chaos.house import House

pytestmark = pytest.mark.prove

KILLS = 20
LEFT = """
SELECT (SELECT count(*) FROM ground_news), (SELECT count(*) FROM ground_delivery WHERE NOT is_stuck)
"""


def heard(books: psycopg.Connection) -> Counter[str]:
    """How many pieces of news each handler kept."""
    return Counter(dict(books.execute("SELECT handler, count(*) FROM chaos_heard GROUP BY 1").fetchall()))


def test_all_news_reaches_every_handler_whatever_happens_on_the_way(
    house: House, database: str, tmp_path: Path, seed: int, report: Callable[..., None]
) -> None:
    rng, count, url, begun = random.Random(seed), size(2_000), house.app(database), time.time()
    with psycopg.connect(house.owner(database), autocommit=True) as books:
        books.execute("TRUNCATE ground_news")
        books.execute(
            "CREATE TABLE chaos_heard (place bigserial, handler text, event_id uuid, number int, member uuid)"
        )
        hands.run(listeners.tell, url, count)
        worker = hands.start(listeners.listen, url, tmp_path, begun, seed)
        try:
            # one handler hangs from the start; all others get on meanwhile
            until = time.monotonic() + 120
            while heard(books)["steady"] < count:
                assert time.monotonic() < until, heard(books)
                time.sleep(0.1)
            hung = heard(books)["hanging"]
            kills = 0
            until = time.monotonic() + 240
            while kills < KILLS or books.execute(LEFT).fetchone() != (0, 0):
                assert time.monotonic() < until, (heard(books), books.execute(LEFT).fetchone())
                time.sleep(rng.uniform(0.1, 0.8))
                if kills < KILLS:
                    worker.kill()
                    worker.join()
                    kills += 1
                    worker = hands.start(listeners.listen, url, tmp_path, begun, seed + kills)
        finally:
            worker.kill()
            worker.join()
        told = heard(books)
        different = dict(
            books.execute("SELECT handler, count(DISTINCT event_id) FROM chaos_heard GROUP BY 1").fetchall()
        )
        stuck = books.execute(
            "SELECT handler, tries, (payload ->> 'number')::int FROM ground_delivery WHERE is_stuck"
            " ORDER BY event_id"
        ).fetchall()
        shuffled = {
            handler: books.execute(
                """
                SELECT count(*) FROM (
                    SELECT number < lag(number) OVER (PARTITION BY member ORDER BY place) AS late
                    FROM chaos_heard WHERE handler = %s) heard WHERE late
                """,
                [handler],
            ).fetchone()[0]  # type: ignore[index]
            for handler in ("in_order", "shaky")
        }
    outside = (tmp_path / "outside").read_text().split()
    report(
        "Q11",
        news=count,
        kills=kills,
        told_outside_twice=len(outside) - len(set(outside)),
        heard_out_of_order=shuffled["shaky"],
        set_aside=len(stuck),
    )
    poison = [number for number in range(count) if number % listeners.POISON_EVERY == 0]
    whole = dict.fromkeys(("steady", "shaky", "in_order", "hanging", "outside"), count)
    assert dict(told) == whole | {"poisoned": count - len(poison)}
    assert different == dict(told), "something was heard twice"
    assert stuck == [("tests.chaos.listeners.poisoned", 12, number) for number in poison]
    assert shuffled["in_order"] == 0
    # what was planted did bite: it hung, it was shuffled, and the outside heard things twice
    assert hung < count
    assert shuffled["shaky"]
    assert len(outside) > len(set(outside)) == count
