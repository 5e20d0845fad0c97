"""Processes of the proofs' own: Django loaded once, then a fresh one for every hand, ready to be killed."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.chaos.ready"])


def start(target: Callable[..., None], url: str, *args: Any) -> BaseProcess:
    """Run ``target(*args)`` in a process of its own on the database at ``url``."""
    process = _context.Process(target=_run, args=(target, url, args), daemon=True)
    process.start()
    return process


def run(target: Callable[..., None], url: str, *args: Any, seconds: float = 300) -> None:
    """Run ``target`` in a process of its own and wait; what it raised fails the test."""
    process = start(target, url, *args)
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"{target.__name__} did not end within {seconds:.0f} s")
    assert process.exitcode == 0, f"{target.__name__} ended with {process.exitcode}"


def _run(target: Callable[..., None], url: str, args: tuple[Any, ...]) -> None:
    from django.db import connections

    from bashgah.config.environment import database_from_url

    os.environ["DATABASE_URL"] = url
    connections["default"].settings_dict.update(database_from_url(url, pool=0))
    try:
        target(*args)
    finally:
        connections.close_all()
