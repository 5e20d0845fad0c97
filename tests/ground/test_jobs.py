"""Jobs are queued with the transaction that asks for them, and run by the worker."""

from __future__ import annotations

import psycopg
import pytest
from django.db import transaction

from bashgah.ground import clock, jobs

pytestmark = pytest.mark.django_db(transaction=True)

SEEN: list[int] = []


@jobs.job("tests.count_to", queue="upkeep")
def count_to(*, last: int) -> None:
    for done in range(1, last + 1):
        jobs.job_progress(done=done, total=last)
    SEEN.append(last)


@jobs.job("tests.fails", attempts=1)
def fails() -> None:
    raise ZeroDivisionError


@jobs.job("tests.fails_first", attempts=2)
def fails_first() -> None:
    SEEN.append(len(SEEN))
    if SEEN == [0]:
        assert jobs.job_defer("tests.fails_first", once="one at a time") is not None
        raise ZeroDivisionError


def test_a_job_of_a_transaction_that_rolled_back_never_was(owner_connection: psycopg.Connection) -> None:
    with transaction.atomic():
        jobs.job_defer("tests.count_to", last=3)
        transaction.set_rollback(True)
    assert owner_connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


def test_the_worker_runs_a_job_once_and_its_progress_can_be_read() -> None:
    SEEN.clear()
    job_id = jobs.job_defer("tests.count_to", last=3)
    assert job_id is not None
    assert jobs.job_status(job_id) == jobs.JobStatus(job_id, "tests.count_to", "waiting", 0, 0, 0)
    jobs.run_waiting()
    assert SEEN == [3]
    assert jobs.job_status(job_id) == jobs.JobStatus(job_id, "tests.count_to", "done", 1, 3, 3)


def test_a_job_that_raises_is_shown_as_failed_after_its_last_attempt() -> None:
    job_id = jobs.job_defer("tests.fails")
    assert job_id is not None
    jobs.run_waiting()
    status = jobs.job_status(job_id)
    assert status is not None
    assert (status.state, status.attempts) == ("failed", 1)


def test_a_job_deferred_once_is_not_queued_a_second_time_while_it_waits() -> None:
    with transaction.atomic():
        first = jobs.job_defer("tests.count_to", last=1, once="count")
        second = jobs.job_defer("tests.count_to", last=1, once="count")
    assert first is not None
    assert second is None


def test_two_jobs_of_one_name_refuse_to_start() -> None:
    with pytest.raises(ValueError, match="two jobs are called tests\\.fails"):
        jobs.job("tests.fails")


def states(owner_connection: psycopg.Connection) -> list[str]:
    """The states of the tests' own jobs; the clock's come along whenever a worker runs."""
    rows = owner_connection.execute(
        "SELECT status::text FROM procrastinate_jobs WHERE starts_with(task_name, 'tests.') ORDER BY id"
    ).fetchall()
    return [row[0] for row in rows]


def dies_with_its_worker(owner_connection: psycopg.Connection, job_id: int | None, *, holds: str) -> None:
    """Make a waiting job look as one whose worker was killed: taken by somebody whose heart stopped."""
    row = owner_connection.execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
    ).fetchone()
    assert row is not None
    owner_connection.execute(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, queueing_lock = %s WHERE id = %s",
        [row[0], holds, job_id],
    )


def test_a_job_whose_worker_was_killed_is_run_by_another(owner_connection: psycopg.Connection) -> None:
    SEEN.clear()
    dies_with_its_worker(owner_connection, jobs.job_defer("tests.count_to", last=4, once="c"), holds="c")
    jobs.run_waiting()
    assert SEEN == []
    assert jobs.jobs_give_back(clock.now()) == 1
    jobs.run_waiting()
    assert SEEN == [4]


def test_a_lost_job_leaves_its_work_to_the_next_of_its_kind_that_waits(
    owner_connection: psycopg.Connection,
) -> None:
    SEEN.clear()
    dies_with_its_worker(owner_connection, jobs.job_defer("tests.count_to", last=4, once="c"), holds="c")
    assert jobs.job_defer("tests.count_to", last=5, once="c") is not None
    assert jobs.jobs_give_back(clock.now()) == 1
    jobs.run_waiting()
    assert SEEN == [5]
    assert states(owner_connection) == ["aborted", "succeeded"]
    assert jobs.jobs_give_back(clock.now()) == 0


def test_a_job_that_fails_while_the_next_of_its_kind_waits_does_not_run_for_ever(
    owner_connection: psycopg.Connection,
) -> None:
    SEEN.clear()
    jobs.job_defer("tests.fails_first", once="one at a time")
    jobs.run_waiting()
    # the first waits for its second try, the other one is through
    assert SEEN == [0, 1]
    assert states(owner_connection) == ["todo", "succeeded"]
