"""The database a command works on: the one named in the environment, else the installation's own server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

import psycopg
import typer
from rich.console import Console

from bashgah.ground import places
from bashgah.ground.postgres import launcher, releases, roles
from bashgah.ground.postgres.trouble import PostgresTrouble

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

SETTINGS = "bashgah.config.settings"
console = Console(stderr=True, highlight=False)


@contextmanager
def needed(*, alone: bool = False) -> Iterator[None]:
    """See that ``DATABASE_URL`` leads to a server that answers, for this process and its children.

    A server of another command of this installation is shared, unless ``alone``; else one is started for as
    long as the block lasts. What cannot work ends the command with a plain sentence.
    """
    if os.environ.get("DATABASE_URL"):
        yield
        return
    folder = places.var_folder() / "postgres"
    shared = None if alone else launcher.attached(folder)
    if shared is not None:
        _name(shared)
        yield
        return
    try:
        with launcher.running(folder, say=lambda text: console.print(f"[dim]{text}[/dim]")) as own:
            _name(own)
            yield
    except PostgresTrouble as trouble:
        fail(str(trouble))


@contextmanager
def opened() -> Iterator[None]:
    """What a command works with: a server that answers, tables in it, and Django loaded."""
    with needed():
        wait_until_it_answers(5)
        tables_needed()
        set_up()
        yield


def tables_needed() -> None:
    """End the command where there are no tables; where they are another release's say so and go on.

    While a release is rolled out, processes of the one before may have to start again beside newer tables.
    """
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10) as connection:
        found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
        if found is None or found[0] is None:
            fail("this database has no tables yet: run `bashgah migrate` first")
        if not releases.is_migrated(connection):
            console.print(
                "[yellow]bashgah:[/yellow] the tables are not those of this release: run `bashgah migrate`"
            )


def tables_needed_once_it_answers() -> None:
    """The same for a process that comes through by itself; it waits later for a database that is away now."""
    with suppress(psycopg.OperationalError):
        tables_needed()


def migrate() -> None:
    """Migrate as the owner: grants first, then tables, then the list of migrations is closed to the app."""
    os.environ["BASHGAH_DATABASE_AS_OWNER"] = "1"
    set_up()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    connection.ensure_connection()
    driver = connection.connection
    _may_make_tables(connection)
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("Bashgah needs PostgreSQL by psycopg")
    roles.default_privileges(driver, app_role=settings.DATABASE_APP_ROLE)
    call_command("migrate", interactive=False, verbosity=0)
    roles.close_history(driver, app_role=settings.DATABASE_APP_ROLE)
    releases.mark_migrated(driver)
    connection.close()


def _may_make_tables(connection: BaseDatabaseWrapper) -> None:
    """End the command where this role owns nothing: it is the app's, and migrating would fail half-way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_schema_privilege('public', 'CREATE')")
        role, may = cursor.fetchone()
    if not may:
        fail(f"the role {role} may not make tables: give DATABASE_OWNER_URL the address of the owner role")


def is_migrated() -> bool:
    """Whether the tables are those of this release, without loading Django."""
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10) as connection:
        return releases.is_migrated(connection)


def wait_until_it_answers(seconds: float) -> None:
    """Wait for a server that is still starting; a database that stays away ends the command."""
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5).close()
        except psycopg.ProgrammingError as error:
            fail(f"DATABASE_URL is no address of a database: {error}")
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                fail(f"the database does not answer: {str(error).strip().splitlines()[-1]}")
            time.sleep(0.5)
        else:
            return


def set_up() -> None:
    """Load Django; commands that need no database are quicker without."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    django.setup()


def fail(sentence: str) -> NoReturn:
    """End the command with a plain sentence and status 1."""
    console.print(f"[bold red]bashgah:[/bold red] {sentence}")
    raise typer.Exit(1)


def _name(server: launcher.Running) -> None:
    os.environ["DATABASE_URL"] = server.app_url
    os.environ["DATABASE_OWNER_URL"] = server.owner_url
