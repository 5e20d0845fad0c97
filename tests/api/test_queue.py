"""The queue before the settlement: natural batches, honest fullness, nothing lost at the end."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError

from bashgah.activities.cutting import Interrupted
from bashgah.api.intake import gathering
from bashgah.api.intake.gathering import Gathering
from bashgah.api.intake.queue import BATCH_MOST, Full, Queue, Work
from bashgah.ground.types import Actor

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Club:
    """As much of a club as the queue looks at."""

    def __init__(self, number: int) -> None:
        self.id = UUID(int=number)


NADERI, KETAB = Club(1), Club(2)
POS = Actor(kind="key", id="key_1", name="POS")


class Settlement:
    """Answers each fact with itself; stands still until it is told to go on."""

    def __init__(self) -> None:
        self.batches: list[tuple[UUID, list[Any]]] = []
        self.may_go = threading.Event()
        self.entered = threading.Semaphore(0)
        self.failures: list[Exception] = []
        self._lock = threading.Lock()

    def __call__(self, facts: list[Any], *, club: Any, actor: Actor, now: datetime) -> list[Any]:
        with self._lock:
            self.batches.append((club.id, list(facts)))
            failure = self.failures.pop(0) if self.failures else None
        self.entered.release()
        assert self.may_go.wait(10)
        if failure is not None:
            raise failure
        return list(facts)


def work(facts: list[Any], club: Any = NADERI, caller: str | None = None) -> Work:
    loop = asyncio.get_running_loop()
    return Work(facts, club, POS, loop.create_future(), loop, caller)


def entered(settlement: Settlement, times: int) -> None:
    for _ in range(times):
        assert settlement.entered.acquire(timeout=10)


def test_what_waits_while_a_batch_commits_goes_together() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=1)
        first = work(["a"])
        queue.put(first)
        await asyncio.to_thread(entered, settlement, 1)
        rest = [work([n]) for n in range(300)]
        for one in rest:
            queue.put(one)
        settlement.may_go.set()
        assert await first.future == ["a"]
        assert [await one.future for one in rest] == [[n] for n in range(300)]
        sizes = [len(facts) for _club, facts in settlement.batches]
        assert sizes == [1, BATCH_MOST, 300 - BATCH_MOST]
        assert queue.close(5)

    asyncio.run(scenario())


def test_a_request_of_many_is_settled_whole() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        settlement.may_go.set()
        queue = Queue(settlement, lambda: NOW, writers=1)
        big = work(list(range(1000)))
        queue.put(big)
        assert await big.future == list(range(1000))
        assert [len(facts) for _club, facts in settlement.batches] == [1000]
        queue.close(5)

    asyncio.run(scenario())


def test_clubs_are_never_settled_together() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=1)
        first = work(["a"])
        queue.put(first)
        await asyncio.to_thread(entered, settlement, 1)
        hers, ours = work(["k"], KETAB), [work(["n1"]), work(["n2"])]
        for one in (ours[0], hers, ours[1]):
            queue.put(one)
        settlement.may_go.set()
        await asyncio.gather(hers.future, *(one.future for one in ours))
        assert settlement.batches[1:] == [(NADERI.id, ["n1", "n2"]), (KETAB.id, ["k"])]
        queue.close(5)

    asyncio.run(scenario())


def test_too_much_waiting_is_refused_and_the_rest_is_settled() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=1, most=10)
        first = work(["a"])
        queue.put(first)
        await asyncio.to_thread(entered, settlement, 1)
        waiting = [work([n]) for n in range(10)]
        for one in waiting:
            queue.put(one)
        with pytest.raises(Full):
            queue.put(work(["one too many"]))
        settlement.may_go.set()
        assert [await one.future for one in waiting] == [[n] for n in range(10)]
        queue.put(later := work(["again"]))
        assert await later.future == ["again"]
        queue.close(5)

    asyncio.run(scenario())


def test_closing_settles_what_waits_and_takes_nothing_more() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=2)
        for n in range(2):
            queue.put(work([f"busy {n}"]))
            await asyncio.to_thread(entered, settlement, 1)
        waiting = [work([n]) for n in range(50)]
        for one in waiting:
            queue.put(one)
        closing = asyncio.create_task(asyncio.to_thread(queue.close, 5))
        await asyncio.sleep(0.05)
        with pytest.raises(Full):
            queue.put(work(["late"]))
        settlement.may_go.set()
        done, _late = await asyncio.wait([one.future for one in waiting], timeout=5)
        assert len(done) == 50
        assert await closing

    asyncio.run(scenario())


def test_a_lost_connection_is_tried_once_more_and_then_said() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        settlement.may_go.set()
        settlement.failures = [OperationalError("gone")]
        queue = Queue(settlement, lambda: NOW, writers=1)
        queue.put(mended := work(["a"]))
        assert await mended.future == ["a"]
        settlement.failures = [OperationalError("gone"), OperationalError("gone")]
        queue.put(lost := work(["b"]))
        with pytest.raises(OperationalError):
            await lost.future
        queue.put(after := work(["c"]))
        assert await after.future == ["c"]
        queue.close(5)

    asyncio.run(scenario())


def test_an_error_nobody_foresaw_fails_its_batch_and_not_the_writer() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        settlement.may_go.set()
        settlement.failures = [ZeroDivisionError()]
        queue = Queue(settlement, lambda: NOW, writers=1)
        queue.put(broken := work(["a"]))
        with pytest.raises(ZeroDivisionError):
            await broken.future
        queue.put(after := work(["b"]))
        assert await after.future == ["b"]
        queue.close(5)

    asyncio.run(scenario())


def test_a_client_that_hung_up_disturbs_nobody() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=1)
        gone, there = work(["a"]), work(["b"])
        queue.put(gone)
        await asyncio.to_thread(entered, settlement, 1)
        queue.put(there)
        gone.future.cancel()
        settlement.may_go.set()
        assert await there.future == ["b"]
        queue.close(5)

    asyncio.run(scenario())


def test_the_second_writer_leaves_what_comes_while_the_first_commits_to_one_batch() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=2)
        queue.put(first := work(["a"]))
        await asyncio.to_thread(entered, settlement, 1)
        rest = [work([n]) for n in range(20)]
        for one in rest:
            queue.put(one)
        settlement.may_go.set()
        assert await first.future == ["a"]
        assert [await one.future for one in rest] == [[n] for n in range(20)]
        assert [len(facts) for _club, facts in settlement.batches] == [1, 20]
        assert queue.close(5)

    asyncio.run(scenario())


def test_the_second_writer_takes_over_when_the_first_stands_still() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=2)
        queue.put(stuck := work(["stuck"]))
        await asyncio.to_thread(entered, settlement, 1)
        queue.put(later := work(["later"]))
        await asyncio.to_thread(entered, settlement, 1)  # nobody answered the first yet
        assert not stuck.future.done()
        settlement.may_go.set()
        assert await later.future == ["later"]
        assert await stuck.future == ["stuck"]
        assert queue.close(5)

    asyncio.run(scenario())


def test_a_request_that_is_a_batch_by_itself_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bashgah.api.intake.queue.PATIENCE_SECONDS", 60)

    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=2)
        queue.put(first := work(list(range(1000))))
        await asyncio.to_thread(entered, settlement, 1)
        queue.put(second := work(list(range(1000))))
        await asyncio.to_thread(entered, settlement, 1)
        assert not first.future.done()
        settlement.may_go.set()
        assert await second.future == await first.future
        assert queue.close(5)

    asyncio.run(scenario())


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a writer wait for those it has answered until they come, however long that takes."""
    monkeypatch.setattr(gathering, "LONGEST", 1e9)
    monkeypatch.setattr(gathering, "LONGEST_SECONDS", 60.0)


