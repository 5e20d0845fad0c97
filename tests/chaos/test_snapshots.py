"""Q7: whoever reads the books in one snapshot while eight hands write finds them balanced."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos import hands, readers
from tests.chaos.house import House
from tests.chaos.test_killed_database import Hands, counted
from tests.times import times

pytestmark = pytest.mark.prove

READERS = 2


def test_every_read_in_one_snapshot_finds_the_books_balanced(
    house: House,
    database: str,
    shop_file: Path,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    # each read proves all that was written so far: a flood would only make the reads slower
    working = Hands(house.app(database), shop_file, tmp_path, seed, pause=0.05)
    try:
        working.wait_for(50)
        files = [tmp_path / f"read-{number}" for number in range(READERS)]
        reading = [
            hands.start(readers.prove_often, house.app(database), path, times(200) // READERS)
            for path in files
        ]
        for process in reading:
            process.join(900)
            assert process.exitcode == 0
        working.end()
    finally:
        working.kill()
    told = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    found = [one for each in told for one in each["found"]]
    different = {count for each in told for count in each["seen"]}
    report(
        "Q7",
        reads=sum(len(each["seen"]) for each in told),
        different_states=len(different),
        settled_meanwhile=counted(working),
        out_of_balance=len(found),
    )
    assert found == []
    assert len(different) > times(200) // 4, "hardly anything was written meanwhile: this proves nothing"


def test_the_proof_bites_sums_of_two_moments_do_not_balance(
    house: House,
    database: str,
    shop_file: Path,
    tmp_path: Path,
    seed: int,
    report: Callable[..., None],
) -> None:
    """Control: the same load read without a snapshot is out of balance now and then."""
    working = Hands(house.app(database), shop_file, tmp_path, seed)
    try:
        working.wait_for(50)
        hands.run(readers.add_up_often, house.app(database), tmp_path / "read", 500)
        working.end()
    finally:
        working.kill()
    differing = json.loads((tmp_path / "read").read_text(encoding="utf-8"))["differing"]
    report("Q7 control without a snapshot", reads=500, differing=differing)
    assert differing, "sums that never differ without a snapshot prove nothing"
