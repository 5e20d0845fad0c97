"""Where data, sockets, log and lock of one server lie, and what to do where its user may not go."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bashgah.ground.postgres.account import Account
from bashgah.ground.postgres.binaries import Binaries
from bashgah.ground.postgres.trouble import PostgresTrouble

STATE_FOLDER = Path("/var/lib/bashgah")
LONGEST_SOCKET_PATH = 107
SOCKET_FILE = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one server; ``moved`` says that data had to leave the folder that was asked for."""

    asked: Path
    data: Path
    socket: Path
    log: Path
    lock: Path
    note: Path
    moved: bool


def home_for(folder: Path, account: Account) -> Home:
    """Choose the places for the data folder that was asked for.

    Where the server's user cannot walk to it (a clone in a private home, run as root), data goes to a
    folder under /var/lib named after it; nobody's permissions are widened.
    """
    folder = folder.resolve()
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    folder.parent.mkdir(parents=True, exist_ok=True)
    moved = not account.can_enter(folder.parent)
    data = STATE_FOLDER / mark if moved else folder
    return Home(
        asked=folder,
        data=data,
        socket=_socket_folder(mark, account),
        log=folder.with_name(folder.name + ".log"),
        lock=folder.with_name(folder.name + ".lock"),
        note=folder.with_name(folder.name + ".json"),
        moved=moved,
    )


def private_folder(path: Path, account: Account) -> None:
    """Make a folder only the account (and root) can enter; refuse one that somebody else put there."""
    path.mkdir(mode=0o700, exist_ok=True)
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in {os.geteuid(), account.uid}:
        raise PostgresTrouble(f"{path} belongs to somebody else: remove it, then start again")
    path.chmod(0o700)
    account.own(path)


def data_major(data: Path) -> int | None:
    """Return the major version that made the data folder, or None where there is none yet."""
    mark = data / "PG_VERSION"
    return int(mark.read_text(encoding="ascii").strip()) if mark.is_file() else None


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """Return programs the account can run: these, or for the bundle a copy in a readable place."""
    if account.can_enter(binaries.folder):
        return binaries
    if binaries.source != "embedded":
        raise PostgresTrouble(
            f"the user {account.name} cannot enter {binaries.folder}: install PostgreSQL where every user can"
            " run it, or run Bashgah as an ordinary user"
        )
    package = binaries.folder.parents[1]
    mark = hashlib.sha256(str(package).encode()).hexdigest()[:10]
    target = STATE_FOLDER / f"programs-{binaries.major}-{mark}"
    if not target.is_dir():
        STATE_FOLDER.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=STATE_FOLDER, prefix=".programs."))
        # the programs find their libraries beside the package, so both move together
        for part in (package / "pginstall", package.with_name(package.name + ".libs")):
            kept = part.relative_to(package.parent)
            if part.is_dir():
                shutil.copytree(part, fresh / kept, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(target)
    copied = target / package.name / "pginstall" / "bin"
    return Binaries(folder=copied, major=binaries.major, source="embedded")


def _socket_folder(mark: str, account: Account) -> Path:
    """Return a short private folder: a socket's whole path may have no more than 107 bytes."""
    choices: list[Path] = []
    if account.lent:
        choices.append(Path("/run") / f"bashgah-{mark}")
    elif os.environ.get("XDG_RUNTIME_DIR"):
        choices.append(Path(os.environ["XDG_RUNTIME_DIR"]) / f"bashgah-{mark}")
    choices.append(Path("/tmp") / f"bashgah-{account.uid}-{mark}")  # noqa: S108 made private before use
    for choice in choices:
        fits = len(os.fsencode(choice / SOCKET_FILE)) <= LONGEST_SOCKET_PATH
        if fits and os.access(choice.parent, os.W_OK) and account.can_enter(choice.parent):
            return choice
    raise PostgresTrouble("no short folder for PostgreSQL's socket: set XDG_RUNTIME_DIR to one of yours")