async def eight_answered(settlement: Settlement, queue: Queue) -> None:
    """Settle one fact and then eight together, and see them answered."""
    queue.put(first := work(["a"]))
    await asyncio.to_thread(entered, settlement, 1)
    eight = [work([n], caller=f"till {n}") for n in range(8)]
    for one in eight:
        queue.put(one)
    settlement.may_go.set()
    await asyncio.gather(first.future, *(one.future for one in eight))
    assert [len(facts) for _club, facts in settlement.batches] == [1, 8]


@pytest.mark.usefixtures("patient")
def test_those_just_answered_are_settled_with_whom_they_left_waiting() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=2)
        await eight_answered(settlement, queue)
        again = [work(["new"], caller="till 9"), *(work([n], caller=f"till {n}") for n in range(8))]
        for one in again:
            assert len(settlement.batches) == 2
            queue.put(one)
            await asyncio.sleep(0.005)
        await asyncio.gather(*(one.future for one in again))
        assert [len(facts) for _club, facts in settlement.batches] == [1, 8, 9]
        assert queue.close(5)

    asyncio.run(scenario())


@pytest.mark.usefixtures("patient")
def test_a_request_that_is_a_batch_by_itself_does_not_wait_for_those_just_answered() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=1)
        await eight_answered(settlement, queue)
        queue.put(big := work(list(range(BATCH_MOST))))
        assert await asyncio.wait_for(big.future, 5) == list(range(BATCH_MOST))
        queue.close(5)

    asyncio.run(scenario())


