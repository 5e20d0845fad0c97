"""The worker process: relays news, delivers it, runs jobs and the clock's work, and stops when asked."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import connection

from bashgah.ground import clock, jobs, outbox

RELAY_AT_MOST = 1000
DELIVER_AT_MOST = 200
IDLE_SECONDS = 0.2
CARE_SECONDS = 30.0
AWAY_SECONDS = 2.0
JOBS_AT_ONCE = 2
GRACE_SECONDS = 25.0

log = structlog.get_logger("bashgah.worker")


def run() -> None:
    """Work until SIGINT or SIGTERM; what is under way is finished, or given back by the database."""
    stop = threading.Event()
    loops = ((relay, IDLE_SECONDS), (Lanes().deliver, IDLE_SECONDS), (give_back, CARE_SECONDS))
    threads = [
        threading.Thread(target=_over_and_over, args=(work, idle, stop), name=work.__name__, daemon=True)
        for work, idle in loops
    ]
    for thread in threads:
        thread.start()
    log.info("worker.started", jobs=len(jobs.jobs_known()), handlers=len(outbox.handlers()))
    asyncio.run(_serve_queue())
    stop.set()
    for thread in threads:
        thread.join(GRACE_SECONDS)
    log.info("worker.stopped")


def relay() -> int:
    """Move waiting news to those who hear it; return how much was moved."""
    return outbox.relay_once(RELAY_AT_MOST)


class Lanes:
    """A thread for each handler that has something to hear, so that one that hangs holds up no other."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._busy: dict[str, threading.Thread] = {}

    def deliver(self) -> None:
        """Start a thread for each handler with due deliveries that has none; it takes all there is."""
        for key in outbox.handlers_due(self._now()):
            busy = self._busy.get(key)
            if busy is not None and busy.is_alive():
                continue
            lane = threading.Thread(target=self._drain, args=(key,), name=f"deliver-{key}", daemon=True)
            self._busy[key] = lane
            lane.start()

    def _drain(self, key: str) -> None:
        try:
            while outbox.deliveries_run(handler=key, limit=DELIVER_AT_MOST, now=self._now()):
                pass
        except Exception:  # the next round starts the lane again
            log.warning("worker.interrupted", loop=f"deliver {key}", exc_info=True)
        finally:
            connection.close()


def give_back() -> int:
    """Queue again the jobs a killed worker left; return how many."""
    return jobs.jobs_give_back(clock.now())


def _over_and_over(work: Callable[[], int | None], idle: float, stop: threading.Event) -> None:
    """Repeat the work: at once while there is some, else after ``idle``; later when it failed."""
    while not stop.is_set():
        try:
            wait = 0.0 if work() else idle
        except Exception:  # a loop that ended would be missed by nobody until its work is
            log.warning("worker.interrupted", loop=work.__name__, exc_info=True)
            connection.close()
            wait = AWAY_SECONDS
        stop.wait(wait)
    connection.close()


async def _serve_queue() -> None:
    """Run procrastinate until a signal; while PostgreSQL is away try again, as the loops do."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        work = asyncio.create_task(_serve_once())
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        work.cancel()
        try:
            await work
        except asyncio.CancelledError:
            continue
        except Exception:  # whatever ends the queue, the process stays and says so
            log.warning("worker.queue_interrupted", exc_info=True)
            await asyncio.sleep(AWAY_SECONDS)


async def _serve_once() -> None:
    queue = jobs.worker_app()
    async with queue.open_async():
        await queue.run_worker_async(
            name="bashgah",
            queues=list(jobs.QUEUES),
            concurrency=JOBS_AT_ONCE,
            fetch_job_polling_interval=2.0,
            shutdown_graceful_timeout=GRACE_SECONDS,
            install_signal_handlers=False,
            listen_notify=True,
            delete_jobs="never",
        )
