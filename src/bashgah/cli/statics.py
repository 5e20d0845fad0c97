"""Static files gathered once a release: named by their content, compressed, kept by browsers for good."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import bashgah
from bashgah.ground import places

MARK = "gathered"


def gather() -> None:
    """Gather the static files of all rooms into ``var/static`` unless that is done for exactly these files.

    From here on this process and its children serve the gathered ones. Of web processes that start together
    one gathers and the others wait for it.
    """
    folder = places.var_folder() / "static"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["BASHGAH_STATIC_COLLECTED"] = "1"
    with folder.with_name("static.lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _gather_into(folder)


def _gather_into(folder: Path) -> None:
    mark, wanted = folder / MARK, _mark_of_files()
    if mark.is_file() and mark.read_text(encoding="ascii") == wanted:
        return
    subprocess.run(
        [sys.executable, "-P", "-m", "django", "collectstatic", "--noinput", "--clear", "--verbosity=0"],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(sys.path), "DJANGO_SETTINGS_MODULE": "bashgah.config.settings"},
        check=True,
    )
    mark.write_text(wanted, encoding="ascii")


def _mark_of_files() -> str:
    package = Path(bashgah.__file__).parent
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(package.glob("*/static/**/*")):
        facts = path.stat()
        digest.update(f"{path.relative_to(package)} {facts.st_size} {facts.st_mtime_ns}".encode())
    return digest.hexdigest()
