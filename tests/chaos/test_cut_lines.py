"""Q3: the line is cut between the commit and its answer; the retry gets the same answer."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from bashgah.ground import clock
from tests.chaos import books
from tests.chaos.client import Client, Lost
from tests.chaos.house import House
from tests.chaos.processes import webs
from tests.chaos.proxy import AnswerCutter, CommitCutter, opened
from tests.chaos.shop import Shop, purchase
from tests.chaos.test_killed_processes import Tills
from tests.times import times

pytestmark = pytest.mark.prove


def settled(owner_url: str) -> int:
    """How many purchases stand in the books."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM activities_activity").fetchone()
    assert row is not None
    return int(row[0])


def test_the_retry_gets_the_very_answer_that_was_cut_off(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    rng, cuts = random.Random(seed), times(100)
    again: list[tuple[int, dict[str, Any]]] = []
    with webs(house.app(database), tmp_path, 1) as (_processes, ports):
        cutter = AnswerCutter(ports[0])
        with opened(cutter):
            client = Client(club.key, [cutter.port])

            async def one(number: int) -> None:
                gross = rng.randrange(100, 900) * 1000
                fact = purchase(f"C-{number}", rng.choice(club.members), gross, clock.now())
                cutter.cutting = True
                with pytest.raises(Lost):
                    await client.post(fact, cutter.port)
                cutter.cutting = False
                again.append(await client.post(fact, cutter.port))

            async def all_of_them() -> None:
                for number in range(cuts):
                    await one(number)

            asyncio.run(all_of_them())

    kept = [json.loads(raw.partition(b"\r\n\r\n")[2]) for raw in cutter.kept]
    report("Q3 client", cuts=len(kept), settled=settled(house.owner(database)))
    assert [status for status, _answer in again] == [200] * cuts
    assert [answer for _status, answer in again] == [{**answer, "repeated": True} for answer in kept]
    assert settled(house.owner(database)) == cuts
    books.prove(house.app(database))


def test_the_proof_bites_a_renamed_retry_settles_a_second_time(
    house: House, database: str, club: Shop, tmp_path: Path, report: Callable[..., None]
) -> None:
    """Control: each cut of an answer whose retry has a new reference is one purchase too many."""
    cuts = 10
    with webs(house.app(database), tmp_path, 1) as (_processes, ports):
        cutter = AnswerCutter(ports[0])
        with opened(cutter):
            client = Client(club.key, [cutter.port])

            async def all_of_them() -> None:
                for number in range(cuts):
                    for cutter.cutting, name in ((True, "first"), (False, "second")):
                        fact = purchase(f"{name}-{number}", club.members[0], 300_000, clock.now())
                        try:
                            await client.post(fact, cutter.port)
                        except Lost:
                            continue

            asyncio.run(all_of_them())
    report("Q3 control new reference on retry", cuts=cuts, settled=settled(house.owner(database)))
    assert settled(house.owner(database)) == 2 * cuts


def test_a_commit_whose_answer_the_app_never_saw_is_neither_lost_nor_doubled(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bgch-", dir="/tmp"))
    real = house.socket
    url = house.app(database).replace(quote(str(real.parent), safe="/"), quote(str(folder), safe="/"))
    assert url != house.app(database)
    cutter = CommitCutter(real, folder, random.Random(seed))
    with opened(cutter), webs(url, tmp_path, 1) as (processes, ports):
        tills = Tills(Client(club.key, ports), club, seed, processes)

        async def abuse() -> None:
            cutter.share = 0.3
            while cutter.cuts < times(100):
                await tills.go_on(1)
            cutter.share = 0.0

        asyncio.run(tills.run(abuse()))
    shutil.rmtree(folder)

    found = books.compare(house.owner(database), tills.told)
    repeated = sum(each.repeated for each in tills.told)
    report(
        "Q3 database",
        cuts=cutter.cuts,
        acknowledged=len(tills.told),
        found_settled_on_retry=repeated,
        statuses=dict(sorted(tills.client.statuses.items())),
        lost=len(found.lost),
        doubled=len(found.doubled),
        drifting=len(found.drifting),
    )
    assert not found, found
    assert repeated, "no commit was cut off from its answer: this proves nothing"
    books.prove(house.app(database))
