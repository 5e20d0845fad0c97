"""Static files gathered once a release: named by their content, compressed, kept by browsers for good."""

from __future__ import annotations

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

    From here on this process and its children serve the gathered ones.
    """
    folder = places.var_folder() / "static"
    mark = folder / MARK
    wanted = _mark_of_files()
    os.environ["BASHGAH_STATIC_COLLECTED"] = "1"
    if mark.is_file() and mark.read_text(encoding="ascii") == wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
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
