"""Slow work, done by the worker after the answer: rooms declare jobs and defer them, and see nothing else.

The queue is PostgreSQL's own (procrastinate), so a job deferred in a transaction exists exactly if that
transaction commits. Never defer inside a settlement: write news to the outbox instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import connection, transaction
from procrastinate import App, PsycopgConnector, RetryStrategy, sql
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from bashgah.ground.throttle import throttle_close

LOST_AFTER_SECONDS = 60
QUEUES = ("default", "messages", "imports", "upkeep")
State = Literal["waiting", "running", "done", "failed", "cancelled"]
Work = Callable[..., None]

_STATES: dict[str, State] = {
    "todo": "waiting",
    "doing": "running",
    "aborting": "running",
    "succeeded": "done",
    "failed": "failed",
    "cancelled": "cancelled",
    "aborted": "cancelled",
}
_current: ContextVar[int | None] = ContextVar("bashgah_job", default=None)
_names: set[str] = set()


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What a page may say about a job: its state, and how far it is where it reports progress."""

    id: int
    name: str
    state: State
    attempts: int
    done: int
    total: int


def job(
    name: str,
    *,
    queue: str = "default",
    cron: str | None = None,
    lock: str | None = None,
    attempts: int = 5,
) -> Callable[[Work], Work]:
    """Declare a job in a room's ``jobs.py``; the function gets the ids it was deferred with.

    ``cron`` (UTC, five or six fields) makes the worker defer it by itself, once per tick however many
    workers run; such a job takes no ids. ``lock`` names what only one job at a time may touch. A job that
    raises is tried again, ``attempts`` times in all, waiting longer each time: it must be safe to run twice.
    """
    if name in _names:
        raise ValueError(f"two jobs are called {name}")
    if queue not in QUEUES:
        raise ValueError(f"no worker serves the queue {queue}")
    _names.add(name)

    def enlist(work: Work) -> Work:
        def run(context: JobContext, *ticks: int, **ids: Any) -> None:
            token = _current.set(context.job.id)
            try:
                _stand_aside(context.job)
                work(**{key: value for key, value in ids.items() if key != "timestamp"})
            finally:
                _current.reset(token)
                # a job's thread may never work again, and nobody else would give back what it opened
                connection.close()
                throttle_close()

        # procrastinate counts the tries after the first
        retry = RetryStrategy(max_attempts=attempts - 1, exponential_wait=4) if attempts > 1 else False
        task = app.task(name=name, queue=queue, lock=lock, pass_context=True, retry=retry)(run)
        if cron:
            app.periodic(cron=cron, periodic_id="")(task)
        return work

    return enlist


def _stand_aside(begun: Job) -> None:
    """Let the next of the same ``once`` queue up from now on.

    ``once`` is about waiting jobs. A begun one that kept it could never wait again: its retry, or its return
    after a kill, would clash with the next, and it would hold its lock as running for good.
    """
    if begun.queueing_lock is not None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET queueing_lock = NULL WHERE id = %s", [begun.id])


def job_defer(
    name: str,
    *,
    at: datetime | None = None,
    lock: str | None = None,
    once: str | None = None,
    **ids: Any,
) -> int | None:
    """Queue a job in the caller's transaction and return its id.

    ``ids`` are plain JSON values and never personal data. ``at`` delays it. With ``once`` a second job of the
    same text is not queued while the first still waits: then None is returned.
    """
    options: dict[str, Any] = {}
    if at is not None:
        options["schedule_at"] = at
    if lock is not None:
        options["lock"] = lock
    if once is None:
        return app.configure_task(name, **options).defer(**ids)
    try:
        # a refusal by the unique index would spoil the caller's transaction without a savepoint
        with transaction.atomic():
            return app.configure_task(name, queueing_lock=once, **options).defer(**ids)
    except AlreadyEnqueued:
        return None


def job_status(job_id: int) -> JobStatus | None:
    """Return where a job stands, or None if there is none of that id (any more)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.task_name, j.status::text, j.attempts, coalesce(p.done, 0), coalesce(p.total, 0)"
            " FROM procrastinate_jobs j LEFT JOIN ground_job_progress p ON p.job_id = j.id WHERE j.id = %s",
            [job_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return JobStatus(
        id=row[0], name=row[1], state=_STATES[row[2]], attempts=row[3], done=row[4], total=row[5]
    )


def job_progress(*, done: int, total: int) -> None:
    """Say how far the running job is; seen by others when the job's transaction (or its next part) commits.

    Outside a job (a command with its own progress bar) nothing is written.
    """
    job_id = _current.get()
    if job_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ground_job_progress (job_id, done, total) VALUES (%s, %s, %s)"
            " ON CONFLICT (job_id) DO UPDATE SET done = EXCLUDED.done, total = EXCLUDED.total",
            [job_id, done, total],
        )


def worker_app() -> App:
    """Return the queue with connections of its own, for the worker process."""
    given = connection.get_connection_params()
    wanted = {key: value for key, value in given.items() if key not in {"pool", "cursor_factory", "context"}}
    return app.with_connector(PsycopgConnector(kwargs=wanted, min_size=1, max_size=4))


def run_waiting() -> None:
    """Run every job that waits, in this process, and return when none is left; for commands and tests."""

    async def work() -> None:
        queue = worker_app()
        async with queue.open_async():
            await queue.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)

    asyncio.run(work())


def jobs_give_back(now: datetime) -> int:
    """Queue again the jobs whose worker died while it ran them; return how many.

    Where the next of the same ``once`` waits already, that one does the work and the lost one is closed.
    """
    queue = app.connector.get_sync_connector()
    lost = queue.execute_query_all(
        query=sql.queries["select_stalled_jobs_by_heartbeat"],
        queue=None,
        task_name=None,
        seconds_since_heartbeat=LOST_AFTER_SECONDS,
    )
    for row in lost:
        try:
            with transaction.atomic():
                app.job_manager.retry_job_by_id(job_id=row["id"], retry_at=now)
        except UniqueViolation:
            queue.execute_query(
                query=sql.queries["finish_job"], job_id=row["id"], status="aborted", delete_job=False
            )
    return len(lost)


def jobs_forget(*, days: int) -> None:
    """Forget jobs that ended more than so many days ago, and how far they said they were."""
    app.connector.get_sync_connector().execute_query(
        query=sql.queries["delete_old_jobs"],
        nb_hours=days * 24,
        queue=None,
        statuses=["succeeded", "failed", "cancelled", "aborted"],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM ground_job_progress p"
            " WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = p.job_id)"
        )


def jobs_known() -> frozenset[str]:
    """Return the names of all declared jobs."""
    return frozenset(_names)
