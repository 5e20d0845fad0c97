"""Q2: web and worker processes are killed under clients that retry; every reference is settled once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bashgah.ground import clock
from tests.chaos import books
from tests.chaos.client import Client, moved
from tests.chaos.house import House
from tests.chaos.processes import Process, answers, webs
from tests.chaos.shop import Shop, purchase, some_fact
from tests.times import times

pytestmark = pytest.mark.prove

CLIENTS = 12
DRAINED_WITHIN = 120.0
FINISHED_WITHIN = 120.0


class Tills:
    """Clients that post facts until told to stop, each insisting on an answer for every fact."""

    def __init__(
        self, client: Client, club: Shop, seed: int, webs: list[Process], *, careless: bool = False
    ) -> None:
        self.client, self.club, self.seed, self.careless = client, club, seed, careless
        self.webs = webs
        self.told: list[books.Acknowledged] = []
        self.stopping = False

    async def one(self, number: int) -> None:
        """Post one fact after the other."""
        rng, serial, bought = random.Random(f"{self.seed}-{number}"), 0, []
        while not self.stopping:
            serial += 1
            name = f"T{number}-{serial}"
            if self.careless:
                fact = purchase(name, rng.choice(self.club.members), 300_000, clock.now())
                await self.client.insist(fact, renamed=lambda tries, name=name: f"{name}/{tries}")
                continue
            fact = some_fact(rng, name, self.club, bought, clock.now())
            if fact["kind"] == "return":  # refused where more comes back than is left; the writers do those
                continue
            _status, answer = await self.client.insist(fact)
            self.told.append(_acknowledged(answer))

    async def run(self, abuse: Any) -> None:
        """Let all tills post while ``abuse`` goes on; then let each finish the fact it is at."""
        posting = [asyncio.create_task(self.one(number)) for number in range(CLIENTS)]
        try:
            await abuse
            self.stopping = True
            await self._finished(posting)
        finally:
            # a till that insists where nobody serves would wait for ever
            for task in posting:
                task.cancel()
            await asyncio.gather(*posting, return_exceptions=True)

    async def _finished(self, posting: list[asyncio.Task[None]]) -> None:
        waiting, until = set(posting), time.monotonic() + FINISHED_WITHIN
        while waiting:
            assert time.monotonic() < until, f"the tills do not finish: {self.client.statuses}"
            self._watch()
            done, waiting = await asyncio.wait(waiting, timeout=0.1)
            for task in done:
                task.result()

    async def go_on(self, facts: int) -> None:
        """Wait until so many more facts were settled."""
        wanted, until = self.count + facts, time.monotonic() + 60
        while self.count < wanted:
            assert time.monotonic() < until, f"the tills do not get on: {self.client.statuses}"
            self._watch()
            await asyncio.sleep(0.01)

    def _watch(self) -> None:
        """Start again what ended by itself: the server gives up after two children lost in a few seconds."""
        for process in self.webs:
            process.watch()

    @property
    def count(self) -> int:
        """How many answers said that a fact is settled."""
        return self.client.statuses[200] + self.client.statuses[201]


def _acknowledged(answer: dict[str, Any]) -> books.Acknowledged:
    from bashgah.kit import ids

    return books.Acknowledged(
        reference=answer["reference"],
        activity=str(ids.parse("activity", answer["id"])),
        member=str(ids.parse("member", answer["member_id"])),
        moved=moved(answer),
        repeated=answer["repeated"],
    )


def test_every_reference_is_settled_once_whichever_process_dies(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    rng, kills = random.Random(seed), Counter[str]()
    url = house.app(database)
    with webs(url, tmp_path) as (processes, ports):
        worker = Process(url, tmp_path / "worker.log", "worker")
        tills = Tills(Client(club.key, ports), club, seed, processes)

        async def abuse() -> None:
            for number in range(times(50)):
                await tills.go_on(5)
                await asyncio.sleep(rng.uniform(0, 0.3))
                place = number % 2
                what = rng.choices(("web", "web's child", "worker"), (5, 3, 2))[0]
                kills[what] += 1
                if what == "worker":
                    worker.kill()
                    worker.start()
                    continue
                # the other one serves meanwhile; this one must be back before its turn comes again
                await answers(processes[place], ports[place])
                if what == "web":
                    processes[place].kill()
                    processes[place].start()
                else:
                    processes[place].kill_a_child()

        try:
            asyncio.run(tills.run(abuse()))
            drained(house.owner(database))
        finally:
            worker.stop()

    found = books.compare(house.owner(database), tills.told)
    report(
        "Q2",
        kills=dict(kills),
        acknowledged=len(tills.told),
        answers_lost=tills.client.lost,
        found_settled_on_retry=sum(each.repeated for each in tills.told),
        statuses=dict(sorted(tills.client.statuses.items())),
        lost=len(found.lost),
        doubled=len(found.doubled),
        drifting=len(found.drifting),
    )
    assert not found, found
    books.prove(url)
    heard_once(house.owner(database))


def test_the_proof_bites_a_client_that_renames_its_retries_settles_twice(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    """Control: with a new reference on each try (the reference ignored) some purchase is there twice."""
    doubled: list[Any] = []
    kills = 0
    with webs(house.app(database), tmp_path) as (processes, ports):
        tills = Tills(Client(club.key, ports), club, seed, processes, careless=True)

        async def abuse() -> None:
            nonlocal doubled, kills
            while not doubled and kills < 20:
                await tills.go_on(5)
                await answers(processes[kills % 2], ports[kills % 2])
                processes[kills % 2].kill()
                processes[kills % 2].start()
                kills += 1
                await tills.go_on(CLIENTS)
                doubled = _same_purchase_twice(house.owner(database))

        asyncio.run(tills.run(abuse()))
    report("Q2 control new reference on retry", kills=kills, doubled=len(doubled))
    assert doubled, "kills that double nothing for a careless client prove nothing"


def _same_purchase_twice(owner_url: str) -> list[Any]:
    with psycopg.connect(owner_url) as connection:
        return connection.execute(
            "SELECT split_part(reference, '/', 1), count(*) FROM activities_activity"
            " GROUP BY 1 HAVING count(*) > 1"
        ).fetchall()


def drained(owner_url: str) -> None:
    """Wait until the worker delivered all news."""
    until = time.monotonic() + DRAINED_WITHIN
    with psycopg.connect(owner_url, autocommit=True) as connection:
        while time.monotonic() < until:
            left = connection.execute(
                "SELECT (SELECT count(*) FROM ground_news), (SELECT count(*) FROM ground_delivery)"
            ).fetchone()
            if left == (0, 0):
                return
            time.sleep(0.1)
    raise AssertionError(f"news still waits after {DRAINED_WITHIN:.0f} s: {left}")


def heard_once(owner_url: str) -> None:
    """The club's days are added up by a handler: news lost or heard twice would show in them."""
    with psycopg.connect(owner_url) as connection:
        settled = connection.execute(
            "SELECT count(*) FILTER (WHERE kind = 0), count(*) FILTER (WHERE kind = 2),"
            " sum(gross) FILTER (WHERE kind = 0) FROM activities_activity"
        ).fetchone()
        days = connection.execute(
            "SELECT sum(purchases), sum(visits), sum(gross) FROM history_clubday"
        ).fetchone()
        told = connection.execute(
            "SELECT count(*), count(DISTINCT cause_id) FROM messaging_message"
            " WHERE event = 'purchase_balance' AND channel = 'inbox'"
        ).fetchone()
    assert days == settled
    assert told is not None
    assert told[0] == told[1]
