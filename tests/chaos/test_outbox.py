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
from tests.chaos.house import House
from tests.chaos.test_killed_clockwork import killed_over_and_over
from tests.times import times

pytestmark = pytest.mark.prove

LEFT = """
SELECT (SELECT count(*) FROM ground_news), (SELECT count(*) FROM ground_delivery WHERE NOT is_stuck)
"""


HEARD = "CREATE TABLE chaos_heard (place bigserial, handler text, event_id uuid, number int, member uuid)"


def heard(books: psycopg.Connection) -> Counter[str]:
    """How many pieces of news each handler kept."""
    return Counter(dict(books.execute("SELECT handler, count(*) FROM chaos_heard GROUP BY 1").fetchall()))


def test_all_news_reaches_every_handler_whatever_happens_on_the_way(
    house: House, database: str, tmp_path: Path, seed: int, report: Callable[..., None]
) -> None:
    rng, count, url, begun = random.Random(seed), times(2_000), house.app(database), time.time()
    with psycopg.connect(house.owner(database), autocommit=True) as books:
        books.execute("TRUNCATE ground_news")
        books.execute(HEARD)
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
            while kills < times(20) or books.execute(LEFT).fetchone() != (0, 0):
                assert time.monotonic() < until, (heard(books), books.execute(LEFT).fetchone())
                time.sleep(rng.uniform(0.1, 0.8))
                if kills < times(20):
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


def test_the_proof_bites_a_careless_relay_loses_news(
    house: House, database: str, tmp_path: Path, seed: int, report: Callable[..., None]
) -> None:
    """Control: a relay that takes news away in one transaction and tells it in others loses some."""
    url, rng, count = house.app(database), random.Random(seed), 2_000
    with psycopg.connect(house.owner(database), autocommit=True) as books:
        books.execute("TRUNCATE ground_news")
        books.execute(HEARD)
        hands.run(listeners.tell, url, count)
        kills = killed_over_and_over(listeners.listen_carelessly, url, tmp_path, rng, 0.1)
        told = heard(books)["careless"]
    report("Q11 control news taken before it is told", news=count, kills=kills, missing=count - told)
    assert told < count, "kills that lose no news of a careless relay prove nothing"
