"""The worker takes up what others left, does what is asked, and stops when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from bashgah.ground import clock, jobs, outbox
from bashgah.jobs import worker
from tests import server as servers

pytestmark = pytest.mark.django_db(transaction=True)


def left_behind(job_id: int | None, *, heartbeat: str) -> None:
    """Make a job look as if a worker that last spoke then had taken it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
            [heartbeat],
        )
        (worker_id,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s",
            [worker_id, job_id],
        )


def test_a_job_whose_worker_died_is_queued_again() -> None:
    job_id = jobs.job_defer("ground.sweep")
    left_behind(job_id, heartbeat="10 minutes")
    assert worker.give_back() == 1
    assert job_id is not None
    status = jobs.job_status(job_id)
    assert status is not None
    assert status.state == "waiting"
    assert worker.give_back() == 0


def test_a_job_whose_worker_lives_is_left_to_it() -> None:
    left_behind(jobs.job_defer("ground.sweep"), heartbeat="3 seconds")
    assert worker.give_back() == 0


@pytest.fixture
def running_worker(app_url: str) -> Iterator[subprocess.Popen[str]]:
    """A worker process on the run's database."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bashgah", "worker"],
        env=os.environ | {"DATABASE_URL": app_url, "PYTHONPATH": str(servers.PROJECT / "src")},
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()
    if process.stderr:
        process.stderr.close()


def until(happens: str, owner: psycopg.Connection, *, seconds: float = 60) -> bool:
    """Wait until the question is answered with yes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        row = owner.execute(happens).fetchone()
        if row and row[0]:
            return True
        time.sleep(0.1)
    return False


def test_the_worker_runs_jobs_relays_news_and_stops_when_told(
    running_worker: subprocess.Popen[str], owner_connection: psycopg.Connection
) -> None:
    from tests.cast import ketab

    club = ketab().club
    outbox.news_post(club_id=club.id, kind="nobody.hears", member_id=None, payload={}, now=clock.now())
    job_id = jobs.job_defer("ground.sweep")
    assert until(f"SELECT status = 'succeeded' FROM procrastinate_jobs WHERE id = {job_id}", owner_connection)
    assert until("SELECT count(*) = 0 FROM ground_news", owner_connection)
    running_worker.send_signal(signal.SIGTERM)
    _, said = running_worker.communicate(timeout=60)
    assert running_worker.returncode == 0
    assert "worker.stopped" in said
    assert "Traceback" not in said
