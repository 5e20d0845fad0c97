"""What every test stands on: a real PostgreSQL, reached as the app role, and rows that outlive no test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings
from psycopg.pq import TransactionStatus

from tests import server as servers

# what tests of the trail itself write into it
INVENTED_ACTS = frozenset({"rule.changed"})
KEPT = pytest.StashKey[ExitStack]()
INERROR = TransactionStatus.INERROR

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "master")

# one change must not fail by another's luck: laws try the same histories every time, and others on request
# (``--hypothesis-profile=default``), which is how new counterexamples are looked for
settings.register_profile("steady", derandomize=True, database=None)
settings.load_profile("steady")


def pytest_sessionstart(session: pytest.Session) -> None:
    """With parallel workers the one who starts them keeps the server for all."""
    if getattr(session.config.option, "numprocesses", None) and WORKER == "master":
        session.config.stash[KEPT] = kept = ExitStack()
        server = kept.enter_context(servers.server())
        os.environ[servers.OWNER_URL], os.environ[servers.APP_URL] = server.owner_url, server.app_url


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the server go after the last worker did."""
    kept = session.config.stash.get(KEPT, None)
    if kept is not None:
        kept.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Server]:
    """The tests' server: the one named in the environment, else one of our own under ``var/``."""
    with servers.server() as server:
        yield server


@pytest.fixture(scope="session")
def template_database(postgres_server: servers.Server) -> str:
    """The name of the migrated template every test database is copied from."""
    return servers.make_template(postgres_server)


@pytest.fixture(scope="session")
def django_db_setup(
    postgres_server: servers.Server,
    template_database: str,
    django_db_blocker: pytest.FixtureRequest,
) -> Iterator[None]:
    """Give Django this run's own copy of the template, as the app role."""
    name = servers.database_name(WORKER)
    servers.copy_template(postgres_server, template_database, name)
    from bashgah.config.environment import database_from_url

    connections["default"].close()
    fresh = database_from_url(postgres_server.app(name), pool=0)
    connections["default"].settings_dict.update(fresh)
    with psycopg.connect(postgres_server.owner(name), autocommit=True) as owner:
        keep = frozenset(servers.tables_with_rows(owner))

        def by_owner(_test: TransactionTestCase) -> None:
            connections.close_all()
            servers.empty(owner, keep)

        usual = TransactionTestCase._fixture_teardown
        TransactionTestCase._fixture_teardown = by_owner  # type: ignore[method-assign]
        yield
        TransactionTestCase._fixture_teardown = usual  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(autouse=True)
def books_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that touched points the books must prove themselves.

    A test that plants a corruption says so with the mark ``corrupts``.
    """
    marked = request.node.get_closest_marker("django_db")
    if marked is None or request.node.get_closest_marker("corrupts"):
        yield
        return
    request.getfixturevalue("transactional_db" if marked.kwargs.get("transaction") else "db")
    yield
    from django.db import connection

    driver = connection.connection
    if connection.needs_rollback or (driver is not None and driver.info.transaction_status == INERROR):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_wallet) OR EXISTS (SELECT FROM ledger_posting)")
        touched = cursor.fetchone()[0]
        cursor.execute("SELECT DISTINCT action FROM ground_audit")
        acts = {action for (action,) in cursor.fetchall()}
    if touched:
        from tests.books import books_must_hold

        books_must_hold()
    from bashgah.console.acts import ACTS

    assert acts <= ACTS.keys() | INVENTED_ACTS, "the audit trail has no words for these: console/acts.py"


@pytest.fixture
def owner_connection(django_db_setup: None, postgres_server: servers.Server) -> Iterator[psycopg.Connection]:
    """A connection to the run's database as the owner, each statement its own transaction."""
    url = postgres_server.owner(servers.database_name(WORKER))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def app_url(django_db_setup: None, postgres_server: servers.Server) -> str:
    """The app role's address of the run's database, for connections and processes of a test's own."""
    return postgres_server.app(servers.database_name(WORKER))
