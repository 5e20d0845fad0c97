"""Where the installation keeps its own files: data, secrets, media, logs of trial messages."""

from __future__ import annotations

import os
from pathlib import Path


def project_folder() -> Path:
    """Return the clone's folder when run from a clone, else the working folder."""
    clone = Path(__file__).resolve().parents[3]
    return clone if (clone / "pyproject.toml").is_file() else Path.cwd()


def var_folder() -> Path:
    """Return the folder of everything the installation writes (``BASHGAH_VAR``, default ``./var``)."""
    given = os.environ.get("BASHGAH_VAR")
    return Path(given).expanduser().resolve() if given else project_folder() / "var"
