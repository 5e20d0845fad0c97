"""Q1: PostgreSQL is killed under eight writers; what was acknowledged stays, once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.chaos import books, hands, writers
from tests.chaos.house import House
from tests.times import times

pytestmark = pytest.mark.prove

PROCESSES, THREADS = 2, 4
FEWEST = 20
"""So many facts must have been acknowledged between two kills, or the kill proves nothing."""


class Hands:
    """Eight writers on a database, and what they were told so far."""

    def __init__(self, url: str, shop_file: Path, folder: Path, seed: int, pause: float = 0.0) -> None:
        self.stop = folder / "stop"
        self.logs = [folder / f"told-{number}" for number in range(PROCESSES)]
        for log in self.logs:
            log.touch()
        self._processes = [
            hands.start(
                writers.settle_until, url, self.stop, log, shop_file, seed, THREADS, "abcdefgh"[number], pause
            )
            for number, log in enumerate(self.logs)
        ]

    def told(self) -> list[books.Acknowledged]:
        """Return what was acknowledged so far; a line that is being written is not counted yet."""
        return books.read_log(self.logs)

    def wait_for(self, count: int, seconds: float = 60) -> None:
        """Wait until so many facts were acknowledged in all."""
        until = time.monotonic() + seconds
        while sum(log.read_bytes().count(b"\n") for log in self.logs) < count:
            assert time.monotonic() < until, "the writers do not get on"
            assert all(process.is_alive() for process in self._processes), "a writer gave up"
            time.sleep(0.02)

    def end(self) -> None:
        """Let every writer finish the fact it is at."""
        self.stop.touch()
        for process in self._processes:
            process.join(60)
            assert process.exitcode == 0, "a writer gave up"

    def kill(self) -> None:
        """End the writers, whatever they are doing."""
        for process in self._processes:
            process.kill()
            process.join()


def counted(writers_: Hands) -> int:
    """How many facts were acknowledged so far."""
    return sum(log.read_bytes().count(b"\n") for log in writers_.logs)


def test_nothing_acknowledged_is_lost_doubled_or_drifts_when_the_database_is_killed(
    house: House,
    database: str,
    shop_file: Path,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    rng = random.Random(seed)
    working = Hands(house.app(database), shop_file, tmp_path, seed)
    recoveries = []
    try:
        for _cycle in range(times(10)):
            working.wait_for(counted(working) + FEWEST)
            time.sleep(rng.uniform(0, 0.7))
            recoveries.append(house.kill_and_start())
        working.wait_for(counted(working) + FEWEST)
        working.end()
    finally:
        working.kill()

    told = working.told()
    found = books.compare(house.owner(database), told)
    recoveries.sort()
    report(
        "Q1",
        kills=times(10),
        acknowledged=len(told),
        answers_lost_and_asked_again=sum(each.repeated for each in told),
        lost=len(found.lost),
        doubled=len(found.doubled),
        drifting=len(found.drifting),
        recovery_p95=f"{recoveries[len(recoveries) * 95 // 100]:.1f}s",
    )
    assert not found, found
    books.prove(house.app(database))


def test_the_proof_bites_commits_that_are_not_flushed_are_lost(
    house: House,
    database: str,
    shop_file: Path,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    """Control: with ``synchronous_commit=off`` a kill loses acknowledged facts, and we notice."""
    rng = random.Random(seed)
    with psycopg.connect(house.superuser(database), autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    working = Hands(house.app(database), shop_file, tmp_path, seed)
    lost: list[str] = []
    kills = 0
    try:
        while not lost and kills < 20:
            working.wait_for(counted(working) + FEWEST)
            time.sleep(rng.uniform(0, 0.3))
            house.kill()
            told = working.told()
            house.start()
            kills += 1
            lost = books.compare(house.owner(database), told, all_told=False).lost
    finally:
        working.kill()
    report("Q1 control synchronous_commit=off", kills=kills, lost=len(lost))
    assert lost, "a harness that loses nothing without flushed commits proves nothing"
