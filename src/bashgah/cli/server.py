"""The web process: Granian in front of the ASGI application."""

from __future__ import annotations

import os
from pathlib import Path

from bashgah.cli import database, statics

WORKERS = int(os.environ.get("BASHGAH_WEB_PROCESSES", "1"))


def run(*, host: str, port: int) -> None:
    """Serve until told to stop; requests under way are finished first."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", database.SETTINGS)
    statics.gather()
    database.wait_until_it_answers(30)
    Granian(
        "bashgah.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=WORKERS,
        websockets=False,
        backlog=2048,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        working_dir=Path.cwd(),
    ).serve()
