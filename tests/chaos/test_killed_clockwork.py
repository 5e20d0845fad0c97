"""Q10: jobs killed wherever they are and run again do their work exactly once."""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.chaos import books, clockwork, hands
from tests.chaos.clockwork import COMING, ENDING, EXPIRED, LAPSED, STAYING
from tests.chaos.house import House
from tests.times import times

pytestmark = pytest.mark.prove


def killed_over_and_over(
    target: Callable[[Path], None], url: str, folder: Path, rng: random.Random, longest: float
) -> int:
    """Start the job, kill it soon after it began, and again, until one run gets through; return the kills."""
    kills = 0
    while True:
        begun = folder / f"begun-{target.__name__}-{kills}"
        process = hands.start(target, url, begun)
        while not begun.exists() and process.is_alive():
            time.sleep(0.001)
        # each run may get a little further than the last ones could: every stretch of the work is hit, and a
        # slow machine gets through too
        process.join(rng.uniform(0, longest * (1 + kills / 50)))
        if process.exitcode is None:
            process.kill()
            process.join()
            kills += 1
            continue
        assert process.exitcode == 0
        return kills


def check(url: str, owner_url: str, people: Path, folder: Path) -> int:
    """What time does has been done exactly once, and done again it does nothing; return what expired."""
    members = json.loads(people.read_text(encoding="utf-8"))
    with psycopg.connect(owner_url, autocommit=True) as books_:
        wallets = books_.execute(
            "SELECT unit, available, pending, held FROM ledger_wallet WHERE member_id = ANY(%s::uuid[])",
            [members],
        ).fetchall()
        expired = books_.execute("SELECT sum(amount)::int FROM ledger_posting WHERE credit = 13").fetchone()
        entries = books_.execute("SELECT count(*) FROM ledger_entry").fetchone()
        # run once more: nothing is left to do
        hands.run(clockwork.work, url, folder / "again")
        after = books_.execute("SELECT count(*) FROM ledger_entry").fetchone()
        warned = books_.execute(
            """
            SELECT count(*), count(DISTINCT member_id) FROM messaging_message
            WHERE event = 'expiry_soon' AND channel = 'inbox'
            """
        ).fetchone()
        redeemed = books_.execute("SELECT DISTINCT state, reason FROM redemption_redemption").fetchall()
        told = books_.execute(
            "SELECT count(*), count(DISTINCT target) FROM ground_audit WHERE action = 'redemption.released'"
        ).fetchone()
        stock = books_.execute("SELECT remaining FROM rewards_stock").fetchone()
        codes = books_.execute("SELECT count(*) FROM members_code").fetchone()
    count = len(members)
    assert set(wallets) == {("points", STAYING + COMING + ENDING, 0, 0), ("credit", 0, 0, 0)}
    assert len(wallets) == 2 * count
    assert expired == (count * (EXPIRED + LAPSED),)
    assert warned == told == (count, count)
    assert (redeemed, stock, codes) == ([("released", "timed_out")], (count,), (0,))
    assert after == entries
    books.prove(url)
    return int(expired[0])


def test_what_time_does_happens_once_however_often_the_job_is_killed(
    house: House, database: str, tmp_path: Path, seed: int, report: Callable[..., None]
) -> None:
    url, people = house.app(database), tmp_path / "members"
    hands.run(clockwork.prepare, url, people, times(100))
    kills = killed_over_and_over(clockwork.work, url, tmp_path, random.Random(seed), 0.06)
    expired = check(url, house.owner(database), people, tmp_path)
    report("Q10", members=times(100), kills=kills, expired=expired)
    assert kills > 5, "the job got through before it was killed: this proves nothing"


def test_what_time_does_happens_once_when_the_job_is_killed_in_every_batch(
    house: House, database: str, tmp_path: Path, report: Callable[..., None]
) -> None:
    """Each run does one batch and dies at the first commit of the next."""
    url, people = house.app(database), tmp_path / "members"
    hands.run(clockwork.prepare, url, people, times(100))
    kills = 0
    while True:
        process = hands.start(clockwork.work_a_batch, url, tmp_path / "begun")
        process.join(60)
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        kills += 1
    expired = check(url, house.owner(database), people, tmp_path)
    report("Q10 every batch", members=times(100), kills=kills, expired=expired)
    assert kills >= 2 * times(100) // clockwork.AT_ONCE - 2


def test_the_proof_bites_a_careless_job_does_things_twice(
    house: House, database: str, tmp_path: Path, seed: int, report: Callable[..., None]
) -> None:
    """Control: a job that marks its work in a second transaction repeats some of it."""
    with psycopg.connect(house.owner(database), autocommit=True) as owner:
        owner.execute(
            "CREATE TABLE chaos_naive (id int PRIMARY KEY, times int NOT NULL DEFAULT 0,"
            " done boolean NOT NULL DEFAULT false)"
        )
        owner.execute("INSERT INTO chaos_naive (id) SELECT generate_series(1, 200)")
        kills = killed_over_and_over(
            clockwork.naive, house.app(database), tmp_path, random.Random(seed), 0.04
        )
        row = owner.execute("SELECT count(*) FROM chaos_naive WHERE times > 1").fetchone()
    assert row is not None
    report("Q10 control deed and mark apart", kills=kills, done_twice=row[0])
    assert row[0], "kills that repeat nothing of a careless job prove nothing"
