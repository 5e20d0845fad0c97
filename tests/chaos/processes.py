"""Web and worker processes as an operator starts them, and the ways to end them at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.chaos.house import family

PROJECT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 90.0


class Process:
    """``bashgah web`` or ``bashgah worker`` on a database."""

    def __init__(self, url: str, log: Path, *command: str) -> None:
        self.command = command
        self._url, self._log = url, log
        self.start()

    def start(self) -> None:
        """Start it, in a session of its own."""
        environment = os.environ | {
            "DATABASE_URL": self._url,
            "PYTHONPATH": str(PROJECT / "src"),
            "DJANGO_SETTINGS_MODULE": "bashgah.config.settings",
            "BASHGAH_LOG_LEVEL": "WARNING",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bashgah", *self.command],
                cwd=PROJECT, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """Kill it with all its children at once, and wait for it."""
        pids = family(self._process.pid)
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGSTOP)
        for pid in reversed(pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(30)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Say whether it still runs, without anybody's help."""
        return self._process.poll() is None

    def watch(self) -> None:
        """Start it again where it has ended, as an operator's supervisor would."""
        if self._process.poll() is not None:
            self.start()

    def kill_a_child(self) -> None:
        """Kill only what serves; its parent starts another."""
        for pid in family(self._process.pid)[1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, as an operator would."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def webs(url: str, folder: Path, count: int = 2) -> Iterator[tuple[list[Process], list[int]]]:
    """Run web processes for as long as the block lasts; gives them and their ports."""
    ports = free_ports(count)
    started: list[Process] = []
    try:
        for port in ports:
            started.append(Process(url, folder / f"web-{port}.log", "web", f"--port={port}"))
            # the first gathers the static files for all
            asyncio.run(answers(started[-1], port))
        yield started, ports
    finally:
        for process in started:
            process.stop()


async def answers(process: Process, port: int) -> None:
    """Wait until a web process serves."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        process.watch()
        with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    if b" 200 " in await reader.readuntil(b"\r\n"):
                        return
                finally:
                    writer.close()
        await asyncio.sleep(0.1)
    raise AssertionError(f"no web process on port {port} within {STARTS_WITHIN:.0f} s")


def free_ports(count: int) -> Sequence[int]:
    """Return ports of this machine that nobody listens on."""
    kept, ports = [], []
    for _each in range(count):
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        kept.append(one)
        ports.append(one.getsockname()[1])
    for one in kept:
        one.close()
    return ports
