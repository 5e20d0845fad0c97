"""Q5: the same reference twenty times at once is one fact; another body under it is refused."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bashgah.ground import clock
from tests.chaos import books
from tests.chaos.client import Client
from tests.chaos.house import House
from tests.chaos.processes import webs
from tests.chaos.shop import Shop, purchase
from tests.times import times

pytestmark = pytest.mark.prove

TWINS, OTHERS = 18, 2
KEYS_AT_ONCE = 4


async def tell_all(
    client: Client, club: Shop, rng: random.Random, number: int, answers: list[list[tuple[str, int, Any]]]
) -> None:
    """Tell one reference twenty times at once to both web processes, twice of it with another body."""
    at = clock.now()
    member = rng.choice(club.members) if number % 2 else None
    bodies = {
        "same": purchase(f"K-{number}", member, 300_000, at),
        "other": purchase(f"K-{number}", member, 400_000, at),
    }
    which = ["same"] * TWINS + ["other"] * OTHERS
    rng.shuffle(which)

    async def one(place: int, body: str) -> tuple[str, int, Any]:
        status, answer = await client.post(bodies[body], client.ports[place % len(client.ports)])
        return body, status, answer

    answers.append(await asyncio.gather(*(one(place, body) for place, body in enumerate(which))))


async def tell_keys(client: Client, club: Shop, seed: int, keys: range) -> list[list[tuple[str, int, Any]]]:
    """Tell many references, a few of them at a time."""
    rng, answers = random.Random(seed), []
    for begin in range(keys.start, keys.stop, KEYS_AT_ONCE):
        some = range(begin, min(keys.stop, begin + KEYS_AT_ONCE))
        await asyncio.gather(*(tell_all(client, club, rng, number, answers) for number in some))
    return answers


def facts(owner_url: str) -> tuple[int, int]:
    """How many facts stand in the books, and how many different references they have."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute(
            """
            SELECT count(*), count(DISTINCT reference) FROM (
                SELECT reference FROM activities_activity UNION ALL SELECT reference FROM activities_anonymous
            ) facts
            """
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def test_twenty_tellings_of_a_reference_are_one_fact(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    keys = times(500)
    with webs(house.app(database), tmp_path) as (_processes, ports):
        client = Client(club.key, ports)
        answers = asyncio.run(tell_keys(client, club, seed, range(keys)))

    winners: Counter[str] = Counter()
    for told in answers:
        good = [(body, status, answer) for body, status, answer in told if status in (200, 201)]
        winner = good[0][0]
        winners[winner] += 1
        # one body won; whoever told it got the one fact, everybody else was refused
        assert {body for body, _status, _answer in good} == {winner}
        assert len({answer["id"] for _body, _status, answer in good}) == 1
        assert Counter(status for _body, status, _answer in good)[201] == 1
        refused = [
            (body, status, answer["code"]) for body, status, answer in told if status not in (200, 201)
        ]
        loser = "other" if winner == "same" else "same"
        assert refused == [(loser, 409, "reference_reused")] * (OTHERS if winner == "same" else TWINS)
    report("Q5", references=keys, tellings=keys * (TWINS + OTHERS), facts=facts(house.owner(database))[0])
    assert facts(house.owner(database)) == (keys, keys)
    assert winners["same"], "the other body always won: the tellings were not at once"
    books.prove(house.app(database))


def test_the_proof_bites_without_the_unique_reference_a_fact_is_there_twice(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    """Control: with the index on references taken away, anonymous purchases (which no lock guards) double."""
    with psycopg.connect(house.owner(database), autocommit=True) as owner:
        row = owner.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'activities_reference'::regclass"
            " AND contype = 'p'"
        ).fetchone()
        assert row is not None
        owner.execute(f"ALTER TABLE activities_reference DROP CONSTRAINT {row[0]}")
    doubled = tried = 0
    with webs(house.app(database), tmp_path) as (_processes, ports):
        client = Client(club.key, ports)
        while not doubled and tried < 200:
            asyncio.run(tell_keys(client, club, seed + tried, range(tried, tried + 20)))
            tried += 20
            there, different = facts(house.owner(database))
            doubled = there - different
    report("Q5 control without the unique index", references=tried, doubled=doubled)
    assert doubled, "a race that doubles nothing without the index proves nothing"
