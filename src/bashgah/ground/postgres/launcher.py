"""Starts, watches and stops the installation's own PostgreSQL, as a child that never outlives its parent."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from bashgah.ground.postgres import binaries as programs
from bashgah.ground.postgres import homes, roles, tuning
from bashgah.ground.postgres.account import Account, server_account
from bashgah.ground.postgres.binaries import Binaries
from bashgah.ground.postgres.homes import Home
from bashgah.ground.postgres.leash import dies_with_parent
from bashgah.ground.postgres.trouble import PostgresTrouble

OWNER_ROLE = "bashgah_owner"
APP_ROLE = "bashgah_app"
SUPERUSER = "postgres"
SAY_EVERY_SECONDS = 5.0
STOP_SECONDS = 120

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: its addresses for the owner, the app and the superuser."""

    owner_url: str
    app_url: str
    superuser_url: str
    pid: int
    major: int
    data: str


class AlreadyRunning(PostgresTrouble):
    """Another process of this installation keeps the server."""


@contextmanager
def running(folder: Path, *, database: str = "bashgah", say: Say = lambda _text: None) -> Iterator[Running]:
    """Run a PostgreSQL with its data in ``folder`` for as long as the block lasts.

    Made at first use: cluster with checksums, roles owner and app, the database. What a kill left behind is
    recovered, however long that takes (``say`` hears of it). Call it from the main thread: the kernel stops
    the server when the thread that started it dies, so none is ever orphaned. Raises AlreadyRunning where
    another process keeps this folder, PostgresTrouble with a way out for everything else.
    """
    account = server_account()
    home = homes.home_for(folder, account)
    with _locked(home):
        if home.moved:
            say(f"the user {account.name} cannot enter {home.asked.parent}: data lies in {home.data}")
        chosen = homes.reachable(programs.choose(homes.data_major(home.data)), account)
        homes.private_folder(home.socket, account)
        _make_cluster(home, chosen, account, say)
        _end_leftover(home, say)
        process = _start(home, chosen, account, say)
        try:
            ready = _furnish(home, chosen, process, database)
            _write_note(home.note, ready)
            yield ready
        finally:
            home.note.unlink(missing_ok=True)
            _stop(process)
            # after a stop by kill a socket stays behind; the next start makes use of its folder
            with suppress(OSError):
                home.socket.rmdir()


