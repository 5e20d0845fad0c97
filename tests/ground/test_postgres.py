"""PostgreSQL that starts by itself: made, stopped, killed, recovered, refused where it must be."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from bashgah.ground.postgres import binaries, homes, launcher, tuning
from bashgah.ground.postgres.account import Account, server_account
from bashgah.ground.postgres.trouble import PostgresTrouble

SOURCE = Path(__file__).resolve().parents[2] / "src"
INSTALLED = {found.major: found for found in binaries.candidates({})}

NOBODY = 65534

KEEPER = """
import sys, time
from pathlib import Path
from bashgah.ground.postgres import launcher
with launcher.running(Path(sys.argv[1])) as server:
    print(server.app_url, server.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture(params=sorted(INSTALLED), ids=lambda major: f"postgresql{major}")
def folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder every user can walk to, for each PostgreSQL that is installed."""
    monkeypatch.setenv("PG_BINDIR", str(INSTALLED[request.param].folder))
    place = Path(tempfile.mkdtemp(prefix="bashgah-pg-", dir="/tmp"))
    place.chmod(0o755)
    yield place / "postgres"
    shutil.rmtree(place)


def test_the_server_remembers_across_a_stop_and_a_start(folder: Path) -> None:
    with launcher.running(folder) as first, psycopg.connect(first.owner_url) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    with launcher.running(folder) as second, psycopg.connect(second.app_url) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(7,)]
    assert not folder.with_name("postgres.json").exists()


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(folder: Path) -> None:
    with (
        launcher.running(folder) as first,
        psycopg.connect(first.owner_url, autocommit=True) as connection,
    ):
        connection.execute("CREATE TABLE acknowledged (id int PRIMARY KEY)")
        for number in range(200):
            connection.execute("INSERT INTO acknowledged VALUES (%s)", [number])
        os.kill(first.pid, signal.SIGKILL)
    with launcher.running(folder) as second, psycopg.connect(second.app_url) as connection:
        assert connection.execute("SELECT count(*) FROM acknowledged").fetchone() == (200,)


def test_the_server_is_durable_and_checks_its_pages(folder: Path) -> None:
    with launcher.running(folder) as server, psycopg.connect(server.app_url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_whole_pages_in_the_log_are_packed_by_lz4_or_not_at_all(folder: Path) -> None:
    with launcher.running(folder) as server, psycopg.connect(server.app_url) as connection:
        offered, chosen = connection.execute(
            "SELECT enumvals, setting FROM pg_settings WHERE name = 'wal_compression'"
        ).fetchone() or ([], "")
    assert chosen == ("lz4" if "lz4" in offered else "off")


def test_a_server_told_to_forget_fsync_is_refused(folder: Path) -> None:
    with launcher.running(folder):
        pass
    with (folder / "postgresql.conf").open("a") as file:
        file.write("fsync = off\n")
    with pytest.raises(PostgresTrouble, match="runs with fsync off"), launcher.running(folder):
        pass


def test_the_server_stops_when_the_process_that_keeps_it_is_killed(folder: Path) -> None:
    keeper, app_url, pid = start_keeper(folder)
    keeper.kill()
    keeper.wait()
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(app_url)
    with launcher.running(folder) as server:
        assert server.app_url == app_url


def test_a_second_start_says_who_already_runs_and_can_attach(folder: Path) -> None:
    keeper, app_url, _pid = start_keeper(folder)
    try:
        with (
            pytest.raises(launcher.AlreadyRunning, match=rf"\(process {keeper.pid}\)"),
            launcher.running(folder),
        ):
            pass
        attached = launcher.attached(folder)
        assert attached is not None
        assert attached.app_url == app_url
    finally:
        keeper.kill()
        keeper.wait()
    with launcher.running(folder):
        pass
    assert launcher.attached(folder) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_runs_the_server_too(folder: Path) -> None:
    Account(name="nobody", uid=NOBODY, gid=NOBODY, lent=True).own(folder.parent)
    child = os.fork()
    if child == 0:
        become_nobody_and_serve(folder)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (folder / "PG_VERSION").stat().st_uid == NOBODY


def test_data_of_another_major_version_is_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(PostgresTrouble, match="made by PostgreSQL 12, and here is"):
        binaries.choose(12)


def test_a_folder_with_other_peoples_files_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "diary.txt").write_text("mine")
    with pytest.raises(PostgresTrouble, match="holds something that is no"), launcher.running(folder):
        pass
    assert (folder / "diary.txt").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its server to another user")
def test_data_moves_where_the_servers_user_cannot_enter_and_no_permission_is_widened(tmp_path: Path) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    said: list[str] = []
    with launcher.running(private / "var" / "postgres", say=said.append) as server:
        data = Path(server.data)
    assert data.parent == homes.STATE_FOLDER
    assert f"data lies in {data}" in said[0]
    assert private.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(data)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its server to another user")
@pytest.mark.skipif(18 not in INSTALLED, reason="the embedded bundle is not installed")
def test_a_bundle_in_a_private_home_is_copied_where_the_servers_user_can_run_it(tmp_path: Path) -> None:
    package = INSTALLED[18].folder.parents[1]
    for part in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(part, tmp_path / part.name, symlinks=True)
    tmp_path.chmod(0o700)
    private = binaries.Binaries(tmp_path / package.name / "pginstall" / "bin", 18, "embedded")
    account = server_account()
    assert not account.can_enter(private.folder)
    copied = homes.reachable(private, account)
    try:
        said = subprocess.run(
            [copied.program("initdb"), "--version"],
            capture_output=True, text=True, check=True, cwd="/", **account.popen_options(),  # type: ignore[call-overload]
        )  # fmt: skip
        assert said.stdout.startswith("initdb (PostgreSQL) 18")
        assert homes.reachable(private, account) == copied
    finally:
        shutil.rmtree(copied.folder.parents[2])


def test_a_socket_path_that_would_be_too_long_is_not_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    account = Account(name="me", uid=os.geteuid(), gid=os.getegid(), lent=False)
    home = homes.home_for(tmp_path / "postgres", account)
    assert len(os.fsencode(home.socket / homes.SOCKET_FILE)) <= homes.LONGEST_SOCKET_PATH
    assert home.socket.parent == Path("/tmp")


@pytest.mark.parametrize(
    ("gigabytes", "buffers"), [(1, "128MB"), (4, "512MB"), (24, "3072MB"), (256, "4096MB")]
)
def test_memory_is_shared_out_by_the_machine(gigabytes: int, buffers: str) -> None:
    settings = tuning.server_settings(memory=gigabytes * 1024**3, socket_folder=Path("/run/b"), has_lz4=True)
    assert settings["shared_buffers"] == buffers
    assert settings["synchronous_commit"] == "on"


def become_nobody_and_serve(folder: Path) -> NoReturn:
    """In a child process: drop root for good, run a server, use it, leave."""
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        with launcher.running(folder) as server, psycopg.connect(server.app_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def start_keeper(folder: Path) -> tuple[subprocess.Popen[str], str, int]:
    """Start a process that keeps a server; return it with the server's address and process."""
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(folder)],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert keeper.stdout is not None
    with keeper.stdout as answer:
        url, pid = answer.readline().split()
    return keeper, url, int(pid)
