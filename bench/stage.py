"""The stage of the figures: a PostgreSQL of our own with default durability, a filled club, the web process.

Everything is made at first use, so that a figure that needs none of it starts at once.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bashgah.ground.postgres import binaries, homes, launcher
from bashgah.ground.postgres.launcher import Running
from bashgah.ground.postgres.leash import dies_with_parent

PROJECT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("BENCH_DATA", PROJECT / "var" / "bench"))
PORT = int(os.environ.get("BENCH_PORT", "8190"))
PGBENCH_SCALE = 50
PGBENCH_CLIENTS = 8


def say(text: str) -> None:
    """Tell whoever watches what is going on; the figures alone go to standard output."""
    sys.stderr.write(text + "\n")


class Stage:
    """What the bars are measured on; ``members`` people in one club."""

    def __init__(self, *, members: int, seconds: int, rounds: int) -> None:
        self.members = members
        self.seconds = seconds
        self.rounds = rounds
        self._open = ExitStack()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    @cached_property
    def server(self) -> Running:
        """The database server; what an earlier run left is removed."""
        DATA.mkdir(parents=True, exist_ok=True)
        return self._open.enter_context(launcher.running(DATA / "postgres", say=say))

    @cached_property
    def club_url(self) -> str:
        """The app's address of a database with a club of ``members`` people, made anew."""
        name = "bench_club"
        self.remake(name)
        os.environ["DATABASE_URL"] = with_database(self.server.app_url, name)
        os.environ["DATABASE_OWNER_URL"] = with_database(self.server.owner_url, name)
        os.environ["BASHGAH_VAR"] = str(DATA / "var")
        subprocess.run([sys.executable, "-m", "bashgah", "migrate"], check=True, cwd=PROJECT)
        from bench import furnish

        say(f"filling a club with {self.members:,} members")
        furnish.fill(with_database(self.server.superuser_url, name), members=self.members, folder=DATA)
        return os.environ["DATABASE_URL"]

    @cached_property
    def web(self) -> int:
        """The port of a running web process on the filled club."""
        # as docs/operations.md advises for a server: one web process a core
        environment = {"BASHGAH_WEB_PROCESSES": str(os.cpu_count() or 1)} | os.environ
        environment["DATABASE_URL"] = self.club_url
        process = subprocess.Popen(
            [sys.executable, "-m", "bashgah", "web", f"--port={PORT}"],
            cwd=PROJECT,
            env=environment,
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 calls prctl alone
        )
        self._open.callback(stop, process)
        wait_for_page(PORT, "/readyz", process)
        return PORT

    @cached_property
    def yardstick_url(self) -> str:
        """The address of a pgbench database of scale 50 on the same server."""
        name = "bench_yardstick"
        self.remake(name)
        url = with_database(self.server.owner_url, name)
        say(f"preparing pgbench at scale {PGBENCH_SCALE}")
        self.pgbench_run(url, "-i", "-q", f"-s{PGBENCH_SCALE}")
        return url

    def yardstick(self) -> float:
        """Return pgbench's transactions a second right now (TPC-B-like, 8 clients, prepared)."""
        said = self.pgbench_run(
            self.yardstick_url, f"-c{PGBENCH_CLIENTS}", "-j2", "-Mprepared", f"-T{self.seconds}", "-n"
        )
        found = re.search(r"^tps = ([0-9.]+)", said, flags=re.M)
        if not found:
            raise RuntimeError(f"pgbench said nothing of tps: {said}")
        return float(found[1])

    def pgbench_run(self, url: str, *arguments: str) -> str:
        """Run pgbench of the server's own version."""
        chosen = binaries.choose(homes.data_major(Path(self.server.data)))
        done = subprocess.run(
            [chosen.program("pgbench"), *arguments, url], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"pgbench failed: {done.stderr[-800:]}")
        return done.stdout

    def remake(self, name: str) -> None:
        """Drop and create a database of the owner's."""
        with psycopg.connect(self.server.superuser_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} OWNER {launcher.OWNER_ROLE}")


def with_database(url: str, name: str) -> str:
    """Return the same address with another database's name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def wait_for_page(port: int, path: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Wait until the path answers with 200."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with status {process.returncode}")
        if page_status(port, path) == http.client.OK:
            return
        time.sleep(0.02)
    raise RuntimeError(f"{path} does not answer after {seconds:.0f} s")


def page_status(port: int, path: str) -> int:
    """Return the status of a page, 0 while nothing listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to stop and wait for it."""
    if process.poll() is None:
        process.terminate()
        process.wait(60)
