"""The tests' database: a template migrated by the owner, copied for each run, used as the app role."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bashgah.ground.postgres import launcher, releases

OWNER_URL = "BASHGAH_TEST_SERVER_OWNER_URL"
APP_URL = "BASHGAH_TEST_SERVER_URL"
PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Server:
    """Where the tests' PostgreSQL listens, for the owner and for the app."""

    owner_url: str
    app_url: str

    def owner(self, database: str) -> str:
        """Return the owner's address of a database."""
        return with_database(self.owner_url, database)

    def app(self, database: str) -> str:
        """Return the app's address of a database."""
        return with_database(self.app_url, database)


@contextmanager
def server() -> Iterator[Server]:
    """Give the server named in the environment, or run one of our own for as long as the block lasts."""
    owner_url, app_url = os.environ.get(OWNER_URL), os.environ.get(APP_URL)
    if owner_url and app_url:
        yield Server(owner_url=owner_url, app_url=app_url)
        return
    with launcher.running(PROJECT / "var" / "test-postgres") as running:
        yield Server(owner_url=running.owner_url, app_url=running.app_url)


def with_database(url: str, database: str) -> str:
    """Return the same address with another database's name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def database_name(worker: str) -> str:
    """Return this clone's test database: ``BASHGAH_TEST_DB`` or one named after the folder and the worker."""
    given = os.environ.get("BASHGAH_TEST_DB")
    plain = given or "test_" + re.sub(r"[^a-z0-9]+", "_", PROJECT.name.lower())
    return plain if worker == "master" else f"{plain}_{worker}"


def make_template(server: Server) -> str:
    """Make and migrate the template database unless it stands already; return its name.

    Only a template that was migrated to the end bears the mark that lets it be used again. An
    advisory lock makes parallel workers wait for the first.
    """
    prefix = database_name("master") + "_tpl_"
    name = prefix + releases.tables_mark()
    with psycopg.connect(server.owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [prefix])
        there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchall()
        if there and is_whole(server, name):
            return name
        for (old,) in connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
        ).fetchall():
            drop(connection, old)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        environment = os.environ | {
            "DATABASE_URL": server.app(name),
            "DATABASE_OWNER_URL": server.owner(name),
            "PYTHONPATH": str(PROJECT / "src"),
            "DJANGO_SETTINGS_MODULE": "bashgah.config.settings",
        }
        subprocess.run(
            [sys.executable, "-m", "bashgah", "migrate"],
            env=environment,
            cwd=PROJECT,
            check=True,
            timeout=300,
        )
    return name


def is_whole(server: Server, name: str) -> bool:
    """Whether the template was migrated to the end."""
    with psycopg.connect(server.owner(name)) as connection:
        return releases.is_migrated(connection)


def copy_template(server: Server, template: str, name: str) -> None:
    """Make the run's own database from the template, replacing what an earlier run left."""
    with psycopg.connect(server.owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    # a copy does not take the template's mark with it
    with psycopg.connect(server.owner(name), autocommit=True) as connection:
        releases.mark_migrated(connection)


def drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a test database with whoever still hangs on to it."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def tables_with_rows(connection: psycopg.Connection) -> list[str]:
    """Return the names of the tables that hold a row, in order."""
    names = [
        row[0]
        for row in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
    ]
    asks = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {name} WHERE EXISTS (SELECT FROM {table})").format(
            name=sql.Literal(name), table=sql.Identifier(name)
        )
        for name in names
    )
    return sorted(row[0] for row in connection.execute(asks).fetchall())


def empty(connection: psycopg.Connection, keep: frozenset[str]) -> None:
    """Take away, as the owner, every row a test committed; what migrations put there stays."""
    filled = [name for name in tables_with_rows(connection) if name not in keep]
    if filled:
        connection.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(
                sql.SQL(", ").join(sql.Identifier(name) for name in filled)
            )
        )