@pytest.mark.usefixtures("patient")
def test_closing_waits_for_nobody_who_was_just_answered() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        queue = Queue(settlement, lambda: NOW, writers=1)
        await eight_answered(settlement, queue)
        queue.put(last := work(["last"]))
        await asyncio.sleep(0.05)
        assert not last.future.done()
        assert await asyncio.to_thread(queue.close, 5)
        assert await last.future == ["last"]

    asyncio.run(scenario())


def tills(count: int) -> list[str]:
    return [f"till {number}" for number in range(count)]


def waited_for(waits: Gathering, answered: list[str], came: list[str]) -> bool:
    """Answer some, let some come, and say whether a batch was held back for them."""
    waits.answered(answered, took=0.008, at=100.0)
    waits.begin()
    held_back = waits.is_waiting
    for caller in came:
        waits.came(caller)
    waits.end()
    assert not waits.is_waiting
    return held_back


def test_nine_in_ten_of_those_answered_are_waited_for_and_no_longer_than_they_took() -> None:
    waits = Gathering()
    waits.answered(tills(10), took=0.008, at=100.0)
    assert not waits.came("till 0")
    assert waits.begin() == pytest.approx(100.006)
    assert [waits.came(caller) for caller in tills(10)[1:9]] == [False] * 7 + [True]
    assert waits.is_complete
    waits.answered(tills(10), took=3.0, at=200.0)
    assert waits.begin() == pytest.approx(200.015)


@pytest.mark.parametrize("answered", [tills(3), tills(65), [None] * 20], ids=["few", "many", "unknown"])
def test_few_callers_and_many_and_unknown_ones_are_not_waited_for(answered: list[Any]) -> None:
    assert not waited_for(Gathering(), answered, [])


def test_each_wait_in_vain_is_followed_by_twice_as_many_batches_without_one() -> None:
    waits = Gathering()
    others = [f"other {number}" for number in range(50)]
    held_back = [waited_for(waits, tills(10), [*others, *tills(4)]) for _batch in range(12)]
    assert held_back == [True, False, True, False, False, True, False, False, False, False, True, False]
    while not waited_for(waits, tills(10), tills(5)):
        pass
    assert waited_for(waits, tills(10), tills(5))


class Told:
    """As much of a fact as an answer names."""

    def __init__(self, reference: str) -> None:
        self.source, self.reference = "pos", reference


def test_what_an_interrupted_batch_left_is_settled_once_more_and_what_stands_is_not_told_again() -> None:
    async def scenario() -> None:
        settlement = Settlement()
        settlement.may_go.set()
        settlement.failures = [Interrupted(["A", None, "C", None])]
        queue = Queue(settlement, lambda: NOW, writers=1)
        queue.put(one := work(["a", "b", "c", "d"]))
        assert await one.future == ["A", "b", "C", "d"]
        assert [facts for _club, facts in settlement.batches] == [["a", "b", "c", "d"], ["b", "d"]]
        queue.close(5)

    asyncio.run(scenario())


@pytest.mark.parametrize("second", [OperationalError("gone"), Interrupted([None, "D"])], ids=["all", "some"])
def test_where_some_facts_stand_and_the_rest_cannot_be_settled_each_is_told_its_own(
    second: Exception,
) -> None:
    async def scenario() -> None:
        settlement = Settlement()
        settlement.may_go.set()
        settlement.failures = [Interrupted(["A", None, "C", None]), second]
        queue = Queue(settlement, lambda: NOW, writers=1)
        facts = [Told(reference) for reference in "abcd"]
        queue.put(one := work(facts))
        first, lost, third, last = await one.future
        assert (first, third) == ("A", "C")
        unknown = [lost] if isinstance(second, Interrupted) else [lost, last]
        assert [each.refusal.code for each in unknown] == ["settlement_failed"] * len(unknown)
        assert [each.refusal.status for each in unknown] == [503] * len(unknown)
        assert (lost.source, lost.reference) == ("pos", "b")
        assert last == "D" or last in unknown
        queue.put(after := work(["e"]))
        assert await after.future == ["e"]
        queue.close(5)

    asyncio.run(scenario())
