"""The command an operator types: it does what it says, and fails in plain words with status 1."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import server as servers

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = Path("/tmp")


def bashgah(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing in its environment but what the test gives."""
    return subprocess.run(
        [sys.executable, "-m", "bashgah", *arguments],
        env=bare() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def bare() -> dict[str, str]:
    """The environment without any setting of Bashgah's."""
    ours = ("BASHGAH_", "DATABASE_", "SECRET_KEYS", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(servers.PROJECT / "src"), "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture
def owner_url(django_db_setup: None, postgres_server: servers.Server) -> str:
    """The owner's address of the run's database."""
    return postgres_server.owner(servers.database_name(os.environ.get("PYTEST_XDIST_WORKER", "master")))


def test_help_names_every_command() -> None:
    said = bashgah("--help").stdout
    for command in ("up", "migrate", "web", "worker", "demo", "import", "verify", "doctor"):
        assert f" {command} " in said


def test_a_database_that_is_away_is_said_in_one_sentence() -> None:
    answer = bashgah("doctor", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert answer.returncode == 1
    assert "bashgah: the database does not answer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_migrating_again_changes_nothing(app_url: str, owner_url: str) -> None:
    answer = bashgah("migrate", DATABASE_URL=app_url, DATABASE_OWNER_URL=owner_url)
    assert (answer.returncode, answer.stderr.strip()) == (0, "The tables are those of this release.")


def test_honest_books_hold(app_url: str) -> None:
    answer = bashgah("verify", DATABASE_URL=app_url)
    assert answer.returncode == 0, answer.stderr
    assert "The books hold" in answer.stderr


@pytest.mark.corrupts
def test_a_wallet_without_entries_behind_it_is_named(
    app_url: str, owner_connection: psycopg.Connection
) -> None:
    owner_connection.execute(
        "INSERT INTO ledger_wallet"
        " (available, pending, held, debt, earned_ever, kind, member_id, club_id, unit)"
        " VALUES (500, 0, 0, 0, 500, 1, gen_random_uuid(), gen_random_uuid(), 'points')"
    )
    answer = bashgah("verify", DATABASE_URL=app_url)
    assert answer.returncode == 1
    assert "wallet_available_differs" in answer.stderr


def test_the_doctor_finds_the_app_role_harmless(app_url: str) -> None:
    answer = bashgah("doctor", DATABASE_URL=app_url)
    assert answer.returncode == 0, answer.stderr
    assert "bashgah_app can undo nothing it wrote for good" in answer.stderr


def test_the_doctor_does_not_accept_the_owner_as_the_app(owner_url: str) -> None:
    answer = bashgah("doctor", DATABASE_URL=owner_url)
    assert answer.returncode == 1
    assert "owns tables" in answer.stderr


def test_an_import_that_cannot_be_understood_says_why(app_url: str, tmp_path: Path) -> None:
    lines, mapping = tmp_path / "lines.csv", tmp_path / "map.yaml"
    lines.write_text("a,b\n1,2\n")
    mapping.write_text("columns: 7\n")
    answer = bashgah("import", "purchases", str(lines), "--map", str(mapping), DATABASE_URL=app_url)
    assert answer.returncode == 1
    assert "bashgah: there is no club yet" in answer.stderr
    assert "Traceback" not in answer.stderr


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder for an installation of the test's own."""
    place = Path(tempfile.mkdtemp(prefix="bashgah-up-", dir=PLACE))
    place.chmod(0o755)
    yield place / "var"
    shutil.rmtree(place)


def test_up_opens_everything_and_ctrl_c_closes_it(var: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "bashgah", "up", f"--port={port}"],
        env=bare() | {"BASHGAH_VAR": str(var)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        status = wait_for(port, process, seconds=100)
        second = bashgah("up", f"--port={port}", BASHGAH_VAR=str(var))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert status == 200, said
    assert second.returncode == 1
    assert f"already runs from {var} (process {process.pid})" in second.stderr
    assert process.returncode == 0, said
    assert f"http://127.0.0.1:{port}/" in said
    assert not (var / "postgres" / "postmaster.pid").exists()
    assert "Traceback" not in said


def wait_for(port: int, process: subprocess.Popen[str], *, seconds: float) -> int:
    """Wait for the first answer of the staff's sign-in page and return its status."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/accounts/login/")
            return connection.getresponse().status
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    return 0


def test_a_program_goes_out_as_a_file_is_planned_and_comes_in(app_url: str, tmp_path: Path) -> None:
    slug = make_club("cli-program")
    exported = bashgah("program", "export", "--club", slug, DATABASE_URL=app_url)
    assert exported.returncode == 0, exported.stderr
    file = tmp_path / "program.yaml"
    file.write_text(exported.stdout.replace("price: 300", "price: 350"), encoding="utf-8")
    planned = bashgah("program", "plan", str(file), "--club", slug, "--lang", "fa", DATABASE_URL=app_url)
    assert planned.returncode == 0, planned.stderr
    assert "۳۵۰ امتیاز" in planned.stdout
    applied = bashgah("program", "apply", str(file), "--club", slug, "--yes", DATABASE_URL=app_url)
    assert "Version 2 is published." in applied.stdout
    again = bashgah("program", "apply", str(file), "--club", slug, "--yes", DATABASE_URL=app_url)
    assert again.stdout.strip() == "The file says the same as version 2."
    file.write_text("rules: []\n", encoding="utf-8")
    broken = bashgah("program", "apply", str(file), "--club", slug, "--yes", DATABASE_URL=app_url)
    assert broken.returncode == 1
    assert "Traceback" not in broken.stderr


def make_club(slug: str) -> str:
    """A club with the starter program, committed."""
    from bashgah.clubs.services import club_create
    from bashgah.ground.types import SYSTEM
    from bashgah.kit.text import Texts
    from bashgah.programs.services import program_start
    from tests.cast import NOW

    club = club_create(slug=slug, name=Texts("نادری", "Naderi"), now=NOW)
    program_start(club=club, actor=SYSTEM, now=NOW)
    return club.slug