def attached(folder: Path) -> Running | None:
    """Return the server another process of this installation runs from the folder, or None."""
    folder = folder.resolve()
    note = folder.with_name(folder.name + ".json")
    if not note.is_file():
        return None
    known = Running(**json.loads(note.read_text(encoding="utf-8")))
    try:
        psycopg.connect(known.app_url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return None
    return known


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    with home.lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunning(
                f"Bashgah already runs from {home.asked.parent} (process {holder}): stop that one first"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def _make_cluster(home: Home, chosen: Binaries, account: Account, say: Say) -> None:
    if homes.data_major(home.data) is not None:
        return
    if home.data.exists() and any(home.data.iterdir()):
        raise PostgresTrouble(f"{home.data} holds something that is no PostgreSQL data: move it away")
    say(f"making a PostgreSQL {chosen.major} data folder in {home.data}")
    # made beside and renamed when whole, so that an interrupted start leaves no half-made cluster
    fresh = home.data.with_name(f".{home.data.name}.new")
    fresh.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(fresh, ignore_errors=True)
    homes.private_folder(fresh, account)
    for locale in ("C.UTF-8", "C"):
        made = subprocess.run(
            [
                chosen.program("initdb"), "-D", str(fresh), "--encoding=UTF8", f"--locale={locale}",
                "--data-checksums", "--auth=trust", f"--username={SUPERUSER}", "--no-instructions",
            ],
            cwd="/", env=_environment(), capture_output=True, text=True, check=False,
            **account.popen_options(),  # type: ignore[call-overload]
        )  # fmt: skip
        if made.returncode == 0:
            break
    else:
        raise PostgresTrouble(f"initdb failed: {made.stderr.strip()[-600:]}")
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude = 'bashgah.conf'\n# your own settings go below; durability stays on\n")
    if home.data.exists():
        home.data.rmdir()
    fresh.rename(home.data)


def _end_leftover(home: Home, say: Say) -> None:
    """Stop a server of this very folder that survived its parent, and wait until it is gone."""
    mark = home.data / "postmaster.pid"
    if not mark.is_file():
        return
    pid = int(mark.read_text(encoding="utf-8").split("\n", 1)[0])
    try:
        ours = (Path(f"/proc/{pid}/cwd")).readlink() == home.data
    except OSError:
        return
    if not ours:
        return
    say(f"PostgreSQL of an earlier start still runs (process {pid}): stopping it first")
    begun = time.monotonic()
    while Path(f"/proc/{pid}").exists() and mark.exists():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        if time.monotonic() - begun > STOP_SECONDS:
            raise PostgresTrouble(f"PostgreSQL of an earlier start (process {pid}) does not stop: end it")
        time.sleep(0.2)


def _start(home: Home, chosen: Binaries, account: Account, say: Say) -> subprocess.Popen[bytes]:
    _configure(home, chosen, account)
    for attempt in range(20):
        with home.log.open("ab") as log:
            begins = log.tell()
            process: subprocess.Popen[bytes] = subprocess.Popen(
                [chosen.program("postgres"), "-D", str(home.data)],
                cwd="/", env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 calls prctl alone
                **account.popen_options(),  # type: ignore[call-overload]
            )  # fmt: skip
        try:
            _wait_until_ready(process, home, begins, say)
        except PostgresTrouble as trouble:
            # the workers of a server killed a moment ago may still hold its memory: they leave by themselves
            if attempt < 19 and "pre-existing shared memory block" in str(trouble):
                time.sleep(0.5)
                continue
            raise
        except BaseException:
            _stop(process)
            raise
        return process
    raise PostgresTrouble("PostgreSQL did not start")


def _configure(home: Home, chosen: Binaries, account: Account) -> None:
    """Write our settings; what the programs were built without is left out."""
    configuration = home.data / "bashgah.conf"
    memory = tuning.memory_bytes()
    for has_lz4 in (True, False):
        settings = tuning.server_settings(memory=memory, socket_folder=home.socket, has_lz4=has_lz4)
        configuration.write_text(tuning.written(settings), encoding="utf-8")
        account.own(configuration)
        tried = subprocess.run(
            [chosen.program("postgres"), "-D", str(home.data), "-C", "wal_compression"],
            cwd="/", env=_environment(), capture_output=True, check=False,
            **account.popen_options(),  # type: ignore[call-overload]
        )  # fmt: skip
        if tried.returncode == 0:
            return


def _wait_until_ready(process: subprocess.Popen[bytes], home: Home, log_begins: int, say: Say) -> None:
    begun = told = time.monotonic()
    url = _url(home, SUPERUSER, "postgres")
    while True:
        if process.poll() is not None:
            with home.log.open("rb") as log:
                log.seek(log_begins)
                tail = log.read().decode("utf-8", "replace").strip()[-800:]
            raise PostgresTrouble(f"PostgreSQL stopped while starting; its log {home.log} says: {tail}")
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() - told >= SAY_EVERY_SECONDS:
                told = time.monotonic()
                say(f"PostgreSQL is recovering from an abrupt stop; {told - begun:.0f} s so far")
            time.sleep(0.03)
        else:
            return


def _furnish(home: Home, chosen: Binaries, process: subprocess.Popen[bytes], database: str) -> Running:
    """See that the server is durable and has its roles and database; return its addresses."""
    superuser_url = _url(home, SUPERUSER, "postgres")
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        _assert_durable(connection)
        there = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role, may in ((OWNER_ROLE, "LOGIN CREATEDB"), (APP_ROLE, "LOGIN")):
            if role not in there:
                connection.execute(sql.SQL("CREATE ROLE {} " + may).format(sql.Identifier(role)))
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchall():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(OWNER_ROLE)
                )
            )
    owner_url = _url(home, OWNER_ROLE, database)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        roles.default_privileges(connection, app_role=APP_ROLE)
    return Running(
        owner_url=owner_url,
        app_url=_url(home, APP_ROLE, database),
        superuser_url=superuser_url,
        pid=process.pid,
        major=chosen.major,
        data=str(home.data),
    )


def _assert_durable(connection: psycopg.Connection) -> None:
    wanted = [*tuning.DURABLE, "data_checksums"]
    asked = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
    found: dict[str, str] = dict(connection.execute(asked, [wanted]).fetchall())
    weak = sorted(name for name in wanted if found.get(name) != "on")
    if weak:
        raise PostgresTrouble(
            f"PostgreSQL runs with {', '.join(weak)} off, and so could lose what it acknowledged: points are"
            " money, set it on in postgresql.conf"
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(STOP_SECONDS)


def _environment() -> dict[str, str]:
    """Nothing of ours that could mislead the server (PGDATA, PGOPTIONS …) is handed on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _url(home: Home, role: str, database: str) -> str:
    return f"postgresql://{role}@/{quote(database)}?host={quote(str(home.socket), safe='/')}"


def _write_note(path: Path, ready: Running) -> None:
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({name: getattr(ready, name) for name in Running.__slots__}, file)
    fresh.replace(path)
