"""What somebody meets who runs the command for the first time, or with something missing."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import transaction

from bashgah.access import selectors, services
from bashgah.clubs.selectors import club_by_slug
from bashgah.ground import clock
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import version_last
from tests import server as servers
from tests.cli.test_commands import bare, bashgah

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bare_url(django_db_setup: None, postgres_server: servers.Server) -> Iterator[str]:
    """The app's address of a database that nobody migrated."""
    name = f"{servers.database_name(os.environ.get('PYTEST_XDIST_WORKER', 'master'))}_bare"
    with psycopg.connect(postgres_server.owner("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')  # type: ignore[call-overload]
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        yield postgres_server.app(name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]


@pytest.mark.parametrize("command", ["web --port 9", "worker", "verify", "club list"])
def test_a_database_without_tables_names_the_next_command(bare_url: str, command: str) -> None:
    answer = bashgah(*command.split(), DATABASE_URL=bare_url)

    assert answer.returncode == 1
    assert "bashgah: this database has no tables yet: run `bashgah migrate` first" in answer.stderr


def test_a_worker_that_finds_the_database_away_goes_on_looking(tmp_path: Path) -> None:
    nobody = f"postgresql://bashgah_app@/shop?host={tmp_path}"
    with subprocess.Popen(
        [sys.executable, "-m", "bashgah", "worker"],
        env=bare() | {"DATABASE_URL": nobody},
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stderr is not None
        try:
            assert any("worker.queue_interrupted" in line for line in worker.stderr)
            assert worker.poll() is None
        finally:
            worker.kill()


def test_migrating_as_the_app_is_refused_before_anything_is_written(bare_url: str) -> None:
    answer = bashgah("migrate", DATABASE_URL=bare_url, DATABASE_OWNER_URL=bare_url)

    assert answer.returncode == 1
    assert "the role bashgah_app may not make tables: give DATABASE_OWNER_URL" in answer.stderr


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"BASHGAH_MODE": "prod"}, "bashgah: BASHGAH_MODE 'prod': Input should be 'local' or 'production'"),
        ({"BASHGAH_DATABASE_POOL": "many"}, "bashgah: BASHGAH_DATABASE_POOL 'many': "),
        ({"SECRET_KEYS": "short"}, "bashgah: each of SECRET_KEYS needs at least 32 characters"),
        ({"DATABASE_URL": "shop"}, "bashgah: DATABASE_URL is no address of a database"),
        ({"BASHGAH_MODE": "production"}, "bashgah: Bashgah does not start in production like this: "),
    ],
)
def test_settings_that_cannot_be_are_said_in_one_sentence(
    app_url: str, settings: dict[str, str], sentence: str
) -> None:
    answer = bashgah("verify", **({"DATABASE_URL": app_url} | settings))

    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_day_that_cannot_be_read_is_said_in_a_sentence(app_url: str) -> None:
    answer = bashgah("statement", "--since=soon", "--until=1405/08/30", DATABASE_URL=app_url)

    assert answer.returncode == 1
    assert "bashgah: This date cannot be read. Write year, month and day, as in 1405/08/30." in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("command", ["web", "up"])
def test_a_port_that_is_taken_is_not_shared_in_silence(app_url: str, command: str) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        answer = bashgah(command, f"--port={port}", DATABASE_URL=app_url)

    assert answer.returncode == 1
    assert f"bashgah: port {port} is taken: choose another with --port" in answer.stderr


def test_a_club_is_opened_with_its_program_and_the_owner_comes_in_by_the_link(app_url: str) -> None:
    answer = bashgah(
        *("club", "open", "--slug=dokkan", "--name=دکان", "--owner=Nima@dokkan.example", "--at=http://shop/"),
        DATABASE_URL=app_url,
    )
    assert answer.returncode == 0, answer.stderr
    link = re.search(r"http://shop/console/join/([\w-]+)/", answer.stderr)
    assert link is not None

    club, now = club_by_slug("dokkan"), clock.now()
    assert (club.name.fa, club.name.en, version_last(club)) == ("دکان", "دکان", 1)
    with transaction.atomic():
        staff = services.invitation_accept(token=link[1], name="نیما", password="A-long-pass-1405", now=now)
    assert [(each.role, each.club_id) for each in selectors.grants_of(staff.id)] == [("owner", club.id)]


def test_a_club_with_a_bad_owner_is_not_half_opened(app_url: str) -> None:
    answer = bashgah(
        *("club", "open", "--slug=dokkan", "--name=دکان", "--owner=nobody"), DATABASE_URL=app_url
    )
    assert (answer.returncode, answer.stderr.strip()) == (1, "bashgah: This is not a valid e-mail address.")

    assert "There is no club yet" in bashgah("club", "list", DATABASE_URL=app_url).stderr


def test_a_lost_link_is_replaced_and_the_old_one_opens_nothing(app_url: str) -> None:
    bashgah("club", "open", "--slug=dokkan", "--name=دکان", "--owner=o@dokkan.example", DATABASE_URL=app_url)
    first, second = (
        re.search(
            r"/join/([\w-]+)/",
            bashgah("club", "invite", "--owner=o@dokkan.example", DATABASE_URL=app_url).stderr,
        )
        for _time in range(2)
    )
    assert first is not None
    assert second is not None

    assert services.invitation_find(token=second[1], now=clock.now()).role == "owner"
    with pytest.raises(Refusal) as refused:
        services.invitation_find(token=first[1], now=clock.now())
    assert refused.value.code == "invitation_invalid"
