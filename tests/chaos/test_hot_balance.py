"""Q4: 32 clients spend one balance; exactly what is there can be had."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.chaos import books, hands, spenders
from tests.chaos.house import House
from tests.chaos.shop import Shop
from tests.chaos.spenders import EACH
from tests.times import times

pytestmark = pytest.mark.prove

PROCESSES, THREADS = 4, 8
LOTS, EACH_LOT = 25, times(40) * EACH
POSSIBLE = LOTS * EACH_LOT // EACH


def spend(url: str, member: UUID, folder: Path, tries: int, seed: int, *, with_lock: bool) -> Counter[str]:
    """Let 32 clients try so often in all; return what became of the tries."""
    hands.run(spenders.fill, url, member, LOTS, EACH_LOT)
    files = [folder / f"spent-{number}" for number in range(PROCESSES)]
    shares = [tries // PROCESSES + (number < tries % PROCESSES) for number in range(PROCESSES)]
    working = [
        hands.start(spenders.spend, url, path, member, THREADS, share, seed, with_lock)
        for path, share in zip(files, shares, strict=True)
    ]
    for process in working:
        process.join(600)
        assert process.exitcode == 0
    counts: Counter[str] = Counter()
    for path in files:
        counts.update(json.loads(path.read_text(encoding="utf-8")))
    return counts


def test_exactly_the_balance_can_be_spent_by_many_hands(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    member = UUID(books.member_of(club.members[0]))
    url = house.app(database)
    counts = spend(url, member, tmp_path, times(5_000), seed, with_lock=True)
    with psycopg.connect(house.owner(database)) as connection:
        wallet = connection.execute(
            "SELECT available, held FROM ledger_wallet WHERE member_id = %s AND unit = 'points'", [member]
        ).fetchone()
    report("Q4", tries=counts.total(), possible=POSSIBLE, granted=counts["captured"], **counts)
    assert counts.total() == times(5_000)
    assert wallet == ((POSSIBLE - counts["captured"]) * EACH, 0)
    assert counts["captured"] == POSSIBLE
    books.prove(url)


def test_the_proof_bites_without_the_lock_more_is_spent_than_there_is(
    house: House,
    database: str,
    club: Shop,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    """Control: the same hands without the member's lock."""
    member = UUID(books.member_of(club.members[0]))
    url = house.app(database)
    counts = spend(url, member, tmp_path, 2 * POSSIBLE, seed, with_lock=False)
    with psycopg.connect(house.owner(database)) as connection:
        row = connection.execute(
            "SELECT available + held FROM ledger_wallet WHERE member_id = %s AND unit = 'points'", [member]
        ).fetchone()
    assert row is not None
    too_much = counts["captured"] * EACH + row[0] - LOTS * EACH_LOT
    report("Q4 control without the lock", tries=counts.total(), spent_twice=too_much, **counts)
    assert too_much > 0, "hands that never overspend without the lock prove nothing"
