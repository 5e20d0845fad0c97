"""The proofs' own PostgreSQL: started by the launcher, killed with everything it runs, started again."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from bashgah.ground.postgres import launcher
from bashgah.ground.postgres.launcher import Running
from tests import server as servers


class House:
    """A server on a data folder of its own; call it from the main thread, as the launcher asks."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bashgah-chaos-", dir="/tmp"))
        # the server may run as another user, who must be able to walk here
        self.folder.chmod(0o755)
        self._kept = ExitStack()
        self._running: Running | None = None
        self.recoveries: list[float] = []

    def __enter__(self) -> House:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        running = self._running
        self._kept.close()
        shutil.rmtree(self.folder)
        if running is not None:
            shutil.rmtree(running.data, ignore_errors=True)

    @property
    def running(self) -> Running:
        """The server that answers."""
        assert self._running is not None
        return self._running

    @property
    def server(self) -> servers.Server:
        """The server as the helpers of the test databases know it."""
        return servers.Server(owner_url=self.running.owner_url, app_url=self.running.app_url)

    def app(self, database: str) -> str:
        """The app's address of a database; it stays the same over kills."""
        return self.server.app(database)

    def owner(self, database: str) -> str:
        """The owner's address of a database."""
        return self.server.owner(database)

    def superuser(self, database: str) -> str:
        """The superuser's address of a database, to plant faults that only an operator could."""
        return servers.with_database(self.running.superuser_url, database)

    @property
    def socket(self) -> Path:
        """The file the server listens on."""
        options = dict(parse_qsl(urlsplit(self.running.app_url).query))
        return Path(options["host"]) / ".s.PGSQL.5432"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        begun = time.monotonic()
        self._running = self._kept.enter_context(launcher.running(self.folder / "postgres"))
        self.recoveries.append(time.monotonic() - begun)

    def kill(self) -> None:
        """Kill every process of the server at once, so that none can write down what another began."""
        postmaster = self.running.pid
        os.kill(postmaster, signal.SIGSTOP)
        for pid in [*children(postmaster), postmaster]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # the launcher waits for its child: a server that still counts as a process cannot be started anew
        self._kept.close()

    def kill_and_start(self) -> float:
        """Kill the server, start it again, and return how long it took to answer."""
        self.kill()
        self.start()
        return self.recoveries[-1]


def children(pid: int) -> list[int]:
    """Return the processes whose parent is ``pid``."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with suppress(OSError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return found


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it, parents first."""
    found = [pid]
    for member in found:
        found.extend(children(member))
    return found
