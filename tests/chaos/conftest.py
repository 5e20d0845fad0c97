"""One killable server for all proofs; each proof works in its own copy of a furnished database."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests import server as servers
from tests.chaos import hands, shop
from tests.chaos.house import House
from tests.chaos.shop import Shop

LINES = pytest.StashKey[list[str]]()
SEED = int(os.environ.get("BASHGAH_CHAOS_SEED", "0")) or int.from_bytes(os.urandom(4), "big")


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The server that is killed."""
    kept = os.environ.get("BASHGAH_VAR")
    with House() as made:
        os.environ["BASHGAH_VAR"] = str(made.folder / "var")
        yield made
    if kept is None:
        del os.environ["BASHGAH_VAR"]
    else:
        os.environ["BASHGAH_VAR"] = kept


@pytest.fixture(scope="session")
def furnished(house: House) -> tuple[str, Path]:
    """A database with the club in it, to be copied, and the file that says who is there."""
    template, name = servers.make_template(house.server), "chaos_furnished"
    servers.copy_template(house.server, template, name)
    path = house.folder / "shop.json"
    hands.run(shop.open_in, house.app(name), path)
    return name, path


@pytest.fixture
def database(house: House, furnished: tuple[str, Path], request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of this proof's own database."""
    name = "chaos_" + re.sub(r"\W+", "_", request.node.name)[:50]
    servers.copy_template(house.server, furnished[0], name)
    yield name
    # processes of the other roles may still hang on to it, which the owner alone could not end
    with psycopg.connect(house.superuser("postgres"), autocommit=True) as connection:
        servers.drop(connection, name)


@pytest.fixture
def shop_file(furnished: tuple[str, Path]) -> Path:
    """The file that says who is in the club."""
    return furnished[1]


@pytest.fixture
def club(shop_file: Path) -> Shop:
    """The club of the database."""
    return Shop.read(shop_file)


@pytest.fixture
def seed() -> int:
    """The seed of this run; ``BASHGAH_CHAOS_SEED`` repeats one."""
    return SEED


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Say what a proof did: seed, counts and result, told again at the end of the run."""

    def said(bar: str, **counts: object) -> None:
        text = " ".join(f"{name}={value}" for name, value in counts.items())
        request.config.stash.setdefault(LINES, []).append(f"{bar} seed={SEED} {text}")

    return said


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the figures of every proof, whatever became of it."""
    for line in terminalreporter.config.stash.get(LINES, []):
        terminalreporter.write_line(line)
