"""``bashgah up``: database, migrations, web and worker as one thing that starts and stops together."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import FrameType

import psycopg

from bashgah.cli import database, server, statics
from bashgah.cli.database import console
from bashgah.ground.postgres.leash import dies_with_parent

READY_SECONDS = 60
STOP_SECONDS = 40


class Stop(Exception):
    """Somebody asked to stop."""


def run(*, host: str, port: int, demo: bool) -> None:
    """Run the whole installation in the foreground until Ctrl-C, SIGTERM or the end of one of its parts."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _asked_to_stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        with database.needed(alone=True):
            try:
                _run(children, host=host, port=port, demo=demo)
            finally:
                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, signal.SIG_IGN)
                _end(children)
    except Stop:
        console.print("[dim]stopped[/dim]")


def _run(children: dict[str, subprocess.Popen[bytes]], *, host: str, port: int, demo: bool) -> None:
    database.wait_until_it_answers(30)
    if not server.port_free(host, port):
        database.fail(f"port {port} is taken: choose another with --port, or stop what listens there")
    # static files are gathered while the tables are made: the first page waits for both
    gathering = threading.Thread(target=statics.gather)
    gathering.start()
    if not database.is_migrated():
        console.print("[dim]bringing the tables to this release[/dim]")
        if subprocess.run(_command("migrate"), check=False).returncode:
            database.fail("the migrations did not finish")
    gathering.join()
    children["web"] = _child("web", f"--host={host}", f"--port={port}", "--quiet")
    children["worker"] = _child("worker")
    if demo:
        children["demo"] = _child("demo", "--if-empty")
    _wait_until_ready(children, host, port)
    _say_where(host, port, demo=demo)
    while True:
        for name, child in list(children.items()):
            status = child.poll()
            if status is None:
                continue
            if name != "demo" or status != 0:
                database.fail(f"{name} ended with status {status}; everything else is stopped too")
            del children[name]
        time.sleep(0.3)


def _say_where(host: str, port: int, *, demo: bool) -> None:
    console.print("\n[bold]Bashgah is open.[/bold]  Ctrl-C closes it.\n")
    for who, path in (
        ("marketers", "console/"),
        ("cashiers", "till/"),
        ("members", ""),
        ("programs", "api/docs"),
    ):
        console.print(f"  {who:<10} http://{host}:{port}/{path}")
    if not demo and not _has_club():
        console.print("\nThere is no club yet. In another terminal: [bold]bashgah club open[/bold]")
    console.print()


def _has_club() -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10) as connection:
        return connection.execute("SELECT FROM clubs_club LIMIT 1").fetchone() is not None


def _wait_until_ready(children: dict[str, subprocess.Popen[bytes]], host: str, port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    reach = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 compared, not bound
    while time.monotonic() < until:
        if children["web"].poll() is not None:
            database.fail(f"web did not start (is port {port} taken?)")
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(reach, port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return
        time.sleep(0.05)
    database.fail(f"web does not answer after {READY_SECONDS} seconds")


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a part in a session of its own: Ctrl-C reaches us alone, and we stop the parts in order."""
    return subprocess.Popen(
        _command(*arguments),
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 calls prctl alone
    )


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bashgah", *arguments]


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every part to stop and wait; what a part itself started and left behind goes with it."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, until - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _asked_to_stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stop
