"""Jobs are queued with the transaction that asks for them, and run by the worker."""

from __future__ import annotations

import psycopg
import pytest
from django.db import transaction

from bashgah.ground import jobs

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
