"""The installation's secret keys: from the environment, or made once and kept readable by one user."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MINIMUM_LENGTH = 32


def secret_keys(given: str, folder: Path) -> list[str]:
    """Return the keys, the current one first; older ones only open what they once closed.

    ``given`` is ``SECRET_KEYS`` (comma separated). Without it one key is made in ``folder`` at first use;
    two processes that start at once agree on the same key.
    """
    keys = [key.strip() for key in given.split(",") if key.strip()]
    if keys:
        short = [key for key in keys if len(key) < MINIMUM_LENGTH]
        if short:
            raise ImproperlyConfigured(f"each of SECRET_KEYS needs at least {MINIMUM_LENGTH} characters")
        return keys
    path = folder / "secrets" / "keys"
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").split()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".keys.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    # link() refuses to replace: of two first starts one wins and both read its key
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
