"""The web process: Granian in front of the ASGI application, started again when it gives up."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bashgah.cli import database, statics

WORKERS = int(os.environ.get("BASHGAH_WEB_PROCESSES", "1"))
STEADY_SECONDS = 60.0
"""A server that lasted so long was well: what ends it then is counted from the beginning."""
GIVES_UP_AFTER = 6
LONGEST_WAIT_SECONDS = 8.0
PORT_SECONDS = 5.0


class Server(Protocol):
    """What is watched over: Granian's server."""

    interrupt_signal: bool

    def serve(self) -> None:
        """Serve until told to stop; end with ``SystemExit`` when its processes keep dying."""


def run(*, host: str, port: int, quiet: bool = False) -> None:
    """Serve until told to stop; requests under way are finished first.

    Settings are read here too, before any process is made: what is wrong with them is said once.
    """
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", database.SETTINGS)
    _read = settings.MODE
    if not port_free(host, port):
        database.fail(f"port {port} is taken: choose another with --port, or stop what listens there")
    statics.gather()
    if not quiet:
        database.console.print(f"Pages and API at http://{host}:{port}/  Ctrl-C stops it.")

    def made() -> Server:
        return Granian(
            "bashgah.config.asgi:application",
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            workers=WORKERS,
            websockets=False,
            backlog=2048,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=30,
            working_dir=Path.cwd(),
        )

    watch_over(made)


def port_free(host: str, port: int, *, seconds: float = PORT_SECONDS) -> bool:
    """Whether nobody else serves there, waiting a while for a server that is just going.

    Granian lets several processes share a port, so a second command would start beside the first and take
    half of its requests without a word.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    until = time.monotonic() + seconds
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    database.fail(f"cannot listen at {host}:{port}: {error.strerror}")
            else:
                return True
        if time.monotonic() > until:
            return False
        time.sleep(0.2)


def watch_over(
    made: Callable[[], Server],
    *,
    clock: Callable[[], float] = time.monotonic,
    rest: Callable[[float], None] = time.sleep,
) -> None:
    """Serve, and serve anew whenever the server gave up; end when it was told to stop.

    Granian replaces a child that dies, but gives up when one dies twice within seconds. That may be bad luck
    (the kernel took memory back twice), so it is started again after a wait that doubles; when it cannot last
    a minute ``GIVES_UP_AFTER`` times in a row, the command ends with a plain sentence and status 1.
    """
    short = 0
    while True:
        server, begun = made(), clock()
        try:
            server.serve()
        except SystemExit:
            if server.interrupt_signal:
                raise
        if server.interrupt_signal:
            return
        short = 1 if clock() - begun >= STEADY_SECONDS else short + 1
        if short >= GIVES_UP_AFTER:
            database.fail(f"the web processes ended {short} times in a row; their log above says why")
        wait = min(LONGEST_WAIT_SECONDS, 0.5 * 2 ** (short - 1))
        database.console.print(f"[bold red]bashgah:[/bold red] the web processes ended; again in {wait:g} s")
        _wait(server, wait, rest)
        if server.interrupt_signal:
            return


def _wait(server: Server, seconds: float, rest: Callable[[float], None]) -> None:
    """Wait, but no longer once the server was told to stop: its signal handlers still stand."""
    for _tenth in range(round(seconds * 10)):
        if server.interrupt_signal:
            return
        rest(0.1)
