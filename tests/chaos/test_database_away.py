"""Q20: the database is away under load; nobody is told a false success, and service comes back by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.chaos import books
from tests.chaos.client import Client
from tests.chaos.house import House, family
from tests.chaos.processes import Process, webs
from tests.chaos.shop import Shop
from tests.chaos.test_killed_processes import Tills, drained, heard_once
from tests.times import TIMES

pytestmark = pytest.mark.prove

AWAY_SECONDS = min(30.0, 10.0 * TIMES)
BACK_WITHIN = 5.0


class Outage:
    """Takes the database away under tills that go on posting, and times how long it takes to come back."""

    def __init__(self, house: House, tills: Tills) -> None:
        self.house, self.tills = house, tills
        self.false_successes = 0
        self.answered_meanwhile = 0
        self.back_after = 0.0

    async def happen(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Kill the server, leave it away, start it again, and wait for the next success."""
        client = self.tills.client
        await self.tills.go_on(30)
        self.house.kill()
        meanwhile()
        # an answer on its way may still arrive; after that moment none can be true
        await asyncio.sleep(0.5)
        settled, answered = self.tills.count, sum(client.statuses.values())
        await asyncio.sleep(AWAY_SECONDS)
        self.false_successes = self.tills.count - settled
        self.answered_meanwhile = sum(client.statuses.values()) - answered
        self.house.start()
        begun, settled = time.monotonic(), self.tills.count
        while self.tills.count == settled:
            assert time.monotonic() < begun + 60, f"nobody is served: {client.statuses}"
            await asyncio.sleep(0.01)
        self.back_after = time.monotonic() - begun
        await self.tills.go_on(100)


def test_nobody_is_told_a_false_success_and_service_comes_back_by_itself(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    url = house.app(database)
    with webs(url, tmp_path) as (processes, ports):
        worker = Process(url, tmp_path / "worker.log", "worker")
        try:
            # nobody watches over these processes: they must come through by themselves
            tills = Tills(Client(club.key, ports), club, seed, [])
            outage = Outage(house, tills)
            asyncio.run(tills.run(outage.happen()))
            drained(house.owner(database))
            assert [each.is_alive() for each in (*processes, worker)] == [True, True, True]
        finally:
            worker.stop()

    found = books.compare(house.owner(database), tills.told)
    report(
        "Q20",
        away=f"{AWAY_SECONDS:.0f}s",
        acknowledged=len(tills.told),
        answered_while_away=outage.answered_meanwhile,
        false_successes=outage.false_successes,
        back_after=f"{outage.back_after:.2f}s",
        statuses=dict(sorted(tills.client.statuses.items())),
        lost=len(found.lost),
        doubled=len(found.doubled),
        drifting=len(found.drifting),
    )
    assert outage.false_successes == 0
    assert outage.answered_meanwhile > 0, "tills that hang are no better off than tills that are lied to"
    assert set(tills.client.statuses) <= {200, 201, 503}
    assert outage.back_after <= BACK_WITHIN
    assert not found, found
    books.prove(url)
    heard_once(house.owner(database))


def test_the_proof_bites_an_answer_before_the_commit_is_safe_is_a_false_success(
    house: House, database: str, club: Shop, tmp_path: Path, seed: int, report: Callable[..., None]
) -> None:
    """Control: with ``synchronous_commit=off`` the outage takes back what was answered, and we notice."""
    with psycopg.connect(house.superuser(database), autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    lost: list[str] = []
    outages = 0
    with webs(house.app(database), tmp_path) as (_processes, ports):
        tills = Tills(Client(club.key, ports), club, seed, [])

        async def away_and_back() -> None:
            nonlocal lost, outages
            while not lost and outages < 20:
                await tills.go_on(30)
                house.kill()
                outages += 1
                await asyncio.sleep(0.5)
                told = list(tills.told)
                house.start()
                lost = books.compare(house.owner(database), told, all_told=False).lost

        asyncio.run(tills.run(away_and_back()))
    report("Q20 control synchronous_commit=off", outages=outages, lost=len(lost))
    assert lost, "a proof that loses nothing without flushed commits proves nothing"


def test_the_proof_bites_a_process_that_does_not_come_back_is_late(
    house: House, database: str, club: Shop, tmp_path: Path, seed: int, report: Callable[..., None]
) -> None:
    """Control: web processes that stand still for longer than allowed are measured as late."""
    with webs(house.app(database), tmp_path, 1) as (processes, ports):
        stopped: list[int] = []
        tills = Tills(Client(club.key, ports), club, seed, [])
        outage = Outage(house, tills)

        def stand_still() -> None:
            stopped.extend(family(processes[0].pid)[1:])
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)

        async def happen() -> None:
            going_on = asyncio.get_running_loop().call_later(
                0.5 + AWAY_SECONDS + BACK_WITHIN + 8,
                lambda: [os.kill(pid, signal.SIGCONT) for pid in stopped],
            )
            try:
                await outage.happen(stand_still)
            finally:
                going_on.cancel()

        try:
            asyncio.run(tills.run(happen()))
        finally:
            for pid in stopped:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
    report("Q20 control processes that stand still", back_after=f"{outage.back_after:.1f}s")
    assert outage.answered_meanwhile == 0
    assert outage.back_after > BACK_WITHIN
